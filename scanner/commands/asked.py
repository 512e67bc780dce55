"""What came of asking STS: in one line for standard error, and in notes of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.liveness.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.findings import Finding
    from scanner.liveness.states import Liveness
    from scanner.response.again import Recovered
    from scanner.response.again_reading import Missing
    from scanner.response.plan import Plan
    from scanner.saved.report import SavedReport

KEPT: Final = (State.LIVE, State.SECRET_UNPROVEN)
"""What no silence takes back: only another answer does."""
_OLD: Final = "What is said of STS is what the report tells, and as old."


class Answered(NamedTuple):
    """A report, with what is known of its credentials now."""

    report: SavedReport
    missing: Mapping[str, Missing]
    """By fingerprint: why credentials were not found again. What the report tells of them stays."""
    unanswered: Mapping[str, Liveness] | None = None
    """By fingerprint: what came in the place of an answer where what the report tells stays.

    None where nobody wanted to ask.
    """


def summary(told: Iterable[Liveness | None]) -> str:
    """Return how many credentials STS was asked about, what it answered, and what is left open.

    `told` is what is known of each now; None of those that nobody wanted to ask about.
    """
    from collections import Counter

    from scanner.liveness.states import Reason
    from scanner.reports.wording import plural
    from scanner.response.situation import reason_words

    states: Counter[State] = Counter()
    unanswered: Counter[Reason] = Counter()
    open_, barred = 0, 0
    for each in told:
        if each is None:
            continue
        if each.reason is Reason.INTERRUPTED:
            open_ += 1
        elif each.state in (State.UNVERIFIABLE, State.CANARY):
            barred += 1
        elif each.state is State.UNKNOWN:
            unanswered[each.reason] += 1
        else:
            states[each.state] += 1
    number = states.total() + unanswered.total()
    answers = [f"{states[state]:,} {state}" for state in State if states[state]]
    if unanswered:
        why = ", ".join(
            f"{count:,} {reason}: {reason_words(reason)}"
            for reason, count in sorted(unanswered.items())
        )
        answers.append(f"{unanswered.total():,} without an answer ({why})")
    said = f"asked STS about {plural(number, 'credential')}"
    parts = [f"{said}: {', '.join(answers)}" if answers else said]
    if barred:
        parts.append(f"{barred:,} could not or must not be asked about")
    if open_:
        parts.append(f"{open_:,} left open by an interrupt")
    return "; ".join(parts)


def noted(plan: Plan, answer: Answered) -> Plan:
    """Return `plan` with what came of asking now: warnings, and notes where there is no answer."""
    if answer.unanswered is None:
        return plan
    from scanner.liveness.states import words as words_of_state
    from scanner.response.again_reading import Missing, words
    from scanner.response.situation import warnings

    entries = []
    for entry in plan.entries:
        finding = entry.case.finding
        reason = answer.missing.get(finding.fingerprint)
        now = answer.unanswered.get(finding.fingerprint)
        if reason is not None:
            note = f"It was not asked about now ({reason}): {words(reason)}."
            is_open = reason is Missing.INTERRUPTED and entry.case.state not in KEPT
            if entry.case.state is not None and not is_open:
                note += f" {_OLD}"
            entry = entry._replace(notes=(*entry.notes, note), missing=reason)
        elif now is not None:
            why = words_of_state(now).partition(": ")[2]
            note = f"It was not answered now ({why}). {_OLD}"
            entry = entry._replace(notes=(*entry.notes, note))
        entries.append(entry)
    told = warnings(answer.report, answer.unanswered)
    return plan._replace(entries=tuple(entries), warnings=told)


def summary_again(findings: Mapping[str, Finding], recovered: Recovered) -> str:
    """Return how many credentials were asked about, and why others were not."""
    from collections import Counter

    from scanner.response.again_reading import Missing, words

    parts = [summary(each.liveness for each in findings.values())]
    if recovered.missing:
        reasons = Counter(recovered.missing.values())
        why = ", ".join(
            f"{number:,} {each}: {words(each)}" for each, number in sorted(reasons.items())
        )
        parts.append(f"{len(recovered.missing):,} not found again ({why})")
        if Missing.GONE in reasons:
            parts.append("where the source is elsewhere, name it with --source")
    return "; ".join(parts)
