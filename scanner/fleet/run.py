"""All repositories of a fleet, and one report of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.findings import Notice
from scanner.fleet import task
from scanner.fleet.outcome import ANSWERED, State
from scanner.merging import Part, merge_reports
from scanner.records import NamedTuple
from scanner.saved.report import NoReportError, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scanner.findings import Report
    from scanner.fleet.outcome import Outcome
    from scanner.fleet.sources import Target
    from scanner.fleet.state_folder import StateFolder


class Fleet(NamedTuple):
    """How the repositories of a fleet ended."""

    outcomes: list[Outcome]
    scanned: int
    """How many of them something was done for: the others had not changed."""


def scan_all(
    targets: Sequence[Target],
    plan: task.Plan,
    folder: StateFolder,
    progress: Callable[[int], None],
) -> Fleet:
    """Scan `targets` one after another, whatever happens to each; `progress` gets their number."""
    folder.remember(targets)
    found = Fleet([], 0)
    for number, target in enumerate(targets):
        progress(number)
        outcome, is_scanned = task.run(target, plan, folder)
        found.outcomes.append(outcome)
        found = found._replace(scanned=found.scanned + is_scanned)
    return found


def merged(outcomes: Sequence[Outcome], folder: StateFolder, reason: str) -> Report:
    """Return one report of all `outcomes`, with a notice of the `reason` for what was not read."""
    notices: list[Notice] = []
    report = merge_reports(_parts(outcomes, folder, reason, notices))
    for notice in notices:
        report.tally.notice(notice)
    return report


def _parts(
    outcomes: Sequence[Outcome], folder: StateFolder, reason: str, notices: list[Notice]
) -> Iterator[Part]:
    for outcome in outcomes:
        content = folder.report(outcome)
        if outcome.state not in (*ANSWERED, State.INCOMPLETE):
            earlier = "; the findings of an earlier scan are in the report" if content else ""
            detail = f"{outcome.state}: {outcome.detail}{earlier}"
            notices.append(Notice(reason, outcome.name, detail, hides=True))
        if not content:
            continue
        try:
            yield Part(outcome.name.rstrip("/"), read(content).as_report())
        except NoReportError as error:  # of another version
            detail = f"its report in the state folder cannot be used: {error}; scan it again"
            notices.append(Notice(reason, outcome.name, detail, hides=True))
