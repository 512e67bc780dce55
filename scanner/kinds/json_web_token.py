"""JSON Web Tokens as far as they can be read without a key: header, claims and times.

A token is three parts in URL-safe base64, joined by full stops: a header and claims, which are JSON
objects, and a signature (RFC 7519; RFC 7515, section 7.1). The signature is not verified.
"""

from __future__ import annotations

import json

from scanner.aws.encoded import decode
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from scanner.rulebook.generator import Generator

_PARTS: Final = 3
_LATEST: Final = 1 << 33  # seconds since 1970: the year 2242; a larger number is no time


class WebToken(NamedTuple):
    """What a token says in clear."""

    header: dict[str, Any]
    claims: dict[str, Any]


def parse(text: bytes) -> WebToken | None:
    """Read the token `text`; None where it is something else."""
    parts = text.split(b".")
    if len(parts) != _PARTS or not decode(parts[2]):
        return None
    header, claims = json_object(decode(parts[0])), json_object(decode(parts[1]))
    return WebToken(header, claims) if header and claims and "alg" in header else None


def json_object(raw: bytes | None) -> dict[str, Any] | None:
    """Return the JSON object that is all of `raw`; None where it is something else."""
    if raw is None or not raw.startswith(b"{"):
        return None
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def iso(seconds: object) -> str:
    """Return a number of seconds since 1970 as `2026-01-31T12:00:00Z`; empty if it is no time."""
    from time import gmtime, strftime

    # A float may be NaN, and an absurd number would overflow the conversion.
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < _LATEST:
        return ""
    return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(seconds))


def make(
    made: Generator, header: Mapping[str, object], claims: Mapping[str, object], size: int = 256
) -> str:
    """Return a made-up token with a signature of `size` bytes."""
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (header, claims)]
    return ".".join([*map(made.encode_url, parts), made.base64url(size)])
