"""What the state of a credential and of its report means, in sentences.

Nothing of the report stands in these sentences but numbers, and words that are ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.findings import Severity
from scanner.liveness.states import Reason, State
from scanner.reports.wording import HISTORY_KIND, INDEX_KIND
from scanner.response.cases import LONG_TERM, Case, Kind
from scanner.response.order import is_dead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.saved.report import SavedReport

EVENT_HISTORY_DAYS: Final = 90
"""How far back the event history of CloudTrail reaches."""

_ASKED: Final = {
    State.LIVE: "It works: STS took it. Deal with it now.",
    State.SECRET_UNPROVEN: (
        "The key ID is active; the secret beside it is not shown to be that of the ID. Its real "
        "secret may be near, and what stands there may be the secret of another key."
    ),
    State.INACTIVE: (
        "STS does not know the key ID: it is deactivated, deleted, of another partition or made up."
    ),
    State.EXPIRED: "It was a session, which is over.",
    State.CANARY: "It belongs to an account of decoys.",
    State.UNKNOWN: "STS gave no answer that counts. Take it as live until one does.",
}

_NOT_ASKED: Final = {
    Reason.NO_KEY_ID: "Without its key ID nobody can ask whether it is live. Take it as live.",
    Reason.NO_SECRET: "Without its secret nobody can ask whether it is live.",
    Reason.NO_TOKEN: "Without its session token nobody can ask whether it is live.",
    Reason.IMPOSSIBLE_ID: "AWS cannot have issued the key ID as it stands: it may be mistyped.",
    Reason.OTHER_KIND: "STS can tell of access keys only. Take it as live.",
    Reason.ACCOUNT_LIST: "A list of accounts kept it from being asked about. Take it as live.",
}

_CHANGES: Final = ("push", "range", "receive", "ci", INDEX_KIND)


def notes(case: Case, report: SavedReport) -> tuple[str, ...]:
    """Return what is to be known about `case` before its first step."""
    return tuple(_notes(case, report))


def _notes(case: Case, report: SavedReport) -> Iterator[str]:
    liveness, history = case.finding.liveness, case.finding.history
    if is_dead(case) and case.state in (None, State.UNVERIFIABLE):
        pass  # nothing depends on an answer
    elif liveness is None:
        yield "Nobody has asked whether it is live. Take it as live."
    elif liveness.state is State.UNVERIFIABLE:
        yield _NOT_ASKED.get(liveness.reason, "It was not asked about. Take it as live.")
    else:
        yield _ASKED[liveness.state]
    if case.is_over and case.state is not State.EXPIRED:
        yield "Its time is over, by what it says itself."
    if case.kind is Kind.ROOT_KEY:
        yield "It is the key of the ROOT user: no policy limits it."
    if case.is_live and case.prefix == LONG_TERM:
        yield "A quarantine policy of AWS, if there is one, leaves it active."
    if case.finding.owner == "foreign":
        yield "Its account is not on the list of yours."
    if history and history.days > EVENT_HISTORY_DAYS:
        yield (
            f"It has stood there for {history.days:,} days; the event history of CloudTrail goes "
            f"back {EVENT_HISTORY_DAYS}. What was before is in a trail's bucket, if there is one."
        )
    if report.kind == INDEX_KIND:
        yield (
            "By this report it has not been committed: through git, nobody else has had it. If the "
            "file was nowhere else, taking it out of the file is enough."
        )
    elif case.finding.severity is Severity.NOTE and report.kind in _CHANGES and liveness is None:
        yield "It was there before the change that was scanned."


def warnings(report: SavedReport) -> tuple[str, ...]:
    """Return why `report` may not have everything, worst first."""
    return tuple(_warnings(report))


def _warnings(report: SavedReport) -> Iterator[str]:
    if not report.complete:
        yield (
            "The scan was not complete: something was not read in which a credential could be "
            "hidden. There can be more than these."
        )
    if report.narrowed:
        yield "Options narrowed the scan to a part of the history. There can be more than these."
    if report.kind in _CHANGES:
        yield "The scan looked at a change only, not at what was there before it."
    elif report.kind != HISTORY_KIND:
        yield "The scan looked at files as they are now, not at what the history has of them."
    asked = [finding for finding in report.findings if finding.liveness]
    if report.findings and not asked:
        yield (
            "Nobody has asked which of them are live. `keycatch respond REPORT --check-liveness` "
            "asks STS, and puts those that are first."
        )
