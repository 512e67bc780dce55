"""Passwords of Elastic Container Registry: base64 of JSON with an encrypted payload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.aws.placeholders import placeholder
from scanner.aws.registry_token import parse_ecr_password
from scanner.detectors import results

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.detectors.interface import Aside, Match, Part
    from scanner.rulebook.model import Rule


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a run of base64 that begins like such a password, or like one with its user name."""
    value = layer.data[match.start : match.end]
    token = parse_ecr_password(value)
    if token is None:
        return None
    reason = placeholder(value)
    if reason:
        return results.aside(rule, layer, match, reason)
    expires = f"expires {token.expires_at}" if token.expires_at else ""
    return results.part(rule, layer, match, ["decodes to a password of ECR", expires])
