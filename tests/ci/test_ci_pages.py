"""The pages in docs/ci: their snippets parse, name what exists, and do what they say."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from scanner.ci import PROVIDERS, circleci, ranges
from scanner.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "ci"
DEPTHS = {provider.page: provider.depth for provider in PROVIDERS}
PAGES = tuple(DEPTHS)
FENCED = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"(?:^|[\s'\"|])keycatch ((?:[a-z-][^\s|&;'\"]*(?: +|(?=[\s|&;'\"]|$)))+)")
OF_THE_ACTION = {"KEYCATCH_REPOSITORY", "KEYCATCH_COMMIT"}  # where a workflow gets it from
VARIABLES = {ranges.BASE, circleci.BEFORE, "KEYCATCH_SOURCE"}


def page(name):
    return (FOLDER / f"{name}.md").read_text("utf-8")


def snippets(name):
    """Return the parsed YAML of a page; a Groovy snippet stays a text."""
    return [
        yaml.safe_load(text) if language == "yaml" else text
        for language, text in FENCED.findall(page(name))
    ]


def calls(text):
    return [match[1].split() for match in CALL.finditer(text)]


def everywhere(node, key):
    """Yield the value of every `key` in parsed YAML, at any depth."""
    if isinstance(node, dict):
        if key in node:
            yield node[key]
        for value in node.values():
            yield from everywhere(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from everywhere(value, key)


def test_every_system_has_a_page():
    assert len(PAGES) == len(PROVIDERS)
    assert {path.stem for path in FOLDER.iterdir()} == {*PAGES, "README"}


@pytest.mark.parametrize("name", PAGES)
def test_every_call_is_one_that_keycatch_takes(name):
    found = [call for _, text in FENCED.findall(page(name)) for call in calls(text)]
    assert name == "github" or found
    for command, *options in found:
        assert command in COMMANDS
        parser = argparse.ArgumentParser(allow_abbrev=False, exit_on_error=False)
        import_module(f"scanner.commands.{command}").configure(parser)
        parser.parse_args(options)


def test_calls_are_found():
    text = "sh 'keycatch ci --x y'\n  keycatch scan . || true\n\"/a/keycatch\" keycatch.sarif"
    assert calls(text) == [["ci", "--x", "y"], ["scan"]]


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_has_to_tell(name):
    text = page(name)
    for topic in ("Clone depth", "Results", "Forks", "Exit codes"):
        assert f"**{topic}.**" in text
    assert "README.md#exit-codes" in text
    assert set(re.findall(r"KEYCATCH_[A-Z]+", text)) <= VARIABLES | OF_THE_ACTION
    assert "--show-secrets" not in text


def test_the_overview_names_the_codes_and_every_page():
    text = page("README")
    assert re.findall(r"(?m)^\| (\d) \|", text) == ["0", "1", "2"]
    assert all(f"]({name}.md)" in text for name in PAGES)
    assert set(re.findall(r"KEYCATCH_[A-Z]+", text)) <= VARIABLES | OF_THE_ACTION


SETTINGS = {
    "github": ("fetch-depth", 0),
    "gitlab": ("GIT_DEPTH", "0"),
    "circleci": ("method", "full"),
    "azure": ("fetchDepth", 0),
    "bitbucket": ("depth", "full"),
    "travis": ("depth", False),
    "gitea": ("fetch-depth", 0),
    "harness": ("depth", 0),
    "woodpecker": ("depth", 0),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_snippet_sets_what_the_remedy_asks_for(name):
    key, value = SETTINGS[name]
    for snippet in snippets(name):
        assert list(everywhere(snippet, key)) == [value]
    remedy = DEPTHS[name]
    assert key in remedy
    assert str(value).lower() in remedy


def test_the_report_is_kept_after_findings():
    (gitlab_file,) = snippets("gitlab")
    assert gitlab_file["keycatch"]["artifacts"]["when"] == "always"
    (azure_file,) = snippets("azure")
    publish = azure_file["steps"][-1]
    assert publish["condition"] == "succeededOrFailed()"
    assert publish["inputs"]["ArtifactName"] == "CodeAnalysisLogs"
    (circleci_file,) = snippets("circleci")
    keep = circleci_file["jobs"]["keycatch"]["steps"][-2]["run"]
    assert keep["when"] == "always"
    (bitbucket_file,) = snippets("bitbucket")
    for step in everywhere(bitbucket_file["pipelines"], "step"):
        assert step["artifacts"][0]["paths"] == ["keycatch.sarif"]
    for condition in everywhere(snippets("github")[1]["jobs"]["keycatch"]["steps"], "if"):
        assert "!cancelled()" in condition


def test_github_actions_are_pinned_and_inputs_documented():
    uses = [use for snippet in snippets("github") for use in everywhere(snippet, "uses")]
    # The action itself comes from the checkout before it, of a commit that a variable names.
    assert all(re.search(r"^\./|@[0-9a-f]{40}$", use) for use in uses)
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    pinned = {use.split("@")[0]: use for use in everywhere(action, "uses")}
    assert all(pinned.get(use.split("@")[0], use) == use for use in uses)
    documented = set(re.findall(r"(?m)^\| `([a-z-]+)` \|", page("github")))
    assert documented == action["inputs"].keys()


@pytest.mark.parametrize("name", PAGES)
def test_no_expression_of_a_ci_system_stands_in_a_script(name):
    for script in scripts(name):
        assert "${{" not in script
        assert "<<" not in script
        assert "$(" not in script


def test_groovy_is_balanced():
    (text,) = snippets("jenkins")
    bare = re.sub(r"'''.*?'''|'[^'\n]*'|\"[^\"\n]*\"", "", text, flags=re.DOTALL)
    assert "'" not in bare
    for opening, closing in ("{}", "()", "[]"):
        assert bare.count(opening) == bare.count(closing) > 0
    depth = [bare[: at + 1].count("{") - bare[: at + 1].count("}") for at in range(len(bare))]
    assert min(depth) == 0


def scripts(name):
    """Return the scripts of a page's snippets, each as the job runs it."""
    found = []
    for snippet in snippets(name):
        if name == "jenkins":
            shell = re.findall(r"sh (?:'''(.*?)'''|'([^'\n]+)')", snippet, re.DOTALL)
            found.append("\n".join(long or short for long, short in shell))
        elif name == "bitbucket":
            step = snippet["definitions"]["steps"][0]["step"]
            found.append("\n".join(step["script"]))
        elif name in ("drone", "woodpecker"):
            found.append("\n".join(snippet["steps"][0]["commands"]))
        elif name == "codebuild":
            phases = snippet["phases"]
            found.append("\n".join(phases["install"]["commands"] + phases["build"]["commands"]))
        elif name == "semaphore":
            (commands,) = [each["commands"] for each in snippet["blocks"][0]["task"]["jobs"]]
            found.append("\n".join(commands))
        elif name == "appveyor":
            steps = (*snippet["install"], *snippet["test_script"])
            found.append("\n".join(each["sh"] for each in steps))
        elif name == "cirrus":
            task = snippet["keycatch_task"]
            found.append("\n".join(task[f"{each}_script"] for each in ("install", "fetch", "scan")))
        elif name == "teamcity":
            text = re.search(r'scriptContent = """(.*?)"""', snippet, re.DOTALL)[1]
            found.append(text.replace("${'$'}", "$"))
        elif name == "travis":
            found.append("\n".join([*snippet["install"], *snippet["script"]]))
        elif name == "buildkite":
            found.append(snippet["steps"][0]["command"].replace("$$", "$"))
        elif name == "gitlab":
            found.append("\n".join(snippet["keycatch"]["script"]))
        else:
            key = {
                "github": "run",
                "gitea": "run",
                "circleci": "command",
                "azure": "bash",
                "harness": "command",
            }[name]
            parts = list(everywhere(snippet, key))
            # The step that keeps the report runs on its own, after a failure too.
            found += ["\n".join(part for part in parts if "pip" in part or "keycatch ci" in part)]
    return [script for script in found if script]


@pytest.mark.parametrize("code", [0, 1, 2])
@pytest.mark.parametrize("name", PAGES)
def test_a_script_ends_as_keycatch_does(tmp_path, name, code):
    """With programs that write down how they are called in place of pip, git and keycatch."""
    if shutil.which("bash") is None or os.name == "nt":
        pytest.skip("needs bash and a POSIX system")
    (script,) = scripts(name)
    programs = tmp_path / "keycatch" / "bin"
    programs.mkdir(parents=True)
    for program in ("pip", "git", "python3", "checkout", "keycatch"):
        file = programs / program
        exits = f"exit {code}" if program == "keycatch" else "exit 0"
        file.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "{program} $*" >>"$CALLS"\n'
            f'case "{program} $*" in *sarif*) : >keycatch.sarif;; esac\n'
            f'case "{program} $*" in *text=*.txt*) echo "##vso[x]" >keycatch.txt;; esac\n{exits}\n'
        )
        file.chmod(0o755)
    environ = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "CALLS": str(tmp_path / "calls"),
        "KEYCATCH_SOURCE": "a source; of ours", "CI_DEFAULT_BRANCH": "main",
        "DRONE_REPO_BRANCH": "main", "CI_REPO_DEFAULT_BRANCH": "main",
        "WORKSPACE_TMP": str(tmp_path),
    }  # fmt: skip
    done = subprocess.run(
        ["sh", "-e", "-c", script], cwd=tmp_path, env=environ, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert (tmp_path / "keycatch.sarif").exists()
    called = (tmp_path / "calls").read_text("utf-8").splitlines()
    assert any(line.startswith("pip install") and "a source; of ours" in line for line in called)
    scans = [shlex.split(line) for line in called if line.startswith("keycatch ")]
    (scan,) = scans
    assert "--no-config" in scan
    if name == "azure":
        assert done.stdout == "# #vso[x]\n"
    if name in ("gitlab", "drone", "woodpecker"):
        assert "git fetch --quiet origin +refs/heads/main:refs/remotes/origin/main" in called
