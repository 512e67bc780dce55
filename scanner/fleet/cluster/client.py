"""Workers of a cluster, for the thread of the command that hands out work."""

from __future__ import annotations

import json
import os
import time
import warnings
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

from scanner.about import VERSION
from scanner.errors import KeycatchError
from scanner.fleet.cluster.library import library, silence
from scanner.fleet.cluster.local_cluster import local_cluster
from scanner.fleet.cluster.messages import Order, read_done, written_order
from scanner.fleet.cluster.on_worker import carry_out, describe
from scanner.fleet.cluster.program import program
from scanner.fleet.cluster.reason import reason_of
from scanner.fleet.cluster.unpickling import Guard, only_harmless
from scanner.fleet.outcome import State
from scanner.fleet.unchanged import place_digest, scan_digest
from scanner.fleet.work import Done
from scanner.git.repository import Repository
from scanner.json_fields import FieldError, Fields
from scanner.records import NamedTuple
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from types import TracebackType

    from scanner.fleet.cluster.messages import Terms
    from scanner.fleet.work import Work

_LOOK: Final = 5.0
"""Seconds between two looks at the cluster while work is going on."""
_ANSWER: Final = 30.0
"""Seconds for the scheduler to answer a question."""
_PATIENCE: Final = 60.0
"""Seconds in which a cluster may be without a worker: a new one starts in some ten."""
_AHEAD: Final = 2
"""Times the threads of all workers: a worker has its next repository when it needs it."""
_ROUNDS: Final = 4
"""Times what one repository may take: another one is before it, and workers can be lost."""
_LATER: Final = 2.0
"""Seconds in which the thread of the command has nothing to do any more with work that is done."""
_NAMED: Final = 3
"""Workers that are named in a message."""


class Cluster(NamedTuple):
    """Where the work is done."""

    address: str
    """Of the scheduler; empty for processes on this machine."""
    processes: int
    """On this machine; 0 where there is a scheduler."""
    security: Any = None
    """Dask's `Security` for the scheduler."""


class ClusterWorkers:
    """The workers of a cluster, in place of `scanner.fleet.workers.LocalWorkers`."""

    def __init__(self, cluster: Cluster, terms: Terms, jobs: int) -> None:
        """Prepare to have `jobs` at once; 0 for as many as the workers can do."""
        self._cluster, self._terms, self._jobs = cluster, terms, jobs
        self._lasting = ExitStack()
        self._client: Any = None
        self._executor: Any = None
        self._guard = Guard()
        self._threads = 1
        self._with_workers = 0.0
        """When there was a worker for the last time."""
        self._latest: dict[Future[Any], float] = {}
        """Until when an answer has to be there."""

    def __enter__(self) -> ClusterWorkers:
        """Connect, and check that every worker is fit for the work; raises KeycatchError."""
        library()
        silence()
        with ExitStack() as entered:
            address, security = self._cluster.address, self._cluster.security
            if self._cluster.processes:
                local = local_cluster(self._cluster.processes)
                address, security = entered.enter_context(local)
                self._client = entered.enter_context(_connected(address, security))
            else:
                # Not for a scheduler in this process, which nobody else can send anything.
                self._guard = entered.enter_context(only_harmless())
                self._client = entered.enter_context(_connected(address, security))
                self._check_scheduler()
            self._check_workers()
            self._executor = self._client.get_executor(pure=False, retries=0)
            self._lasting = entered.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        """Disconnect: the scheduler then takes back what no worker has begun."""
        self._lasting.close()

    @property
    def threads(self) -> int:
        """How much work the workers can do at once."""
        return self._threads

    def room(self) -> int:
        """Return how much work keeps all workers busy."""
        return self._jobs or max(1, _AHEAD * self._threads)

    def submit(self, work: Work) -> Future[Any]:
        """Send `work` to the scheduler."""
        try:
            content = self._order(work._replace(path=work.path and os.path.abspath(work.path)))
        except KeycatchError as error:
            answered: Future[Any] = Future()
            answered.set_result(Done(state=State.FAILED, problem=str(error)))
            return answered
        try:
            future: Future[Any] = self._executor.submit(carry_out, content)
        except Exception as error:  # noqa: BLE001 -- the client is closed
            raise self._lost(error) from None
        seconds = work.seconds + self._terms.clone_seconds
        self._latest[future] = time.monotonic() + _ROUNDS * seconds + _PATIENCE
        return future

    def _order(self, work: Work) -> bytes:
        if work.address is None and not (self._cluster.processes or work.expected):
            repository = Repository(work.path, named=True)
            key = scan_digest(repository, work.conditions) or place_digest(repository)
            if not key:
                raise KeycatchError(
                    "it cannot be read whole, or changes just now, so that nothing proves that a "
                    "worker has the same one: scan it without --cluster"
                )
            work = work._replace(expected=key)
        return written_order(Order(work, self._terms))

    def wait(self, running: Collection[Future[Any]]) -> Collection[Future[Any]]:
        """Return those of `running` that are done, at least one; raises KeycatchError."""
        while True:
            found = wait(running, timeout=_LOOK, return_when=FIRST_COMPLETED).done
            if found:
                return found
            self._look()
            now = time.monotonic()
            late = [each for each in running if now > self._latest.get(each, now)]
            if late:
                return late

    def done(self, future: Future[Any]) -> Done:
        """Return how the work has ended, or that there is no answer; raises KeycatchError."""
        self.drop(future)
        if not future.done():
            return Done(state=State.TIMED_OUT, problem="no worker has answered in time")
        try:
            answer = future.result()
        except CancelledError as error:
            raise self._lost(error) from None
        except Exception as error:  # noqa: BLE001 -- of the worker or of Dask, any class
            return Done(state=State.FAILED, problem=reason_of(error))
        return answer if isinstance(answer, Done) else read_done(answer)

    def drop(self, future: Future[Any]) -> None:
        """Forget `future`: its work is done, or no longer of use."""
        self._latest.pop(future, None)
        # Python drops a Ctrl-C that comes while Dask's future is deleted: not in this thread.
        loop = self._client.loop
        loop.add_callback(loop.call_later, _LATER, _forget, future)

    def _look(self) -> None:
        """Raise KeycatchError if no work can be done any more."""
        if self._guard.refused:
            raise KeycatchError(
                f"{self._name} sent a message that could run code on this machine: look at who has "
                "certificates of the cluster"
            )
        # Without its task that reads messages the client would wait without an end.
        if self._client.status != "running" or self._client._handle_report_task.done():  # noqa: SLF001
            raise self._lost()
        self._threads = self._ask("total_threads")
        if self._threads:
            self._with_workers = time.monotonic()
        elif time.monotonic() - self._with_workers > _PATIENCE:
            raise KeycatchError(
                f"{self._name} has had no worker for {_PATIENCE:,.0f} seconds: start workers"
            )

    def _ask(self, what: str) -> int:
        """Return a number that the scheduler knows; raises KeycatchError."""
        try:
            found = self._client.sync(
                self._client.scheduler.identity, n_workers=0, callback_timeout=_ANSWER
            )
            return Fields(found).number(what)
        except Exception as error:  # noqa: BLE001 -- whatever Dask raises
            raise self._lost(error) from None

    def _check_scheduler(self) -> None:
        """Raise KeycatchError if the scheduler does not know the functions of keycatch."""
        try:
            self._client.run_on_scheduler(describe)
        except Exception as error:  # noqa: BLE001 -- whatever Dask raises
            raise KeycatchError(
                f"{self._name} cannot use keycatch ({reason_of(error)}): install the version of "
                f"this machine, {VERSION}, with the extra `cluster` for it and all workers"
            ) from None

    def _check_workers(self) -> None:
        """Raise KeycatchError if there is no worker, or one that would report something else."""
        until = time.monotonic() + _PATIENCE
        while not self._ask("total_threads"):
            if time.monotonic() > until:
                raise KeycatchError(f"{self._name} has no worker: start some")
            time.sleep(0.2)
        self._threads = self._ask("total_threads")
        self._with_workers = time.monotonic()
        try:
            answers = self._client.run(describe, on_error="return")
        except Exception as error:  # noqa: BLE001 -- whatever Dask raises
            raise self._lost(error) from None
        unfit = [f"{name} {why}" for name, answer in answers.items() if (why := _unfit(answer))]
        if unfit:
            more = f"; and {len(unfit) - _NAMED:,} more" if len(unfit) > _NAMED else ""
            raise KeycatchError(f"the worker {'; the worker '.join(unfit[:_NAMED])}{more}")

    def _lost(self, error: Exception | None = None) -> KeycatchError:
        why = f" ({reason_of(error)})" if error and str(error) else ""
        return KeycatchError(
            f"{self._name} is lost{why}: what was scanned is kept; run the same command again to "
            "go on"
        )

    @property
    def _name(self) -> str:
        return f"the scheduler {self._cluster.address}".rstrip()


@contextmanager
def _connected(address: str, security: Any) -> Iterator[Any]:
    """Yield a client of the scheduler at `address`; raises KeycatchError."""
    distributed = library()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that other libraries have another version there
            client = distributed.Client(
                address,
                security=security,
                set_as_default=False,
                name="keycatch",
                direct_to_workers=False,  # only the scheduler has to be in reach
            )
    except Exception as error:  # noqa: BLE001 -- whatever Dask raises
        raise KeycatchError(
            f"cannot connect to the scheduler {printable(address)}: {reason_of(error)}; check its "
            "address, and whether the certificates of both sides are of one CA"
        ) from None
    try:
        yield client
    finally:
        client.close()


def _forget(future: Future[Any]) -> None:
    """Do nothing: what matters is that `future` was held until now."""


def _unfit(answer: object) -> str:
    """Return why a worker that gave `answer` must not scan; empty if it may."""
    if isinstance(answer, OSError):
        return ""  # it was lost before it could answer
    if isinstance(answer, Exception):
        return f"cannot use keycatch ({reason_of(answer)}): install version {VERSION} there"
    try:
        fields = Fields(json.loads(answer if isinstance(answer, bytes) else b""))
        host, version = printable(fields.text("host")), printable(fields.text("version"))
        is_same, is_spilling = fields.text("program") == program(), fields.truth("spills")
    except (FieldError, ValueError, RecursionError):
        return "gave no answer that can be read"
    if not is_same:
        return (
            f"on {host} has keycatch {version} and other code or rules than this machine: install "
            f"the same keycatch, {VERSION}, on both"
        )
    if is_spilling:
        return (
            f"on {host} may write results to files: set distributed.worker.memory.target and "
            "distributed.worker.memory.spill to false there"
        )
    return ""
