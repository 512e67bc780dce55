"""Traps that pre-commit and prek set a hook, one test for each, with real runs of both.

The hooks are those of the manifest, with the command of this checkout in the place of an installed
one.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BESIDE = os.path.dirname(sys.executable)
STAGES = [f"--hook-type={name}" for name in ("pre-commit", "pre-merge-commit", "pre-push")]
FOUND = "1 AWS credential found"
posix = pytest.mark.skipif(os.name == "nt", reason="needs the file system of POSIX")

Run = Callable[..., tuple[int, str]]


@pytest.fixture(params=["pre-commit", "prek"])
def framework(request: Any) -> str:
    program = shutil.which(request.param, path=os.pathsep.join((BESIDE, os.environ["PATH"])))
    if program is None:
        pytest.skip(f"{request.param} is not installed")
    return program


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory for what the first test that needs it makes and the others copy."""
    return tmp_path_factory.mktemp("made-once")


@pytest.fixture
def run(
    framework: str, repository: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    made_once: Path,
) -> Run:  # fmt: skip
    """Set up a branch `main` that a remote has, with hooks; return a function to run commands."""
    for name in ("PRE_COMMIT_HOME", "PREK_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def start(*command: str, cwd: Path = repository.root) -> tuple[int, str]:
        done = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120,
            errors="surrogateescape", stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    remote, kept = tmp_path / "remote.git", made_once / Path(framework).name
    if not kept.exists():
        repository.git("init", "-q", "--bare", str(remote))
        repository.git("remote", "add", "origin", str(remote))
        repository.git("checkout", "-q", "-b", "main")
        configure(repository)
        repository.commit("first")
        repository.git("push", "-q", "origin", "main")
        assert start(framework, "install", *STAGES)[0] == 0
        shutil.copytree(remote, kept / "remote.git")
        shutil.copytree(repository.root, kept / "clone")
    else:
        shutil.rmtree(repository.root)
        shutil.copytree(kept / "clone", repository.root)
        shutil.copytree(kept / "remote.git", remote)
        repository.git("remote", "set-url", "origin", str(remote))
    return start


def configure(repository: Any, **more: Any) -> None:
    """Write the configuration of the frameworks, with `more` settings of each hook."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for hook in hooks:
        entry = hook["entry"].removeprefix("python -I -m keycatch ")
        hook.update(entry=f"{shlex.quote(sys.executable)} -m scanner {entry}", language="system")
        hook.update(more)
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    repository.write(".pre-commit-config.yaml", json.dumps(config))


def branch(repository: Any, name: str, content: str, file: str = "") -> None:
    """Make a branch from `main` with a file, around the hooks, and go back."""
    repository.git("checkout", "-q", "-b", name, "main")
    repository.write(file or name, content)
    repository.git("add", "--all")
    repository.git("commit", "-q", "--no-verify", "-m", name)
    repository.git("checkout", "-q", "main")


def native(repository: Any) -> None:
    """Write git's own push hook."""
    path = repository.root / ".git/hooks/pre-push"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m scanner push "$@"\n')
    path.chmod(0o755)


def test_a_branch_that_is_not_checked_out(run: Run, repository: Any, plant: Any) -> None:
    """Its files are not in the work tree: a hook that waits for file names would be skipped."""
    branch(repository, "one", plant.pair())
    code, said = run("git", "push", "origin", "one")
    assert (code, FOUND in said) == (1, True), said


def test_the_second_reference_of_a_push_is_a_note(run: Run, repository: Any, plant: Any) -> None:
    """The framework tells the first; a local branch that is not pushed must not stop the push."""
    branch(repository, "a-clean", "text\n")
    branch(repository, "b-keyed", plant.pair())
    configure(repository, verbose=True)
    repository.git("commit", "-aqm", "verbose", "--no-verify")
    code, said = run("git", "push", "origin", "a-clean", "b-keyed")
    assert code == 0, said
    assert FOUND in said
    assert "on another local branch or tag, which may not be part of this push" in said
    # What any remote has is no news, and neither is what is pushed itself.
    code, said = run("git", "push", "origin", "main")
    assert (code, FOUND in said) == (0, False), said


def test_the_first_reference_of_a_push_counts(run: Run, repository: Any, plant: Any) -> None:
    branch(repository, "a-keyed", plant.pair())
    branch(repository, "b-clean", "text\n")
    code, said = run("git", "push", "origin", "a-keyed", "b-clean")
    assert (code, FOUND in said) == (1, True), said


@posix
def test_a_native_hook_beside_the_framework_reads_every_reference(
    run: Run, framework: str, repository: Any, plant: Any
) -> None:
    """The framework moves one that it finds aside, and runs it first, with all that git tells."""
    (repository.root / ".git/hooks/pre-push").unlink()
    native(repository)
    assert run(framework, "install", "--hook-type=pre-push")[0] == 0
    assert (repository.root / ".git/hooks/pre-push.legacy").exists()
    branch(repository, "a-clean", "text\n")
    branch(repository, "b-keyed", plant.pair())
    code, said = run("git", "push", "origin", "a-clean", "b-keyed")
    assert (code, FOUND in said) == (1, True), said
    code, said = run("git", "push", "origin", "a-clean")
    assert code == 0, said


def test_the_first_push_of_a_whole_history(
    run: Run, repository: Any, plant: Any, tmp_path: Path
) -> None:
    """The framework names no ends then; a key that was added and removed again is in it."""
    branch(repository, "one", plant.pair(), "key")
    repository.git("merge", "-q", "one")
    repository.git("rm", "-q", "key")
    repository.git("commit", "-q", "--no-verify", "-m", "gone")
    empty = tmp_path / "empty.git"
    repository.git("init", "-q", "--bare", str(empty))
    repository.git("remote", "add", "mirror", str(empty))
    code, said = run("git", "push", "mirror", "main")
    assert (code, FOUND in said) == (1, True), said


def test_added_and_removed_within_a_push(run: Run, repository: Any, plant: Any) -> None:
    """The framework looks at the difference of the ends, in which there is nothing."""
    branch(repository, "one", plant.pair(), "key")
    repository.git("merge", "-q", "one")
    repository.git("rm", "-q", "key")
    repository.git("commit", "-q", "--no-verify", "-m", "gone")
    code, said = run("git", "push", "origin", "main")
    assert (code, FOUND in said) == (1, True), said


def test_all_files_with_nothing_staged(
    run: Run, framework: str, repository: Any, plant: Any
) -> None:
    assert run(framework, "run", "--all-files")[0] == 0
    repository.write("key", plant.pair())
    repository.git("add", "key")
    repository.git("commit", "-q", "--no-verify", "-m", "key")
    code, said = run(framework, "run", "--all-files")
    assert (code, FOUND in said) == (1, True), said
    code, said = run(framework, "run", "--from-ref=HEAD~1", "--to-ref=HEAD")
    assert (code, FOUND in said) == (1, True), said


def test_what_is_not_staged_under_all_files_and_files(
    run: Run, framework: str, repository: Any, plant: Any
) -> None:
    """Run by hand with names, the frameworks leave in the work tree what is not staged."""
    repository.write("first", plant.pair())
    repository.write("new", plant.pair())
    for options in (("--all-files",), ("--files", "first"), ("--files", "new")):
        code, said = run(framework, "run", *options)
        assert (code, FOUND in said, "first:1" in said) == (1, True, True), said
        assert "1 with changes that are not staged" in said
        assert "untracked are not read: `keycatch scan` reads them" in said
        assert "in the work tree, not staged" in said

    # Staged it is another version; both are read.
    repository.git("add", "first")
    repository.write("first", "clean again\n")
    code, said = run(framework, "run", "--all-files")
    assert (code, FOUND in said, "first:1" in said) == (1, True, True), said
    assert "in the work tree, not staged" not in said

    repository.git("add", "first")
    code, said = run(framework, "run", "--all-files")
    assert code == 0, said
    assert (repository.root / "first").read_text() == "clean again\n"


@posix
def test_a_name_that_is_not_utf_8(run: Run, framework: str, repository: Any, plant: Any) -> None:
    """pre-commit fails at it; in no case does the commit pass."""
    with open(os.path.join(os.fsencode(repository.root), b"\xff"), "wb") as file:
        file.write(plant.pair().encode())
    repository.git("add", "-A")
    code, said = run("git", "commit", "-m", "x")
    assert code != 0
    assert FOUND in said or "UnicodeDecodeError" in said, said
    if framework.endswith("prek"):
        assert FOUND in said


def test_what_is_not_staged(run: Run, repository: Any, plant: Any) -> None:
    """The frameworks put it away for the time of a commit; the index is what counts."""
    repository.write("first", plant.pair())
    repository.write("second")
    repository.git("add", "second")
    code, said = run("git", "commit", "-m", "clean part")
    assert code == 0, said
    repository.git("add", "first")
    repository.write("first", "clean again\n")
    code, said = run("git", "commit", "-m", "keyed part")
    assert (code, FOUND in said) == (1, True), said
    assert (repository.root / "first").read_text() == "clean again\n"


def test_a_clean_merge_runs_its_own_hook(run: Run, repository: Any, plant: Any) -> None:
    branch(repository, "one", plant.pair(), "key")
    repository.write("second")
    repository.git("add", "second")
    repository.git("commit", "-q", "--no-verify", "-m", "second")
    code, said = run("git", "merge", "--no-ff", "-m", "merge", "one")
    assert code != 0
    assert FOUND in said


def test_a_merge_with_a_conflict(run: Run, repository: Any, plant: Any) -> None:
    branch(repository, "one", "theirs\n", "first")
    repository.write("first", "ours\n")
    repository.git("commit", "-aqm", "ours", "--no-verify")
    repository.git("merge", "-q", "one", check=False)
    repository.write("first", plant.pair())
    repository.git("add", "first")
    code, said = run("git", "commit", "-m", "merge")
    assert (code, FOUND in said) == (1, True), said
    repository.write("first", "both\n")
    repository.git("add", "first")
    assert run("git", "commit", "-m", "merge")[0] == 0


@pytest.mark.parametrize("how", [("-a",), ("first",), ("--amend", "-a")])
def test_other_indexes(run: Run, repository: Any, plant: Any, how: tuple[str, ...]) -> None:
    """`git commit -a` and `git commit PATH` have one of their own."""
    repository.write("first", plant.pair())
    code, said = run("git", "commit", "-m", "x", *how)
    assert (code, FOUND in said) == (1, True), said


def test_a_linked_work_tree(run: Run, repository: Any, plant: Any, tmp_path: Path) -> None:
    """Git sets GIT_DIR for its hooks."""
    linked = tmp_path / "linked"
    repository.git("worktree", "add", "-q", "-b", "side", str(linked))
    (linked / "key").write_text(plant.pair())
    repository.git("-C", str(linked), "add", "key")
    code, said = run("git", "commit", "-m", "x", cwd=linked)
    assert (code, FOUND in said) == (1, True), said
    repository.git("-C", str(linked), "commit", "-q", "--no-verify", "-m", "x")
    code, said = run("git", "push", "origin", "side", cwd=linked)
    assert (code, FOUND in said) == (1, True), said


def test_what_was_skipped_at_the_commit_is_found_at_the_push(
    run: Run, repository: Any, plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write("key", plant.pair())
    repository.git("add", "key")
    monkeypatch.setenv("SKIP", "keycatch")
    monkeypatch.setenv("PREK_SKIP", "keycatch")
    assert run("git", "commit", "-m", "x")[0] == 0
    code, said = run("git", "push", "origin", "main")
    assert (code, FOUND in said) == (1, True), said


def test_an_annotated_tag_of_a_new_commit(run: Run, repository: Any, plant: Any) -> None:
    """The framework names the tag, whose message is published with it."""
    branch(repository, "one", "text\n")
    repository.git("tag", "-m", plant.pair(), "v1", "one")
    repository.git("branch", "-q", "-D", "one")
    code, said = run("git", "push", "origin", "v1")
    assert (code, FOUND in said, "tag message of" in said) == (1, True, True), said


def test_nothing_is_written(run: Run, framework: str, repository: Any, plant: Any) -> None:
    """Hooks that change the index or files make a framework fail, and users lose work."""
    repository.write("key", plant.pair())
    repository.git("add", "key")
    before = repository.git("ls-files", "--stage", "-v"), (repository.root / "key").read_bytes()
    code, said = run(framework, "run", "keycatch")
    assert (code, "files were modified" in said) == (1, False), said
    after = repository.git("ls-files", "--stage", "-v"), (repository.root / "key").read_bytes()
    assert after == before
