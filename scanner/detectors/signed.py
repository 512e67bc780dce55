"""What the detectors of signed requests share: the judgement of the key ID, the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.aws import key_id
from scanner.aws.placeholders import placeholder
from scanner.findings import Severity

if TYPE_CHECKING:
    from scanner.aws.presigned_url import SignedQuery

DAY: Final = 86_400
_FAR_FUTURE: Final = "2100"
"""A request that is valid until this year or later was made not to expire."""


class Signer(NamedTuple):
    """What the key ID in a signed request says."""

    account_id: str
    possible: bool
    evidence: str


def signer(signed: SignedQuery) -> Signer:
    """Read the key ID that signed; ID forms of before 2010 have no prefix and say nothing."""
    try:
        parsed = key_id.parse(signed.key_id)
    except ValueError:
        return Signer("", False, "the key ID that signed it has no form that AWS issues today")
    if parsed.impossible:
        return Signer("", False, f"AWS cannot have issued the key ID: {parsed.impossible}")
    return Signer(parsed.account_id, True, f"signed with a {parsed.kind}")


def made_up(signed: SignedQuery) -> str | None:
    """Return why the request is a documentation example or a placeholder, or None."""
    return placeholder(signed.key_id) or placeholder(signed.signature)


def times(signed: SignedQuery) -> str:
    """Return a line of evidence about the validity: from what is written, never from the clock."""
    if signed.signed_at and signed.expires_at:
        return f"signed {signed.signed_at}, expires {signed.expires_at}"
    if signed.expires_at:
        return f"expires {signed.expires_at}"
    return f"signed {signed.signed_at}" if signed.signed_at else ""


def severity(signed: SignedQuery, usual: Severity) -> Severity:
    """Return `usual`, lower for a request valid for a day at most, higher for one without end."""
    if 0 < signed.lifetime <= DAY:
        return min(usual, Severity.LOW)
    if signed.expires_at[:4] >= _FAR_FUTURE:
        return max(usual, Severity.HIGH)
    return usual
