"""Pairs across commits: a key ID in one version of a file and its secret in another one.

A key ID that is committed before its secret, or replaced by it, is never in the same version. The
two are joined only if they are in the same file and it is clear which belongs to which: they are
the only ones of that file, or the only ones on neighbouring lines of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.engine.join import ID_RULE, KEY_ID, PAIR_RULE, SECRET, SECRET_RULE, UNNAMED_RULE
from scanner.findings import Confidence, Severity, fingerprint_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.findings import Finding
    from scanner.history.attribution.interface import Answers
    from scanner.rulebook.model import Rule

# Lines that two values may be apart in different versions of a file that has several: a pair is
# written on neighbouring lines, perhaps with a comment between them. Documented in docs/history.md.
_NEAR: Final = 5
APART: Final = "key ID and secret in different versions of the same file"


def join(findings: Sequence[Finding], answers: Answers, rules: Sequence[Rule]) -> list[Finding]:
    """Return `findings` with those lone key IDs and secrets joined that belong together."""
    rule = next((rule for rule in rules if rule.id == PAIR_RULE), None)
    if rule is None:
        return list(findings)

    ids = [number for number, each in enumerate(findings) if _is_id(each)]
    secrets = [number for number, each in enumerate(findings) if _is_secret(each)]
    if not ids or not secrets:
        return list(findings)

    id_files = _by_path(findings, ids, answers)
    secret_files = _by_path(findings, secrets, answers)
    partners: dict[int, set[int]] = {}
    for path in id_files.keys() & secret_files.keys():
        for one, others in (
            *_partners(id_files[path], secret_files[path]),
            *_partners(secret_files[path], id_files[path]),
        ):
            partners.setdefault(one, set()).update(others)

    joined: dict[int, Finding] = {}
    gone: set[int] = set()
    for number in ids:
        others = partners.get(number, set())
        # Each has to be the only choice of the other, over all files.
        if len(others) == 1:
            (other,) = others
            if len(partners[other]) == 1:
                joined[number] = _pair(findings[number], findings[other], rule)
                gone.add(other)
    return [joined.get(n, each) for n, each in enumerate(findings) if n not in gone]


def _is_id(finding: Finding) -> bool:
    return finding.rule_id == ID_RULE and finding.confidence > Confidence.LOW


def _is_secret(finding: Finding) -> bool:
    of_secret = finding.rule_id in (SECRET_RULE, UNNAMED_RULE)
    return of_secret and finding.confidence > Confidence.LOW


def _by_path(
    findings: Sequence[Finding], numbers: Sequence[int], answers: Answers
) -> dict[bytes, dict[int, set[int]]]:
    """Return, by path, the numbers of the findings there, each with the lines that it is on."""
    found: dict[bytes, dict[int, set[int]]] = {}
    for number in numbers:
        for location in findings[number].locations:
            if location.object and not location.scope:
                for place in answers.places(location.object):
                    lines = found.setdefault(place.path, {}).setdefault(number, set())
                    lines.add(location.start_line)
    return found


def _partners(
    ours: dict[int, set[int]], theirs: dict[int, set[int]]
) -> Iterator[tuple[int, set[int]]]:
    """Yield each number of `ours` with those of `theirs` that can belong to it in one file.

    With two there is no only one, so that no more are looked for: a file can have thousands of
    either on one line.
    """
    if len(ours) == len(theirs) == 1:
        yield next(iter(ours)), set(theirs)
        return

    on_line: dict[int, list[int]] = {}
    for number, lines in theirs.items():
        for line in lines:
            there = on_line.setdefault(line, [])
            if len(there) < 2:
                there.append(number)

    for number, lines in ours.items():
        found: set[int] = set()
        for line in lines:
            for near in range(line - _NEAR, line + _NEAR + 1):
                found.update(on_line.get(near, ()))
            if len(found) > 1:
                break
        if found:
            yield number, found


def _pair(one: Finding, other: Finding, rule: Rule) -> Finding:
    values = {KEY_ID: one.values[KEY_ID], SECRET: other.values[SECRET]}
    long_term = values[KEY_ID].reveal().startswith(b"AKIA")
    return one._replace(
        rule_id=PAIR_RULE,
        severity=rule.severity if long_term else Severity.HIGH,
        confidence=min(rule.confidence, max(one.confidence, other.confidence)),
        fingerprint=fingerprint_of(values),
        values=values,
        evidence=(APART, *dict.fromkeys((*one.evidence, *other.evidence))),
        locations=(*one.locations, *other.locations),
    )
