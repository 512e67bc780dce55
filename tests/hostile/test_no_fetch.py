"""A partial clone whose configuration names a program to fetch what is missing: it never runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from scanner.git import hardening, process

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script is what would run")


class Trap(NamedTuple):
    root: Path
    mark: Path
    """What the program of the configuration makes."""

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()


@pytest.fixture(params=["ssh", "ssh-as-of-old", "upload-pack", "nameless"])
def trap(request: Any, repository: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trap:
    for name in ("a", "below/b"):
        repository.write(name, f"{name}\n")
        repository.commit()
    for what in ("Filter", "AnySHA1InWant"):  # git 2.25 asks for what no branch has
        repository.git("config", f"uploadpack.allow{what}", "true")
    found = Trap(tmp_path / "clone", tmp_path / "ran")
    options = ("--filter=tree:0", "--no-checkout", "--depth=2")
    repository.git("clone", "-q", *options, repository.root.as_uri(), str(found.root))
    for options in ((), ("--sparse-index",)):  # git before 2.32 does not know the option
        found.git("sparse-checkout", "init", "--cone", *options)
    found.git("checkout", "-q")

    if request.param != "ssh":  # git before 2.45 does not know the variable
        monkeypatch.setitem(hardening.SETTINGS, "GIT_NO_LAZY_FETCH", "0")
    if request.param.startswith("ssh"):
        found.git("config", "remote.origin.url", "ssh://git@localhost/gone")
        found.git("config", "core.sshCommand", f"touch {found.mark};")
    elif request.param == "upload-pack":
        found.git("config", "remote.origin.uploadpack", f"touch {found.mark}; git-upload-pack")
    else:
        # The protocol that has no name is one that an empty list allows. Its program is an alias,
        # before git 2.29 a file on the PATH.
        monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}.")
        monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "")
        found.git("config", "remote.origin.url", "::gone")
        found.git("config", "alias.remote-", f"!touch {found.mark};")
        program = found.root / "git-remote-"
        program.write_text(f"#!/bin/sh\ntouch {found.mark}\n")
        program.chmod(0o755)
    return found


def test_no_command_runs_it(trap: Trap, keycatch: Callable[..., Any]) -> None:
    tip = trap.git("rev-parse", "HEAD")
    given = {
        "push": f"refs/heads/x {tip} refs/heads/x {'0' * 40}\n",
        "receive": f"{'0' * 40} {tip} refs/heads/x\n",
    }
    commands = ["scan .", "staged", "history", "range HEAD~1", "push origin x", "receive", "doctor"]
    for command in commands:
        line = given.get(command.split()[0], "").encode()
        keycatch(*command.split(), cwd=trap.root, given=line)
        assert not trap.mark.exists(), command
    trap.git("cat-file", "-p", "HEAD:below/b")
    assert trap.mark.exists()  # git alone does run it


@pytest.mark.parametrize("hooks", [False, True])
def test_a_git_that_git_starts_to_fetch_ends_at_once(repository: Any, hooks: bool) -> None:
    """Before it looks for a remote or a bundle: since 2.40 `fetch.bundleURI` comes first."""
    repository.commit("a")
    variables = hardening.environment(os.environ, GIT_ALLOW_PROTOCOL="file")
    command = ("fetch", repository.root.as_uri())
    done = process.complete(command, str(repository.root), variables, hooks=hooks)
    assert done.returncode == 128
    assert b"fetch.parallel" in done.stderr


def test_no_list_of_protocols_can_be_guessed() -> None:
    assert len(hardening.environment({})["GIT_ALLOW_PROTOCOL"]) == 32
