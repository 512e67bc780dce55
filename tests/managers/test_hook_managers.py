"""keycatch in the hooks of husky, lefthook and simple-git-hooks: the real tools, from npm.

`.ci/run` installs them and names their directory in KEYCATCH_NODE_MODULES; the default run leaves
these tests out.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.managers, pytest.mark.usefixtures("clean_environment")]

ROOT = Path(__file__).resolve().parents[2]
LEFTHOOK = """\
# Ours, with a comment that has to stay.
pre-commit:
  parallel: true  # all at once
  {kind}
"""
KINDS = {
    "commands": "commands:\n    lint:\n      run: echo lint >>log",
    "jobs": "jobs:\n    - name: lint\n      run: echo lint >>log\n    - run: echo more",
    "jobs_at_the_margin": "jobs:\n  - run: echo lint >>log",
}


@pytest.fixture(scope="session")
def modules():
    named = os.environ.get("KEYCATCH_NODE_MODULES", "")
    if not (Path(named) / "node_modules" / "husky").is_dir():
        pytest.fail("KEYCATCH_NODE_MODULES names no directory with husky: see .ci/run")
    return Path(named) / "node_modules"


class Project:
    """A repository with a tool of npm, a keycatch on the PATH and a remote."""

    def __init__(self, repository, modules, tmp_path, monkeypatch, plant):
        self.root = repository.root
        self.plant = plant
        self.remote = tmp_path / "remote.git"
        program = tmp_path / "bin" / "keycatch"
        program.parent.mkdir()
        program.write_text(
            f"#!{sys.executable} -P\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
            "from scanner.commands import main\nsys.exit(main())\n"
        )
        program.chmod(0o755)
        monkeypatch.setenv(
            "PATH",
            os.pathsep.join((str(program.parent), str(modules / ".bin"), os.environ["PATH"])),
        )
        for who in ("AUTHOR", "COMMITTER"):
            monkeypatch.setenv(f"GIT_{who}_NAME", "Test")
            monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@example.com")
        (self.root / "node_modules").symlink_to(modules)
        (self.root / ".gitignore").write_text("node_modules\nlog\n")
        self.run("git", "init", "-q", "--bare", self.remote)
        self.run("git", "symbolic-ref", "HEAD", "refs/heads/main")

    def run(self, *command, code=0):
        done = subprocess.run(
            command, cwd=self.root, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        text = done.stdout + done.stderr
        assert "Traceback" not in text, text
        assert code is None or done.returncode == code, text
        return text

    def files(self):
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and "node_modules" not in path.parts
            and not {"objects", "logs", "info"} & set(path.parts)
            and path.name not in ("index", "COMMIT_EDITMSG", "log", "ORIG_HEAD", "HEAD", "main")
        }  # fmt: skip

    def holds(self):
        """Check that commits, merges and pushes are stopped, and clean ones are made."""
        self.run("git", "add", ".")
        self.run("git", "commit", "-q", "-m", "clean")
        assert "lint" in (self.root / "log").read_text()
        self.run("git", "push", "-q", self.remote, "main")

        (self.root / "key.env").write_text(self.plant.pair())
        self.run("git", "add", "key.env")
        assert "aws-access-key-pair" in self.run("git", "commit", "-q", "-m", "key", code=1)
        self.run("git", "commit", "-q", "--no-verify", "-m", "key")
        said = self.run("git", "push", "-q", self.remote, "main", code=1)
        assert "aws-access-key-pair" in said

        self.run("git", "branch", "side")
        self.run("git", "reset", "-q", "--hard", "HEAD~1")
        assert self.run("git", "merge", "-q", "--no-ff", "-m", "merge", "side", code=None)
        assert "key.env" not in self.run("git", "ls-tree", "--name-only", "HEAD")
        self.run("git", "merge", "--abort", code=None)
        self.run("git", "reset", "-q", "--hard")


@pytest.fixture
def project(repository, modules, tmp_path, monkeypatch, plant):
    return Project(repository, modules, tmp_path, monkeypatch, plant)


def husky(project):
    (project.root / "package.json").write_text('{"name": "shop"}\n')
    project.run("husky")
    (project.root / ".husky" / "pre-commit").write_text("echo lint >>log\n")


def simple(project, indent=2, **more):
    hooks = {"pre-commit": "echo lint >>log", **more}
    text = json.dumps(
        {"name": "caf\u00e9", "simple-git-hooks": hooks}, indent=indent, ensure_ascii=False
    )
    (project.root / "package.json").write_text(text + "\n", "utf-8")
    project.run("simple-git-hooks")


def lefthook(project, kind="commands"):
    (project.root / "lefthook.yml").write_text(LEFTHOOK.format(kind=KINDS[kind]))
    project.run("lefthook", "install")


TOOLS = {
    "husky": (husky, ("husky",)),
    "simple-git-hooks": (simple, ("simple-git-hooks",)),
    "lefthook": (lefthook, ("lefthook", "install")),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_keycatch_stays_when_the_tool_writes_its_hooks_again(project, tool):
    prepare, again = TOOLS[tool]
    prepare(project)
    before = project.files()

    said = project.run("keycatch", "install")
    assert f"{tool} owns the hooks here" in said
    written = project.files()
    assert "current" in project.run("keycatch", "install")
    assert project.files() == written
    project.run(*again)
    hooks = {name: text for name, text in project.files().items() if name in written}
    changed = {name for name in written if hooks[name] != written[name]}
    assert not {name for name in changed if not name.endswith("lefthook.checksum")}

    project.holds()
    project.run("keycatch", "install", "--undo")
    after = project.files()
    for name in before:
        assert after[name] == before[name], name
    assert not [name for name in set(after) - set(before) if "hooks" in name and "pre-" in name]
    project.run(*again)
    project.run("git", "add", "-A")
    (project.root / "key.env").write_text(project.plant.pair())
    project.run("git", "add", "key.env")
    project.run("git", "commit", "-q", "-m", "nothing stops it")


def documented(language, mark):
    """Return the block of docs/install.md in a `language` that has `mark` in it."""
    page = (ROOT / "docs" / "install.md").read_text("utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (found,) = [block for block in blocks if mark in block]
    return found


def commands_for(tool):
    """Return the commands in the row of docs/install.md that begins with `tool`."""
    page = (ROOT / "docs" / "install.md").read_text("utf-8")
    (row,) = re.findall(rf"^\| {tool} \| (`npx.*) \|$", page, re.MULTILINE)
    return re.findall(r"`npx ([^`]+)`", row)


def old_husky(modules, version):
    """Return the modules of an older version of husky, which npm installs by itself."""
    found = modules.parent / f"husky{version}" / "node_modules"
    if not (found / "husky").is_dir():
        pytest.fail(f"KEYCATCH_NODE_MODULES has no husky{version}/node_modules: see .ci/run")
    return found


def test_the_remedy_for_husky_8_works(project, modules):
    program = old_husky(modules, 8) / "husky" / "lib" / "bin.js"
    (project.root / "package.json").write_text('{"name": "shop"}\n')
    project.run("node", program, "install")
    project.run("node", program, "add", ".husky/pre-commit", "echo lint >>log")
    for options in ((), ("--force",)):
        said = project.run("keycatch", "install", *options, code=2)
        assert "add `keycatch staged` to .husky/pre-commit" in said

    for command in commands_for("husky 5 to 8"):
        words = shlex.split(command)
        assert words.pop(0) == "husky"
        project.run("node", program, *words)
        if words[1].endswith("pre-commit"):  # "the same for pre-merge-commit"
            project.run("node", program, "add", ".husky/pre-merge-commit", words[2])
    project.holds()
    assert "pre-push runs keycatch through husky" in project.run("keycatch", "doctor")


def test_the_remedy_for_husky_4_works(project, modules, monkeypatch):
    (project.root / "node_modules").unlink()
    shutil.copytree(old_husky(modules, 4), project.root / "node_modules", symlinks=True)
    package = project.root / "node_modules" / "husky"
    monkeypatch.setenv("npm_config_user_agent", "npm/10.0.0 node/v20.0.0 linux x64")
    monkeypatch.setenv("INIT_CWD", str(project.root))
    (project.root / "package.json").write_text('{"husky": {"hooks": {"pre-commit": "true"}}}')
    subprocess.run(["node", "husky", "install"], cwd=package, check=True, capture_output=True)
    assert (project.root / ".git" / "hooks" / "husky.sh").exists()
    for options in ((), ("--force",)):
        said = project.run("keycatch", "install", *options, code=2)
        assert "add `keycatch staged` to husky.hooks.pre-commit in package.json" in said

    hooks = json.loads(documented("json", "HUSKY_GIT_STDIN"))
    own = hooks["husky"]["hooks"]
    own["pre-commit"] = f"echo lint >>log && {own['pre-commit']}"
    (project.root / "package.json").write_text(json.dumps(hooks))
    project.holds()
    assert "pre-push runs keycatch through husky 4" in project.run("keycatch", "doctor")


@pytest.mark.parametrize("kind", KINDS)
def test_each_way_to_write_a_hook_of_lefthook(project, kind):
    lefthook(project, kind)
    before = (project.root / "lefthook.yml").read_text()
    project.run("keycatch", "install")
    project.run("lefthook", "validate")
    project.holds()
    project.run("keycatch", "install", "--undo")
    assert (project.root / "lefthook.yml").read_text() == before


def test_lefthook_that_cannot_be_added_to_is_left_alone(project):
    lefthook(project)
    path = project.root / "lefthook.yml"
    path.write_text("pre-commit: {commands: {lint: {run: echo lint}}}\n")
    before = project.files()
    assert "by hand" in project.run("keycatch", "install", code=2)
    assert project.files() == before


@pytest.mark.parametrize("indent", [4, "\t", None])
def test_package_json_keeps_its_layout(project, indent):
    simple(project, indent)
    text = (project.root / "package.json").read_text("utf-8")
    if indent is None:  # separators with spaces, which npm does not write
        assert "by hand" in project.run("keycatch", "install", code=2)
        assert (project.root / "package.json").read_text("utf-8") == text
        return
    project.run("keycatch", "install")
    project.run("keycatch", "install", "--undo")
    assert (project.root / "package.json").read_text("utf-8") == text


def test_a_command_that_ends_the_hook_is_left_alone(project):
    simple(project, **{"pre-push": "exec npm test"})
    before = project.files()
    assert "by hand" in project.run("keycatch", "install", code=2)
    assert project.files() == before


def test_a_script_of_husky_that_ends_by_itself(project):
    husky(project)
    script = project.root / ".husky" / "pre-commit"
    for text in ("echo lint >>log\nexit 0\n", "echo lint >>log\nexec true", "echo lint >>log"):
        script.write_text(text)
        project.run("keycatch", "install")
        (project.root / "key.env").write_text(project.plant.pair())
        project.run("git", "add", "-f", "key.env")
        assert "aws-access-key-pair" in project.run("git", "commit", "-q", "-m", "key", code=1)
        project.run("git", "rm", "-q", "--cached", "key.env")
        project.run("keycatch", "install", "--undo")
        assert script.read_text() == text


def test_lint_staged_comes_first_and_does_not_hide_a_key(project):
    husky(project)
    (project.root / "package.json").write_text('{"lint-staged": {"*": "echo linted"}}\n')
    (project.root / ".husky" / "pre-commit").write_text("echo lint >>log\nlint-staged\n")
    project.run("git", "add", ".")
    project.run("git", "commit", "-q", "-m", "start")
    project.run("keycatch", "install")
    (project.root / "x").write_text("text")
    project.holds()


def test_lint_staged_that_runs_keycatch_itself_appends_names(project):
    husky(project)
    (project.root / "package.json").write_text('{"lint-staged": {"*": "keycatch staged"}}\n')
    (project.root / ".husky" / "pre-commit").write_text("lint-staged\n")
    project.run("git", "add", ".")
    project.run("git", "commit", "-q", "-m", "start")
    (project.root / "key.env").write_text(project.plant.pair())
    project.run("git", "add", "key.env")
    assert "aws-access-key-pair" in project.run("git", "commit", "-q", "-m", "key", code=1)


@pytest.mark.parametrize("tool", ["lefthook", "simple-git-hooks"])
def test_undoing_leaves_the_hooks_of_others_alone(project, tool):
    TOOLS[tool][0](project)
    other = project.root / ".git" / "hooks" / "commit-msg"
    other.write_text("#!/bin/sh\n# mine\n")
    before = project.files()
    project.run("keycatch", "install", "--undo")
    assert project.files() == before
    project.run("keycatch", "install")
    project.run("keycatch", "install", "--undo")
    assert project.files() == before


@pytest.mark.parametrize("tool", TOOLS)
def test_no_code_of_the_repository_is_run(project, tool, tmp_path, monkeypatch):
    """An empty entry is the work tree: Python imports from it before keycatch can take it out."""
    TOOLS[tool][0](project)
    project.run("keycatch", "install")
    for name in ("scanner", "sitecustomize", "re", "encodings/__init__"):
        path = project.root / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"import posix\nposix.mkdir({str(tmp_path / 'run')!r})\n")
    (project.root / "key.env").write_text(project.plant.pair())
    project.run("git", "add", ".")
    monkeypatch.setenv("PYTHONPATH", ":/nowhere")
    assert "aws-access-key-pair" in project.run("git", "commit", "-q", "-m", "key", code=1)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("tool", ["husky", "simple-git-hooks"])
def test_a_line_that_somebody_wrote_is_enough(project, tool):
    if tool == "husky":
        husky(project)
        path = project.root / ".husky" / "pre-commit"
        path.write_text("echo lint >>log\nkeycatch staged\n")
    else:
        simple(project, **{"pre-commit": "echo lint >>log && keycatch staged"})
        path = project.root / "package.json"
    project.run("keycatch", "install")
    assert path.read_text("utf-8").count("keycatch staged") == (1 if tool == "husky" else 2)
    project.run("keycatch", "install", "--undo")
    assert "keycatch" not in path.read_text("utf-8")
