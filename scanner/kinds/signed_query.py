"""Requests that are signed in their query string: presigned URLs and the tokens made of them.

What the kinds built on such a request share: reading it, judging the key ID that signed it, and the
facts it reports.

Signature Version 4: `X-Amz-Credential=<key ID>/<date>/<region>/<service>/aws4_request`,
`X-Amz-Date`, `X-Amz-Expires` (seconds, at most 7 days), `X-Amz-Signature` (64 hexadecimal digits).
Signature Version 2: `AWSAccessKeyId`, `Expires` (seconds since 1970, without limit), `Signature`
(28 characters of base64). Sources: IAM User Guide, "Signature Version 4"; Amazon S3 User Guide,
"Authenticating Requests" and "Signing and authenticating REST requests". A request signed with
temporary credentials ends with these if that is earlier than its own expiry.
"""

from __future__ import annotations

from scanner.aws.partitions import is_region
from scanner.aws.placeholders import placeholder
from scanner.expressions import compile_later
from scanner.findings import Forensics, Severity
from scanner.kinds import access_key_id
from scanner.records import NamedTuple
from scanner.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Final

    from scanner.rulebook.generator import Generator

LONGEST_EXPIRY: Final = 604_800
"""Seconds: seven days, which is what Signature Version 4 allows."""

DAY: Final = 86_400  # seconds
_FAR_FUTURE: Final = "2100"  # a request valid until this year or later was made not to expire

_SEPARATOR: Final = compile_later(rb"&(?:amp;|#38;|#x26;)?|\\u0026")
_QUERY: Final = compile_later(rb"[?&]|\\u0026|\\u003[fF]")
_PERCENT: Final = compile_later(rb"%([0-9A-Fa-f]{2})")
_SCOPE: Final = compile_later(
    rb"(?P<key_id>[A-Z0-9]{16,128})/(?P<date>[0-9]{8})/(?P<region>[a-z0-9-]{1,32})"
    rb"/(?P<service>[a-z0-9-]{1,40})/aws4_request"
)
_STAMP: Final = compile_later(rb"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")
_HEX_SIGNATURE: Final = compile_later(rb"[0-9a-f]{64}")
_BASE64_SIGNATURE: Final = compile_later(rb"[A-Za-z0-9+/]{27}=")
_HOST: Final = compile_later(
    rb"^(?:[A-Za-z][A-Za-z0-9+.-]{0,20}:)?(?:\\?/){2}([A-Za-z0-9.-]{1,253})"
)
_BARE_HOST: Final = compile_later(rb"^([A-Za-z0-9.-]{1,253})(?::\d{1,5})?/")
_KEY_ID: Final = compile_later(rb"(?:%s)[A-Z0-9]{16}" % b"|".join(access_key_id.PREFIXES))
_TIME: Final = compile_later(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


class SignedQuery(NamedTuple):
    """What a signed request says about itself; a text is empty where it does not say."""

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


class Signer(NamedTuple):
    """What the key ID in a signed request says."""

    account_id: str
    possible: bool
    evidence: str


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
    if not expires.isdigit() or len(expires) > 11:  # eleven digits: the year 5138
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
    in_range = (
        1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61
    )  # 60 is a leap second
    return timegm((year, month, day, hour, minute, second)) if in_range and year >= 2000 else None


def _stamp(seconds: int) -> bytes:
    from time import gmtime, strftime

    return strftime("%Y%m%dT%H%M%SZ", gmtime(seconds)).encode("ascii")


def _iso(seconds: int) -> str:
    from time import gmtime, strftime

    return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(seconds))


def signer(signed: SignedQuery) -> Signer:
    """Read the key ID that signed; forms of before 2010 have no prefix and say nothing."""
    try:
        parsed = access_key_id.parse(signed.key_id)
    except ValueError:
        return Signer("", False, "the signing key ID is not in a form that AWS issues today")

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


def tell(noun: str, signed: SignedQuery) -> Forensics:
    """Return the facts of a signed request: who signed it, where and when."""
    parsed = access_key_id.parse_proved(signed.key_id)
    impossible = parsed.impossible if parsed else ""
    dated = signed.version == 2 or signed.days_agree
    redacted = Secret(signed.key_id).redacted() if _KEY_ID.fullmatch(signed.key_id) else ""

    return Forensics(
        noun,
        generation=parsed.generation if parsed else 0,
        impossible=f"the signing key ID: {impossible}" if impossible else "",
        region=signed.region if is_region(signed.region) else "",
        issued=_fact(signed.signed_at) if dated else "",
        expires=_fact(signed.expires_at) if dated else "",
        signed_by=redacted,
    )


def _fact(time: str) -> str:
    return time if _TIME.fullmatch(time) else ""  # not beyond the year 9999


_SIGNED_ON: Final = "20260214"
_SIGNED_AT: Final = _SIGNED_ON + "T093000Z"


def make_query(
    made: Generator,
    service: str = "s3",
    region: str = "eu-west-1",
    *,
    seconds: int = 3600,
    action: str = "",
    temporary: bool = False,
    headers: str = "host",
) -> str:
    """Return the made-up query string of a request signed with version 4."""
    key_id = made.temporary_access_key_id() if temporary else made.access_key_id()
    scope = f"{key_id}/{_SIGNED_ON}/{region}/{service}/aws4_request"

    parameters = [
        ("Action", action),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", scope),
        ("X-Amz-Date", _SIGNED_AT),
        ("X-Amz-Expires", str(seconds)),
        ("X-Amz-Security-Token", made.session_token(region) if temporary else ""),
        ("X-Amz-SignedHeaders", headers),
        ("X-Amz-Signature", made.hex(64)),
    ]
    return "&".join(f"{name}={quoted(value)}" for name, value in parameters if value)


def quoted(text: str) -> str:
    """Return `text` with the characters percent-encoded that AWS encodes in a query string."""
    for character, escape in (("/", "%2F"), ("+", "%2B"), ("=", "%3D"), (";", "%3B")):
        text = text.replace(character, escape)
    return text
