"""The order in which credentials are dealt with.

What is known to work comes first, the root user's before all others, then what may work, then what
is dead. Among equals, what is of a foreign account comes last; then what was pushed comes first,
then what is still in HEAD, then by severity, confidence and age; path and line decide the rest.
"""

from __future__ import annotations

from enum import IntEnum
from math import inf
from typing import TYPE_CHECKING, Final

from scanner.findings import Severity
from scanner.liveness.states import State
from scanner.reports.arrange import instant, sightings
from scanner.response import playbook
from scanner.response.cases import Case, ResponseKind

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

# What STS knows. Neither canaries nor dates take these back.
_LIVE: Final = {State.LIVE: Urgency.LIVE, State.SECRET_UNPROVEN: Urgency.ACTIVE}


def urgency(case: Case) -> Urgency:
    """Return how urgent `case` is."""
    finding = case.finding
    if case.state in _LIVE:
        is_root = case.is_live and case.principal == "root"
        return Urgency.LIVE_ROOT if is_root else _LIVE[case.state]

    if case.is_canary:
        return Urgency.CANARY
    if is_dead(case):
        return Urgency.DEAD
    if finding.severity is Severity.NOTE:
        return Urgency.NOTE

    return Urgency.EXPOSED if finding.history and finding.history.pushed else Urgency.OPEN


def is_dead(case: Case) -> bool:
    """Return whether it is certain that `case` gives nobody access now."""
    # STS may have been asked in the wrong partition, or with the wrong session token. The scan
    # makes a note of what STS does not know only where neither can be (`liveness.verdicts`).
    if case.state is State.INACTIVE:
        return case.finding.severity is Severity.NOTE

    # AWS cannot have issued an impossible key ID. Next to a secret it may only be mistyped.
    never_issued = case.kind == ResponseKind.KEY_ID and bool(case.impossible)
    no_access = never_issued or playbook.load(case.kind).over
    return case.state is State.EXPIRED or case.is_over or no_access


def ordered(cases: Iterable[Case]) -> list[Case]:
    """Return `cases` in the order in which they are dealt with."""
    return sorted(cases, key=_rank)


def _rank(case: Case) -> tuple[object, ...]:
    finding = case.finding
    history = finding.history
    lead = sightings(finding)[0].lead
    return (
        urgency(case),
        # The user cannot revoke what is in the account of somebody else.
        finding.owner == "foreign",
        not (history and history.pushed),
        not (history and history.in_head),
        -finding.severity,
        -finding.confidence,
        # The older one had more time to be found.
        instant(history.first.author_date) if history and history.first else inf,
        lead.path,
        lead.member,
        lead.start_line,
        lead.start_column,
        finding.fingerprint,
    )
