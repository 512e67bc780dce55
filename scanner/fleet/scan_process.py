"""The scan of one repository, in a process that can fail or take too long and harms no other."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final

from scanner.git.process import limit
from scanner.git.transfer import end
from scanner.import_path import OWN
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.git.transfer import Running

_PROGRAM: Final = """\
import sys
sys.path.append(sys.argv.pop(1))
from scanner.import_path import isolate
isolate()
from scanner.commands import main
raise SystemExit(main())
"""
"""Starts this installation, wherever it is, and nothing of the current directory (`-P`)."""
_SAID: Final = 2000
"""Characters of the messages of a scan that are kept: it may have thousands of warnings."""


class Ended(NamedTuple):
    """How the process ended."""

    content: bytes
    """The report in JSON; empty if there is none."""
    problem: str = ""
    """Why there is none."""
    is_late: bool = False


class Scans:
    """The processes that are running now."""

    def __init__(self, directory: str | None = None) -> None:
        """Begin with none; they start in `directory`, or where this process is."""
        self._directory = directory
        self._lock = threading.Lock()
        self._running: set[Running] = set()
        self._is_over = False

    def is_over(self) -> bool:
        """Return whether `stop` was called."""
        return self._is_over

    def run(self, arguments: Sequence[str], seconds: float, given: str = "") -> Ended:
        """Run keycatch with `arguments`, which print a report in JSON, for at most `seconds`.

        `given` is what it reads from standard input.
        """
        try:
            process = self._start(arguments)
        except OSError as error:
            return Ended(b"", f"cannot start a process: {error.strerror or error}")

        # If this process is killed, its scan may use this much of the processor, and then ends.
        limit(process.pid, int(seconds) + 1)
        try:
            output, said = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            late = f"the scan took more than {seconds:,.0f} seconds: allow more with --timeout"
            return Ended(b"", late, is_late=True)
        finally:
            self._end(process)

        if process.returncode in (0, 1, 2) and output:
            return Ended(output.encode("utf-8", "surrogateescape"))
        return Ended(b"", _reason(process.returncode, said))

    def stop(self) -> None:
        """End all of them, with all that they have started; no other is started."""
        with self._lock:
            self._is_over = True
            running = list(self._running)
        for process in running:
            end(process)

    def _start(self, arguments: Sequence[str]) -> Running:
        with self._lock:
            if self._is_over:
                raise InterruptedError(0, "the run is over")
            process = subprocess.Popen(
                (sys.executable, "-P", "-c", _PROGRAM, OWN, *arguments),
                cwd=self._directory,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="surrogateescape",
                # A process of its own for Ctrl-C too, and a group to be ended with its workers.
                start_new_session=True,
            )
            self._running.add(process)
        return process

    def _end(self, process: Running) -> None:
        end(process)
        with self._lock:
            self._running.discard(process)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()


def _reason(code: int, said: str) -> str:
    lines = [line.removeprefix("keycatch: ") for line in said.splitlines() if line.strip()]
    if lines:
        return lines[-1][:_SAID]
    how = f"signal {-code}" if code < 0 and os.name != "nt" else f"exit code {code}"
    return f"the scan ended with {how}"
