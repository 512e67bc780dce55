"""Words that several formats share: for reasons, roles, sizes and numbers."""

from __future__ import annotations

from typing import Final

ROLES: Final = {
    "key_id": "access key ID",
    "secret": "secret access key",
    "session_token": "session token",
}

REASONS: Final = {
    # Content that was not read, or not to its end.
    "archive-limit": "archive beyond a limit",
    "binary": "binary",
    "damaged-archive": "damaged archive",
    "decoder-limit": "beyond a decoding limit",
    "encrypted-archive": "encrypted archive",
    "rule-timeout": "rule out of time",
    "unreadable": "unreadable",
    # Values that look like credentials and are not reported.
    "allowed-on-line": "allowed on the line",
    "documentation-example": "documentation example",
    "placeholder": "placeholder",
}
"""Names for the reasons that need more than their identifier with spaces in place of hyphens."""


def role_name(role: str) -> str:
    """Return what to call the part of a credential that has the role `role`."""
    return ROLES.get(role) or role.replace("_", " ")


def reason_name(reason: str) -> str:
    """Return words for the identifier `reason` of something skipped, set aside or noticed."""
    return REASONS.get(reason) or reason.replace("-", " ")


def plural(number: int, noun: str) -> str:
    """Return `number` with thousands separated and `noun` in singular or plural."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def human_size(size: int) -> str:
    """Return a number of bytes with a decimal unit and at most three digits before it."""
    if size < 1000:
        return plural(size, "byte")
    value, unit = size / 1000, "kB"
    for larger in ("MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"
