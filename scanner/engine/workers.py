"""Sharing work out over processes.

Work is a number of things to scan, such as blobs. Each worker has a pipe, on which it receives the
next stretch of them and answers with the results. The parent hands out a stretch whenever a worker
is free, so that an uneven load evens out.

* Workers ignore an interrupt from the terminal; the parent ends them when it is interrupted itself.
* A worker that dies costs the stretch that it was scanning, and the report says so.
* When the parent dies, however that happens, its ends of the pipes close and the workers end.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from multiprocessing.context import ForkContext, SpawnContext

_Found = TypeVar("_Found")
_Told = TypeVar("_Told", covariant=True)

FORKS: Final = sys.platform == "linux"
"""Whether workers are forked: each starts in a few milliseconds and has the memory of its parent.

macOS can fork as well, but its system libraries may have threads, which a fork breaks (Python's
documentation of multiprocessing, bpo-33725).
"""
_MOST_AT_ONCE: Final = 512
"""Things in one stretch at most: what is lost with a worker, and between two steps of progress."""
_SHARES: Final = 8
"""A stretch is the share of one worker in what is left, divided by this.

Stretches so become smaller towards the end, where no worker should wait long for the last one.
"""

_HELD_BACK: Final = frozenset((signal.SIGINT, signal.SIGTERM))
_GRACE: Final = 2.0
"""Seconds that a worker has to end after it was asked to; then it is killed."""

Stretch = tuple[int, int]
"""The number of the first thing, and the one after the last."""


class Work(Protocol[_Told]):
    """Things to scan, numbered from 0. It is pickled for workers that are not forked."""

    def scan(self, start: int, end: int) -> _Told:
        """Scan the things from `start` to before `end`."""
        ...

    def lost(self, start: int, end: int) -> _Told:
        """Return what to report of these if the worker that was to scan them has died."""
        ...


LOST: Final = "a process ended while scanning it, possibly out of memory: try --jobs 1"
"""The detail of a notice about what a lost worker was scanning."""


def share_out(
    work: Work[_Found], number: int, jobs: int, start: int = 0
) -> Generator[tuple[int, _Found], None, None]:
    """Scan the things from `start` to before `number` in `jobs` processes.

    Yields (how many, their results) as they come.
    The caller closes the generator, which ends the workers.
    """
    # Forking is safe here, since this process has no threads, and saves starting Python again. On
    # other systems than Linux the libraries of the system may have threads.
    context: ForkContext | SpawnContext = multiprocessing.get_context("spawn")
    if FORKS:
        context = multiprocessing.get_context("fork")

    stretches = _stretches(start, number, jobs)
    busy: dict[Connection, Stretch] = {}
    processes = []
    try:
        for first in [next(stretches, None) for _ in range(jobs)]:
            if first is None:
                break

            ours, theirs = context.Pipe()
            # A forked process has a copy of every pipe of its parent, and must close them: as long
            # as one copy is open, a worker at its other end does not notice that the parent died.
            inherited = [*busy, ours] if FORKS else []
            process = context.Process(target=_run, args=(theirs, inherited, work), daemon=True)
            with _signals_held_back():
                process.start()
                processes.append(process)

            theirs.close()
            if _send(ours, first):
                busy[ours] = first
            else:
                yield first[1] - first[0], work.lost(*first)

        while busy:
            ready = wait(list(busy))
            for pipe in [pipe for pipe in busy if pipe in ready]:
                stretch = busy.pop(pipe)
                try:
                    found: _Found = pipe.recv()
                except (EOFError, ConnectionError):  # the worker has died
                    yield stretch[1] - stretch[0], work.lost(*stretch)
                    continue

                following = next(stretches, None)
                if following is not None and _send(pipe, following):
                    busy[pipe] = following
                elif following is not None:
                    yield following[1] - following[0], work.lost(*following)

                yield stretch[1] - stretch[0], found

        for stretch in stretches:  # left over only if every worker was lost
            yield stretch[1] - stretch[0], work.lost(*stretch)
    finally:
        with _signals_held_back():
            for process in processes:
                process.terminate()

            for process in processes:
                process.join(_GRACE)
                if process.is_alive():
                    process.kill()
                    process.join()


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Delay an interrupt or a request to terminate until the block has ended.

    A process that was just forked would die of an interrupt. On a request to terminate, the handler
    that it has from its parent would raise, possibly in a hook of the interpreter that only prints
    the exception and goes on. And a second interrupt would stop the parent before it has ended all
    workers. Windows has neither such signals nor a fork.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return

    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _stretches(at: int, number: int, jobs: int) -> Iterator[Stretch]:
    while at < number:
        size = max(1, min(_MOST_AT_ONCE, (number - at) // (jobs * _SHARES)))
        yield at, at + size
        at += size


def _run(pipe: Connection, inherited: Sequence[Connection], work: Work[object]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The parent may have a handler that raises, so that it can clean up. A worker has nothing to
    # clean up, and the exception could come at a place that only prints it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    for connection in inherited:
        connection.close()

    try:
        while True:
            start, end = pipe.recv()
            pipe.send(work.scan(start, end))
    except (EOFError, ConnectionError):
        pass  # the parent has died or has closed the pipe: there is no one to report to


def _send(pipe: Connection, stretch: Stretch) -> bool:
    try:
        pipe.send(stretch)
    except ConnectionError:
        return False
    return True
