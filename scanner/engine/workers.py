"""Sharing work out over processes.

Work is a number of things to scan, such as blobs. Each worker has a pipe on which it is told which
stretch of them is next and answers with what they came to. The parent hands out stretches as
workers become free, so an uneven load evens out. Workers ignore an interrupt from the terminal; the
parent ends them when it is interrupted itself. A worker that dies costs the stretch it was reading,
and the report says so. When the parent dies, however that happens, its ends of the pipes close and
the workers end.
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
"""Whether workers are forked: each starts in a few milliseconds and has what its parent has."""
_MOST_AT_ONCE: Final = 512
_SHARES: Final = 8
"""A stretch is this part of what each worker has still to expect: stretches become smaller, so that
in the end no worker waits long for the last one."""

_HELD_BACK: Final = frozenset((signal.SIGINT, signal.SIGTERM))
_GRACE: Final = 2.0
"""Seconds in which a worker ends that was asked to."""

Stretch = tuple[int, int]


class Work(Protocol[_Told]):
    """Things to scan, numbered from 0. Travels to workers that are not forked."""

    def scan(self, start: int, end: int) -> _Told:
        """Scan the things from `start` to before `end`."""
        ...

    def lost(self, start: int, end: int) -> _Told:
        """Return what is to be reported if the worker that was to scan these has ended."""
        ...


LOST: Final = "a process ended while scanning it, perhaps for want of memory: try --jobs 1"
"""What a notice about a lost worker says."""


def share_out(
    work: Work[_Found], number: int, jobs: int
) -> Generator[tuple[int, _Found], None, None]:
    """Scan `number` things in `jobs` processes; yield (how many, what they came to) as it comes."""
    # Forking is safe here, since there are no threads, and saves starting Python anew. Elsewhere
    # than on Linux the system's own libraries may have threads.
    context: ForkContext | SpawnContext = multiprocessing.get_context("spawn")
    if FORKS:
        context = multiprocessing.get_context("fork")
    stretches = _stretches(number, jobs)
    busy: dict[Connection, Stretch] = {}
    processes = []
    try:
        for first in [next(stretches, None) for _ in range(jobs)]:
            if first is None:
                break
            ours, theirs = context.Pipe()
            # A forked process has a copy of every pipe of its parent. It must close those: as long
            # as one is open, nobody who reads at its other end learns that the parent is gone.
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
                except (EOFError, ConnectionError):  # it is gone
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
    """Let an interrupt and a request to terminate wait.

    A process just forked would die of the one, or would have the handler of its parent raise for
    the other at a place that only prints it, and go on; and a second interrupt would leave others.
    Elsewhere than on POSIX there is no such thing, and no fork either.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _stretches(number: int, jobs: int) -> Iterator[Stretch]:
    at = 0
    while at < number:
        size = max(1, min(_MOST_AT_ONCE, (number - at) // (jobs * _SHARES)))
        yield at, at + size
        at += size


def _run(pipe: Connection, inherited: Sequence[Connection], work: Work[object]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The parent may have a handler that raises, to end in order: a worker has nothing to put in
    # order, and an exception can come at a place that only prints it.
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
        pass  # the parent is gone


def _send(pipe: Connection, stretch: Stretch) -> bool:
    try:
        pipe.send(stretch)
    except ConnectionError:
        return False
    return True
