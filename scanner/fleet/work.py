"""What is done for one repository: mirror it, and scan it unless nothing has changed."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from scanner.engine.run import processes
from scanner.errors import KeycatchError
from scanner.fleet.outcome import State
from scanner.fleet.turns import Turns
from scanner.fleet.unchanged import (
    place_digest,
    references_digest,
    references_of,
    scan_digest,
)
from scanner.git.repository import Repository
from scanner.history.record.share_record import written
from scanner.records import NamedTuple
from scanner.remote import failure
from scanner.remote.failure import RemoteError
from scanner.remote.mirror import listed, mirror

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.fleet.scan_process import Scans
    from scanner.history.record.share_record import Share, ShareRecord
    from scanner.remote.address import Address
    from scanner.remote.mirror import Access, Mirror

_STATES: Final = {
    **dict.fromkeys(
        (
            failure.State.UNREACHABLE,
            failure.State.UNTRUSTED,
            failure.State.DENIED,
            failure.State.MISSING,
            failure.State.EMPTY,
            failure.State.MOVED,
        ),
        State.UNREACHABLE,
    ),
    failure.State.STALLED: State.TIMED_OUT,
    failure.State.TOO_SLOW: State.TIMED_OUT,
}
"""What a failed transfer is for a fleet; all others are failures of this machine or of the list."""

_TURNS: Final = Turns()


_ANOTHER: Final = (
    "the repository at that path is another one for the worker than for the machine that asks, or "
    "changes just now: the workers need the same disk"
)


class Work(NamedTuple):
    """A repository that may have to be scanned."""

    path: str
    """Where it is; empty for an address."""
    address: Address | None
    options: tuple[str, ...]
    """Of `keycatch history`, which prints a report in JSON with them."""
    conditions: str
    """A digest of all that the report depends on besides the repository."""
    before: str
    """The key of the report that is kept; empty if there is none."""
    seconds: float
    """For the scan."""
    expected: str = ""
    """The key of the path on the machine that asks; empty if it is this one."""
    share: Share | None = None
    """What of the repository is searched: the answer is a `ShareRecord` and no report."""
    found: ShareRecord | None = None
    """What was found in all shares, for the scan after them."""


class Done(NamedTuple):
    """How that ended: with a report, without a change, or with a reason why there is none."""

    key: str = ""
    """What the scan depended on; empty if that is not known."""
    content: bytes = b""
    """The report in JSON; empty if there is none."""
    is_unchanged: bool = False
    """Whether the report that is kept is the same as that of a scan now."""
    state: State = State.NOT_SCANNED
    """Where there is neither."""
    problem: str = ""
    """Why there is neither."""
    is_scanned: bool = False
    """Whether a scan was started."""
    is_empty: bool = False
    """Whether there is nothing in it, at least for who asks."""


class Place(NamedTuple):
    """What is different on each machine, for all work."""

    access: Callable[[Address], Access]
    """How a server is asked, with the logins that are there."""
    mirrors: str
    """The folder for mirrors that are kept; empty to remove each when it was scanned."""
    lost: Callable[[Mirror], None]
    """Says what a server had before and has no more."""
    scans: Scans


def perform(work: Work, place: Place) -> Done:
    """Do `work`; never raises an error, whatever happens to the repository."""
    try:
        if work.before and work.before == _key_of_server(work, place):
            return Done(work.before, is_unchanged=True)
        with _on_this_machine(work, place) as path:
            repository = Repository(path, named=True)
            key = _key(repository, work, place)
            if work.expected and (key or place_digest(repository)) != work.expected:
                return Done(state=State.FAILED, problem=_ANOTHER)
            if key and key == work.before:
                return Done(key, is_unchanged=True)
            options, given = _about_shares(work)
            if work.address and not place.mirrors:
                options += ["--no-cache"]  # the clone is removed, and its record would be of no use
            arguments = ("history", *work.options, *options, "--", os.path.abspath(path))
            ended = place.scans.run(arguments, work.seconds, given)
    except RemoteError as error:
        return Done(
            state=_STATES.get(error.state, State.FAILED),
            problem=error.reason,
            is_empty=error.state is failure.State.EMPTY,
        )
    except KeycatchError as error:
        return Done(state=State.FAILED, problem=str(error))

    if ended.content:
        return Done(key, ended.content, is_scanned=True)
    state = State.TIMED_OUT if ended.is_late else State.FAILED
    return Done(state=state, problem=ended.problem, is_scanned=True)


def _about_shares(work: Work) -> tuple[list[str], str]:
    """Return the options about shares, and what the scan reads from standard input."""
    if work.share:
        return [f"--share={work.share.number}/{work.share.of}"], ""
    if work.found is None:
        return [], ""
    # All wait for this one: its trees are read by as many processes as there are processors.
    return ["--after-shares", f"--jobs={processes()}"], written(work.found)


def _key_of_server(work: Work, place: Place) -> str:
    """Return the key that a mirror would have if it was made now; empty where one is kept.

    Raises RemoteError.
    """
    if work.address is None or place.mirrors:
        return ""
    references = listed(work.address, _access(work.address, place))
    return "" if references is None else references_digest(references, work.conditions)


def _key(repository: Repository, work: Work, place: Place) -> str:
    if work.address is None or place.mirrors:
        return scan_digest(repository, work.conditions)
    # The packs of a fresh mirror are other ones each time.
    return references_digest(references_of(repository), work.conditions)


def _access(address: Address, place: Place) -> Access:
    access = place.access(address)
    return access._replace(limits=access.limits._replace(is_over=place.scans.is_over))


@contextmanager
def _on_this_machine(work: Work, place: Place) -> Iterator[str]:
    """Yield the path of the repository; raises RemoteError."""
    if work.address is None:
        yield work.path
        return
    with ExitStack() as stack:
        with _TURNS.at(work.address.server, place.scans.is_over):
            access = _access(work.address, place)
            found = stack.enter_context(mirror(work.address, access, place.mirrors))
        place.lost(found)
        yield found.path
