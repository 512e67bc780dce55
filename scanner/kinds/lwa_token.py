"""Tokens of Login with Amazon: `Atzr|` begins a refresh token, `Atza|` an access token.

Sources: Selling Partner API, "Connect to the Selling Partner API", and Login with Amazon Developer
Guide, "Access token". An access token is valid for an hour, a refresh token until it is revoked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.placeholders import PLACEHOLDER, placeholder
from scanner.findings import Forensics, Severity
from scanner.kinds import interface
from scanner.kinds.interface import Kind, only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Match, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule
    from scanner.secret import Secret

_BAR: Final = re.compile(rb"^(Atz[ar])(?:\||%7[Cc]|\\u007[cC])")
_FEWEST_DISTINCT: Final = 24  # of 80 or more random characters of base64: fewer is below 1e-9
_MASKED: Final = re.compile(rb"(.)\1{7}")  # in 2,048 random characters: below 1e-9
_NAMES: Final = {b"Atzr": "refresh token", b"Atza": "access token"}


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a value that begins like a token; a bar in an escape is part of it."""
    value = _BAR.sub(rb"\1|", layer.data[match.start : match.end])
    if len(set(value)) < _FEWEST_DISTINCT:
        return None
    reason = PLACEHOLDER if _MASKED.search(value) else placeholder(value)
    if reason:
        return interface.aside(rule, layer, match, reason)

    short = value.startswith(b"Atza")
    evidence = [
        "prefix and form of a Login with Amazon token",
        "valid for an hour" if short else "",
    ]
    severity = min(rule.severity, Severity.LOW) if short else rule.severity
    return interface.part(rule, layer, match, evidence, value=value, severity=severity)


def tell(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read which of the two tokens it is."""
    name = _NAMES.get(only(values)[:4], "")
    return Forensics(f"{name} of Login with Amazon" if name else noun)


def make_token(made: Generator, kind: str = "Atzr") -> str:
    """Return a made-up refresh token, or an access token for the `kind` `Atza`."""
    return f"{kind}|IwEB{made.base64url(240)}"


KIND: Final = Kind(
    detect,
    tell,
    examples={
        "lwa_refresh_token": make_token,
        "lwa_access_token": lambda made: make_token(made, "Atza"),
    },
)
