"""Session tokens: the head of the token is decoded; the region that issued it may be inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.aws.placeholders import placeholder
from scanner.aws.session_token import read_head
from scanner.detectors import results
from scanner.findings import Confidence

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.detectors.interface import Aside, Match, Part
    from scanner.rulebook.model import Rule


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a run of base64 that begins like a token."""
    token = layer.data[match.start : match.end]
    head = read_head(token)
    if head is None:
        return None
    reason = placeholder(token)
    if reason:
        return results.aside(rule, layer, match, reason)
    evidence = [f"decodes to the head of a session token ({head.issuer})"]
    if head.region:
        evidence.append(f"issued in {head.region}")
    confidence = rule.confidence if head.complete else min(rule.confidence, Confidence.MEDIUM)
    return results.part(rule, layer, match, evidence, confidence=confidence)
