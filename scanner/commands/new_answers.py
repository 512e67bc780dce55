"""What new answers of STS change in a saved report, and in the plan that is made from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.findings import Severity
from scanner.liveness.answers import unknown
from scanner.liveness.states import Reason, State
from scanner.liveness.states import words as words_of_state
from scanner.records import NamedTuple
from scanner.response.missing import Missing, words
from scanner.response.notes import warnings
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.findings import Finding
    from scanner.liveness.states import Liveness
    from scanner.response.plan import Plan
    from scanner.saved.report import SavedReport

_KEPT: Final = (State.LIVE, State.SECRET_UNPROVEN)
"""States that hold until STS gives another answer: silence takes neither back."""
_SILENT: Final = (State.UNKNOWN, State.UNVERIFIABLE)
"""States without an answer."""
_OLD: Final = "The STS result is from the report, and as old as the report."


class AnsweredReport(NamedTuple):
    """A report, with what is known of its credentials now."""

    report: SavedReport
    missing: Mapping[str, Missing]
    """By fingerprint: why credentials were not found again. What the report says of them stays."""
    unanswered: Mapping[str, Liveness]
    """By fingerprint: what came instead of an answer where what the report says stays."""


def as_reported(found: Finding, saved: Finding) -> Finding:
    """Return `found` as severe as `saved`, the same credential in the report, was before an answer.

    A report does not have the severity from before its answer. It is that of the report where the
    answer cannot have changed it, and else that which the new scan gives.
    """
    evidence = saved.evidence
    if saved.liveness is not None:
        is_note = saved.severity is Severity.NOTE
        # The last sentence of a note says why it is one, see `scanner.liveness.verdicts`.
        if is_note and evidence[-1:] == (printable(words_of_state(saved.liveness)),):
            return found._replace(evidence=evidence[:-1])
        if not is_note:
            return found._replace(evidence=evidence)

    return found._replace(severity=saved.severity, confidence=saved.confidence, evidence=evidence)


def updated(saved: Finding, asked: Finding | None, missing: Missing | None) -> Finding:
    """Return the finding `saved` of a report as it is now.

    `asked` is the same credential with its new answer, or None where it is `missing`.
    """
    has_answer = saved.liveness is not None and saved.liveness.state in _KEPT
    if asked is None:
        if missing is Missing.INTERRUPTED and not has_answer:
            return saved._replace(liveness=unknown(Reason.INTERRUPTED))
        return saved

    is_silent = asked.liveness is not None and asked.liveness.state in _SILENT
    if has_answer and is_silent:
        return saved
    return saved._replace(
        severity=asked.severity,
        confidence=asked.confidence,
        evidence=asked.evidence,
        account_id=saved.account_id or asked.account_id,
        liveness=asked.liveness,
    )


def with_notes(plan: Plan, answered: AnsweredReport) -> Plan:
    """Return the `plan` for `answered.report` with its warnings, and a note at each old answer."""
    entries = []
    for entry in plan.entries:
        finding = entry.leak.finding
        reason = answered.missing.get(finding.fingerprint)
        now = answered.unanswered.get(finding.fingerprint)
        if reason is not None:
            note = f"It was not checked now ({reason}): {words(reason)}."
            is_open = reason is Missing.INTERRUPTED and entry.leak.state not in _KEPT
            if entry.leak.state is not None and not is_open:
                note += f" {_OLD}"
            entry = entry._replace(notes=(*entry.notes, note), missing=reason)
        elif now is not None:
            why = words_of_state(now).partition(": ")[2]
            note = f"STS did not answer now ({why}). {_OLD}"
            entry = entry._replace(notes=(*entry.notes, note))
        entries.append(entry)

    told = warnings(answered.report, answered.unanswered)
    return plan._replace(entries=tuple(entries), warnings=told)
