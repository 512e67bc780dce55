"""Sharing work out over processes.

Work comes in units, such as a stretch of blobs. Each worker has a pipe, on which it receives the
next unit and answers with the results. The parent hands out a unit whenever a worker is free, so
that an uneven load evens out. What there is to do may still be found while workers are busy.

* Workers ignore an interrupt from the terminal; the parent ends them when it is interrupted itself.
* A worker that dies costs the unit that it was scanning, and the report says so.
* When the parent dies, however that happens, its ends of the pipes close and the workers end.
"""

from __future__ import annotations

import sys
from contextlib import closing, contextmanager
from functools import partial

from scanner.signals import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import Any, Final, Protocol, TypeVar

    _Found = TypeVar("_Found")
    _Unit = TypeVar("_Unit", bound=tuple[Any, ...])
    _Taken = TypeVar("_Taken", bound=tuple[Any, ...], covariant=True)
    _Told = TypeVar("_Told", covariant=True)

    class Work(Protocol[_Told]):
        """Things to scan, in units. Both are pickled for workers that are not forked."""

        @property
        def scan(self) -> Callable[..., _Told]:
            """Scans what a unit names: of numbers, from the first to before the last."""

        @property
        def lost(self) -> Callable[..., _Told]:
            """Returns what to report of a unit if the worker that was to scan it has died."""

    class Units(Protocol[_Taken]):
        """Where units of work come from, which may have to be found first."""

        def take(self) -> _Taken | None:
            """Return the next unit, the arguments for the work; None when none is left."""

        def prepare(self) -> bool:
            """Find some of those to come, while no worker waits; return whether more may come."""


FORKS: Final = sys.platform == "linux"
"""Whether workers are forked: each starts in a few milliseconds and has the memory of its parent.

macOS can fork as well, but its system libraries may have threads, which a fork breaks (Python's
documentation of multiprocessing, bpo-33725).
"""
MOST_AT_ONCE: Final = 512
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


LOST: Final = "a process ended while scanning it, possibly out of memory: try --jobs 1"
"""The detail of a notice about what a lost worker was scanning."""


def share_out(
    work: Work[_Found], number: int, jobs: int, start: int = 0
) -> Generator[tuple[int, _Found], None, None]:
    """Scan the things from `start` to before `number` in `jobs` processes.

    Yields (how many, their results) as they come.
    The caller closes the generator, which ends the workers.
    """
    with closing(share(work, _Numbers(start, number, jobs), jobs)) as shared:
        for (first, after), found in shared:
            yield after - first, found


def share(
    work: Work[_Found], units: Units[_Unit], jobs: int
) -> Generator[tuple[_Unit, _Found], None, None]:
    """Scan all `units` of the `work` in `jobs` processes.

    Yields (the unit, its results) as they come.
    The caller closes the generator, which ends the workers.
    """
    # Forking is safe here, since this process has no threads, and saves starting Python again. On
    # other systems than Linux the libraries of the system may have threads.
    kind: Any
    if FORKS:
        from scanner.engine import forked as kind
    else:
        from scanner.engine import spawned as kind

    busy: dict[Any, _Unit] = {}
    started: list[Any] = []
    try:
        for _ in range(jobs):
            first = units.take()
            if first is None:
                break
            with _signals_held_back():
                started.append(kind.start(partial(_run, work), started))

            pipe = started[-1].pipe
            if _send(pipe, first):
                busy[pipe] = first
            else:
                yield first, work.lost(*first)

        has_more = True
        while busy:
            ready = kind.ready(busy, block=not has_more)
            if not ready:
                has_more = units.prepare()
            for pipe in ready:
                unit = busy.pop(pipe)
                try:
                    found: _Found = pipe.recv()
                except (EOFError, ConnectionError):  # the worker has died
                    yield unit, work.lost(*unit)
                    continue

                following = units.take()
                if following is not None and _send(pipe, following):
                    busy[pipe] = following
                elif following is not None:
                    yield following, work.lost(*following)

                yield unit, found

        while (unit_left := units.take()) is not None:  # only if every worker was lost
            yield unit_left, work.lost(*unit_left)
    finally:
        with _signals_held_back():
            for each in started:
                each.terminate()
            for each in started:
                each.end(_GRACE)


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


def stretch_of(number: int, jobs: int) -> int:
    """Return how many of the `number` things that are left the next unit has."""
    return max(1, min(MOST_AT_ONCE, number // (jobs * _SHARES)))


class _Numbers:
    """Units of things that are numbered."""

    __slots__ = ("_at", "_jobs", "_number")

    def __init__(self, at: int, number: int, jobs: int) -> None:
        self._at, self._number, self._jobs = at, number, jobs

    def take(self) -> Stretch | None:
        at = self._at
        if at >= self._number:
            return None
        self._at += stretch_of(self._number - at, self._jobs)
        return at, self._at

    def prepare(self) -> bool:
        return False


def _run(work: Work[object], pipe: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The parent may have a handler that raises, so that it can clean up. A worker has nothing to
    # clean up, and the exception could come at a place that only prints it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    try:
        while True:
            unit = pipe.recv()
            pipe.send(work.scan(*unit))
    except (EOFError, ConnectionError):
        pass  # the parent has died or has closed the pipe: there is no one to report to


def _send(pipe: Any, unit: tuple[Any, ...]) -> bool:
    try:
        pipe.send(unit)
    except ConnectionError:
        return False
    return True
