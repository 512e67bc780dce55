"""SMTP passwords of Amazon SES: derived from a secret access key, 33 bytes in base64.

Version 4 is `0x04` and an HMAC-SHA256 over a chain of date, region, service and terminal; the
version before, `0x02` and the HMAC-SHA256 of `SendRawEmail`. Either makes 44 characters without
padding, of which the first two are fixed but for four bits. Source: Amazon SES Developer Guide,
"Obtaining Amazon SES SMTP credentials by converting existing AWS credentials", and its history for
the older version.
"""

from __future__ import annotations

from typing import Final

from scanner.aws.encoded import decode

LENGTH: Final = 44
_DATE, _SERVICE, _TERMINAL, _MESSAGE = b"11111111", b"ses", b"aws4_request", b"SendRawEmail"


def version(password: bytes) -> int | None:
    """Return 4 or 2, the version that the form of `password` tells, or None where it is neither."""
    raw = decode(password) if len(password) == LENGTH else None
    if raw is None or len(raw) != LENGTH * 3 // 4 or raw[0] not in (2, 4):
        return None
    return raw[0]


def derive(secret: bytes, region: str) -> bytes:
    """Return the version 4 password that belongs to a secret access key in a region."""
    import hmac

    key = b"AWS4" + secret
    for message in (_DATE, region.encode(), _SERVICE, _TERMINAL, _MESSAGE):
        key = hmac.digest(key, message, "sha256")
    return _encode(b"\x04" + key)


def derive_version_2(secret: bytes) -> bytes:
    """Return the version 2 password that belongs to a secret access key, in any region."""
    import hmac

    return _encode(b"\x02" + hmac.digest(secret, _MESSAGE, "sha256"))


def _encode(raw: bytes) -> bytes:
    import binascii

    return binascii.b2a_base64(raw, newline=False)
