"""What reading a whole history costs at the least, and whether a scan has read all of one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bench.inputs.repositories import GIT
from bench.process import PROGRAMS, Command
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from bench.inputs.repositories import Stored
    from bench.tools import Reported


def floors(repository: Stored, jobs: int, *, with_log: bool) -> list[Command]:
    """Return the commands that read and do nothing else: inflating, and git writing to /dev/null.

    Inflating runs in one process and, if that is more, in `jobs`. `with_log` adds `git log -p`,
    as gitleaks calls it.
    """
    git = (GIT, "-C", repository.path)
    inflate = (sys.executable, "-I", str(PROGRAMS / "inflate_packs.py"))
    commands = []
    # A history that was never packed has only loose objects: there is nothing to inflate.
    for number in dict.fromkeys((1, jobs)) if repository.packs else ():
        name = f"inflating the packs, {number} process{'es' if number > 1 else ''}"
        options = (str(number), str(repository.digits))
        commands.append(Command(name, (*inflate, *options, *repository.packs)))
    batch = ("cat-file", "--batch-all-objects", "--batch", "--unordered")
    commands.append(Command("git cat-file --batch", (*git, *batch)))
    if with_log:
        log = ("log", "-p", "-U0", "--full-history", "--all")
        commands.append(Command("git log -p", (*git, *log)))
    return commands


def require_all(repository: Stored, reported: Reported) -> None:
    """Raise KeycatchError where a scan has not read what git says there is."""
    for what in ("commits", "blobs"):
        there, read = getattr(repository, what), getattr(reported, what)
        if read is None or read < there:
            raise KeycatchError(f"keycatch has read {read} of {there} {what} of {repository.name}")
