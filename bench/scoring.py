"""What a scanner found in labelled cases: whole, in the right place, and false alarms."""

from __future__ import annotations

import hashlib
import html
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from bench.inputs.labelled.generate import case_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.inputs.labelled.case import Case, Expected

CONFIDENCES: Final = ("low", "medium", "high")
_MOST: Final = 0.9
"""How much of a long value must be reported: some tools leave out padding or a frame."""
_PART: Final = 0.3
"""How much of a URL: the query, or the secret in it, is what counts."""
_LONG: Final = 80
"""Characters from which a value is long; a shorter one is reported whole or not at all."""


class Found(NamedTuple):
    """A finding of any scanner."""

    path: str
    values: tuple[str, ...]
    """What it reports as a credential, or the line around it; digests where there is no text."""
    places: tuple[tuple[str, int, int | None], ...]
    """A value, or nothing where all share the place, with its line and column, both from 1."""
    rule: str = ""
    confidence: str = "high"
    digest: bool = False
    """Whether the values are SHA-1 digests of what was found."""


class Verdict(NamedTuple):
    """What was found in one case."""

    whole: bool
    """Every credential is one finding, with the confidence and the kind that it must have."""
    recovered: bool
    """Every value is in some finding."""
    placed: bool
    """It is whole, and each value is said to be where it is."""
    anything: bool
    """There is a finding with at least medium confidence."""
    false: tuple[Found, ...]
    """Findings with at least medium confidence that name nothing of the case."""


class Score(NamedTuple):
    """How many cases of each outcome a scanner has."""

    positives: int = 0
    whole: int = 0
    recovered: int = 0
    placed: int = 0
    anything: int = 0
    strays: int = 0
    """Positives in which something else was reported as well."""
    harmless: int = 0
    alarms: int = 0
    """Harmless cases in which something was reported."""
    foreign: int = 0
    reported: int = 0
    """Credentials of others that were reported."""


def judge(case: Case, findings: Sequence[Found], *, exact: bool) -> Verdict:
    """Return the verdict on what was found in `case`.

    With `exact`, as for keycatch, the values of a credential are in one finding of the right rule
    and the column counts; of other scanners each value may be in a finding of its own, and the
    line decides.
    """
    sure = [found for found in findings if found.confidence != "low"]
    whole = [_whole(case, each, findings, exact) for each in case.expected]
    recovered = all(_holder(value, findings) for value in _values(case))
    known = (*case.values.values(), *case.besides)
    false = tuple(
        found
        for found in sure
        if not any(same(value, text, found.digest) for value in known for text in found.values)
    )
    placed = bool(whole) and all(
        group and all(_placed(case, role, group, exact) for role in each.roles)
        for each, group in zip(case.expected, whole, strict=True)
    )
    return Verdict(bool(whole) and all(whole), recovered, placed, bool(sure), false)


def score(cases: Sequence[Case], verdicts: Sequence[Verdict]) -> Score:
    """Return the sums over all cases."""
    counts = dict.fromkeys(Score._fields, 0)
    for case, verdict in zip(cases, verdicts, strict=True):
        if case.expected:
            counts["positives"] += 1
            for name in ("whole", "recovered", "placed", "anything"):
                counts[name] += getattr(verdict, name)
            counts["strays"] += bool(verdict.false)
        elif case.foreign:
            counts["foreign"] += 1
            counts["reported"] += verdict.anything
        else:
            counts["harmless"] += 1
            counts["alarms"] += bool(verdict.false)
    return Score(**counts)


def by_case(cases: Sequence[Case], findings: Iterable[Found]) -> list[list[Found]]:
    """Return the findings of each case, from the directories in their paths."""
    groups: list[list[Found]] = [[] for _ in cases]
    for found in findings:
        number = case_number(found.path)
        if number is not None and number < len(groups):
            groups[number].append(found)
    return groups


def same(value: str, found: str, digest: bool = False) -> bool:
    """Return whether `found`, as a scanner writes it, is or holds `value`."""
    if digest:
        return found == hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest()

    wanted = _bare(value)
    # An escape that belongs to the place, such as that of `&` in XML, may be in what is reported.
    for form in (found, html.unescape(found), unquote(found)):
        text = _bare(form)
        if wanted in text:
            return True
        least = _PART if "?" in value else _MOST
        if len(wanted) > _LONG and text in wanted and len(text) >= least * len(wanted):
            return True
    return False


def _is(value: str, found: str) -> bool:
    """Return whether `found` is `value` and nothing more, but for long values."""
    return same(value, found) and (len(value) > _LONG or len(_bare(found)) == len(_bare(value)))


def _bare(text: str) -> str:
    return "".join(text.replace("\\n", "").replace("\\/", "/").split())


def _values(case: Case) -> list[str]:
    return [case.values[role] for each in case.expected for role in each.roles]


def _holder(value: str, findings: Iterable[Found]) -> Found | None:
    for found in findings:
        if any(same(value, text, found.digest) for text in found.values):
            return found
    return None


def _whole(
    case: Case, expected: Expected, findings: Sequence[Found], exact: bool
) -> Mapping[str, Found]:
    """Return the finding of each value of `expected`, or nothing if it was not found as it must."""
    values = {role: case.values[role] for role in expected.roles}
    if not exact:
        holders = {role: _holder(value, findings) for role, value in values.items()}
        return (
            {role: found for role, found in holders.items() if found}
            if all(holders.values())
            else {}
        )

    for found in findings:
        if expected.rules and found.rule not in expected.rules:
            continue
        if CONFIDENCES.index(found.confidence) < CONFIDENCES.index(expected.confidence):
            continue
        if all(any(_is(value, text) for text in found.values) for value in values.values()):
            return dict.fromkeys(values, found)
    return {}


def _placed(case: Case, role: str, holders: Mapping[str, Found], exact: bool) -> bool:
    allowed = [place for file in case.files for place in file.places.get(role, ())]
    if not allowed:
        return True
    value = case.values[role]
    said = [each for each in holders[role].places if not each[0] or same(value, each[0])]
    if not exact and not said:
        # The scanner does not say where this value of the finding is.
        return True
    return any(
        (line, column) in place if exact else place.first[0] <= line <= place.last[0]
        for _, line, column in said
        for place in allowed
    )
