"""Tests for `scanner.git.spawn`: it answers as `subprocess` does, also where git hangs or fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from typing import Any

import pytest

from scanner.errors import KeycatchError
from scanner.git import hardening, process, spawn
from scanner.git.spawn import Spawned

pytestmark = pytest.mark.skipif(os.name == "nt", reason="nothing is spawned on Windows")

MUCH = 300_000
"""Bytes: more than both pipes hold."""


@pytest.fixture
def spawning(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let git be spawned, as where `subprocess` is not loaded; return what is."""
    found: list[Any] = []

    class Counted(Spawned):
        def __init__(self, *arguments: Any) -> None:
            found.append(self)
            super().__init__(*arguments)

    monkeypatch.setattr(process, "is_possible", lambda: True)
    monkeypatch.setattr(process, "Spawned", Counted)
    return found


def shell(script: str) -> Spawned:
    return Spawned(("/bin/sh", "-c", script), {"PATH": os.environ["PATH"], "A": "b"})


def test_it_has_output_errors_and_code() -> None:
    script = f"head -c {MUCH} /dev/zero; head -c {MUCH} /dev/zero >&2; echo $A; cat; exit 3"
    with closing(shell(script)) as process:
        assert process.answer(60) == (b"\0" * MUCH + b"b\n", b"\0" * MUCH)
        assert process.returncode == 3


def test_a_process_that_takes_too_long_is_asked_again_and_ended() -> None:
    with closing(shell("echo a; exec sleep 600")) as process:
        assert process.answer(0.2) is None
        assert process.answer(0) is None
    assert process.returncode == -signal.SIGKILL


def test_what_was_read_is_kept_for_the_next_time() -> None:
    with closing(shell("echo a; sleep 0.3; echo b")) as process:
        assert process.answer(0.1) is None
        assert process.answer(60) == (b"a\nb\n", b"")
        assert process.returncode == 0


def test_a_process_that_closes_its_output_and_goes_on_is_ended() -> None:
    with closing(shell("exec >&- 2>&-; exec sleep 600")) as process:
        began = time.monotonic()
        assert process.answer(0.2) is None
        assert time.monotonic() - began < 60
    assert process.returncode == -signal.SIGKILL


def test_signals_that_python_ignores_are_as_they_were() -> None:
    with closing(shell("kill -PIPE $$; echo still here")) as process:
        assert process.answer(60) == (b"", b"")
        assert process.returncode == -signal.SIGPIPE


def test_nothing_is_left_open() -> None:
    before = sorted(os.listdir("/dev/fd"))
    with closing(shell("echo a")) as process:
        process.answer(60)
    with closing(shell("exec sleep 600")) as process:
        process.answer(0)
    with pytest.raises(FileNotFoundError):
        Spawned(("/nowhere/git",), {})
    assert sorted(os.listdir("/dev/fd")) == before


def test_git_answers_in_both_ways(
    repository: Any, monkeypatch: pytest.MonkeyPatch, spawning: list[Any]
) -> None:
    monkeypatch.chdir(repository.root)
    for command in (("rev-parse", "--git-dir"), ("rev-parse", "--verify", "nothing"), ("--what",)):
        variables = hardening.environment(os.environ)
        spawned = process.complete(command, os.curdir, variables)
        assert spawned == process.complete(command, str(repository.root), variables)
    assert len(spawning) == 3


def test_a_git_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch, spawning: list[Any]) -> None:
    monkeypatch.setattr(process, "program", lambda: "/nowhere/git")
    with pytest.raises(KeycatchError, match=r"git cannot be run in \.: No such file"):
        process.complete(("version",), os.curdir, {})
    assert spawning


def test_it_is_possible_where_subprocess_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not spawn.is_possible()  # pytest has loaded it
    monkeypatch.delitem(sys.modules, "subprocess")
    assert spawn.is_possible()
    monkeypatch.setattr(sys, "stdin", None)
    assert not spawn.is_possible()


def test_the_hook_of_a_commit_loads_no_subprocess(repository: Any, keycatch_process: Any) -> None:
    repository.commit("a")
    repository.write("b")
    repository.git("add", "b")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-P", "-m", "scanner", "staged"],
        cwd=repository.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (
        0,
        "no AWS credentials found in 1 staged file (5 bytes)\n",
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "scanner.engine" in loaded
    assert loaded & {"argparse", "enum", "json", "re", "subprocess", "threading", "typing"} == set()
