"""One repository of a fleet: what is to be done for it, and what is kept of how that ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from scanner.fleet.outcome import ANSWERED, Outcome, State
from scanner.fleet.work import Work
from scanner.records import NamedTuple
from scanner.reports.wording import reason_name
from scanner.saved.report import NoReportError, read

if TYPE_CHECKING:
    from scanner.findings import Threshold
    from scanner.fleet.sources import Target
    from scanner.fleet.state_folder import StateFolder
    from scanner.fleet.work import Done


class Plan(NamedTuple):
    """How every repository is scanned."""

    options: tuple[str, ...]
    """Of `keycatch history`."""
    conditions: str
    """A digest of all that a report depends on besides the repository."""
    fail_on: Threshold
    seconds: float
    """For the scan of one repository."""


def work_on(target: Target, plan: Plan, folder: StateFolder) -> Work:
    """Return what is to be done for `target`."""
    before = folder.outcome(target.id)
    key = before.key if before and folder.report(before) else ""
    return Work(target.path, target.address, plan.options, plan.conditions, key, plan.seconds)


def problem(target: Target, folder: StateFolder) -> Outcome:
    """Keep and return that `target` cannot be scanned at all; raises OSError."""
    return folder.save(target.id, _ended(target, State.FAILED, target.problem))


def finish(target: Target, done: Done, plan: Plan, folder: StateFolder) -> Outcome:
    """Keep how the work on `target` was `done`, and return it; raises OSError."""
    before = folder.outcome(target.id)
    if done.is_unchanged and before:
        return before
    is_expected = target.facts is not None and target.facts.is_empty
    if done.is_empty and is_expected and not (before and before.report):
        return folder.save(target.id, _ended(target, State.CLEAN, "it is empty"))
    if not done.content:
        return folder.save(target.id, _ended(target, done.state, done.problem))
    try:
        report = read(done.content)
    except NoReportError as error:
        detail = f"the scan wrote no report that can be used: {error}"
        return folder.save(target.id, _ended(target, State.FAILED, detail))

    state, detail = State.CLEAN, ""
    if any(finding.fails(plan.fail_on) for finding in report.findings):
        state = State.FINDINGS
    if not report.complete:
        # Also with findings: there may be more of them.
        reasons = ", ".join(map(reason_name, report.incomplete))
        state, detail = State.INCOMPLETE, f"not everything was read: {reasons}"
    # What was not read may be readable next time.
    outcome = _ended(target, state, detail)._replace(key=done.key if state in ANSWERED else "")
    return folder.save(target.id, outcome, done.content)


def _ended(target: Target, state: State, detail: str) -> Outcome:
    if target.remark and state not in (State.CLEAN, State.FINDINGS):
        detail = f"{detail}; {target.remark}"
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return Outcome(target.name, state, detail, time=now)
