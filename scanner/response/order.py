"""In which order credentials are dealt with: the one place that decides it.

First what is known to work, the root user's above all, then what may work, then what is dead. Of
those that are as urgent, what is ours comes first, then what others have had, then what is still in
HEAD, then the more severe, the surer and the older ones; path and line decide the rest.
"""

from __future__ import annotations

from enum import IntEnum
from math import inf
from typing import TYPE_CHECKING, Final

from scanner.findings import Severity
from scanner.liveness.states import State
from scanner.reports.arrange import instant, sightings
from scanner.response.cases import Case, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable


class Urgency(IntEnum):
    """How urgent a credential is, the most urgent first."""

    LIVE_ROOT = 0
    LIVE = 1
    ACTIVE = 2
    EXPOSED = 3
    OPEN = 4
    DEAD = 5
    CANARY = 6
    NOTE = 7

    @property
    def label(self) -> str:
        """The name that the JSON of a response has."""
        return self.name.lower().replace("_", "-")


WORDS: Final = {
    Urgency.LIVE_ROOT: "live, root user",
    Urgency.LIVE: "live",
    Urgency.ACTIVE: "key ID active, secret not proved",
    Urgency.EXPOSED: "may be live, already pushed",
    Urgency.OPEN: "may be live",
    Urgency.DEAD: "gives no access now",
    Urgency.CANARY: "canary",
    Urgency.NOTE: "note",
}

_LIVE: Final = {State.LIVE: Urgency.LIVE, State.SECRET_UNPROVEN: Urgency.ACTIVE}


def urgency(case: Case) -> Urgency:
    """Return how urgent `case` is.

    What STS does not know is dead only where the scan was sure of it and has made it a note: it
    may have asked the wrong partition, or with the wrong session token.
    """
    finding = case.finding
    if case.state in _LIVE:
        root = case.is_live and case.principal == "root"
        return Urgency.LIVE_ROOT if root else _LIVE[case.state]
    if case.is_canary:
        return Urgency.CANARY
    if is_dead(case):
        return Urgency.DEAD
    if finding.severity is Severity.NOTE:
        return Urgency.NOTE
    return Urgency.EXPOSED if finding.history and finding.history.pushed else Urgency.OPEN


def is_dead(case: Case) -> bool:
    """Tell whether `case` gives nobody access now, and that is certain."""
    if case.state is State.INACTIVE:
        return case.finding.severity is Severity.NOTE
    nothing = case.kind is Kind.MWS_TOKEN or (case.kind is Kind.KEY_ID and bool(case.impossible))
    return case.state is State.EXPIRED or case.is_over or nothing


def ordered(cases: Iterable[Case]) -> list[Case]:
    """Return `cases` in the order in which they are dealt with."""
    return sorted(cases, key=_rank)


def _rank(case: Case) -> tuple[object, ...]:
    finding = case.finding
    history = finding.history
    lead = sightings(finding)[0].lead
    return (
        urgency(case),
        finding.owner == "foreign",
        not (history and history.pushed),
        not (history and history.in_head),
        -finding.severity,
        -finding.confidence,
        instant(history.first.author_date) if history and history.first else inf,
        lead.path,
        lead.member,
        lead.start_line,
        lead.start_column,
        finding.fingerprint,
    )
