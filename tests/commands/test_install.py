"""`keycatch install`: real repositories, real commits, merges and pushes through what it writes."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from scanner.commands import main

ROOT = Path(__file__).resolve().parents[2]
BESIDE = Path(sys.executable).parent
HOOKS = ("pre-commit", "pre-merge-commit", "pre-push")
KEPT = ".before-keycatch"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a script stands for the program")


class Done(NamedTuple):
    """What a run printed."""

    stdout: str
    stderr: str


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Return a program as pip would install it, in a place that has to be quoted."""
    path = tmp_path / 'it\'s a "b\u00efn"' / "keycatch"
    path.parent.mkdir()
    path.write_text(
        f"#!{sys.executable} -P\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "from scanner.commands import main\nsys.exit(main())\n"
    )
    path.chmod(0o755)
    return path


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give commits an author, also those outside of the repository of the test."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@example.com")


def check(code: int, stdout: str, stderr: str, done: int) -> None:
    """Check how `keycatch install` ended: one sentence for an error, else nothing on stderr."""
    assert done == code, (stdout, stderr)
    if code == 2:
        assert stderr.count("\n") == 1, stderr
        assert stderr.startswith("keycatch: ")
        assert stdout == ""
    else:
        assert stderr == ""


@pytest.fixture
def install_and_try(
    program: Path, repository: Any, tmp_path: Path, identity: None
) -> Callable[..., Done]:
    """Run `keycatch install` as a user does, and check its exit code and what it leaves."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()

    def run(code: int, *options: str, cwd: Path = repository.root, **env: str) -> Done:
        done = subprocess.run(
            [program, "install", *options],
            cwd=cwd, env={**os.environ, "TMPDIR": str(temporary), **env}, text=True,
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
        check(code, done.stdout, done.stderr, done.returncode)
        assert list(temporary.iterdir()) == []
        return Done(done.stdout, done.stderr)

    return run


@pytest.fixture
def install(
    program: Path, repository: Any, monkeypatch: pytest.MonkeyPatch, identity: None
) -> Callable[..., Done]:
    """Run `keycatch install` in this process, without the trial of the hooks that it writes.

    The trial takes ten times as long as everything else. Tests with `install_and_try` have it.
    """
    monkeypatch.setattr("scanner.hooks.proof.prove", lambda *_: None)
    monkeypatch.setattr(sys, "argv", [str(program)])

    def run(code: int, *options: str, cwd: Path = repository.root, **env: str) -> Done:
        stdout, stderr = io.StringIO(), io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(stdout),
            contextlib.redirect_stderr(stderr),
        ):
            patch.chdir(cwd)
            for name, value in env.items():
                patch.setenv(name, value)
            done = main(["install", *options])
        check(code, stdout.getvalue(), stderr.getvalue(), done)
        return Done(stdout.getvalue(), stderr.getvalue())

    return run


@pytest.fixture
def hooks(repository: Any) -> Path:
    path: Path = repository.root / ".git/hooks"
    for sample in path.glob("*"):
        sample.unlink()
    return path


def git(cwd: Path, *arguments: str | Path, **env: str) -> tuple[int, str]:
    done = subprocess.run(
        ["git", "-c", "protocol.file.allow=always", *arguments], cwd=cwd, stdin=subprocess.DEVNULL,
        env={**os.environ, **env}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def tree(folder: Path) -> dict[str, tuple[int, str | bytes]]:
    """Return the mode, and the content or the target, of every file below a folder."""
    found: dict[str, tuple[int, str | bytes]] = {}
    for path in sorted(folder.rglob("*")):
        content = (
            os.readlink(path) if path.is_symlink() else b"" if path.is_dir() else path.read_bytes()
        )
        found[str(path.relative_to(folder))] = (path.lstat().st_mode, content)
    return found


def script(path: Path, lines: str, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(mode)
    return path


def stage(root: Path, name: str, content: str) -> None:
    (root / name).write_text(content)
    assert git(root, "add", "--force", name)[0] == 0


def commits(root: Path) -> int:
    code, shown = git(root, "rev-list", "--count", "HEAD")
    return 0 if code else int(shown)


def stops_keys(root: Path, plant: Any) -> None:
    """Check that a clean change is committed there and one with a credential is not."""
    before = commits(root)
    stage(root, "clean", f"text {before}\n")
    code, shown = git(root, "commit", "-qm", "clean")
    assert (code, commits(root)) == (0, before + 1), shown
    stage(root, "key", plant.pair())
    code, shown = git(root, "commit", "-qm", "key")
    assert (code, commits(root)) == (1, before + 1), shown
    assert "aws-access-key-pair" in shown
    git(root, "rm", "-qf", "--cached", "key")
    (root / "key").unlink()


def test_commits_merges_and_pushes(
    install_and_try: Any, repository: Any, plant: Any, tmp_path: Path
) -> None:
    root = repository.root
    bare = tmp_path / "remote.git"
    git(root, "init", "-q", "--bare", bare)
    done = install_and_try(0)
    for name in HOOKS:
        assert f"wrote    {root}/.git/hooks/{name}\n" in done.stdout
    assert "undo     keycatch install --undo\n" in done.stdout
    stops_keys(root, plant)
    assert git(root, "push", "-q", bare, "HEAD:refs/heads/main")[0] == 0

    git(root, "checkout", "-qb", "side")
    stage(root, "key", plant.pair())
    assert git(root, "commit", "-qnm", "key")[0] == 0
    code, shown = git(root, "push", "-q", bare, "HEAD:refs/heads/a", "side:refs/heads/b")
    assert code == 1
    assert "aws-access-key-pair" in shown
    assert "refs/heads/b" not in git(bare, "for-each-ref", GIT_DIR=str(bare))[1]

    git(root, "checkout", "-q", "-")
    stage(root, "more", "more\n")
    assert git(root, "commit", "-qm", "more")[0] == 0
    code, shown = git(root, "merge", "-q", "--no-ff", "-m", "merge", "side")
    assert code != 0
    assert "aws-access-key-pair" in shown


def test_the_hooks_of_the_repository_run_too(
    install: Any, repository: Any, hooks: Path, plant: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    log = tmp_path / "log"
    script(hooks / "pre-commit", f"echo own >>{log}; exit $OWN_CODE")
    done = install(0)
    assert f"chains   {hooks}/pre-commit{KEPT}\n" in done.stdout
    assert f"wrote    {hooks}/pre-commit\n" in done.stdout
    monkeypatch.setenv("OWN_CODE", "0")
    stops_keys(repository.root, plant)
    assert log.read_text() == "own\nown\n"
    stage(repository.root, "more", "text\n")
    code, shown = git(repository.root, "commit", "-qm", "more", OWN_CODE="7")
    assert code == 1
    assert "keycatch" not in shown


def test_what_another_hook_stages_is_checked(
    install: Any, repository: Any, hooks: Path, plant: Any, tmp_path: Path
) -> None:
    (tmp_path / "generated").write_text(plant.pair())
    script(hooks / "pre-commit", f"cp {tmp_path}/generated new && git add new")
    install(0)
    stage(repository.root, "clean", "text\n")
    code, shown = git(repository.root, "commit", "-qm", "x")
    assert code == 1
    assert "aws-access-key-pair" in shown


@pytest.mark.parametrize("interpreter", ["/usr/bin/env python3", "/bin/cat", "/bin/sh"])
def test_hooks_of_any_kind_are_restored(
    install: Any, repository: Any, hooks: Path, interpreter: str
) -> None:
    """In any language, as a link, a broken one, not executable; as they were to the byte."""
    (hooks / "pre-commit").write_bytes(f"#!{interpreter}\n'\xff'\r\n".encode("latin-1"))
    (hooks / "pre-commit").chmod(0o751)
    target = script(repository.root / "scripts/merge", "exit 0")
    (hooks / "pre-merge-commit").symlink_to("../../scripts/merge")
    script(hooks / "pre-push", "exit 9", 0o640)
    (hooks / "commit-msg").symlink_to("nowhere")
    before = tree(hooks)
    done = install(0)
    assert f"{hooks}/pre-push{KEPT}, which is not executable" in done.stdout
    assert (hooks / f"pre-merge-commit{KEPT}").resolve() == target
    install(0)
    done = install(0, "--undo")
    assert done.stdout.splitlines() == [f"restored {hooks}/{name}" for name in HOOKS]
    assert tree(hooks) == before
    assert "nothing was removed" in install(0, "--undo").stdout
    assert tree(hooks) == before


def test_undo_leaves_nothing(install: Any, repository: Any, hooks: Path) -> None:
    before = tree(repository.root)
    install(0)
    assert set(tree(hooks)) == set(HOOKS)
    assert {stat.S_IMODE((hooks / name).stat().st_mode) & 0o111 for name in HOOKS} == {0o111}
    assert install(0, "--undo").stdout == "".join(f"removed  {hooks}/{name}\n" for name in HOOKS)
    assert tree(repository.root) == before


def test_a_second_installation_changes_nothing(install_and_try: Any, hooks: Path) -> None:
    script(hooks / "pre-push", "exit 0")
    install_and_try(0)
    before = tree(hooks)
    inodes = {name: (hooks / name).stat().st_ino for name in HOOKS}
    assert f"current  {hooks}/pre-push" in install_and_try(0).stdout
    assert tree(hooks) == before
    assert {name: (hooks / name).stat().st_ino for name in HOOKS} == inodes


def older(path: Path) -> bytes:
    """Make the hook one that another version wrote."""
    from scanner.hooks.script import HookKind, _written, kind_of

    text = _written("keycatch install --undo", "exit 0\n").replace(b"0.1.0", b"0.0.9")
    assert kind_of(text) is HookKind.EDITED
    text = _written("keycatch install --undo", "exit 0\n")
    path.write_bytes(text)
    path.chmod(0o700)
    return text


def test_a_hook_of_another_version_is_updated(install: Any, hooks: Path) -> None:
    script(hooks / "pre-commit", "exit 0")
    install(0)
    new = (hooks / "pre-commit").read_bytes()
    older(hooks / "pre-commit")
    assert f"updated  {hooks}/pre-commit" in install(0).stdout
    assert (hooks / "pre-commit").read_bytes() == new
    assert set(tree(hooks)) == {*HOOKS, f"pre-commit{KEPT}"}


def test_a_changed_hook_is_left_alone(install: Any, hooks: Path) -> None:
    script(hooks / "pre-commit", "exit 0")
    install(0)
    with open(hooks / "pre-push", "a") as file:
        file.write("echo mine\n")
    before = tree(hooks)
    assert "was changed since keycatch wrote it" in install(2).stderr
    assert "nothing was removed" in install(2, "--undo").stderr
    assert tree(hooks) == before


def test_a_hook_that_took_our_place(install: Any, hooks: Path, repository: Any, plant: Any) -> None:
    """Its own tool writes it again: what was kept is the same, so nothing is lost."""
    script(hooks / "pre-commit", "exit 0")
    before = tree(hooks)
    install(0)
    script(hooks / "pre-commit", "exit 0")
    install(0)
    stops_keys(repository.root, plant)
    script(hooks / "pre-commit", "exit 1")
    state = tree(hooks)
    for option in ((), ("--undo",)):
        assert f"pre-commit{KEPT}" in install(2, *option).stderr
    assert tree(hooks) == state
    script(hooks / "pre-commit", "exit 0")
    install(0, "--undo")
    assert tree(hooks) == before


def test_our_hook_was_deleted(install: Any, hooks: Path) -> None:
    script(hooks / "pre-commit", "exit 0")
    before = tree(hooks)
    install(0)
    (hooks / "pre-commit").unlink()
    install(0, "--undo")
    assert tree(hooks) == before
    install(0)
    (hooks / "pre-commit").unlink()
    install(0)
    assert set(tree(hooks)) == {*HOOKS, f"pre-commit{KEPT}"}


def test_only_some_hooks(install: Any, hooks: Path) -> None:
    install(0, "--hooks", "pre-push", "pre-commit")
    assert set(tree(hooks)) == {"pre-push", "pre-commit"}
    install(0)
    install(0, "--undo", "--hooks", "pre-commit")
    assert set(tree(hooks)) == {"pre-push", "pre-merge-commit"}
    assert "invalid choice" in install(2, "--hooks", "post-commit").stderr


def test_from_a_directory_below(install: Any, repository: Any, hooks: Path) -> None:
    below = repository.root / "a b/c"
    below.mkdir(parents=True)
    install(0, cwd=below)
    assert set(tree(hooks)) == set(HOOKS)
    repository.git("config", "core.hooksPath", ".git/other")
    install(0, cwd=below)
    assert set(tree(repository.root / ".git/other")) == set(HOOKS)


def test_the_directory_is_made(install: Any, repository: Any, hooks: Path, plant: Any) -> None:
    hooks.rmdir()
    install(0)
    stops_keys(repository.root, plant)


def test_the_mode_follows_the_umask(install: Any, hooks: Path) -> None:
    old = os.umask(0o077)
    try:
        install(0)
    finally:
        os.umask(old)
    assert stat.S_IMODE((hooks / "pre-commit").stat().st_mode) == 0o700


def test_awkward_paths(install: Any, make_repository: Any, plant: Any, tmp_path: Path) -> None:
    repository = make_repository('it\'s a "répo" $(x) \\ *')
    log = tmp_path / "log"
    script(repository.root / ".git/hooks/pre-commit", f"echo own >>{shlex.quote(str(log))}")
    install(0, cwd=repository.root)
    stops_keys(repository.root, plant)
    assert log.read_text() == "own\nown\n"


def test_linked_work_trees_share_the_hooks(
    install: Any, repository: Any, hooks: Path, plant: Any, tmp_path: Path
) -> None:
    repository.commit("first")
    repository.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    install(0, cwd=tmp_path / "linked")
    assert set(tree(hooks)) == set(HOOKS)
    stops_keys(tmp_path / "linked", plant)
    stops_keys(repository.root, plant)


def test_a_submodule_has_hooks_of_its_own(
    install: Any, repository: Any, make_repository: Any, hooks: Path, plant: Any
) -> None:
    make_repository("library").commit("file")
    repository.git("submodule", "--quiet", "add", str(repository.root.parent / "library"), "sub")
    install(0, cwd=repository.root / "sub")
    assert tree(hooks) == {}
    assert set(HOOKS) <= set(tree(repository.root / ".git/modules/sub/hooks"))
    stops_keys(repository.root / "sub", plant)


def test_core_hooks_path_of_the_repository(
    install: Any, repository: Any, hooks: Path, plant: Any, tmp_path: Path
) -> None:
    outside = tmp_path / "out side"
    repository.git("config", "core.hooksPath", str(outside))
    install(0)
    assert set(tree(outside)) == set(HOOKS)
    assert tree(hooks) == {}
    stops_keys(repository.root, plant)
    install(0, "--undo")
    assert tree(outside) == {}


def test_core_hooks_path_that_came_later(install: Any, repository: Any, hooks: Path) -> None:
    install(0)
    repository.git("config", "core.hooksPath", ".git/other")
    install(0)
    install(0, "--undo")
    assert tree(hooks) == tree(repository.root / ".git/other") == {}


def test_hooks_that_git_tracks(
    install_and_try: Any, repository: Any, program: Path, plant: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    repository.git("config", "core.hooksPath", ".githooks")
    script(repository.root / ".githooks/pre-commit", "exit 0")
    repository.commit()
    before = tree(repository.root / ".githooks")
    below = repository.root / "below"
    below.mkdir()
    for start in (repository.root, below):
        assert "git tracks them" in install_and_try(2, cwd=start).stderr
        assert tree(repository.root / ".githooks") == before
    # The path of this machine must not get into a commit.
    assert "nothing was checked" in install_and_try(2, "--force").stderr
    assert tree(repository.root / ".githooks") == before
    search = f"{program.parent}:{os.environ['PATH']}"
    install_and_try(0, "--force", PATH=search)
    for path in (repository.root / ".githooks").iterdir():
        assert str(program.parent) not in path.read_text()
    monkeypatch.setenv("PATH", search)
    stops_keys(repository.root, plant)


def test_a_link_to_hooks_that_git_tracks(install: Any, repository: Any, hooks: Path) -> None:
    hooks.rmdir()
    (repository.root / "scripts").mkdir()
    hooks.symlink_to("../scripts")
    assert "git tracks them" in install(2).stderr
    assert list((repository.root / "scripts").iterdir()) == []


def test_hooks_in_the_work_tree_that_are_ignored(install: Any, repository: Any) -> None:
    repository.git("config", "core.hooksPath", "own/hooks")
    repository.write(".gitignore", "/own\n")
    install(0)
    assert set(tree(repository.root / "own/hooks")) == set(HOOKS)


# Other tools


def test_husky_is_left_alone(install: Any, repository: Any) -> None:
    """Its hooks run the file of their own name, and would pass under another one."""
    repository.git("config", "core.hooksPath", ".husky/_")
    repository.write(".husky/_/.gitignore", "*")
    script(repository.root / ".husky/_/pre-commit", '. "${0%/*}/h"')
    before = tree(repository.root / ".husky")
    for option in ((), ("--force",)):
        assert "add `keycatch staged` to .husky/pre-commit" in install(2, *option).stderr
    assert tree(repository.root / ".husky") == before


@pytest.mark.parametrize(
    ("lines", "reason", "forced"),
    [
        ("exec lefthook run pre-commit", "lefthook.yml", 0),
        ("# Simple Git Hooks", "simple-git-hooks", 0),
        ('if [ "$SKIP_SIMPLE_GIT_HOOKS" = "1" ]; then exit 0; fi', "simple-git-hooks", 0),
        ("# overcommit", ".overcommit.yml", 2),
        ("# husky 4", ".husky/pre-commit", 2),
        ('for x in "$0.d"/*; do $x; done', "its own name", 0),
        ('hook=$(basename -- "$0")', "its own name", 0),
        ("hook=${0##*/}", "its own name", 0),
        ('echo "$(basename "$PWD")"; cd "$(dirname "$0")"', "", 0),
    ],
)
def test_hooks_that_should_not_be_moved(
    install: Any, hooks: Path, lines: str, reason: str, forced: int
) -> None:
    script(hooks / "pre-push", lines)
    before = tree(hooks)
    if reason:
        assert reason in install(2).stderr
        assert tree(hooks) == before
    else:
        install(0)
    install(forced, "--force")
    install(0, "--undo")
    assert tree(hooks) == before


FRAMEWORKS = [
    ["pre-commit", "install", "--hook-type=pre-commit", "--hook-type=pre-push"],
    ["prek", "install", "--hook-type=pre-commit", "--hook-type=pre-push"],
]


@pytest.fixture(params=FRAMEWORKS, ids=lambda command: command[0])
def framework(
    request: Any, repository: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Return what runs the framework, and the file in which its hook notes each run."""
    log = tmp_path / "framework.log"
    for name in ("PRE_COMMIT_HOME", "PREK_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    repository.write(
        ".pre-commit-config.yaml",
        "repos:\n- repo: local\n  hooks:\n  - id: note\n    name: note\n    language: system\n"
        f"    entry: sh -c 'echo ran >>{log}'\n    always_run: true\n    pass_filenames: false\n",
    )
    repository.commit()

    def run(*arguments: str) -> None:
        command = [*request.param, *arguments]
        if arguments and arguments[0] == "uninstall":
            command = [request.param[0], *arguments, *request.param[2:]]
        done = subprocess.run(
            [BESIDE / command[0], *command[1:]], cwd=repository.root, capture_output=True,
            text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    return run, log


def both_run(root: Path, log: Path, plant: Any, bare: Path, times: int = 1) -> None:
    """Check that keycatch stops keys and that the framework runs once in each hook."""
    log.unlink(missing_ok=True)
    stage(root, "clean", f"text {commits(root)}\n")
    code, shown = git(root, "commit", "-qm", "clean")
    assert code == 0, shown
    assert log.read_text() == "ran\n" * times
    stage(root, "key", plant.pair())
    code, shown = git(root, "commit", "-qm", "key")
    assert code == 1
    assert "aws-access-key-pair" in shown
    git(root, "rm", "-qf", "--cached", "key")
    (root / "key").unlink()
    log.unlink()
    code, shown = git(root, "push", "-q", bare, f"HEAD:refs/heads/b{commits(root)}")
    assert code == 0, shown
    assert log.read_text() == "ran\n" * times
    git(root, "checkout", "-qb", "side")
    stage(root, "key", plant.pair())
    git(root, "commit", "-qnm", "key")
    code, shown = git(root, "push", "-q", bare, "side:refs/heads/side")
    assert code == 1
    assert "aws-access-key-pair" in shown
    git(root, "checkout", "-q", "-")
    git(root, "branch", "-qD", "side")


@pytest.mark.parametrize("ours_first", [True, False])
def test_a_framework_before_and_after(
    install: Any, repository: Any, hooks: Path, plant: Any, tmp_path: Path, framework: Any,
    ours_first: bool,
) -> None:  # fmt: skip
    run, log = framework
    bare = tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "--bare", bare)
    if ours_first:
        install(0)
        run()
        assert {"pre-commit", "pre-commit.legacy"} <= set(tree(hooks))
    else:
        run()
        theirs = tree(hooks)
        install(0)
        assert {"pre-commit", f"pre-commit{KEPT}"} <= set(tree(hooks))
    both_run(repository.root, log, plant, bare)
    # Both are installed again, as the set-up of a project does it.
    state = tree(hooks)
    install(0)
    assert tree(hooks) == state
    seen = [state]
    for again in (run, lambda: install(0)):
        again()
        if tree(hooks) not in seen:  # the same hooks do the same
            both_run(repository.root, log, plant, bare)
            seen.append(tree(hooks))
    install(0, "--undo")
    left = tree(hooks)
    if not ours_first:
        assert left == theirs
    assert set(left) == {"pre-commit", "pre-push"}
    stage(repository.root, "key", plant.pair())
    log.unlink(missing_ok=True)
    assert git(repository.root, "commit", "-qm", "key")[0] == 0
    assert log.read_text() == "ran\n"


def test_a_framework_that_goes_leaves_ours(
    install: Any, repository: Any, hooks: Path, plant: Any, framework: Any
) -> None:
    run, _ = framework
    install(0)
    state = tree(hooks)
    run()
    run("uninstall")
    assert tree(hooks) == state
    stops_keys(repository.root, plant)


# All repositories of the user


@pytest.fixture
def directory(clean_environment: Path) -> Path:
    return clean_environment / ".config/keycatch/hooks"


def test_for_all_repositories(
    install_and_try: Any, repository: Any, make_repository: Any, hooks: Path, plant: Any,
    tmp_path: Path, clean_environment: Path, directory: Path,
) -> None:  # fmt: skip
    log = tmp_path / "log"
    for name in ("pre-commit", "commit-msg", "post-commit", "post-checkout"):
        script(hooks / name, f"echo {name} $# >>{log}")
    (clean_environment / ".gitconfig").write_text("[user]\n\tname = me\n")
    before = tree(clean_environment)
    done = install_and_try(0, "--global")
    assert f"set      core.hooksPath of the user: {directory}\n" in done.stdout
    stops_keys(repository.root, plant)
    assert log.read_text() == "pre-commit 0\ncommit-msg 1\npost-commit 0\npre-commit 0\n"
    stops_keys(make_repository("later").root, plant)
    repository.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    log.unlink()
    stops_keys(tmp_path / "linked", plant)
    assert "pre-commit 0\ncommit-msg 1\npost-commit 0\npre-commit 0\n" in log.read_text()

    state = tree(clean_environment)
    assert "current  core.hooksPath" in install_and_try(0, "--global").stdout
    assert tree(clean_environment) == state
    assert "nothing was written" in install_and_try(0).stdout
    assert (
        "cannot be taken out alone"
        in install_and_try(2, "--global", "--undo", "--hooks", "pre-push").stderr
    )
    install_and_try(0, "--global", "--undo")
    assert {k: v for k, v in tree(clean_environment).items() if k != ".config"} == before


def test_a_clone_and_a_push_with_hooks_for_all(
    install: Any, repository: Any, plant: Any, tmp_path: Path
) -> None:
    install(0, "--global")
    repository.commit("first")
    git(tmp_path, "clone", "-q", "--bare", repository.root, tmp_path / "bare")
    log = tmp_path / "log"
    script(tmp_path / "bare/hooks/pre-receive", f"cat >>{log}")
    script(tmp_path / "bare/hooks/update", f"echo update $1 >>{log}")
    repository.git("branch", "other")
    code, shown = git(repository.root, "push", "-q", tmp_path / "bare", "other")
    assert code == 0, shown
    assert log.read_text().endswith(" refs/heads/other\nupdate refs/heads/other\n")
    stage(repository.root, "key", plant.pair())
    repository.git("commit", "-qnm", "key")
    code, shown = git(repository.root, "push", "-q", tmp_path / "bare", "HEAD")
    assert code == 1
    assert "aws-access-key-pair" in shown


def test_a_push_into_a_work_tree_with_hooks_for_all(
    install: Any, repository: Any, make_repository: Any, tmp_path: Path
) -> None:
    """That git has a push-to-checkout hook then must not change what it does."""
    repository.commit("a")
    git(tmp_path, "clone", "-q", repository.root, tmp_path / "deployed")
    deployed = tmp_path / "deployed"
    git(deployed, "config", "receive.denyCurrentBranch", "updateInstead")
    install(0, "--global")
    repository.commit("b")
    code, shown = git(repository.root, "push", "-q", deployed, "HEAD")
    assert code == 0, shown
    assert (deployed / "b").exists()
    assert git(deployed, "status", "--porcelain") == (0, "")
    (deployed / "a").write_text("mine\n")
    repository.commit("c")
    code, shown = git(repository.root, "push", "-q", deployed, "HEAD")
    assert code == 1
    assert "not committed" in shown
    assert (deployed / "a").read_text() == "mine\n"
    assert not (deployed / "c").exists()
    empty = make_repository("empty").root
    git(empty, "config", "receive.denyCurrentBranch", "updateInstead")
    branch = git(empty, "symbolic-ref", "HEAD")[1].strip()
    code, shown = git(repository.root, "push", "-q", empty, f"HEAD:{branch}")
    assert code == 0, shown
    assert (empty / "c").exists()


def test_here_and_for_all_checks_once(
    install: Any, repository: Any, hooks: Path, plant: Any, directory: Path
) -> None:
    install(0)
    install(0, "--global")
    stage(repository.root, "clean", "text\n")
    code, shown = git(repository.root, "commit", "-qm", "clean")
    assert code == 0
    assert shown.count("no AWS credentials found") == 1
    stops_keys(repository.root, plant)
    install(0, "--undo")
    assert tree(hooks) == {}
    stops_keys(repository.root, plant)


def test_hooks_for_all_that_went_missing(install: Any, directory: Path) -> None:
    install(0, "--global")
    (directory / "pre-push").unlink()
    assert "`keycatch install --global` writes them again" in install(2).stderr
    install(0, "--global", "--hooks", "pre-commit")
    assert "writes them again" in install(2).stderr
    install(0, "--global")
    install(0)


def test_changed_hooks_for_all_stay(install: Any, clean_environment: Path, directory: Path) -> None:
    install(0, "--global")
    with open(directory / "update", "a") as file:
        file.write("echo mine\n")
    before = tree(clean_environment)
    for options in ((), ("--undo",)):
        assert "was changed since" in install(2, "--global", *options).stderr
    assert tree(clean_environment) == before


def test_hooks_for_all_of_someone_else(
    install: Any, repository: Any, hooks: Path, plant: Any, clean_environment: Path, tmp_path: Path,
    directory: Path,
) -> None:  # fmt: skip
    company = tmp_path / "company"
    log = tmp_path / "log"
    script(company / "pre-commit", f"echo company >>{log}")
    git(tmp_path, "config", "--global", "core.hooksPath", str(company))
    before = tree(company)
    done = install(2)
    assert str(clean_environment / ".gitconfig") in done.stderr
    assert "`keycatch install --global` adds to those" in done.stderr
    done = install(0, "--global")
    assert (
        f"because  core.hooksPath in {clean_environment / '.gitconfig'} is {company}\n"
        in done.stdout
    )
    assert not directory.exists()
    assert git(tmp_path, "config", "--global", "core.hooksPath") == (0, f"{company}\n")
    stops_keys(repository.root, plant)
    assert log.read_text() == "company\n" * 2
    assert "nothing was written" in install(0).stdout
    install(0, "--global", "--undo")
    assert tree(company) == before
    assert git(tmp_path, "config", "--global", "core.hooksPath") == (0, f"{company}\n")


def test_a_repository_that_has_its_own_path(install: Any, repository: Any) -> None:
    repository.git("config", "core.hooksPath", ".git/other")
    done = install(0, "--global")
    assert "is for this repository alone: run `keycatch install` here too" in done.stdout


def test_for_all_outside_of_a_repository(
    install_and_try: Any, tmp_path: Path, directory: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    config = tmp_path / "xdg"
    install_and_try(
        0,
        "--global",
        cwd=outside,
        XDG_CONFIG_HOME=str(config),
        GIT_CEILING_DIRECTORIES=str(tmp_path),
    )
    assert (config / "keycatch/hooks/pre-commit").exists()
    assert not directory.exists()


@pytest.mark.parametrize("value", [".githooks", "/dev/null"])
def test_global_paths_that_cannot_be_used(
    install: Any, repository: Any, clean_environment: Path, tmp_path: Path, value: str
) -> None:
    git(tmp_path, "config", "--global", "core.hooksPath", value)
    before = tree(clean_environment)
    assert "git config --global --unset core.hooksPath" in install(2, "--global").stderr
    install(2)
    assert tree(clean_environment) == before


def test_a_setting_in_an_included_file(
    install_and_try: Any, clean_environment: Path, directory: Path
) -> None:
    (clean_environment / ".gitconfig").write_text("[include]\n\tpath = more\n")
    (clean_environment / "more").write_text(f"[core]\n\thooksPath = {directory}\n")
    assert "current  core.hooksPath" in install_and_try(0, "--global").stdout
    before = tree(clean_environment)
    assert "edit it by hand" in install_and_try(2, "--global", "--undo").stderr
    assert tree(clean_environment) == before


def test_a_configuration_that_cannot_be_written(
    install: Any, clean_environment: Path, directory: Path
) -> None:
    (clean_environment / ".gitconfig.lock").touch()
    assert "git could not set core.hooksPath" in install(2, "--global").stderr
    assert set(tree(clean_environment)) == {".gitconfig.lock"}


# Servers


def test_a_server(install_and_try: Any, repository: Any, plant: Any, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git(tmp_path, "init", "-q", "--bare", bare)
    log = tmp_path / "log"
    script(bare / "hooks/pre-receive", f"cat >>{log}")
    before = tree(bare / "hooks")
    install_and_try(0, "--server", cwd=bare)
    repository.commit("first")
    code, shown = git(repository.root, "push", "-q", bare, "HEAD:refs/heads/main")
    assert code == 0, shown
    assert log.read_text().endswith(" refs/heads/main\n")
    stage(repository.root, "key", plant.pair())
    repository.commit()
    code, shown = git(repository.root, "push", "-q", bare, "HEAD:refs/heads/main")
    assert code == 1
    assert "aws-access-key-pair" in shown
    install_and_try(0, "--undo", cwd=bare)
    assert tree(bare / "hooks") == before
    # Hooks for all repositories run those of the repository.
    install_and_try(0, "--global")
    install_and_try(0, "--server", cwd=bare)
    code, shown = git(repository.root, "push", "-qn", "--no-verify", bare, "HEAD:refs/heads/main")
    assert git(repository.root, "push", "-q", "--no-verify", bare, "HEAD:refs/heads/main")[0] == 1


def test_servers_and_others_are_not_mixed_up(install: Any, repository: Any, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", tmp_path / "bare.git")
    assert "`keycatch install --server`" in install(2, cwd=tmp_path / "bare.git").stderr
    assert "for a repository that is pushed to" in install(2, "--server").stderr
    assert "leave out --hooks" in install(2, "--server", "--hooks", "pre-push").stderr
    assert "not allowed with" in install(2, "--server", "--global").stderr
    install(0, "--server", "--force")


def test_the_message_of_a_commit(install: Any, repository: Any, hooks: Path, plant: Any) -> None:
    install(0)
    assert not (hooks / "commit-msg").exists()
    install(0, "--hooks", "commit-msg")
    repository.write("a.py", "text")
    git(repository.root, "add", ".")
    code, shown = git(repository.root, "commit", "-q", "-m", plant.pair())
    assert code == 1
    assert "aws-access-key-pair" in shown
    assert git(repository.root, "commit", "-q", "-m", "clean")[0] == 0
    install(0, "--undo")
    assert not (hooks / "commit-msg").exists()


def test_a_bare_repository_with_work_trees(
    install: Any, repository: Any, tmp_path: Path, plant: Any
) -> None:
    repository.write("a.py", "text")
    repository.git("add", ".")
    repository.commit("one")
    bare, linked = tmp_path / "project" / ".bare", tmp_path / "project" / "main"
    git(tmp_path, "clone", "-q", "--bare", repository.root, bare)
    assert "`keycatch install --server`" in install(2, cwd=bare).stderr
    git(bare, "worktree", "add", "-q", "-b", "work", linked, GIT_DIR=str(bare))
    (tmp_path / "project" / ".git").write_text("gitdir: ./.bare\n")

    for start in (tmp_path / "project", linked, bare):
        install(0, cwd=start)
        assert (bare / "hooks" / "pre-commit").exists()
        (linked / "key.env").write_text(plant.pair())
        git(linked, "add", "key.env")
        code, shown = git(linked, "commit", "-q", "-m", "key")
        assert code == 1
        assert "aws-access-key-pair" in shown
        install(0, "--undo", cwd=start)
        assert not (bare / "hooks" / "pre-commit").exists()


# What cannot be done


def test_not_a_repository(install: Any, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    ceiling = {"GIT_CEILING_DIRECTORIES": str(tmp_path)}
    assert "not a git repository" in install(2, cwd=outside, **ceiling).stderr
    assert list(outside.iterdir()) == []


def test_inside_of_the_git_directory(install: Any, repository: Any, hooks: Path) -> None:
    assert "run it in the work tree" in install(2, cwd=hooks).stderr


def test_of_another_owner(install: Any, hooks: Path) -> None:
    done = install(2, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
    assert "dubious ownership" in done.stderr
    assert "safe.directory" in done.stderr
    assert tree(hooks) == {}


def test_hooks_are_a_file(install: Any, repository: Any, hooks: Path) -> None:
    hooks.rmdir()
    hooks.write_text("mine")
    assert f"{hooks} is not a directory" in install(2).stderr
    assert hooks.read_text() == "mine"


def test_hooks_below_a_file(install: Any, repository: Any) -> None:
    repository.git("config", "core.hooksPath", ".git/config/hooks")
    assert "is not a directory" in install(2).stderr


def test_no_hooks_at_all(install: Any, repository: Any) -> None:
    repository.git("config", "core.hooksPath", "/dev/null")
    assert "git config --local --unset core.hooksPath" in install(2).stderr


def test_a_hook_that_is_a_directory(install: Any, hooks: Path) -> None:
    (hooks / "pre-push").mkdir()
    assert f"{hooks}/pre-push is not a file" in install(2).stderr
    assert set(tree(hooks)) == {"pre-push"}


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a place where nobody can write")
def test_a_place_that_cannot_be_written(install: Any, repository: Any) -> None:
    repository.git("config", "core.hooksPath", "/proc/self/task")
    done = install(2)
    assert "cannot write /proc/" in done.stderr
    assert "set core.hooksPath" in done.stderr


def test_the_program_is_not_installed(
    keycatch: Any, repository: Any, hooks: Path, tmp_path: Path
) -> None:
    """From a checkout `python -m` would take modules from the repository that is committed to."""
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    packages = subprocess.run(
        [sys.executable, "-c", "import regex; print(regex.__path__[0])"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    done = subprocess.run(
        [environment / "bin/python", "-m", "scanner", "install"], cwd=repository.root, check=False,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{os.path.dirname(packages)}"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "install it with pip or pipx" in done.stderr
    assert tree(hooks) == {}


def test_a_module_of_the_repository_is_not_run(
    install_and_try: Any, repository: Any, plant: Any, tmp_path: Path
) -> None:
    for name in ("scanner/__init__.py", "argparse.py", "re.py", "keycatch", "keycatch.py"):
        repository.write(name, f"open({str(tmp_path / 'planted')!r}, 'w')\n")
        (repository.root / name).chmod(0o755)
    install_and_try(0)
    stops_keys(repository.root, plant)
    assert not (tmp_path / "planted").exists()


def test_hooks_that_do_not_work_are_not_left_behind(
    install_and_try: Any, hooks: Path, program: Path, clean_environment: Path
) -> None:
    """What `keycatch` says of itself does not count: the hooks are tried."""
    script(hooks / "pre-commit", "exit 0")
    before = tree(hooks)
    text = program.read_text()
    blind = 'if len(sys.argv) > 1 and sys.argv[1] == "%s": sys.exit(%d)\n'
    for command, code, message in (
        ("staged", 0, "the pre-commit hook did not stop a made-up credential"),
        ("staged", 1, "the pre-commit hook failed on a change without credentials"),
        ("push", 0, "the pre-push hook did not stop a made-up credential"),
        ("push", 2, "the pre-push hook failed on a change without credentials"),
    ):
        program.write_text(text.replace("from scanner", blind % (command, code) + "from scanner"))
        assert message in install_and_try(2).stderr
        assert tree(hooks) == before
        assert message in install_and_try(2, "--global").stderr
        assert [name for name in tree(clean_environment) if "keycatch" in name] == []
        assert git(hooks, "config", "--global", "core.hooksPath") == (1, "")
    program.write_text(text.replace("from scanner", blind % ("staged", 0) + "from scanner"))
    assert (
        "the pre-merge-commit hook did not stop"
        in install_and_try(2, "--hooks", "pre-merge-commit").stderr
    )


def test_signing_and_templates_do_not_disturb_the_trial(
    install_and_try: Any, repository: Any, clean_environment: Path, tmp_path: Path
) -> None:
    for setting, value in {
        "commit.gpgSign": "true", "gpg.program": "false", "merge.verifySignatures": "true",
        "push.gpgSign": "true", "init.templateDir": str(tmp_path / "template"),
        "commit.template": "/nowhere", "user.useConfigOnly": "true", "init.defaultBranch": "side",
    }.items():  # fmt: skip
        git(tmp_path, "config", "--global", setting, value)
    script(tmp_path / "template/hooks/pre-commit", "exit 1")
    install_and_try(0)
    install_and_try(0, "--undo")
    install_and_try(0, "--global")


def test_inside_of_an_alias(install_and_try: Any, repository: Any, hooks: Path, plant: Any) -> None:
    """Git's variables of one repository must not reach the one of the trial."""
    index = repository.root / ".git/index"
    repository.commit("a")
    before = index.read_bytes()
    head = commits(repository.root)
    below = repository.root / "below"
    below.mkdir()
    install_and_try(
        0,
        cwd=below,
        GIT_DIR="../.git",
        GIT_WORK_TREE="..",
        GIT_INDEX_FILE=str(index),
        GIT_PREFIX="below/",
    )
    assert (index.read_bytes(), commits(repository.root)) == (before, head)
    stops_keys(repository.root, plant)


def test_a_fork_with_its_upstream_gets_a_proposal(install: Any, repository: Any) -> None:
    """It is printed, and left to the user: upstream may be private."""
    line = "         git config keycatch.publishedOn upstream\n"
    repository.git("remote", "add", "origin", "https://example.com/me/shop")
    assert line not in install(0).stdout
    repository.git("remote", "add", "upstream", "https://example.com/shop/shop")
    before = repository.git("config", "--list", "--local")
    assert line in install(0).stdout
    assert repository.git("config", "--list", "--local") == before
    assert line not in install(0, "--hooks", "pre-commit").stdout

    repository.git("config", "keycatch.publishedOn", "upstream")
    assert line not in install(0).stdout


def test_an_upstream_that_is_the_origin_gets_no_proposal(install: Any, repository: Any) -> None:
    for name in ("origin", "upstream"):
        repository.git("remote", "add", name, "https://example.com/me/shop")
    assert "publishedOn" not in install(0).stdout
