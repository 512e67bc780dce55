"""A partial clone whose configuration names a program to fetch what is missing: it never runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from scanner.git import process

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


@pytest.fixture(params=["ssh", "upload-pack"])
def trap(request: Any, repository: Any, tmp_path: Path) -> Trap:
    for name in ("a", "below/b"):
        repository.write(name, f"{name}\n")
        repository.commit()
    repository.git("config", "uploadpack.allowFilter", "true")
    found = Trap(tmp_path / "clone", tmp_path / "ran")
    options = ("--filter=tree:0", "--sparse", "--depth=2")
    repository.git("clone", "-q", *options, repository.root.as_uri(), str(found.root))
    found.git("sparse-checkout", "set", "--cone", "--sparse-index")
    if request.param == "ssh":
        found.git("config", "remote.origin.url", "ssh://git@localhost/gone")
        found.git("config", "core.sshCommand", f"touch {found.mark};")
    else:
        found.git("config", "remote.origin.uploadpack", f"touch {found.mark}; git-upload-pack")
    return found


@pytest.mark.parametrize("knows", [True, False])
def test_no_command_runs_it(
    knows: bool, trap: Trap, keycatch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not knows:  # as git before 2.45
        monkeypatch.setitem(process._SETTINGS, "GIT_NO_LAZY_FETCH", "0")
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
