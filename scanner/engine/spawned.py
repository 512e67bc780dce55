"""A process that is started as a new Python, where a fork is not safe.

It is used as one of `scanner.engine.forked` is.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence


class Spawned:
    """A process that runs a function, which is pickled for it."""

    __slots__ = ("_process", "pipe")

    def __init__(self, run: Callable[[Any], object], _others: Sequence[Spawned]) -> None:
        """Start a process that calls `run` with its end of a pair of pipes, and then ends."""
        context = multiprocessing.get_context("spawn")
        self.pipe: Connection
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=run, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def terminate(self) -> None:
        """Ask the process to end."""
        self._process.terminate()

    def end(self, grace: float) -> None:
        """Wait for the process to end, for `grace` seconds, and then kill it."""
        self._process.join(grace)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self.pipe.close()


start: Final = Spawned


def ready(pipes: Collection[Connection], *, block: bool) -> list[Connection]:
    """Return those of `pipes` that have a message, or nobody at the other end; `block` for one."""
    found = wait(list(pipes), None if block else 0)
    return [pipe for pipe in pipes if pipe in found]
