"""A process that is forked, with a pipe to it and one back.

The module `multiprocessing` can do this, and a dozen things that nobody here needs: it takes longer
to import than a scan of a thousand files. On systems where a fork is not safe it is used all the
same (`scanner.engine.spawned`).
"""

from __future__ import annotations

import os
import select
import sys
from contextlib import suppress
from time import monotonic, sleep

from scanner.signals import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from typing import Any, Final, NoReturn

try:
    from _pickle import dumps, loads  # the part of `pickle` that is written in C
except ImportError:  # another Python than CPython
    from pickle import dumps, loads

_LENGTH: Final = 8
"""Bytes of the number before each message, which says how long it is."""
_AGAIN: Final = 0.002
"""Seconds between two looks whether a process has ended, which takes less after a signal."""


class Pipe:
    """Our end of a pair of pipes; messages are objects that can be pickled."""

    __slots__ = ("_reading", "_writing")

    def __init__(self, reading: int, writing: int) -> None:
        """Take the descriptors."""
        self._reading, self._writing = reading, writing

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when there is a message, or nobody else."""
        return self._reading

    def send(self, message: object) -> None:
        """Send `message`; raises ConnectionError if nobody reads it any more."""
        data = dumps(message, -1)
        for part in (len(data).to_bytes(_LENGTH, "little"), data):
            rest = memoryview(part)
            while rest:
                rest = rest[os.write(self._writing, rest) :]

    def recv(self) -> Any:
        """Return the next message; raises EOFError if there is nobody who could send one."""
        size = int.from_bytes(self._read(_LENGTH), "little")
        return loads(self._read(size))  # noqa: S301 -- from a process that this one has forked

    def _read(self, size: int) -> bytearray:
        data = bytearray(size)  # not in pieces: what is found in a history can be large
        rest = memoryview(data)
        while rest:
            number = os.readv(self._reading, [rest])
            if not number:
                raise EOFError
            rest = rest[number:]
        return data

    def close(self) -> None:
        """Close both descriptors."""
        os.close(self._reading)
        os.close(self._writing)


class Forked:
    """A process that runs a function of its parent."""

    __slots__ = ("_has_ended", "pid", "pipe")

    def __init__(self, run: Callable[[Pipe], object], others: Sequence[Forked]) -> None:
        """Start a process that calls `run` with its end of a pair of pipes, and then ends.

        `others` are those that were started before. The new one closes its copies of their pipes:
        as long as one is open, a process at its other end does not notice that the parent died.
        """
        flush()
        to_us, from_them = os.pipe()
        to_them, from_us = os.pipe()
        self._has_ended = False
        self.pipe = Pipe(to_us, from_us)
        theirs = Pipe(to_them, from_them)
        self.pid = os.fork()
        if self.pid == 0:
            _live([self.pipe, *(each.pipe for each in others)], run, theirs)
        theirs.close()

    def terminate(self) -> None:
        """Ask the process to end."""
        if not self.has_ended():
            self._send(signal.SIGTERM)

    def end(self, grace: float) -> None:
        """Wait for the process to end, for `grace` seconds, and then kill it."""
        until = monotonic() + grace
        while not self.has_ended():
            if monotonic() > until:
                self._send(signal.SIGKILL)
            sleep(_AGAIN)
        self.pipe.close()

    def has_ended(self) -> bool:
        """Return whether the process has ended."""
        if not self._has_ended:
            try:
                self._has_ended = os.waitpid(self.pid, os.WNOHANG)[0] != 0
            except ChildProcessError:  # where the system was told not to keep how children ended
                self._has_ended = True
        return self._has_ended

    def _send(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)


def flush() -> None:
    """Write what the streams hold, which a fork would copy."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # none, or nobody reads it
            stream.flush()


start: Final = Forked


def ready(pipes: Collection[Pipe], *, block: bool) -> list[Pipe]:
    """Return those of `pipes` that have a message, or nobody at the other end; `block` for one."""
    poll = select.poll()
    for pipe in pipes:
        poll.register(pipe.fileno(), select.POLLIN)
    found = {descriptor for descriptor, _ in poll.poll(None if block else 0)}
    return [pipe for pipe in pipes if pipe.fileno() in found]


def _live(inherited: Sequence[Pipe], run: Callable[[Pipe], object], pipe: Pipe) -> NoReturn:
    """Run the function in the new process, and end it without what the parent does at its end."""
    code = 1
    try:
        for each in inherited:
            each.close()
        run(pipe)
        code = 0
    finally:
        os._exit(code)
