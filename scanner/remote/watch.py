"""Ends a transfer that takes more room or time than it may, or that does not move."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Final

from scanner.git.transfer import end
from scanner.records import NamedTuple
from scanner.remote.failure import RemoteError, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.git.transfer import Running

_EVERY: Final = 0.2
"""Seconds between two looks: a disk takes 0.5 GB in them at most."""
RESERVE: Final = 512 << 20
"""Bytes that stay free on the disk: a transfer writes on between two looks, and so do others."""


class Limits(NamedTuple):
    """What a transfer may take."""

    size: int = 0
    """Bytes of a mirror; 0 for as many as the disk has."""
    seconds: float = 6 * 3600
    """Of the whole transfer: a history of 10 GB takes one hour at 3 MB/s."""
    stall: float = 300
    """Seconds in which nothing at all arrives. A server that counts objects says so meanwhile."""
    reserve: int = RESERVE
    is_over: Callable[[], bool] = bool
    """Whether to end it now, for a transfer that another thread waits for."""


class Watch:
    """A watch over the git `process` that writes to `folder`, as a context."""

    def __init__(
        self,
        process: Running,
        folder: str,
        limits: Limits,
        name: str,
        lines: Callable[[], int],
    ) -> None:
        """Prepare it; `name` is that of the repository, `lines` counts what git has said so far."""
        self.error: RemoteError | None = None
        """Why the transfer was ended; None if it was not."""
        self.size = self._before = size_of(folder)
        """Bytes of `folder` at the last look."""
        self._process, self._folder, self._limits, self._name = process, folder, limits, name
        self._lines = lines
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Watch:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End what is left of the transfer, whatever the reason is to leave."""
        self._over.set()
        end(self._process)
        self._thread.join()

    @property
    def added(self) -> int:
        """Bytes that the transfer has brought, at the last look."""
        return max(0, self.size - self._before)

    def look(self) -> None:
        """Find out now whether there is too much of it."""
        self.size = size_of(self._folder)
        self.error = self.error or self._problem(0, 0)

    def _run(self) -> None:
        began = moved = monotonic()
        before = (0, 0)
        while not self._over.wait(_EVERY):
            self.size = size_of(self._folder)
            now = monotonic()
            state = (self.size, self._lines())
            if state != before:
                before, moved = state, now
            self.error = self._problem(now - began, now - moved)
            if self.error:
                end(self._process)
                return

    def _problem(self, seconds: float, idle: float) -> RemoteError | None:
        limits, name = self._limits, self._name
        if limits.is_over():
            return RemoteError(State.FAILED, "the transfer was interrupted", name)
        if limits.size and self.size > limits.size:
            return RemoteError(
                State.TOO_LARGE,
                f"it is larger than the limit of {limits.size:,} bytes: raise it with "
                "--max-clone-size",
                name,
            )
        if free(self._folder) < limits.reserve:
            return no_room(name, self._folder, limits.reserve)
        if seconds > limits.seconds:
            return RemoteError(
                State.TOO_SLOW,
                f"it was not there after {limits.seconds:,.0f} seconds: allow more with "
                "--clone-timeout",
                name,
            )
        if idle > limits.stall:
            return RemoteError(
                State.STALLED,
                f"the server sent nothing for {limits.stall:,.0f} seconds: try again later",
                name,
            )
        return None


def no_room(name: str, folder: str, reserve: int) -> RemoteError:
    """Return the error that the disk of `folder` is full, or nearly so."""
    return RemoteError(
        State.NO_ROOM,
        f"less than {reserve >> 20:,} MB are free on the disk of {folder}: make room, or "
        "name a directory on a larger disk, in TMPDIR or with --keep",
        name,
    )


def free(folder: str) -> int:
    """Return the bytes that are free for this user on the disk of `folder`."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:  # it is not there yet
        return shutil.disk_usage(os.path.dirname(folder)).free


def size_of(folder: str) -> int:
    """Return the bytes of the files below `folder`; what vanishes meanwhile does not count."""
    total = 0
    for directory, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(directory, name)).st_size
    return total
