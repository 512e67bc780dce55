"""Signed URLs and signed cookies of CloudFront: whoever has one can fetch what its policy covers.

A URL has `Expires` (a canned policy) or `Policy`, then `Signature` and `Key-Pair-Id`; cookies have
the same with `CloudFront-` before each name. In the base64 of policy and signature `+`, `=` and `/`
are `-`, `_` and `~`. Source: Amazon CloudFront Developer Guide, "Use signed URLs" and "Use signed
cookies". The ID is that of a public key, and no secret.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from scanner.aws.encoded import decode
from scanner.aws.placeholders import placeholder
from scanner.findings import Forensics, Severity
from scanner.kinds import interface
from scanner.kinds.interface import Kind, Match, only
from scanner.kinds.json_web_token import iso, json_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule
    from scanner.secret import Secret

_REACH: Final = 4096
"""Bytes before and after an ID in which the rest is looked for: a policy has at most some hundred
bytes, a signature 344. The rule's `reach` has to cover it."""

_END: Final = re.compile(rb"[\x00-\x20\x7f-\xff\"'<>`|^{}]")
_SCHEME: Final = re.compile(rb"https?://", re.IGNORECASE)
_SIGNATURE: Final = re.compile(rb"(?<![A-Za-z-])Signature=(?P<value>[A-Za-z0-9~_-]{80,700})")
# After a name: in a URL or a header, in JSON, in a cookie jar, percent-encoded.
_IS: Final = rb"(?:=|[\"']?\s{0,4}[:=,]\s{0,4}[\"']?|\t|%3D)"
_COOKIE: Final = re.compile(rb"CloudFront-Signature" + _IS + rb"(?P<value>[A-Za-z0-9~_-]{80,700})")
_KEY: Final = re.compile(rb"Key-Pair-Id" + _IS + rb"((?:APKA|K)[A-Z0-9]{10,20})(?![A-Za-z0-9])")
_POLICY: Final = re.compile(rb"Policy" + _IS + rb"([A-Za-z0-9~_-]{60,2000})")
_EXPIRES: Final = re.compile(rb"Expires" + _IS + rb"([0-9]{9,11})(?![0-9])")
_ALPHABET: Final = bytes.maketrans(b"-_~", b"+=/")
_FEWEST_DISTINCT: Final = 24  # of 80 or more random characters of base64: fewer is below 1e-9
_FAR_FUTURE: Final = "2100"  # what is valid until this year or later was made not to expire


def expiry(text: bytes) -> str:
    """Return when what has the parameters in `text` expires; empty where they do not say."""
    policy = _POLICY.search(text)
    if policy:
        content = json_object(decode(policy[1].translate(_ALPHABET).rstrip(b"=")))
        return iso(_epoch_time(content))
    expires = _EXPIRES.search(text)
    return iso(int(expires[1])) if expires else ""


def _epoch_time(policy: object) -> object:
    """Return `Statement[0].Condition.DateLessThan["AWS:EpochTime"]` of a policy, if it has it."""
    for name in ("Statement", 0, "Condition", "DateLessThan", "AWS:EpochTime"):
        if isinstance(name, int):
            policy = policy[name] if isinstance(policy, list) and policy else None
        else:
            policy = policy.get(name) if isinstance(policy, dict) else None
    return policy


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge what is around a policy or the ID of a key: a signed URL or a signed cookie."""
    data = layer.data
    floor, ceiling = max(0, match.start - _REACH), min(len(data), match.end + _REACH)
    keys = _KEY.finditer(data, floor, ceiling)
    key = min(keys, key=lambda each: abs(each.start() - match.start), default=None)
    if key is None:
        return None
    place = _url(data, match, floor, ceiling)
    what = "a URL"
    if place is None:
        cookies = list(_COOKIE.finditer(data, floor, ceiling))
        if not cookies:
            return None
        nearest = min(cookies, key=lambda cookie: abs(cookie.start() - match.start))
        place, what = Match(*nearest.span("value")), "a cookie"
        expires = expiry(data[floor:ceiling])
    else:
        expires = expiry(data[place.start : place.end])

    value = data[place.start : place.end]
    if len(set(value)) < _FEWEST_DISTINCT:
        return None
    reason = placeholder(value)
    if reason:
        return interface.aside(rule, layer, place, reason)
    key_id = key[1].decode()
    evidence = [
        f"signature of a CloudFront {what} with the public key {key_id}",
        f"expires {expires}" if expires else "",
    ]
    severity = max(rule.severity, Severity.HIGH) if expires >= _FAR_FUTURE else rule.severity
    return interface.part(rule, layer, place, evidence, severity=severity)


def _url(data: bytes, match: Match, floor: int, ceiling: int) -> Match | None:
    """Return where the signed URL is that has the policy or the ID at `match`."""
    start = floor
    for border in _END.finditer(data, floor, match.start):
        start = border.end()
    for scheme in _SCHEME.finditer(data, start, match.start):
        start = scheme.start()
    after = _END.search(data, match.end, ceiling)
    end = after.start() if after else ceiling
    while end > match.end and data[end - 1] in b")[],.;:!*":
        end -= 1

    text = data[start:end]
    if b"?" not in text or b"CloudFront-" in text or not _SIGNATURE.search(text):
        return None
    return Match(start, end)


def tell(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read when a signed URL expires; the signature of a cookie says nothing by itself."""
    return Forensics(noun, expires=expiry(only(values)))


def _encode(raw: bytes, made: Generator) -> str:
    return made.encode(raw).translate(str.maketrans("+=/", "-_~"))


def make_policy(made: Generator, expires: int = 1_771_104_600) -> str:
    """Return a made-up policy that expires in February 2026."""
    condition = {"DateLessThan": {"AWS:EpochTime": expires}}
    statement = {"Resource": f"https://{made.word(13)}.cloudfront.net/*", "Condition": condition}
    return _encode(json.dumps({"Statement": [statement]}, separators=(",", ":")).encode(), made)


def make_url(made: Generator) -> str:
    """Return a made-up URL with a policy of its own."""
    return (
        f"https://{made.word(13)}.cloudfront.net/film.mp4?Policy={make_policy(made)}"
        f"&Signature={_encode(made.raw(256), made)}&Key-Pair-Id=K{made.text('ABCDEFGHJKLM', 13)}"
    )


def make_canned_url(made: Generator) -> str:
    """Return a made-up URL with an old key pair, valid until February 2026."""
    return (
        f"https://{made.word(13)}.cloudfront.net/film.mp4?Expires=1771104600"
        f"&Signature={_encode(made.raw(256), made)}&Key-Pair-Id=APKA{made.text('IJKLMNOPQR', 16)}"
    )


def make_cookies(made: Generator) -> str:
    """Return the header with made-up signed cookies."""
    return (
        f"Cookie: CloudFront-Policy={make_policy(made)}; "
        f"CloudFront-Signature={_encode(made.raw(256), made)}; "
        f"CloudFront-Key-Pair-Id=K{made.text('ABCDEFGHJKLM', 13)}"
    )


KIND: Final = Kind(
    detect,
    tell,
    examples={
        "cloudfront_canned_url": make_canned_url,
        "cloudfront_cookies": make_cookies,
        "cloudfront_url": make_url,
    },
)
