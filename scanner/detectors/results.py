"""What detectors answer with, made from a rule and a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.detectors.interface import Aside, Match, Part
from scanner.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.content import Layer
    from scanner.findings import Confidence, Severity
    from scanner.rulebook.model import Rule


def part(
    rule: Rule,
    layer: Layer,
    match: Match,
    evidence: Iterable[str],
    *,
    value: bytes | None = None,
    confidence: Confidence | None = None,
    severity: Severity | None = None,
    account_id: str = "",
    user: str = "",
) -> Part:
    """Return the part at `match`, with what the rule says where nothing else is given.

    `value` is the credential where it differs from the bytes that stand there. Empty strings among
    the evidence are left out.
    """
    plain = layer.data[match.start : match.end] if value is None else value
    return Part(
        rule_id=rule.id,
        role=rule.role,
        value=Secret(plain),
        layer=layer,
        start=match.start,
        end=match.end,
        confidence=rule.confidence if confidence is None else confidence,
        severity=rule.severity if severity is None else severity,
        evidence=tuple(filter(None, evidence)),
        account_id=account_id,
        user=user,
    )


def aside(rule: Rule, layer: Layer, match: Match, reason: str) -> Aside:
    """Return that what stands at `match` is set aside because of `reason`."""
    return Aside(reason, rule.role, layer, match.start, match.end)
