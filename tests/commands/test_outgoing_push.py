"""Pushes that are described badly or not at all: none of them is nothing to scan."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ZERO = "0" * 40
TO = ("push", "--format", "json")

Push = Callable[..., tuple[int, dict[str, Any], str]]


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
def push(repository: Any, remote: Path) -> Push:
    """Push with a hook in whose text KEYCATCH is the command; return code, report and stderr."""
    log = remote.parent / "report.json"
    hook = repository.root / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)

    def run(script: str, *arguments: str, **variables: str) -> tuple[int, dict[str, Any], str]:
        command = shlex.join((sys.executable, "-m", "scanner", *TO, "--output", str(log)))
        text = script.replace("KEYCATCH", command)
        hook.write_text(f"#!/bin/sh\nexport PYTHONPATH={shlex.quote(str(ROOT))}\n{text}\n")
        hook.chmod(0o755)
        log.unlink(missing_ok=True)
        done = subprocess.run(
            ["git", "push", *arguments], cwd=repository.root, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, check=False, env=os.environ | variables,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(log.read_text()) if log.exists() else {}, done.stderr

    return run


def add(repository: Any, name: str, content: str = "text\n") -> str:
    repository.write(name, content)
    repository.commit()
    return str(repository.git("rev-parse", "HEAD").strip())


def failing(report: dict[str, Any]) -> set[str]:
    return {
        place["path"]
        for each in report["findings"]
        for place in each["locations"]
        if each["severity"] != "note"
    }


def shown(report: dict[str, Any]) -> set[str]:
    return {place["path"] for each in report["findings"] for place in each["locations"]}


BADLY = {
    "read by a command before": 'cat >/dev/null\nKEYCATCH "$@"',
    "empty": 'KEYCATCH "$@" </dev/null',
    "closed": 'KEYCATCH "$@" <&-',
    "for writing only": 'KEYCATCH "$@" 0>"$GIT_DIR/../written"',
    "only blank lines": 'printf "\\n\\n" | KEYCATCH "$@"',
    "without arguments": "KEYCATCH </dev/null",
    "with the name alone": 'KEYCATCH "$1" </dev/null',
}


@pytest.mark.skipif(os.name == "nt", reason="scripts of sh")
@pytest.mark.parametrize("script", BADLY.values(), ids=BADLY)
def test_without_the_lines_of_git(push: Push, repository: Any, plant: Any, script: str) -> None:
    add(repository, "key", plant.pair())
    code, report, said = push(script, "origin", "main")
    assert (code, failing(report)) == (1, {"key"})
    assert "did not arrive on standard input" in said
    assert report["scan"]["counts"]["commits"] == 1  # not the one that the remote has


@pytest.mark.skipif(os.name == "nt", reason="scripts of sh")
@pytest.mark.parametrize("what", ["branch", "tag", "annotated", "message", "detached"])
def test_everything_that_can_be_pushed(push: Push, repository: Any, plant: Any, what: str) -> None:
    repository.git("checkout", "-q", "--detach")
    content = "text\n" if what == "message" else plant.pair()
    commit = add(repository, "key", content)
    refspec = f"{commit}:refs/heads/new"
    if what == "branch":
        repository.git("branch", "new")
        refspec = "new"
    elif what != "detached":
        message = plant.pair() if what == "message" else "text"
        kind = () if what == "tag" else ("-a", "-m", message)
        repository.git("tag", *kind, "v1")
        refspec = "v1"
    if what != "detached":
        repository.git("checkout", "-q", "main")
    code, report, _ = push(BADLY["empty"], "origin", refspec)
    assert code == 1
    assert failing(report)


@pytest.mark.skipif(os.name == "nt", reason="scripts of sh")
def test_nothing_new_is_clean(push: Push, repository: Any) -> None:
    code, report, _ = push(BADLY["empty"], "origin", "main")
    assert (code, report["findings"]) == (0, [])


@pytest.mark.skipif(os.name == "nt", reason="scripts of sh")
def test_a_tag_that_may_be_there_is_shown(push: Push, repository: Any, plant: Any) -> None:
    """Nothing tracks the tags of a remote, so an old one must not stop every push."""
    repository.git("tag", "-a", "-m", plant.pair(), "v1")
    add(repository, "clean")
    code, report, _ = push(BADLY["empty"], "origin", "main")
    assert code == 0
    assert shown(report)
    assert not failing(report)


@pytest.mark.skipif(os.name == "nt", reason="scripts of sh")
def test_what_git_writes_outranks_variables(push: Push, repository: Any, plant: Any) -> None:
    """They can be those of a hook around this one, of another repository even."""
    add(repository, "key", plant.pair())
    since = repository.git("rev-parse", "HEAD").strip()
    names = {"PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_NAME": "origin"}
    ends = {"PRE_COMMIT_FROM_REF": since, "PRE_COMMIT_TO_REF": since}
    code, report, _ = push('KEYCATCH "$@"', "origin", "main", **names, **ends)
    assert (code, failing(report)) == (1, {"key"})


@pytest.mark.skipif(os.name == "nt", reason="scripts of sh")
def test_a_remote_whose_name_begins_another(
    push: Push, repository: Any, plant: Any, tmp_path: Path
) -> None:
    """`team/x` has the commit, and `team`, to which it is pushed, does not."""
    for name in ("team", "team/x"):
        path = tmp_path / name.replace("/", "-")
        repository.git("init", "-q", "--bare", str(path))
        repository.git("remote", "add", name, str(path))
    add(repository, "key", plant.pair())
    repository.git("push", "-q", "--no-verify", "team/x", "main")
    repository.git("fetch", "-q", "team/x")
    code, report, _ = push('KEYCATCH "$@"', "team", "main")
    assert (code, failing(report)) == (1, {"key"})


@pytest.mark.skipif(os.name == "nt", reason="scripts of sh")
def test_an_address_for_pushes_that_leads_elsewhere(
    push: Push, repository: Any, plant: Any, tmp_path: Path
) -> None:
    add(repository, "key", plant.pair())
    repository.git("push", "-q", "--no-verify", "origin", "main")
    repository.git("fetch", "-q", "origin")
    public = tmp_path / "public.git"
    repository.git("init", "-q", "--bare", str(public))
    repository.git("remote", "set-url", "--push", "origin", str(public))
    code, report, _ = push('KEYCATCH "$@"', "origin", "main")
    assert (code, failing(report)) == (1, {"key"})


@pytest.mark.skipif(os.name == "nt", reason="scripts of sh")
def test_refspecs_of_ones_own(push: Push, repository: Any, plant: Any) -> None:
    """What the remote has is old wherever its refspec puts it."""
    repository.git("config", "remote.origin.fetch", "+refs/heads/*:refs/upstream/*")
    add(repository, "key", plant.pair())
    repository.git("push", "-q", "--no-verify", "origin", "main")
    repository.git("fetch", "-q", "origin")
    repository.git("checkout", "-qb", "next")
    add(repository, "clean")
    code, report, _ = push('KEYCATCH "$@"', "origin", "next")
    assert (code, report["findings"]) == (0, [])


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_a_terminal(keycatch: Any, repository: Any, remote: Path, plant: Any) -> None:
    """Managers that pass nothing on leave the terminal of the person there."""
    import pty

    add(repository, "key", plant.pair())
    ours, theirs = pty.openpty()
    try:
        done = keycatch(*TO, "origin", str(remote), cwd=repository.root, stdin=theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert (done.returncode, done.paths()) == (1, {"key"})


def test_quiet(keycatch: Any, repository: Any, remote: Path) -> None:
    done = keycatch("push", "--quiet", "origin", given=b"", cwd=repository.root)
    assert (done.returncode, done.stderr) == (0, "")


def test_other_references_under_a_framework(
    keycatch: Any, repository: Any, remote: Path, plant: Any
) -> None:
    """It names the first reference of a push only: the others are shown."""
    since = repository.git("rev-parse", "HEAD").strip()
    repository.git("checkout", "-qb", "other")
    add(repository, "key", plant.pair())
    repository.git("checkout", "-q", "main")
    until = add(repository, "clean")
    repository.git("tag", "-a", "-m", plant.pair(), "v1")
    variables = {
        "PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_NAME": "origin",
        "PRE_COMMIT_FROM_REF": since, "PRE_COMMIT_TO_REF": until,
    }  # fmt: skip
    done = keycatch(*TO, cwd=repository.root, env=variables)
    assert done.returncode == 0
    assert len(done.report()["findings"]) == 2
    assert not failing(done.report())
