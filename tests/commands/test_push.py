"""`keycatch push`: real pushes to a local bare repository, with the command as git's hook."""

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

from scanner.commands.outgoing_push import of_framework, of_hook
from scanner.errors import UsageError
from scanner.git.repository import Repository

ROOT = Path(__file__).resolve().parents[2]
ZERO = "0" * 40
BESIDE = os.path.dirname(sys.executable)


@pytest.fixture
def remote(repository: Any, tmp_path: Path) -> Path:
    """Return a bare repository, the remote `origin`, which has a first commit."""
    path = tmp_path / "remote.git"
    repository.git("init", "-q", "--bare", str(path))
    repository.git("remote", "add", "origin", str(path))
    repository.git("checkout", "-q", "-b", "main")
    repository.commit("first")
    repository.git("push", "-q", "origin", "main")
    repository.git("fetch", "-q", "origin")
    return path


@pytest.fixture
def push(repository: Any, remote: Path) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Push with the command as the hook; return the exit code of git and the report."""
    log = remote.parent / "report.json"
    hook = repository.root / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    run = shlex.join((sys.executable, "-m", "scanner", "push", "--format", "json"))
    paths = shlex.quote(str(ROOT)), shlex.quote(str(log))
    hook.write_text(f'#!/bin/sh\nPYTHONPATH={paths[0]} {run} "$@" >{paths[1]}\n')
    hook.chmod(0o755)

    def run_git(*arguments: str) -> tuple[int, dict[str, Any]]:
        log.unlink(missing_ok=True)
        done = subprocess.run(
            ["git", "push", "-q", *arguments], cwd=repository.root, capture_output=True,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert b"Traceback" not in done.stderr
        text = log.read_text() if log.exists() else ""
        return done.returncode, json.loads(text) if text else {}

    return run_git


def add(repository: Any, name: str, content: str = "text\n") -> str:
    repository.write(name, content)
    repository.commit()
    return repository.git("rev-parse", "HEAD").strip()


def paths(report: dict[str, Any]) -> set[str]:
    return {place["path"] for each in report["findings"] for place in each["locations"]}


def commits(report: dict[str, Any]) -> int:
    number: int = report["scan"]["counts"]["commits"]
    return number


def test_a_key_is_not_pushed(push: Any, repository: Any, remote: Path, plant: Any) -> None:
    add(repository, "key", plant.pair())
    code, report = push("origin", "main")
    assert (code, paths(report), commits(report)) == (1, {"key"}, 1)
    there = repository.git("ls-remote", str(remote), "main")
    assert there[:40] == repository.git("rev-parse", "HEAD~1").strip()


def test_a_clean_push(push: Any, repository: Any) -> None:
    add(repository, "clean")
    code, report = push("origin", "main")
    assert (code, report["findings"], commits(report)) == (0, [], 1)


def test_added_and_removed_again(push: Any, repository: Any, plant: Any) -> None:
    add(repository, "key", plant.pair())
    repository.git("rm", "-q", "key")
    add(repository, "other")
    code, report = push("origin", "main")
    assert (code, paths(report)) == (1, {"key"})


def test_a_new_branch(push: Any, repository: Any, plant: Any) -> None:
    repository.git("checkout", "-qb", "feature")
    add(repository, "key", plant.pair())
    code, report = push("origin", "feature")
    assert (code, paths(report), commits(report)) == (1, {"key"}, 1)


def test_a_branch_that_is_not_checked_out(push: Any, repository: Any, plant: Any) -> None:
    repository.git("checkout", "-qb", "feature")
    add(repository, "key", plant.pair())
    repository.git("checkout", "-q", "main")
    code, report = push("origin", "feature")
    assert (code, paths(report)) == (1, {"key"})


def test_two_references(push: Any, repository: Any, plant: Any) -> None:
    for name in ("one", "two"):
        repository.git("checkout", "-qb", name, "main")
        add(repository, name, plant.pair())
    code, report = push("origin", "one", "two")
    assert (code, paths(report), commits(report)) == (1, {"one", "two"}, 2)
    assert push("origin", "one", "main")[0] == 1


def test_deleting_a_branch(push: Any, repository: Any) -> None:
    assert push("origin", "main:refs/heads/gone")[0] == 0
    code, report = push("origin", ":gone")
    assert (code, commits(report)) == (0, 0)


def test_deleting_one_branch_and_pushing_another(push: Any, repository: Any, plant: Any) -> None:
    assert push("origin", "main:refs/heads/gone")[0] == 0
    add(repository, "key", plant.pair())
    code, report = push("origin", ":gone", "main")
    assert (code, paths(report)) == (1, {"key"})


@pytest.mark.parametrize("kind", [(), ("-m", "annotated")])
def test_a_tag(push: Any, repository: Any, plant: Any, kind: tuple[str, ...]) -> None:
    add(repository, "key", plant.pair())
    repository.git("tag", *kind, "v1")
    repository.git("reset", "-q", "--hard", "HEAD~1")
    code, report = push("origin", "v1")
    assert (code, paths(report), commits(report)) == (1, {"key"}, 1)


@pytest.mark.parametrize("kind", [(), ("-m", "annotated")])
def test_a_tag_of_a_file(push: Any, repository: Any, plant: Any, kind: tuple[str, ...]) -> None:
    """No commit has it, and it is published all the same."""
    repository.write("key", plant.pair())
    name = repository.git("hash-object", "-w", "key").strip()
    repository.git("tag", *kind, "file", name)
    code, report = push("origin", "file")
    assert (code, len(report["findings"])) == (1, 1)


def test_a_tag_of_a_directory(push: Any, repository: Any, plant: Any) -> None:
    repository.write("below/key", plant.pair())
    repository.git("add", "-A")
    repository.git("tag", "directory", repository.git("write-tree").strip())
    repository.git("reset", "-q", "--hard")
    code, report = push("origin", "directory")
    assert (code, paths(report)) == (1, {"below/key"})


def test_a_forced_push(push: Any, repository: Any, plant: Any) -> None:
    add(repository, "a")
    assert push("origin", "main")[0] == 0
    repository.git("reset", "-q", "--hard", "HEAD~1")
    add(repository, "key", plant.pair())
    code, report = push("--force", "origin", "main")
    assert (code, paths(report), commits(report)) == (1, {"key"}, 1)


def test_a_forced_push_over_commits_that_are_not_here(
    push: Any, repository: Any, remote: Path, plant: Any, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    repository.git("clone", "-q", "-b", "main", str(remote), str(other))
    for command in (("config", "user.name", "T"), ("config", "user.email", "t@example.com"),
                    ("commit", "-q", "--allow-empty", "-m", "x"), ("push", "-q")):  # fmt: skip
        repository.git("-C", str(other), *command)
    add(repository, "key", plant.pair())
    code, report = push("--force", "origin", "main")
    assert (code, paths(report)) == (1, {"key"})


def test_a_remote_given_as_an_address(push: Any, repository: Any, remote: Path, plant: Any) -> None:
    repository.git("checkout", "-qb", "feature")
    add(repository, "key", plant.pair())
    for address in (str(remote), remote.as_uri()):
        code, report = push(address, "feature")
        assert (code, paths(report)) == (1, {"key"})


def test_an_evil_merge(push: Any, repository: Any, plant: Any) -> None:
    repository.git("checkout", "-qb", "side")
    add(repository, "a")
    repository.git("checkout", "-q", "main")
    add(repository, "b")
    repository.git("merge", "-q", "--no-ff", "--no-commit", "side")
    add(repository, "key", plant.pair())
    code, report = push("origin", "main")
    assert (code, paths(report), commits(report)) == (1, {"key"}, 3)


def test_a_key_that_the_remote_has_is_a_note(push: Any, repository: Any, plant: Any) -> None:
    key = plant.pair()
    add(repository, "key", key)
    repository.git("push", "-q", "--no-verify", "origin", "main")
    add(repository, "key", f"more\n{key}")
    code, report = push("origin", "main")
    assert (code, [each["severity"] for each in report["findings"]]) == (0, ["note"])


def test_the_whole_history_to_an_empty_remote(
    push: Any, repository: Any, plant: Any, tmp_path: Path
) -> None:
    add(repository, "key", plant.pair())
    repository.git("rm", "-q", "key")
    add(repository, "other")
    empty = tmp_path / "empty.git"
    repository.git("init", "-q", "--bare", str(empty))
    repository.git("remote", "add", "mirror", str(empty))
    code, report = push("mirror", "main")
    assert (code, paths(report), commits(report)) == (1, {"key"}, 3)


def test_from_a_linked_work_tree(push: Any, repository: Any, plant: Any, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    repository.git("worktree", "add", "-q", "-b", "feature", str(linked))
    (linked / "key").write_text(plant.pair())
    repository.git("-C", str(linked), "add", "key")
    repository.git("-C", str(linked), "commit", "-qm", "key")
    assert push("origin", "feature")[0] == 1


def test_a_shallow_clone(
    keycatch: Any, repository: Any, remote: Path, tmp_path: Path, plant: Any
) -> None:
    add(repository, "a")
    repository.git("push", "-q", "origin", "main")
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--depth=1", "-b", "main", remote.as_uri(), str(clone))
    for name, value in (("user.name", "T"), ("user.email", "t@example.com")):
        repository.git("-C", str(clone), "config", name, value)
    head = repository.git("rev-parse", "HEAD").strip()
    (clone / "key").write_text(plant.pair())
    repository.git("-C", str(clone), "add", "key")
    repository.git("-C", str(clone), "commit", "-qm", "key")
    mine = repository.git("-C", str(clone), "rev-parse", "HEAD").strip()
    line = f"refs/heads/main {mine} refs/heads/main {head}\n".encode()
    done = keycatch("push", "origin", "url", "--format", "json", given=line, cwd=clone)
    assert (done.returncode, done.paths()) == (1, {"key"})
    # To elsewhere all of its history would go, which is not here to be read.
    line = f"refs/heads/main {mine} refs/heads/main {ZERO}\n".encode()
    done = keycatch("push", "other", "url", given=line, cwd=clone)
    assert done.returncode == 2
    assert "git fetch --unshallow" in done.stderr


def test_a_reference_with_odd_characters(push: Any, repository: Any, plant: Any) -> None:
    repository.git("checkout", "-qb", "f\u00e9\u2028x")
    add(repository, "key", plant.pair())
    code, report = push("origin", "HEAD")
    assert (code, paths(report)) == (1, {"key"})


@pytest.mark.parametrize(
    "line",
    [
        b"one\n",
        b"a b c\n",
        b"\xff\n",
        b"\xff a b c\n",
        b"refs/heads/x zz refs/heads/x zz\n",
    ],
)
def test_not_the_input_of_a_hook(keycatch: Any, repository: Any, line: bytes) -> None:
    repository.commit("a")
    done = keycatch("push", "origin", given=line, cwd=repository.root)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "keycatch: standard input is not from a pre-push hook\n"


def test_an_object_that_is_not_here(keycatch: Any, repository: Any) -> None:
    repository.commit("a")
    line = f"refs/heads/x {'1' * 40} refs/heads/x {ZERO}\n".encode()
    assert keycatch("push", "origin", given=line, cwd=repository.root).returncode == 2


def test_of_hook(repository: Any, remote: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(repository.root)
    here = Repository()
    head = here.resolve("HEAD")
    lines = (
        f"refs/heads/main {head} refs/heads/main {'1' * 40}\n"
        f"(delete) {ZERO} refs/heads/old {head}\n"
        f"HEAD~0 with spaces {head} refs/heads/new {ZERO}\n"
    )
    found = of_hook(lines.encode(), "origin", "", here)
    assert (found.include, found.exclude) == ([head, head], [head, head])
    for name in ("", "https://example.com/x", "../x[y]", "git@example.com:x"):
        assert of_hook(b"", name, "", here).exclude == []
    with pytest.raises(UsageError):
        of_hook(b"nonsense\n", "origin", "", here)


def variables(name: str = "origin", **more: str) -> dict[str, str]:
    return {"PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_NAME": name, **more}


def test_the_variables_of_the_framework(
    keycatch: Any, repository: Any, remote: Path, plant: Any
) -> None:
    since = repository.git("rev-parse", "HEAD").strip()
    add(repository, "key", plant.pair())
    repository.git("rm", "-q", "key")
    until = add(repository, "other")
    ends = {"PRE_COMMIT_FROM_REF": since, "PRE_COMMIT_TO_REF": until}
    done = keycatch("push", "--format", "json", cwd=repository.root, env=variables(**ends))
    assert (done.returncode, done.paths()) == (1, {"key"})
    assert commits(done.report()) == 2


def test_the_first_push_of_the_framework(
    keycatch: Any, repository: Any, remote: Path, plant: Any
) -> None:
    """It names no ends then, only the branch."""
    repository.git("checkout", "-qb", "feature")
    add(repository, "key", plant.pair())
    repository.git("checkout", "-q", "main")
    branch = {"PRE_COMMIT_LOCAL_BRANCH": "refs/heads/feature"}
    settings = {"cwd": repository.root, "env": variables("fresh", **branch)}
    done = keycatch("push", "--format", "json", **settings)
    assert (done.returncode, done.paths(), commits(done.report())) == (1, {"key"}, 2)


def test_a_start_that_the_framework_names_and_nobody_has(
    repository: Any, remote: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(repository.root)
    here = Repository()
    found = of_framework(variables(PRE_COMMIT_FROM_REF="1" * 40), here)
    assert (found.include, found.exclude) == ([here.resolve("HEAD")], [here.resolve("HEAD")])


def test_an_end_that_is_not_here(keycatch: Any, repository: Any) -> None:
    repository.commit("a")
    done = keycatch("push", cwd=repository.root, env=variables(PRE_COMMIT_TO_REF="1" * 40))
    assert done.returncode == 2
    assert "is not in this clone: check its name" in done.stderr


def test_nothing_is_written(keycatch: Any, repository: Any, remote: Path, plant: Any) -> None:
    mine = add(repository, "key", plant.pair())
    files = [path for path in (repository.root / ".git").rglob("*") if path.is_file()]
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}
    line = f"refs/heads/main {mine} refs/heads/main {ZERO}\n".encode()
    assert keycatch("push", "origin", given=line, cwd=repository.root).returncode == 1
    files = [path for path in (repository.root / ".git").rglob("*") if path.is_file()]
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files} == before


@pytest.mark.parametrize("framework", ["pre-commit", "prek"])
def test_the_hooks_of_the_frameworks(
    repository: Any, remote: Path, plant: Any, tmp_path: Path, framework: str, monkeypatch: Any
) -> None:
    """The manifest's hooks, with the command of this checkout in the place of an installed one."""
    program = shutil.which(framework, path=os.pathsep.join((BESIDE, os.environ["PATH"])))
    if program is None:
        pytest.skip(f"{framework} is not installed")
    for name in ("PRE_COMMIT_HOME", "PREK_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for hook in hooks:
        entry = hook["entry"].removeprefix("python -I -m keycatch ")
        hook.update(entry=f"{shlex.quote(sys.executable)} -m scanner {entry}", language="system")
    config = {"repos": [{"repo": "local", "hooks": hooks}]}

    def run(*command: str) -> tuple[int, str]:
        done = subprocess.run(
            command, cwd=repository.root, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    repository.write(".pre-commit-config.yaml", json.dumps(config))
    repository.commit()
    stages = [f"--hook-type={name}" for name in ("pre-commit", "pre-merge-commit", "pre-push")]
    assert run(program, "install", *stages)[0] == 0
    found = "1 AWS credential found"
    repository.write("key", plant.pair())
    repository.git("add", "key")
    code, said = run("git", "commit", "-m", "key")
    assert (code, found in said) == (1, True), said
    repository.git("commit", "-q", "-m", "key", "--no-verify")
    code, said = run(program, "run", "--all-files")
    assert (code, found in said) == (1, True), said
    repository.git("rm", "-q", "key")
    assert run("git", "commit", "-m", "gone")[0] == 0
    assert run(program, "run", "--all-files")[0] == 0
    code, said = run(program, "run", "--from-ref=HEAD~2", "--to-ref=HEAD")
    assert (code, found in said) == (1, True), said
    code, said = run("git", "push", "origin", "main")
    assert (code, found in said) == (1, True), said
    repository.git("reset", "-q", "--hard", "HEAD~2")
    assert run("git", "push", "origin", "main")[0] == 0
