"""The output of `keycatch explain`: text for a person, JSON for a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.explain.observe import SOMETHING_ELSE
from scanner.explain.outcome import remarks
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.commands.explain_target import Explained
    from scanner.explain.near_misses import NearMiss
    from scanner.explain.outcome import Decided, Outcome

_STATES: Final = {
    "possible": "possible",
    "rejected": "not reported",
    "reported": "reported",
    "set-aside": "not reported",
    "suppressed": "not reported",
}
"""What became of a candidate, in words."""


def as_text(explanations: Sequence[Explained]) -> Iterator[str]:
    """Yield the lines of the text."""
    for number, each in enumerate(explanations):
        if number:
            yield ""
        yield from _text(each)


def _text(each: Explained) -> Iterator[str]:
    where = f"{each.path}:{each.target.line}" if each.target.line else each.path
    for reason in each.passed_over:
        yield f"{each.path}: a scan does not read this file: {reason}"
    for problem in each.unread:
        yield f"{each.path}: not read to the end: {printable(problem)}"

    full = [one for one in each.decided if _is_close(one)] or [
        one for one in each.decided if one.candidate.matched
    ]
    clear = {one.candidate.place for one in full if one.outcome.state != "rejected"}
    rest = [one for one in each.decided if one not in full and one.candidate.place not in clear]
    if not full:
        what = "on this line" if each.target.line else "in this file"
        looked = "" if rest else ": there is no anchor of any rule, so nothing looks closer"
        yield f"{where}: no candidate {what}{looked}"
    for number, one in enumerate(full):
        if number:
            yield ""
        yield from _candidate(each.path, one)
    if each.left_out:
        yield f"and {each.left_out:,} more places: name a line, as in {each.path}:1"
    if rest:
        yield from ("", "Looked at and not of the form:") if full else ("",)
    yield from _looked_at(rest)
    if each.near:
        yield from ("", "Nearly a key:") if full or rest else ("",)
    for miss in each.near:
        yield f"  column {miss.column}: {_shown(miss)}{miss.why}"


def _is_close(one: Decided) -> bool:
    """Return whether the checks of a candidate say more than that it is something else."""
    return one.candidate.matched and one.outcome.said != SOMETHING_ELSE


def _looked_at(rest: Sequence[Decided]) -> Iterator[str]:
    """Yield a line for each place and reason, with the rules that it is the reason of."""
    grouped: dict[tuple[int, int, str], list[str]] = {}
    for one in rest:
        place, said = one.candidate.place, one.outcome.said
        key = (place.start_line, place.start_column, said)
        grouped.setdefault(key, []).append(one.candidate.rule.id)
    for (line, column, said), rules in grouped.items():
        yield f"  line {line}, column {column}: {said} ({', '.join(dict.fromkeys(rules))})"


def _shown(miss: NearMiss) -> str:
    return f"{miss.shown}, " if miss.shown else ""


def _candidate(path: str, one: Decided) -> Iterator[str]:
    candidate, outcome = one.candidate, one.outcome
    place = candidate.place
    inside = "" if not candidate.member or "!/" in path else f"!/{printable(candidate.member)}"
    where = f"{path}{inside}:{place.start_line}:{place.start_column}"
    yield f"{where}: {candidate.shown} as {candidate.rule.id}"
    if candidate.decoders:
        yield f"  read as  {', '.join(candidate.decoders)}"
    for check in candidate.checks:
        yield f"  {'ok' if check.passed else 'no':<8} {check.said}"
    finding = outcome.finding if outcome.state != "rejected" else None
    for said in remarks(finding) if finding else ():
        yield f"  {'near':<8} {said}"
    yield f"  {_STATES[outcome.state]}{_what(outcome)}"


def _what(outcome: Outcome) -> str:
    if outcome.finding is None or outcome.state == "rejected":
        return f": {outcome.said}"
    finding = outcome.finding
    levels = f"{finding.severity.label} severity, {finding.confidence.label} confidence"
    return f" as {finding.rule_id}, {levels}: {outcome.said}"


def as_json(explanations: Sequence[Explained]) -> Iterator[str]:
    """Yield the lines of one JSON document."""
    import json

    yield json.dumps({"explanations": [_document(each) for each in explanations]}, indent=2)


def _document(each: Explained) -> dict[str, object]:
    return {
        "path": each.path,
        "line": each.target.line or None,
        "passed_over": list(each.passed_over),
        "not_read": [printable(problem) for problem in each.unread],
        "candidates": [_entry(one) for one in each.decided],
        "left_out": each.left_out,
        "nearly": [
            {"column": miss.column, "value": miss.shown, "why": miss.why} for miss in each.near
        ],
    }


def _entry(one: Decided) -> dict[str, object]:
    candidate, outcome = one.candidate, one.outcome
    finding = outcome.finding
    return {
        "rule_id": candidate.rule.id,
        "member": printable(candidate.member),
        "decoded": list(candidate.decoders),
        "start_line": candidate.place.start_line,
        "start_column": candidate.place.start_column,
        "end_line": candidate.place.end_line,
        "end_column": candidate.place.end_column,
        "value": candidate.shown,
        "matches": candidate.matched,
        "checks": [check._asdict() for check in candidate.checks],
        "outcome": outcome.state,
        "decided_by": outcome.said,
        "finding": finding
        and {
            "rule_id": finding.rule_id,
            "severity": finding.severity.label,
            "confidence": finding.confidence.label,
            "fingerprint": finding.fingerprint,
            "evidence": list(finding.evidence),
        },
    }
