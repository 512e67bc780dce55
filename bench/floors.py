"""What reading a whole history costs at the least, and whether a scan has read all of one."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.rounds import Run
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from bench.history_tools import HasRead
    from bench.stored import Stored

_INFLATER: Final = Path(__file__).resolve().with_name("inflater.py")
_CLEAN: Final = frozenset((0,))


def floors(repository: Stored, jobs: int, *, with_log: bool) -> list[Run]:
    """Return the runs that read and do nothing else: inflating, and git writing to /dev/null.

    Inflating runs in one process and, if that is more, in `jobs`. `with_log` adds `git log -p`,
    as gitleaks calls it.
    """
    git = (shutil.which("git") or "git", "-C", repository.path)
    runs = []
    for number in dict.fromkeys((1, jobs)) if repository.packs else ():
        options = ("-I", str(_INFLATER), str(number), str(repository.digits))
        name = f"inflating the packs, {number} process{'es' if number > 1 else ''}"
        runs.append(Run(name, (sys.executable, *options, *repository.packs), {}, None, _CLEAN))
    batch = ("cat-file", "--batch-all-objects", "--batch", "--unordered")
    runs.append(Run("git cat-file --batch", (*git, *batch), {}, None, _CLEAN))
    if with_log:
        log = ("log", "-p", "-U0", "--full-history", "--all")
        runs.append(Run("git log -p", (*git, *log), {}, None, _CLEAN))
    return runs


def require_all(repository: Stored, has_read: HasRead) -> None:
    """Raise KeycatchError where a scan has not read what git says there is."""
    for what in ("commits", "blobs"):
        there, read = getattr(repository, what), getattr(has_read, what)
        if read is None or read < there:
            raise KeycatchError(f"keycatch has read {read} of {there} {what} of {repository.name}")
