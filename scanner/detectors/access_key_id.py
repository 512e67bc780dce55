"""Access key IDs: 20 characters whose structure tells whether AWS can have issued them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.aws import key_id, randomness
from scanner.aws.placeholders import placeholder
from scanner.detectors.interface import Aside, Match, Part
from scanner.detectors.surroundings import encoded_run
from scanner.findings import Confidence, Severity
from scanner.secret import Secret

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.rulebook.model import Rule

_ENCODED_LENGTH = 64
"""A run of base64 characters at least this long around the ID may be encoded data."""


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a match of the form of a key ID; an impossible one is kept, for a pair or as a note."""
    value = layer.data[match.start : match.end]
    try:
        parsed = key_id.parse(value)
    except ValueError:
        return None
    reason = placeholder(value)
    if reason:
        return Aside(reason, rule.role, layer, match.start, match.end)
    if _inside_encoded_data(layer.data, match):
        return None
    evidence = [f"prefix {value[:4].decode()}: {parsed.kind}"]
    if parsed.impossible:
        evidence.append(f"AWS cannot have issued it: {parsed.impossible}")
    elif parsed.generation == 1:
        evidence.append("structure of a key ID issued before 2019")
    else:
        evidence.append(f"structure of a key ID issued since 2019, account {parsed.account_id}")
    long_term = value.startswith(b"AKIA")
    possible = not parsed.impossible
    return Part(
        rule_id=rule.id,
        role=rule.role,
        value=Secret(value),
        layer=layer,
        start=match.start,
        end=match.end,
        confidence=rule.confidence if possible else Confidence.LOW,
        severity=rule.severity if long_term and possible else Severity.LOW,
        evidence=tuple(evidence),
        account_id=parsed.account_id,
        possible=possible,
    )


def _inside_encoded_data(data: bytes, match: Match) -> bool:
    # `+` and `/` may stand beside an ID in a URL or in the scope of a signature, but also within
    # base64 of anything. What is left of the run without the ID tells which: text or random bytes.
    start, end = encoded_run(data, match.start, match.end)
    if end - start < _ENCODED_LENGTH:
        return False
    rest = data[start : match.start] + data[match.end : end]
    return randomness.score(rest) > 0
