"""Requests that are signed in their query string: presigned URLs and the tokens made of them.

Signature Version 4: `X-Amz-Credential=<key ID>/<date>/<region>/<service>/aws4_request`,
`X-Amz-Date`, `X-Amz-Expires` (seconds, at most 7 days), `X-Amz-Signature` (64 hexadecimal digits).
Signature Version 2: `AWSAccessKeyId`, `Expires` (seconds since 1970, without limit), `Signature`
(28 characters of base64). Sources: IAM User Guide, "Signature Version 4"; Amazon S3 User Guide,
"Authenticating Requests" and "Signing and authenticating REST requests".
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

LONGEST_EXPIRY: Final = 604_800
"""Seconds: seven days, which is what Signature Version 4 allows."""

_SEPARATOR = re.compile(rb"&(?:amp;|#38;|#x26;)?|\\u0026")
_QUERY = re.compile(rb"[?&]|\\u0026|\\u003[fF]")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_SCOPE = re.compile(
    rb"(?P<key_id>[A-Z0-9]{16,128})/(?P<date>[0-9]{8})/(?P<region>[a-z0-9-]{1,32})"
    rb"/(?P<service>[a-z0-9-]{1,40})/aws4_request"
)
_STAMP = re.compile(rb"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")
_HEX_SIGNATURE = re.compile(rb"[0-9a-f]{64}")
_BASE64_SIGNATURE = re.compile(rb"[A-Za-z0-9+/]{27}=")
_HOST = re.compile(rb"^(?:[A-Za-z][A-Za-z0-9+.-]{0,20}:)?(?:\\?/){2}([A-Za-z0-9.-]{1,253})")
_BARE_HOST = re.compile(rb"^([A-Za-z0-9.-]{1,253})(?::\d{1,5})?/")


class SignedQuery(NamedTuple):
    """What a signed request says about itself."""

    key_id: bytes
    signature: bytes
    """In the form that the server compares: hexadecimal for version 4, base64 for version 2."""
    version: int
    """2 or 4."""
    host: str
    region: str
    service: str
    signed_at: str
    """`2026-01-31T12:00:00Z`; empty for version 2."""
    expires_at: str
    """The same form; empty where the request does not say."""
    lifetime: int
    """Seconds from one to the other; 0 where either is not known."""
    action: str
    """The query parameter `Action`, such as `GetCallerIdentity`."""
    temporary: bool
    """Whether a session token is part of it."""
    signed_headers: str
    days_agree: bool = False
    """Whether `signed_at` is as it was written, on the day in the scope; False for version 2."""


def parse(url: bytes) -> SignedQuery | None:
    """Read a URL, or a query string, that carries a signature; None for any other.

    `&amp;` and the JSON form of `&` separate parameters like `&` itself.
    """
    begin = _QUERY.search(url)
    query = _parameters(url[begin.end() :] if begin else url)
    signed = _version_4(query) or _version_2(query)
    if signed is None:
        return None
    host = _HOST.match(url) or _BARE_HOST.match(url)
    return signed._replace(
        host=host[1].decode().lower() if host else "",
        action=_text(query.get(b"action", b"")),
        temporary=b"x-amz-security-token" in query,
        signed_headers=_text(query.get(b"x-amz-signedheaders", b"")),
    )


def _version_4(query: dict[bytes, bytes]) -> SignedQuery | None:
    scope = _SCOPE.fullmatch(query.get(b"x-amz-credential", b""))
    signature = query.get(b"x-amz-signature", b"")
    stamp = query.get(b"x-amz-date", b"")
    began = _seconds(stamp)
    if scope is None or began is None or not _HEX_SIGNATURE.fullmatch(signature):
        return None
    expires = query.get(b"x-amz-expires", b"")
    is_number = expires.isdigit() and len(expires) < 10
    if expires and not (is_number and 0 < int(expires) <= LONGEST_EXPIRY):
        return None
    return SignedQuery(
        key_id=scope["key_id"],
        signature=signature,
        version=4,
        host="",
        region=scope["region"].decode(),
        service=scope["service"].decode(),
        signed_at=_iso(began),
        expires_at=_iso(began + int(expires)) if expires else "",
        lifetime=int(expires) if expires else 0,
        action="",
        temporary=False,
        signed_headers="",
        # The 31st of a short month, or a leap second, would be another time than what is written.
        days_agree=_stamp(began) == stamp and stamp.startswith(scope["date"]),
    )


def _version_2(query: dict[bytes, bytes]) -> SignedQuery | None:
    key_id = query.get(b"awsaccesskeyid", b"")
    signature = query.get(b"signature", b"")
    expires = query.get(b"expires", b"")
    if not key_id or not _BASE64_SIGNATURE.fullmatch(signature):
        return None
    if not expires.isdigit() or len(expires) > 11:
        return None
    return SignedQuery(
        key_id=key_id,
        signature=signature,
        version=2,
        host="",
        region="",
        service="s3",
        signed_at="",
        expires_at=_iso(int(expires)),
        lifetime=0,
        action="",
        temporary=False,
        signed_headers="",
    )


def _parameters(query: bytes) -> dict[bytes, bytes]:
    parameters: dict[bytes, bytes] = {}
    for piece in _SEPARATOR.split(query):
        name, _, value = piece.partition(b"#")[0].partition(b"=")
        value = value.replace(b"\\u003d", b"=").replace(b"\\/", b"/")
        parameters.setdefault(name.lower(), _PERCENT.sub(_byte, value))
    return parameters


def _byte(match: re.Match[bytes]) -> bytes:
    return bytes((int(match[1], 16),))


def _text(value: bytes) -> str:
    return value[:100].decode("ascii", "replace")


def _seconds(stamp: bytes) -> int | None:
    """Return seconds since 1970 of `20260131T120000Z`; None where that is no point in time."""
    from calendar import timegm

    match = _STAMP.fullmatch(stamp)
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups())
    in_range = 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61
    return timegm((year, month, day, hour, minute, second)) if in_range and year >= 2000 else None


def _stamp(seconds: int) -> bytes:
    from time import gmtime, strftime

    return strftime("%Y%m%dT%H%M%SZ", gmtime(seconds)).encode("ascii")


def _iso(seconds: int) -> str:
    from time import gmtime, strftime

    return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(seconds))
