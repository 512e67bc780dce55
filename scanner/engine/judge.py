"""From parts to findings: drop what is repeated or allowed, join what belongs together, decide.

A credential is one finding however often it is in a file, with a location for each part of it. The
order of the steps matters:

1. What is part of a larger credential is dropped: the key ID in a presigned URL is no lone key ID.
2. What a mark allows is dropped before pairing: an allowed key ID must not vouch for a secret.
3. Key IDs and secrets are paired, and each group becomes a draft with its rule and its severity.
4. Drafts with the same values are merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from scanner.content import Layer
from scanner.engine.allow import Marks
from scanner.engine.join import (
    CLEARLY,
    KEY_ID,
    NOT_AT_ALL,
    PAIR_RULE,
    PERHAPS,
    SECRET,
    SECRET_RULE,
    UNNAMED_RULE,
    Group,
    Occurrence,
    groups,
)
from scanner.engine.merge import merge
from scanner.engine.overlap import apart, taken
from scanner.findings import Confidence, Finding, Location, Severity, fingerprint_of
from scanner.records import NamedTuple
from scanner.tally import ALLOWED, TAKEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from scanner.kinds.interface import Aside, Part
    from scanner.rulebook.model import Rule

LineHash = Callable[[Layer, int], str]
"""(text, 1-based line) to GitHub's hash of that line; supplied by the reports that need it."""


class Judgement(NamedTuple):
    """The findings of one blob, and what was set aside in it."""

    findings: list[Finding]
    asides: dict[str, int]
    """Number of distinct values set aside, by reason."""
    allowed: list[Part]
    """What a mark on its line allows; it is among the numbers."""
    taken: list[Part]
    """What a user's rule has in place of a shipped one; it is among the numbers."""


def judge(
    path: str,
    parts: Iterable[Part],
    asides: Iterable[Aside],
    rules: dict[str, Rule],
    line_hash: LineHash | None = None,
    heed_marks: bool = True,
) -> Judgement:
    """Return the findings that the parts of the blob called `path` make up, in order of position.

    `asides` are only counted. Without `heed_marks` no mark on a line allows anything.
    """
    counts = _count_asides(asides)
    of_users = {rule.id for rule in rules.values() if rule.origin}
    grounded = _on_the_ground(parts)
    occurrences = apart(grounded, of_users)
    away = [each.part for each in taken(grounded, of_users)] if of_users else []
    if away:
        counts[TAKEN] = len(away)
    kept: list[Occurrence] = []
    allowed: list[Part] = []
    marks: dict[int, Marks] = {}  # by the identity of the text: each is searched for marks once

    for occurrence in occurrences:
        text = occurrence.text
        if not heed_marks:
            kept.append(occurrence)
            continue

        if id(text) not in marks:
            marks[id(text)] = Marks(text.data, rules)

        if marks[id(text)].allow(occurrence.start, occurrence.end, _rules_for(occurrence.part)):
            counts[ALLOWED] = counts.get(ALLOWED, 0) + 1
            allowed.append(occurrence.part)
        else:
            kept.append(_with_misspelt(occurrence, marks[id(text)]))

    drafts = (_draft(group, rules, path) for group in groups(kept, pairing=PAIR_RULE in rules))
    findings = merge(_finding(draft, path, line_hash) for draft in drafts)
    return Judgement(_drop_unknown_rules(findings, rules, counts), counts, allowed, away)


# -- occurrences --------------------------------------------------------------------------------


def _on_the_ground(parts: Iterable[Part]) -> list[Occurrence]:
    grounded = [(part, *part.layer.ground(part.start, part.end)) for part in parts]
    # The ground of a part is the text in which a person finds it: a part from base64 is grounded in
    # the file that has the base64. Texts keep the order in which they were found.
    order: dict[int, int] = {}
    for _, text, _, _ in grounded:
        order.setdefault(id(text), len(order))
    # By ascending start, since `Layer.place` counts lines on from the place before. Of two spans
    # with the same start the larger one comes first, then the less decoded one:
    # `scanner.engine.overlap` relies on it.
    grounded.sort(key=lambda g: (order[id(g[1])], g[2], -g[3], g[0].layer.depth))
    return [
        Occurrence(part, text, start, end, text.place(start, end))
        for part, text, start, end in grounded
    ]


def _with_misspelt(occurrence: Occurrence, marks: Marks) -> Occurrence:
    """Return `occurrence` with evidence of a mark that was meant for it and names no rule."""
    said = marks.misspelt(occurrence.start, occurrence.end) if marks.any_own else ""
    if not said:
        return occurrence
    part = occurrence.part
    return occurrence._replace(part=part._replace(evidence=(*part.evidence, said)))


def _count_asides(asides: Iterable[Aside]) -> dict[str, int]:
    # Each value once: an example that a file repeats a hundred times was set aside once.
    values: set[tuple[str, bytes]] = set()
    for aside in asides:
        values.add((aside.reason, aside.layer.data[aside.start : aside.end]))
    counts: dict[str, int] = {}
    for reason, _ in values:
        counts[reason] = counts.get(reason, 0) + 1
    return counts


def _rules_for(part: Part) -> tuple[str, ...]:
    """Return the rules under which `part` may be reported: a mark can name any of them."""
    if part.role == KEY_ID:
        return part.rule_id, PAIR_RULE
    if part.role == SECRET:
        return part.rule_id, UNNAMED_RULE, PAIR_RULE
    return (part.rule_id,)


# -- deciding -----------------------------------------------------------------------------------


class Draft(NamedTuple):
    """A finding whose locations are still occurrences, decided but without a fingerprint."""

    rule_id: str
    severity: Severity
    confidence: Confidence
    evidence: tuple[str, ...]
    account_id: str
    group: Group


def _draft(group: Group, rules: dict[str, Rule], path: str) -> Draft:
    first = group[0].part
    evidence = tuple(dict.fromkeys(line for o in group for line in o.part.evidence))
    account = next((o.part.account_id for o in group if o.part.account_id), "")
    if len(group) == 1:
        rule_id = first.rule_id
        if rule_id == SECRET_RULE and _named_by_file(group[0], path):
            evidence = (*evidence, "in a file where tools keep AWS keys")
            return Draft(rule_id, Severity.HIGH, Confidence.HIGH, evidence, account, group)

        # One detector finds both. A lone secret without a name that fits has a rule of its own,
        # which users can disable or raise by itself.
        if rule_id == SECRET_RULE and first.named <= 0:
            rule_id = UNNAMED_RULE
        return Draft(rule_id, first.severity, first.confidence, evidence, account, group)

    rule = rules.get(PAIR_RULE)
    severity = rule.severity if rule else Severity.CRITICAL
    confidence = rule.confidence if rule else Confidence.HIGH

    if not first.possible:
        # AWS cannot have issued the ID (see `scanner.aws.key_id`), but a typing error in an ID or a
        # form that is not known yet must not hide the secret next to it.
        severity, confidence = Severity.HIGH, Confidence.MEDIUM
    elif not first.value.reveal().startswith(b"AKIA"):
        severity = Severity.HIGH  # a temporary key, most likely expired

    if _is_far(group[0], group[1]):
        confidence = min(confidence, Confidence.MEDIUM)

    distance = _distance(group[0], group[1])
    evidence = (f"key ID and secret {distance} apart", *evidence)
    return Draft(PAIR_RULE, severity, confidence, evidence, account, group)


def _named_by_file(lone: Occurrence, path: str) -> bool:
    part = lone.part
    if part.named not in (NOT_AT_ALL, PERHAPS) or part.confidence < Confidence.MEDIUM:
        return False
    from scanner.aws.file_names import is_of_aws_tool  # here: a clean scan never needs it

    return is_of_aws_tool(part.layer.member or path)


_FAR: Final = 3000
"""Bytes between a key ID and a secret without a name of AWS from which on they may be strangers:
more than the block or the function that has both."""


def _is_far(key_id: Occurrence, secret: Occurrence) -> bool:
    if secret.part.named == CLEARLY:
        return False
    return max(secret.start - key_id.end, key_id.start - secret.end) > _FAR


def _distance(one: Occurrence, other: Occurrence) -> str:
    """Return how far apart two parts are, in words: lines, or bytes on one line."""
    first, second = sorted((one, other), key=lambda o: o.start)
    lines = first.text.data.count(b"\n", first.end, max(first.end, second.start))
    if lines:
        return f"{lines} line{'s' if lines > 1 else ''}"
    gap = max(0, second.start - first.end)
    return f"{gap} byte{'s' if gap != 1 else ''}"


def _finding(draft: Draft, path: str, line_hash: LineHash | None) -> Finding:
    values = {o.part.role: o.part.value for o in draft.group}
    return Finding(
        rule_id=draft.rule_id,
        severity=draft.severity,
        confidence=draft.confidence,
        fingerprint=fingerprint_of(values),
        values=values,
        account_id=draft.account_id,
        evidence=draft.evidence,
        locations=tuple(_location(o, path, line_hash) for o in draft.group),
        partition=_partition(draft.group[0]),
        user=draft.group[0].part.user,
    )


def _partition(first: Occurrence) -> str:
    """Return the partition that the text around a key ID names; empty for any other part."""
    if first.part.role != KEY_ID:
        return ""
    from scanner.aws.partitions import near  # here: a clean scan never needs it

    return near(first.text.data, first.start, first.end)


def _location(occurrence: Occurrence, path: str, line_hash: LineHash | None) -> Location:
    part, place = occurrence.part, occurrence.place
    return Location(
        role=part.role,
        path=path,
        start_line=place.start_line,
        start_column=place.start_column,
        end_line=place.end_line,
        end_column=place.end_column,
        member=part.layer.member,
        decoded=part.layer.decoders,
        line_hash=line_hash(occurrence.text, place.start_line) if line_hash else "",
    )


def _drop_unknown_rules(
    findings: list[Finding], rules: dict[str, Rule], counts: dict[str, int]
) -> list[Finding]:
    # The rules of pairs and of unnamed secrets have no anchors of their own. If the configuration
    # disables one, its findings are made all the same and are dropped here.
    kept = [finding for finding in findings if finding.rule_id in rules]
    if len(kept) < len(findings):
        counts["rule-disabled"] = counts.get("rule-disabled", 0) + len(findings) - len(kept)
    return kept
