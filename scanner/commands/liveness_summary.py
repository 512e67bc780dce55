"""One line for standard error about what came of asking STS."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scanner.liveness.states import Reason, State
from scanner.reports.wording import plural
from scanner.response.missing import Missing, words
from scanner.response.notes import reason_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.liveness.states import Liveness


def summary(answers: Iterable[Liveness | None]) -> str:
    """Return how many credentials STS was asked about, what it answered, and what is left open.

    `answers` is what is known of each credential now; None of those that nobody wanted to ask
    about. The line has no full stop.
    """
    states: Counter[State] = Counter()
    unanswered: Counter[Reason] = Counter()
    interrupted, barred = 0, 0
    for each in answers:
        if each is None:
            continue
        if each.reason is Reason.INTERRUPTED:
            interrupted += 1
        elif each.state in (State.UNVERIFIABLE, State.CANARY):
            barred += 1
        elif each.state is State.UNKNOWN:
            unanswered[each.reason] += 1
        else:
            states[each.state] += 1

    counts = [f"{states[state]:,} {state}" for state in State if states[state]]
    if unanswered:
        why = ", ".join(
            f"{number:,} {reason}: {reason_words(reason)}"
            for reason, number in sorted(unanswered.items())
        )
        counts.append(f"{unanswered.total():,} without an answer ({why})")

    said = f"asked STS about {plural(states.total() + unanswered.total(), 'credential')}"
    parts = [f"{said}: {', '.join(counts)}" if counts else said]
    if barred:
        parts.append(f"{barred:,} could not or must not be checked")
    if interrupted:
        parts.append(f"{interrupted:,} not checked because of an interrupt")
    return "; ".join(parts)


def summary_of_rescan(answers: Iterable[Liveness | None], missing: Mapping[str, Missing]) -> str:
    """Return the `summary` of `answers`, and how many credentials were not found again and why."""
    parts = [summary(answers)]
    if missing:
        reasons = Counter(missing.values())
        why = ", ".join(
            f"{number:,} {each}: {words(each)}" for each, number in sorted(reasons.items())
        )
        parts.append(f"{len(missing):,} not found again ({why})")
        if Missing.GONE in reasons:
            parts.append("if the source is elsewhere, name it with --source")
    return "; ".join(parts)
