"""Presigned URLs: anyone who has one can do what it allows until it expires."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.presigned_url import SignedQuery, parse
from scanner.detectors import results, signed
from scanner.detectors.interface import Aside, Match, Part
from scanner.findings import Confidence

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.rulebook.model import Rule

_REACH: Final = 16_384
"""How far, in bytes, a URL is followed to either side; a session token in it is 1 to 4 KiB."""

# What no URL holds; a backslash only as the JSON form of `&`, `=`, `?` or `/`.
_END: Final = re.compile(rb"[\x00-\x20\x7f-\xff\"'<>`|^{}]|\\(?!u00(?:26|3[dDfF])|/)")
_SCHEME: Final = re.compile(rb"https?:(?:\\?/){2}", re.IGNORECASE)
_AROUND: Final = b"()[],.;:!*_"


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge the URL around a key ID that stands in a parameter of a signed request."""
    if _has_another_before(layer.data, match):
        return None  # the URL is judged by its first key ID
    place = _url_around(layer.data, match)
    request = parse(layer.data[place.start : place.end])
    if request is None:
        return None
    reason = signed.made_up(request)
    if reason:
        return results.aside(rule, layer, place, reason)
    signer = signed.signer(request)
    evidence = [_what(request), signed.times(request), signer.evidence]
    return results.part(
        rule,
        layer,
        place,
        evidence,
        confidence=rule.confidence if signer.possible else Confidence.LOW,
        severity=signed.severity(request, rule.severity),
        account_id=signer.account_id,
    )


def _what(request: SignedQuery) -> str:
    target = f" to {request.host}" if request.host else ""
    region = f" in {request.region}" if request.region else ""
    token = ", with a session token" if request.temporary else ""
    signature = f"signed with version {request.version}"
    return f"request{target}, {signature} for {request.service}{region}{token}"


def _has_another_before(data: bytes, match: Match) -> bool:
    floor = max(0, match.start - _REACH)
    own = match.start - len(b"X-Amz-Credential=")
    other = max(data.rfind(name, floor, own) for name in (b"redential=", b"AccessKeyId="))
    return other >= 0 and not _END.search(data, other, match.start)


def _border_before(data: bytes, end: int) -> int:
    """Return where the text begins that runs up to `end` without a byte that ends a URL."""
    # Most URLs are short, and ordinary text is full of borders: a near look first.
    for size in (256, 2048, _REACH):
        start, floor = -1, max(0, end - size)
        for border in _END.finditer(data, floor, end):
            start = border.end()
        if start >= 0:
            return start
    return max(0, end - _REACH)


def _url_around(data: bytes, match: Match) -> Match:
    start = _border_before(data, match.start)
    for scheme in _SCHEME.finditer(data, start, match.start):
        start = scheme.start()
    if not _SCHEME.match(data, start):
        # A host without scheme (database tokens) or a bare query: leave `name=` and brackets out.
        query = data.rfind(b"?", start, match.start)
        if query >= 0:
            start = max(start, data.rfind(b"=", start, query) + 1)
        while start < match.start and data[start] in _AROUND:
            start += 1
    border_after = _END.search(data, match.end, match.end + _REACH)
    end = border_after.start() if border_after else min(len(data), match.end + _REACH)
    while end > match.end and data[end - 1] in _AROUND:
        end -= 1
    return Match(start, end)
