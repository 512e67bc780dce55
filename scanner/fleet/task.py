"""One repository of a fleet: mirrored where it is remote, scanned unless nothing has changed."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from scanner.errors import KeycatchError
from scanner.fleet.outcome import ANSWERED, Outcome, State
from scanner.fleet.unchanged import scan_digest
from scanner.git.repository import Repository
from scanner.records import NamedTuple
from scanner.remote import failure
from scanner.remote.failure import RemoteError
from scanner.remote.mirror import mirror
from scanner.saved.report import NoReportError, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scanner.findings import Threshold
    from scanner.fleet.scan_process import Ended
    from scanner.fleet.sources import Target
    from scanner.fleet.state_folder import StateFolder
    from scanner.remote.address import Address
    from scanner.remote.mirror import Access, Mirror
    from scanner.rulebook.model import Rule

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


class Plan(NamedTuple):
    """How every repository is scanned."""

    options: Sequence[str]
    """Of `keycatch history`."""
    settings: str
    """What else decides about the report, in text."""
    rules: Sequence[Rule]
    fail_on: Threshold
    seconds: float
    """For the scan of one repository."""
    access: Callable[[Address], Access]
    lost: Callable[[Mirror], None]
    """Says what a server had before and has no more."""


class Job(NamedTuple):
    """A scan that is needed."""

    arguments: tuple[str, ...]
    """Of keycatch, for a report in JSON."""
    key: str
    """What it depends on; empty if that is not known."""


def prepare(target: Target, plan: Plan, folder: StateFolder) -> Job | Outcome:
    """Return the scan that `target` needs; or how it ended, where it needs none or can have none.

    Raises OSError if that cannot be kept in `folder`.
    """
    if target.problem:
        return folder.save(target.id, _ended(target, State.FAILED, target.problem))
    try:
        with _on_this_machine(target, plan, folder) as path:
            repository = Repository(path, named=True)
            key = scan_digest(repository, plan.rules, plan.options, plan.settings)
    except RemoteError as error:
        state = _STATES.get(error.state, State.FAILED)
        return folder.save(target.id, _ended(target, state, error.reason))
    except KeycatchError as error:
        return folder.save(target.id, _ended(target, State.FAILED, str(error)))

    before = folder.outcome(target.id)
    if key and before and before.key == key and folder.report(before):
        return before
    return Job(("history", *plan.options, "--", os.path.abspath(path)), key)


@contextmanager
def _on_this_machine(target: Target, plan: Plan, folder: StateFolder) -> Iterator[str]:
    """Yield the path of the repository; raises RemoteError."""
    if target.address is None:
        yield target.path
        return
    with mirror(target.address, plan.access(target.address), folder.mirrors) as found:
        plan.lost(found)
        yield found.path


def finish(target: Target, job: Job, ended: Ended, plan: Plan, folder: StateFolder) -> Outcome:
    """Keep how the scan of `target` has `ended`, and return it; raises OSError."""
    if not ended.content:
        state = State.TIMED_OUT if ended.is_late else State.FAILED
        return folder.save(target.id, _ended(target, state, ended.problem))
    try:
        report = read(ended.content)
    except NoReportError as error:
        detail = f"the scan wrote no report that can be used: {error}"
        return folder.save(target.id, _ended(target, State.FAILED, detail))

    state, detail = State.CLEAN, ""
    if any(finding.fails(plan.fail_on) for finding in report.findings):
        state = State.FINDINGS
    if not report.complete:
        # Also with findings: there may be more of them.
        state, detail = State.INCOMPLETE, f"not everything was read: {', '.join(report.incomplete)}"
    # What was not read may be readable next time.
    outcome = _ended(target, state, detail)._replace(key=job.key if state in ANSWERED else "")
    return folder.save(target.id, outcome, ended.content)


def _ended(target: Target, state: State, detail: str) -> Outcome:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return Outcome(target.name, state, detail, time=now)
