"""Starting git for one answer without `subprocess`, in a hook that needs little else.

`subprocess` and what it loads (`signal`, `selectors`, `threading`, `enum`) take 30 of 150 million
instructions of `keycatch staged`, and to start a process with it another million. Where it is
loaded already, or where this cannot do the same, `scanner.git.process` uses it.
"""

from __future__ import annotations

import os
import sys
from time import monotonic, sleep

from scanner.signals import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Final

_STEP: Final = 64 << 10
"""Bytes that are read at once: as many as a pipe of Linux holds."""
_SOON: Final = 0.0005
"""Seconds between two looks whether a process has ended that has closed its output."""


def is_possible() -> bool:
    """Return whether a git that gets no input is to be started with this module.

    Without one of the standard streams a pipe could get its number, which `subprocess` deals with.
    """
    return (
        "subprocess" not in sys.modules
        and hasattr(os, "posix_spawn")
        and None not in (sys.stdin, sys.stdout, sys.stderr)
    )


class Spawned:
    """A process in the current directory, with an empty standard input; to be closed."""

    __slots__ = ("_pieces", "_waiting", "pid", "returncode")

    def __init__(self, command: Sequence[str], variables: Mapping[str, str]) -> None:
        """Start `command`, whose first word is a path, with `variables` only. Raises OSError."""
        self.returncode: int | None = None
        self._pieces: list[list[bytes]] = [[], []]
        output, of_output = os.pipe()
        errors, of_errors = os.pipe()
        self._waiting = {output: self._pieces[0], errors: self._pieces[1]}
        try:
            self.pid = os.posix_spawn(
                command[0],
                (*command,),
                variables,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, of_output, 1),
                    (os.POSIX_SPAWN_DUP2, of_errors, 2),
                ],
                setsigdef=[signal.SIGPIPE, signal.SIGXFSZ],  # Python ignores these two
            )
        except BaseException:
            self._close_pipes()
            raise
        finally:
            os.close(of_output)
            os.close(of_errors)

    def answer(self, seconds: float) -> tuple[bytes, bytes] | None:
        """Return what the process prints until its end, and its errors; None after `seconds`.

        What was read until then is kept for the next call.
        """
        from select import poll  # here: Windows, where nothing is spawned, has none

        until = monotonic() + seconds
        pipes = poll()
        for pipe in self._waiting:
            pipes.register(pipe)
        while self._waiting:
            ready = pipes.poll(max(until - monotonic(), 0) * 1000)
            if not ready:
                return None
            for pipe, _ in ready:
                piece = os.read(pipe, _STEP)
                if piece:
                    self._waiting[pipe].append(piece)
                else:
                    pipes.unregister(pipe)
                    del self._waiting[pipe]
                    os.close(pipe)

        while not self._has_ended(os.WNOHANG):
            if monotonic() >= until:
                return None
            sleep(_SOON)
        output, errors = map(b"".join, self._pieces)
        return output, errors

    def close(self) -> None:
        """End the process, if it goes on, and wait for it."""
        self._close_pipes()
        if self.returncode is None and not self._has_ended(os.WNOHANG):
            os.kill(self.pid, signal.SIGKILL)
            self._has_ended(0)

    def _has_ended(self, options: int) -> bool:
        try:
            pid, status = os.waitpid(self.pid, options)
        except ChildProcessError:  # whoever started us ignores SIGCHLD, so that nobody knows
            pid, status = self.pid, 0
        if pid:
            self.returncode = os.waitstatus_to_exitcode(status)
        return bool(pid)

    def _close_pipes(self) -> None:
        for pipe in self._waiting:
            os.close(pipe)
        self._waiting.clear()
