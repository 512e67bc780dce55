"""One scan of something damaged, in a process of its own with a limit of time.

The process is forked from one that has everything imported, which takes a tenth of a start.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import traceback
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.commands import main

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SLOWEST: Final = 20
"""Seconds that a scan may take."""
_STOPPED: Final = 60
"""Seconds after which it is ended, so that the attempts go on."""
_DEFECTS: Final = (b"Traceback", b"internal-error", b"please report this as a bug")
"""What is printed about an exception that is not for users."""


class Ended(NamedTuple):
    """How a scan ended."""

    code: int
    """Its exit code; negative for the signal that ended it."""
    seconds: float
    """Of the processor, with the processes of git."""
    peak: int
    """Bytes of memory that the largest of its processes had."""
    begun: int
    """Bytes that the process had which it was forked from; it is a part of the peak."""
    defect: str
    """What it said about an exception; empty for nothing."""


def scanned(arguments: Sequence[str], directory: Path) -> Ended:
    """Run the command with `arguments` in `directory`."""
    before = _resident()
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if not child:
            _run(arguments, directory, said.fileno())
        _, status, used = os.wait4(child, 0)
        said.seek(0)
        text = said.read()
    defect = next((line for line in text.splitlines() if any(map(line.count, _DEFECTS))), b"")
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2)
    return Ended(
        os.waitstatus_to_exitcode(status),
        used.ru_utime + used.ru_stime,
        used.ru_maxrss * unit,
        before,
        defect.decode("utf-8", "replace"),
    )


def _resident() -> int:
    """Return the bytes of memory that this process has now; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # proc(5)
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _run(arguments: Sequence[str], directory: Path, said: int) -> None:
    """Be the child, which never returns."""
    code = 3
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(_STOPPED)
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.chdir(directory)
        os.environ["HOME"] = os.environ["XDG_CACHE_HOME"] = str(directory)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", errors="replace") for number in (1, 2))
        code = main(list(arguments))
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 2
    except BaseException:  # noqa: BLE001 -- whatever it is, it is what was looked for
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)
