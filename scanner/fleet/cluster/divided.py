"""Large repositories in shares, each of which a worker of the cluster searches.

What all shares have found goes to one worker, which reads those few objects again, finds out who
added what is in them, and returns the report of the repository. If a share cannot be searched, that
worker reads everything.
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final

from scanner.errors import KeycatchError
from scanner.fleet.outcome import State
from scanner.fleet.unchanged import scan_digest
from scanner.fleet.work import Done
from scanner.git.object_store import store_of
from scanner.git.pack_index import PackError
from scanner.git.repository import Repository
from scanner.history.objects.inventory import inventory
from scanner.history.record.share_record import Share, joined, read

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import TracebackType

    from scanner.fleet.cluster.client import ClusterWorkers
    from scanner.fleet.work import Work
    from scanner.history.record.share_record import ShareRecord

_MOST: Final = 32
"""Shares. Each reads the heads of all packs first, 4 % of the time for the whole (git/git): with
more of them that takes longer than the share."""


class _Division:
    """One repository in shares."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.pending: set[Future[Any]] = set()
        self.found: list[ShareRecord] = []
        self.is_ending = False
        """Whether the last scan has been submitted."""


class DividingWorkers:
    """The workers of a cluster, of which several search one repository if it is large."""

    def __init__(self, workers: ClusterWorkers, above: int) -> None:
        """Divide repositories whose objects take more than `above` bytes among the `workers`."""
        self._workers, self._above = workers, above
        self._divisions: dict[Future[Any], _Division] = {}
        """By what `submit` has returned."""
        self._shared: dict[Future[Any], Future[Any]] = {}
        """The same by what is pending."""

    def __enter__(self) -> DividingWorkers:
        """Make the workers ready; raises KeycatchError."""
        self._workers.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        """Let them go."""
        self._workers.__exit__(kind, error, trace)

    def room(self) -> int:
        """Return how much work keeps all workers busy."""
        return self._workers.room()

    def submit(self, work: Work) -> Future[Any]:
        """Send `work` to the scheduler, in shares if that is better."""
        number = min(self._workers.threads, _MOST)
        key = self._key(work) if number > 1 else ""
        if not key:
            return self._workers.submit(work)
        whole: Future[Any] = Future()
        if key == work.before:
            whole.set_result(Done(key, is_unchanged=True))
            return whole

        # Each worker makes sure that it has this repository, as it is now.
        division = _Division(work._replace(before="", expected=key))
        self._divisions[whole] = division
        for share in range(number):
            self._send(whole, division.work._replace(share=Share(share, number)))
        return whole

    def wait(self, running: Collection[Future[Any]]) -> Collection[Future[Any]]:
        """Return those of `running` that are done, at least one; raises KeycatchError."""
        found = {future for future in running if future.done()}
        while not found:
            undivided = {each for each in running if each not in self._divisions}
            for future in self._workers.wait([*undivided, *self._shared]):
                if future in undivided:
                    found.add(future)
                    continue
                # One that was dropped in the meantime is answered as well.
                whole = self._shared.pop(future, None)
                if whole and not self._goes_on(whole, future):
                    found.add(whole)
        return found

    def done(self, future: Future[Any]) -> Done:
        """Return how the work has ended; raises KeycatchError."""
        if self._divisions.pop(future, None):
            done: Done = future.result()
            return done
        return self._workers.done(future)

    def _key(self, work: Work) -> str:
        """Return the key of what `work` is for; empty if it is not to be divided."""
        if work.address is not None:
            return ""
        try:
            repository = Repository(work.path, named=True)
            there = inventory(store_of(repository), len(repository.zero) // 2)
        except (KeycatchError, OSError, PackError):
            return ""  # the worker says what is wrong
        if there is None:
            return ""
        sizes = [mark.size for mark in there.packs.values()]
        size = sum(sizes) + sum(of_file for of_file, _ in there.loose.values())
        return scan_digest(repository, work.conditions) if size > self._above else ""

    def _send(self, whole: Future[Any], work: Work) -> None:
        future = self._workers.submit(work)
        self._shared[future] = whole
        self._divisions[whole].pending.add(future)

    def _goes_on(self, whole: Future[Any], future: Future[Any]) -> bool:
        """Take the answer in `future`; return whether there will be others for the same `whole`."""
        division = self._divisions[whole]
        division.pending.discard(future)
        done = self._workers.done(future)
        if division.is_ending or done.state is State.TIMED_OUT:
            self._drop_pending(division)
            whole.set_result(done)
            return False

        try:
            if not done.content:
                raise KeycatchError(done.problem)
            division.found.append(read(done.content))
        except KeycatchError:  # one scan of everything says what is wrong
            self._drop_pending(division)
            division.found.clear()
        if not division.pending:
            division.is_ending = True
            found = joined(division.found) if division.found else None
            self._send(whole, division.work._replace(found=found))
        return True

    def _drop_pending(self, division: _Division) -> None:
        for future in division.pending:
            del self._shared[future]
            self._workers.drop(future)
        division.pending.clear()
