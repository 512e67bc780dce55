"""SMTP passwords of SES: 44 characters whose first two are nearly fixed, in the context of mail.

The form alone fits 1 in 128 of all base64 texts of 33 bytes, so the surroundings have to speak of
SMTP or SES, or hold a key ID: the user name that belongs to the password.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws import key_id, randomness
from scanner.aws.placeholders import placeholder
from scanner.aws.smtp_password import LENGTH, version
from scanner.detectors import results
from scanner.detectors.surroundings import neighbour_lines, url_safe_tails
from scanner.findings import Confidence

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.detectors.interface import Aside, Match, Part
    from scanner.rulebook.model import Rule

_REACH: Final = 400
"""How far, in bytes, before and after the password its context is looked for."""

_MAIL: Final = re.compile(
    rb"(?i)smtp|(?<![a-z])ses(?![a-z])|(?<![a-z])(?:e-?mail|mail)(?:er)?[_.-]?(?:host|server)?"
    rb"[_.-]?pass"
)
_USER: Final = re.compile(rb"(?<![A-Za-z0-9])AKIA[A-Z2-7]{16}(?![A-Za-z0-9])")
_ENCODED_LINE: Final = re.compile(rb"[A-Za-z0-9+/]{44,}")
_LEAST_BITS: Final = randomness.MEDIUM_BITS * LENGTH / 40


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a run of exactly 44 base64 characters with such a beginning."""
    data = layer.data
    value = data[match.start : match.end]
    form = version(value)
    if form is None:
        return None
    before = data[max(0, match.start - _REACH) : match.start]
    after = data[match.end : match.end + _REACH]
    mail = _MAIL.search(before) or _MAIL.search(after)
    user = _nearest_user(before, after)
    if not mail and not user:
        return None
    reason = placeholder(value)
    if reason:
        return results.aside(rule, layer, match, reason)
    if randomness.score(value) < _LEAST_BITS or any(url_safe_tails(data, match.start, match.end)):
        return None
    if any(map(_ENCODED_LINE.search, neighbour_lines(data, match.start, match.end))):
        return None
    evidence = [
        f"form of an SMTP password of SES, version {form}",
        f"mentioned near by: {mail[0].decode('ascii', 'replace').lower()}" if mail else "",
        "a key ID stands near by, as SMTP user names of SES are" if user else "",
    ]
    return results.part(
        rule,
        layer,
        match,
        evidence,
        confidence=rule.confidence if mail else min(rule.confidence, Confidence.MEDIUM),
        account_id=key_id.parse(user).account_id if user else "",
    )


def _nearest_user(before: bytes, after: bytes) -> bytes:
    users: list[bytes] = _USER.findall(before)
    if users:
        return users[-1]
    following = _USER.search(after)
    return following[0] if following else b""
