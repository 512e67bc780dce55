"""All repositories of a fleet, and one report of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.findings import Notice
from scanner.fleet import task
from scanner.fleet.outcome import ANSWERED, State
from scanner.merging import Part, merge_reports
from scanner.records import NamedTuple
from scanner.saved.report import NoReportError, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from scanner.findings import Report
    from scanner.fleet.outcome import Outcome
    from scanner.fleet.sources import Target
    from scanner.fleet.state_folder import StateFolder
    from scanner.fleet.workers import Workers


class Fleet(NamedTuple):
    """How the repositories of a fleet ended."""

    outcomes: list[Outcome]
    scanned: int
    """How many scans there were: the others had not changed, or could not be had."""


def scan_all(
    targets: Sequence[Target],
    plan: task.Plan,
    folder: StateFolder,
    progress: Callable[[int], None],
    workers: Workers,
) -> Fleet:
    """Let `workers` scan `targets`, whatever happens to each; raises OSError and KeycatchError.

    This thread alone writes to `folder`; the others wait for a clone or a scan. So what ends this
    thread ends all of them, and none is kept that was not complete. `progress` gets how many
    repositories are done.
    """
    folder.remember(targets)
    outcomes: dict[int, Outcome] = {}
    running: dict[Future[Any], int] = {}
    scanned = 0

    def collect() -> None:
        nonlocal scanned
        for future in workers.wait(running):
            number = running.pop(future)
            done = workers.done(future)
            scanned += done.is_scanned
            outcomes[number] = task.finish(targets[number], done, plan, folder)
        progress(len(outcomes))

    with workers:
        for number, target in enumerate(targets):
            if target.problem:
                outcomes[number] = task.problem(target, folder)
                progress(len(outcomes))
                continue
            running[workers.submit(task.work_on(target, plan, folder))] = number
            while len(running) >= workers.room():
                collect()
        while running:
            collect()
    return Fleet([outcomes[number] for number in sorted(outcomes)], scanned)


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
