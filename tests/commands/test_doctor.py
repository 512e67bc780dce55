"""`keycatch doctor`: each problem is found, and the command that it names fixes it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scanner import kernel
from scanner.doctor import program
from scanner.doctor.interface import PROBLEM
from scanner.git import process

ROOT = Path(__file__).resolve().parents[2]
HOOKS = ("pre-commit", "pre-merge-commit", "pre-push")


@pytest.fixture
def project(past: Any) -> Any:
    """Return a repository with a file and with hooks that call keycatch: nothing is wrong."""
    past.put("a.txt", "text\n")
    for name in HOOKS:
        call = 'push "$@"' if name == "pre-push" else "staged"
        hook = past.write(f".git/hooks/{name}", f"#!/bin/sh\nexec keycatch {call}\n")
        hook.chmod(0o755)
    return past


@pytest.fixture
def doctor(past: Any) -> Any:
    """Run the command; return its results."""

    def run(code: int, *, where: Path | None = None, **env: str) -> list[dict[str, str]]:
        done = past.keycatch("doctor", "-f", "json", cwd=where or past.root, env=env or None)
        assert done.returncode == code, (done.stdout, done.stderr)
        found: list[dict[str, str]] = json.loads(done.stdout)["results"]
        assert all(each["fix"] for each in found if each["state"] == PROBLEM)
        return found

    return run


def problems(results: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(each["said"], each["fix"]) for each in results if each["state"] == PROBLEM]


def said(results: list[dict[str, str]], topic: str) -> str:
    return "\n".join(each["said"] for each in results if each["topic"] == topic)


def shell(past: Any, command: str) -> None:
    bin_directory = past.root.parent / "bin"
    bin_directory.mkdir(exist_ok=True)
    (bin_directory / "keycatch").write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m scanner "$@"\n'
    )
    (bin_directory / "keycatch").chmod(0o755)
    path = f"{bin_directory}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-ec", command], cwd=past.root, capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, (command, done.stderr)


# -- nothing wrong ------------------------------------------------------------------------------


def test_nothing_is_wrong(project: Any, doctor: Any) -> None:
    found = doctor(0)
    for topic in ("program", "libraries", "search", "git", "repository", "hooks", "configuration",
                  "baseline", "scan"):  # fmt: skip
        assert said(found, topic), topic
    assert "reads 1 file of 1 file below" in said(found, "scan")
    text = project.keycatch("doctor", cwd=project.root)
    assert text.stdout.endswith("\n\nno problems\n")
    quiet = project.keycatch("doctor", "--quiet", cwd=project.root)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("number", "effect"),
    [(1, "accepts 1 credential, which is not"), (2, "accepts 2 credentials, which are not")],
)
def test_what_the_baseline_does(project: Any, doctor: Any, number: int, effect: str) -> None:
    lines = [f"{str(each) * 32} aws-mfa-seed\n" for each in range(number)]
    project.write(".keycatch-baseline", "".join(lines))
    assert f"{effect} reported" in said(doctor(0), "baseline")


def test_outside_of_a_repository(tmp_path: Path, doctor: Any) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.txt").write_text("x\n")
    found = doctor(0, where=tmp_path / "plain")
    assert "in no git repository: `scan` reads its files, and `history` and" in said(
        found, "repository"
    )
    assert said(found, "hooks") == ""


# -- hooks --------------------------------------------------------------------------------------


def test_missing_hooks_and_the_command_that_writes_them(past: Any, doctor: Any) -> None:
    past.put("a.txt", "text\n")
    found = doctor(1)
    assert problems(found) == [
        ("no pre-commit hook: commits are not checked", "keycatch install"),
        ("no pre-push hook: pushes are not checked", "keycatch install"),
    ]
    doctor(0, CI="true")  # nobody commits in a job
    shell(past, "keycatch install")
    doctor(0)
    past.git("init", "-q", "--bare", "../bare.git")
    assert "no pre-receive hook" in said(doctor(0, where=past.root.parent / "bare.git"), "hooks")


def test_only_the_push_hook_is_missing(project: Any, doctor: Any) -> None:
    (project.root / ".git" / "hooks" / "pre-push").unlink()
    ((what, fix),) = problems(doctor(1))
    assert (what, fix) == ("no pre-push hook: pushes are not checked", "keycatch install")
    text = project.keycatch("doctor", "-q", cwd=project.root)
    assert (text.returncode, text.stdout) == (
        1,
        "problem  hooks: no pre-push hook: pushes are not checked\n"
        "         fix: keycatch install\n",
    )


@pytest.mark.skipif(os.name == "nt", reason="has no such permission")
def test_a_hook_that_is_not_executable(project: Any, doctor: Any) -> None:
    (project.root / ".git" / "hooks" / "pre-push").chmod(0o644)
    ((what, fix),) = problems(doctor(1))
    assert "is not executable, so git does not run it" in what
    shell(project, fix)
    doctor(0)


def test_hooks_in_the_shadow_of_core_hookspath(project: Any, doctor: Any) -> None:
    project.git("config", "core.hooksPath", "tools/hooks")
    found = doctor(1)
    whats = [what for what, _ in problems(found)]
    assert len(whats) == 2
    assert all("core.hooksPath keeps git from running" in what for what in whats)
    assert "is tools/hooks: git runs the hooks there" in said(found, "hooks")
    (project.root / "tools" / "hooks").mkdir(parents=True)
    for _, fix in problems(found):  # git tracks them: everybody gets them
        shell(project, fix)
    doctor(0)


def test_core_hookspath_that_is_no_directory(project: Any, doctor: Any) -> None:
    project.write("file")
    project.git("config", "core.hooksPath", "file")
    ((what, fix),) = problems(doctor(1))
    assert "is not a directory, so git runs no hooks" in what
    shell(project, fix)
    doctor(0)


def test_husky(project: Any, doctor: Any) -> None:
    project.git("config", "core.hooksPath", ".husky/_")
    project.write(".husky/_/.gitignore", "*\n")
    for name in ("pre-commit", "pre-push"):
        project.write(f".husky/_/{name}", '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n')
        (project.root / ".husky" / "_" / name).chmod(0o755)
        project.write(f".husky/{name}", "npm test\n")
    found = problems(doctor(1))
    assert [fix for _, fix in found] == [
        "echo 'keycatch staged' >> .husky/pre-commit",
        "echo 'keycatch push \"$@\"' >> .husky/pre-push",
    ]
    for _, fix in found:
        shell(project, fix)
    assert (project.root / ".husky" / "pre-push").read_text().endswith('\nkeycatch push "$@"\n')
    assert "through husky: .husky/pre-push" in said(doctor(0), "hooks")


def test_the_framework(project: Any, doctor: Any) -> None:
    for name in HOOKS:
        (project.root / ".git" / "hooks" / name).unlink()
    head = "repos:\n- repo: https://example.com/keycatch\n  rev: v1\n  hooks:\n"
    project.write(".pre-commit-config.yaml", f"{head}  - id: keycatch\n")
    fixes = [fix for _, fix in problems(doctor(1))]
    assert fixes == ["pre-commit install --hook-type pre-commit", "keycatch install"]
    for name in ("pre-commit", "pre-push"):
        text = "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n"
        project.write(f".git/hooks/{name}", text).chmod(0o755)
    ((what, fix),) = problems(doctor(1))
    assert "pre-push is run by pre-commit or prek" in what
    assert "add the hook keycatch-push to .pre-commit-config.yaml" in fix
    project.write(".pre-commit-config.yaml", f"{head}  - id: keycatch\n  - id: keycatch-push\n")
    doctor(0)


def test_a_hook_of_another_tool(project: Any, doctor: Any) -> None:
    project.write(".git/hooks/pre-commit", "#!/bin/sh\nmake lint\n")
    ((what, fix),) = problems(doctor(1))
    assert "pre-commit does not run keycatch" in what
    assert fix == "keycatch install"


# -- the clone, git and the libraries -------------------------------------------------------------


def test_a_shallow_clone(past: Any, doctor: Any) -> None:
    past.put("a.txt", "text\n")
    past.put("b.txt", "more\n")
    shallow = past.root.parent / "shallow"
    past.git("clone", "-q", "--depth", "1", past.root.as_uri(), str(shallow))
    found = [each for each in problems(doctor(1, where=shallow)) if "shallow" in each[0]]
    assert [fix for _, fix in found] == ["git fetch --unshallow"]
    subprocess.run(["sh", "-c", found[0][1]], cwd=shallow, check=True, capture_output=True)
    assert "clone is shallow" not in said(doctor(1, where=shallow), "repository")


@pytest.mark.skipif(os.name == "nt", reason="needs a script")
@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo git version 2.17.1", "git 2.17.1 is too old: 2.25.1 is needed"),
        ("echo git version 2.25.0", "git 2.25.0 is too old: 2.25.1 is needed"),
        (None, "git was not found"),
    ],
)
def test_git_that_is_too_old_or_missing(
    project: Any, tmp_path: Path, keycatch: Any, script: str | None, expected: str
) -> None:
    directory = tmp_path / "old"
    directory.mkdir()
    if script:
        text = f'#!/bin/sh\ncase "$*" in *--version) {script};; *) exit 129;; esac\n'
        (directory / "git").write_text(text)
        (directory / "git").chmod(0o755)
    done = keycatch("doctor", cwd=project.root, env={"PATH": str(directory)})
    assert done.returncode == 1, done.stderr
    assert f"problem  git: {expected}" in done.stdout
    assert "fix: install git 2.25.1 or newer" in done.stdout
    assert done.stdout.count("problem  ") == 1  # nothing that follows from it


@pytest.mark.skipif(os.name == "nt", reason="needs a script")
@pytest.mark.parametrize(
    ("version", "reaction", "expected"),
    [
        ("2.25.1", "exit 0", "git 2.25.1 does not check who owns a repository"),
        ("2.34.1", "exit 128", "git 2.34.1"),
        ("2.35.2", "exit 0", "git 2.35.2"),
    ],
)
def test_a_git_that_does_not_check_the_owner(
    project: Any,
    doctor: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    reaction: str,
    expected: str,
) -> None:
    script = tmp_path / "old"
    script.write_text(
        f'#!/bin/sh\ncase "$*" in *--version) echo git version {version}; exit;; esac\n'
        f'[ -z "$GIT_TEST_ASSUME_DIFFERENT_OWNER" ] || {reaction}\n'
        f"exec '{process.program()}' \"$@\"\n"
    )
    script.chmod(0o755)
    monkeypatch.setattr(process, "program", lambda: str(script))
    assert said(doctor(0), "git").partition(", so")[0] == expected


def test_missing_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "version_of", lambda _name: "")
    found = list(program.results())
    fixes = {each.fix for each in found if each.state == PROBLEM}
    assert fixes == {f"pip install {name}" for name in ("stringzilla", "regex", "PyYAML")}
    notes = {each.fix for each in found if each.state == "note"}
    assert {"pip install isal", "pip install 'keycatch[sts]'"} <= notes


def test_the_kernels_of_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    import stringzilla

    def found() -> tuple[str, str]:
        (result,) = (each for each in program.results() if each.topic == "search")
        return result.state, result.said

    monkeypatch.setattr(kernel, "anchors", object())
    assert found() == ("ok", "compiled")
    monkeypatch.setattr(kernel, "anchors", None)
    monkeypatch.setattr(stringzilla, "__capabilities__", ("serial", "haswell"), raising=False)
    assert "with the kernels of stringzilla (serial, haswell)" in found()[1]
    monkeypatch.setattr(stringzilla, "__capabilities__", ("serial",), raising=False)
    assert found() == ("note", "in Python, without vector instructions: many times slower")
    monkeypatch.setenv(kernel.PURE, "1")
    assert "as KEYCATCH_PURE asks" in found()[1]
    monkeypatch.setattr(kernel, "problem", "wrong ELF class")
    assert "cannot be loaded (wrong ELF class)" in found()[1]


# -- the project --------------------------------------------------------------------------------


def test_configuration_in_force(project: Any, doctor: Any) -> None:
    project.write("vendor/a.txt", "x\n")
    project.write(
        ".keycatch.toml",
        'disable = ["aws-mfa-seed"]\nexclude = ["vendor/"]\nfail-on = "high"\n',
    )
    found = doctor(0)
    assert ".keycatch.toml: fail-on high" in said(found, "configuration")
    assert ".keycatch.toml disables aws-mfa-seed" in said(found, "configuration")
    assert "reads 2 files of 3 files" in said(found, "scan")
    assert "exclude vendor/: 1 file" in said(found, "scan")


@pytest.mark.parametrize(
    ("files", "what", "fix"),
    [
        ({".keycatch.toml": "exclud = []\n"}, "exclud: unknown key; did you mean exclude?", "edit"),
        ({".keycatch.toml": "a b\n"}, "not valid TOML", "edit"),
        ({".keycatch.toml": 'rules = ["none.yaml"]\n'}, "none.yaml", "edit"),
        ({".keycatch.toml": 'exclude = ["vendr/"]\n'}, "exclude vendr/ matches no file", "remove"),
        ({".keycatch.toml": "", "pyproject.toml": "[tool.keycatch]\n"}, "has no effect", "move"),
        ({".keycatch-baseline": "nonsense\n"}, "does not begin with a fingerprint", "git checkout"),
        ({".keycatch-baseline": f"{'0' * 32} aws-mfa-seed expires=2020-01-31\n"},
         "1 of its entries have expired", "keycatch baseline check"),
        ({".gitignore": ".keycatch*\n", ".keycatch.toml": ""},
         "git ignores .keycatch.toml (.gitignore:1: .keycatch*)", "git add -f .keycatch.toml"),
        ({".keycatch.toml": 'baseline = "none"\n'}, "cannot read the baseline", "git checkout"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_project(
    project: Any, doctor: Any, files: dict[str, str], what: str, fix: str
) -> None:
    for name, content in files.items():
        project.write(name, content)
    ((found, remedy),) = problems(doctor(1))
    assert what in found
    assert remedy.startswith(fix)
    if fix.startswith("git add"):
        shell(project, remedy)
        doctor(0)


def test_nothing_to_scan(past: Any, doctor: Any) -> None:
    past.write(".git/info/exclude", "*.env\n")
    past.write("a.env", "x\n")
    found = [each for each in problems(doctor(1)) if "no file to scan" in each[0]]
    assert [fix for _, fix in found] == ["keycatch scan --no-ignore"]


def test_names_cannot_write_to_the_terminal(project: Any) -> None:
    project.write(".keycatch.toml", 'exclude = ["\\u001b[31mx"]\n')
    project.git("config", "core.hooksPath", "\x1b[31mhooks")
    done = project.keycatch("doctor", cwd=project.root)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout


def test_help_has_examples(past: Any) -> None:
    for command in ("doctor", "explain"):
        done = past.keycatch(command, "--help")
        assert "examples:" in done.stdout
        assert f"  keycatch {command}" in done.stdout


def test_coding_agents(project: Any, doctor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert said(doctor(0), "agents") == ""

    (project.root / ".claude").mkdir()
    assert "Claude Code is in use here" in said(doctor(0), "agents")
    shell(project, "keycatch agent install claude")
    assert "Claude Code runs keycatch" in said(doctor(0), "agents")

    settings = project.root / ".claude" / "settings.json"
    document = json.loads(settings.read_text())
    del document["hooks"]["UserPromptSubmit"]
    settings.write_text(json.dumps(document))
    ((what, fix),) = problems(doctor(1))
    assert "not called for UserPromptSubmit" in what
    shell(project, fix)
    assert "Claude Code runs keycatch" in said(doctor(0), "agents")

    settings.write_text("// mine\n{}")
    assert "not plain JSON" in said(doctor(0), "agents")
