"""The order in which credentials are dealt with.

What is known to work comes first, the root user's before all others, then what may work, then what
is dead. Among equals, what is of a foreign account comes last; then what was pushed comes first
and what may have been second, then what is still in HEAD, then by severity, confidence, the
number of repositories and age; path and line decide the rest.
"""

from __future__ import annotations

from enum import IntEnum
from math import inf
from typing import TYPE_CHECKING, Final

from scanner.dates import instant
from scanner.findings import Severity
from scanner.liveness.states import State
from scanner.pushed import Pushed
from scanner.reports.arrange import sightings
from scanner.response import playbook
from scanner.response.leak import Leak, ResponseKind

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
    Urgency.ACTIVE: "key ID active, secret not verified",
    Urgency.EXPOSED: "may be live, already pushed",
    Urgency.OPEN: "may be live",
    Urgency.DEAD: "no longer gives access",
    Urgency.CANARY: "canary",
    Urgency.NOTE: "note",
}

# What STS knows. Neither canaries nor dates take these back.
_LIVE: Final = {State.LIVE: Urgency.LIVE, State.SECRET_UNPROVEN: Urgency.ACTIVE}


def urgency(leak: Leak) -> Urgency:
    """Return how urgent `leak` is."""
    finding = leak.finding
    if leak.state in _LIVE:
        is_root = leak.is_live and leak.principal == "root"
        return Urgency.LIVE_ROOT if is_root else _LIVE[leak.state]

    if leak.is_canary:
        return Urgency.CANARY
    if is_dead(leak):
        return Urgency.DEAD
    if finding.severity is Severity.NOTE:
        return Urgency.NOTE

    is_pushed = finding.history is not None and finding.history.pushed is Pushed.YES
    return Urgency.EXPOSED if is_pushed else Urgency.OPEN


def is_dead(leak: Leak) -> bool:
    """Return whether it is certain that `leak` gives nobody access now."""
    # STS may have been asked in the wrong partition, or with the wrong session token. The scan
    # makes a note of what STS does not know only where neither can be (`liveness.verdicts`).
    if leak.state is State.INACTIVE:
        return leak.finding.severity is Severity.NOTE

    # AWS cannot have issued an impossible key ID. Next to a secret it may only be mistyped.
    never_issued = leak.kind == ResponseKind.KEY_ID and bool(leak.impossible)
    no_access = never_issued or playbook.load(leak.kind).over
    return leak.state is State.EXPIRED or leak.is_over or no_access


def ordered(leaks: Iterable[Leak]) -> list[Leak]:
    """Return `leaks` in the order in which they are dealt with."""
    return sorted(leaks, key=_rank)


def _rank(leak: Leak) -> tuple[object, ...]:
    finding = leak.finding
    history = finding.history
    lead = sightings(finding)[0].lead
    return (
        urgency(leak),
        # The user cannot revoke what is in the account of somebody else.
        finding.owner == "foreign",
        history.pushed.rank if history else Pushed.NO.rank,
        not (history and history.in_head),
        -finding.severity,
        -finding.confidence,
        -len(finding.repositories),
        # The older one had more time to be found.
        instant(history.first.author_date) if history and history.first else inf,
        lead.path,
        lead.member,
        lead.start_line,
        lead.start_column,
        finding.fingerprint,
    )
