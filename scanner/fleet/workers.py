"""Who does the work: threads of this process that start scans, or the workers of a cluster."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, Protocol

from scanner.fleet.work import perform

if TYPE_CHECKING:
    from collections.abc import Collection
    from concurrent.futures import Future
    from types import TracebackType

    from scanner.fleet.work import Done, Place, Work


class Workers(Protocol):
    """An executor of `concurrent.futures` for work, as a context.

    When the context ends because of an exception, all work is ended, and all that it has started.
    """

    def __enter__(self) -> object:
        """Make the workers ready; raises KeycatchError."""

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None, /
    ) -> None:
        """Let them go."""

    def room(self) -> int:
        """Return how much work is worth being submitted before some of it is done; at least 1."""

    def submit(self, work: Work) -> Future[Any]:
        """Begin `work`, or let it wait for a worker."""

    def wait(self, running: Collection[Future[Any]]) -> Collection[Future[Any]]:
        """Return those of `running` that `done` is to be called for, at least one.

        Raises KeycatchError where no work can be done any more.
        """

    def done(self, future: Future[Any]) -> Done:
        """Return how the work ended that `submit` returned `future` for.

        Raises KeycatchError where no work can be done any more.
        """


class LocalWorkers:
    """Threads, each of which waits for a clone or for the process of a scan."""

    def __init__(self, place: Place, jobs: int) -> None:
        """Prepare to do `jobs` at once at `place`."""
        self._place = place
        self._jobs = jobs
        self._pool = ThreadPoolExecutor(jobs)

    def __enter__(self) -> LocalWorkers:
        """Return itself: a thread starts with the first work for it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        """Wait for the threads, whose processes are ended first if there is an exception."""
        if kind is not None:
            self._place.scans.stop()
        self._pool.shutdown(cancel_futures=True)

    def room(self) -> int:
        """Return the number of threads."""
        return self._jobs

    def submit(self, work: Work) -> Future[Any]:
        """Begin `work`."""
        return self._pool.submit(perform, work, self._place)

    def wait(self, running: Collection[Future[Any]]) -> Collection[Future[Any]]:
        """Return those of `running` that are done."""
        return wait(running, return_when=FIRST_COMPLETED).done

    def done(self, future: Future[Any]) -> Done:
        """Return how it ended."""
        done: Done = future.result()
        return done
