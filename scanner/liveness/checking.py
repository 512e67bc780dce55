"""Asking about many credentials: several key IDs at the same time, the requests of each in order.

Threads take key IDs that are due from a heap; while one key ID has to wait, they work on others.
They are daemon threads, which end with the process: a connection that hangs delays neither the
report nor the exit.
"""

from __future__ import annotations

import threading
from heapq import heapify, heappop, heappush
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

from scanner.engine.defects import describe
from scanner.errors import UsageError
from scanner.liveness.answers import unknown
from scanner.liveness.candidates import Accounts, Candidate, candidate, groups, unified
from scanner.liveness.inquiry import Inquiry, Pace
from scanner.liveness.interrupts import noticed
from scanner.liveness.partitions import ENDPOINTS
from scanner.liveness.states import Liveness, Reason
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from scanner.findings import Finding
    from scanner.liveness.answers import Answer
    from scanner.liveness.inquiry import Ask
    from scanner.liveness.partitions import Endpoint

_TICK: Final = 0.2
"""Seconds of the longest uninterrupted wait: an interrupt is only noticed between two waits."""


class CheckOptions(NamedTuple):
    """Which endpoints to ask, about credentials of which accounts, and how fast."""

    endpoints: Sequence[Endpoint] = ENDPOINTS
    accounts: Accounts = Accounts()
    pace: Pace = Pace()


def check(
    findings: Sequence[Finding], options: CheckOptions, ask: Ask | None = None
) -> list[Liveness]:
    """Return what is known about each of `findings`, in their order; each credential is asked once.

    `ask` sends one request, by default to STS. An interrupt ends the asking, not the process: what
    is known by then is returned. So it is after any other failure, except that UsageError is raised
    if boto3 is needed and missing.
    """
    settled = unified([candidate(finding, options.accounts) for finding in findings])
    asked = [
        (finding, each)
        for finding, each in zip(findings, settled, strict=True)
        if isinstance(each, Candidate)
    ]
    known: dict[Candidate, Liveness] = {}
    missing = unknown(Reason.INTERRUPTED)

    with noticed() as interrupted:
        try:
            if asked:
                _find_out(groups(asked), options, ask, known, interrupted)
        except KeyboardInterrupt:  # where `noticed` did not install its handler
            pass
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001 -- it must not cost the findings
            missing = unknown(Reason.DEFECT, describe(error))

    return [known.get(each, missing) if isinstance(each, Candidate) else each for each in settled]


def _find_out(
    each_id: list[list[Candidate]],
    options: CheckOptions,
    ask: Ask | None,
    known: dict[Candidate, Liveness],
    interrupted: Callable[[], bool],
) -> None:
    if ask is not None:
        _Crew(each_id, options, ask, known).work(interrupted)
        return

    from scanner.liveness.client import Client
    from scanner.liveness.protection import forbid_core_dumps

    client = Client(options.pace)
    forbid_core_dumps()

    try:
        _Crew(each_id, options, client.ask, known).work(interrupted)
    finally:
        client.close()


class _Due(NamedTuple):
    """A key ID, and when to go on with it."""

    when: float
    """On the monotonic clock, in seconds."""
    number: int
    """The index of the key ID. It decides between equal times: generators cannot be compared."""
    steps: Generator[float, None, None]


class _Crew:
    """Threads that work on key IDs. `_changed` guards all that they share."""

    def __init__(
        self,
        each_id: list[list[Candidate]],
        options: CheckOptions,
        ask: Ask,
        known: dict[Candidate, Liveness],
    ) -> None:
        from random import Random

        self._options = options
        self._ask = ask
        self._each_id = each_id
        self._known = known
        self._all = [each for candidates in each_id for each in candidates]
        self._changed = threading.Condition()
        self._open = len(each_id)
        self._stopped = False
        self._next_slot = 0.0
        jitter = Random().random  # noqa: S311 -- to spread requests, not to hide anything
        down: dict[Endpoint, int] = {}
        self._heap = [
            _Due(0.0, number, Inquiry(
                candidates, options.endpoints, self._paced, self._tell, options.pace, monotonic,
                jitter, down,
            ).steps())
            for number, candidates in enumerate(each_id)
        ]  # fmt: skip
        heapify(self._heap)

    def work(self, interrupted: Callable[[], bool]) -> None:
        """Ask about every candidate, until the time is up or `interrupted` returns true."""
        reason = Reason.INTERRUPTED
        try:
            if not interrupted():
                self._start()
            self._wait(interrupted)
            if not interrupted():
                reason = Reason.TIME_LIMIT
        finally:
            with self._changed:
                self._stopped = True
                self._changed.notify_all()

        for each in self._all:
            self._known.setdefault(each, unknown(reason))

    def _start(self) -> None:
        for number in range(min(self._options.pace.together, self._open)):
            try:
                threading.Thread(target=self._labour, daemon=True).start()
            except RuntimeError:  # the system has no more threads: those that there are, suffice
                if not number:
                    raise
                return

    def _wait(self, interrupted: Callable[[], bool]) -> None:
        until = monotonic() + self._options.pace.budget
        while not interrupted():
            with self._changed:
                left = until - monotonic()
                if not self._open or left <= 0:
                    return
                self._changed.wait(min(left, _TICK))

    def _labour(self) -> None:
        while (due := self._take()) is not None:
            try:
                wait = next(due.steps, None)
            except Exception as error:  # noqa: BLE001 -- one key ID must not cost all others
                self._lose(self._each_id[due.number], error)
                wait = None

            with self._changed:
                if wait is None:
                    self._open -= 1
                else:
                    heappush(self._heap, due._replace(when=monotonic() + wait))
                self._changed.notify_all()

    def _take(self) -> _Due | None:
        """Return the next key ID when it is due; None when there is nothing left to do."""
        with self._changed:
            while not self._stopped and self._open:
                if not self._heap:
                    self._changed.wait()
                elif (wait := self._heap[0].when - monotonic()) > 0:
                    self._changed.wait(wait)
                else:
                    return heappop(self._heap)
        return None

    def _paced(self, candidate: Candidate, endpoint: Endpoint) -> Answer:
        """Ask in the next free slot of time, so that there are at most `per_second` requests."""
        with self._changed:
            slot = max(monotonic(), self._next_slot)
            self._next_slot = slot + 1 / self._options.pace.per_second
        while (wait := slot - monotonic()) > 0 and not self._stopped:
            sleep(min(wait, _TICK))
        if self._stopped:
            raise _StoppedError
        return self._ask(candidate, endpoint)

    def _tell(self, candidate: Candidate, liveness: Liveness) -> None:
        with self._changed:
            if not self._stopped:  # afterwards the caller uses the results
                self._known[candidate] = liveness

    def _lose(self, candidates: Sequence[Candidate], error: Exception) -> None:
        for each in candidates:
            if each not in self._known:
                self._tell(each, unknown(Reason.DEFECT, describe(error)))


class _StoppedError(Exception):
    """The time is up, or there was an interrupt: no further request is sent."""
