"""The head of a session token: what can be read of it without AWS.

A token is base64 of an envelope whose body is encrypted. Its first fields are not: a type byte,
then fields in the wire format of Protocol Buffers: 1 (bytes) is `aws`, `er/aws` or `origin_ec`, 2
is a number, 3 (bytes) is the issuing region in clear where field 1 is `origin_ec`, else opaque.
AWS does not document this; it was read from tokens in AWS's own documentation and in published
articles. "The size of the session token ... is not fixed": there is no upper limit.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from scanner.aws.encoded import decode

ISSUERS: Final = (b"origin_ec", b"er/aws", b"aws")
SHORTEST: Final = 100
"""Characters; the shortest published token has 284."""

_REGION = re.compile(rb"[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}")


class Head(NamedTuple):
    """What the clear fields say."""

    issuer: str
    region: str
    """Such as `eu-west-2`; empty for a token of a kind that does not say."""
    complete: bool
    """Whether all three fields are there in their form."""


def read_head(token: bytes) -> Head | None:
    """Read the head of the base64 text `token`; None where it is not a session token."""
    if len(token) < SHORTEST:
        return None
    raw = decode(token[: SHORTEST // 4 * 4])
    if raw is None or raw[1] != 0x0A:
        return None
    size = raw[2]
    issuer = raw[3 : 3 + size]
    if issuer not in ISSUERS:
        return None
    region = _third_field(raw, 3 + size)
    if region is None:
        return Head(issuer.decode("ascii"), "", False)
    named = issuer == b"origin_ec" and _REGION.fullmatch(region)
    return Head(issuer.decode("ascii"), region.decode("ascii") if named else "", True)


def _third_field(raw: bytes, at: int) -> bytes | None:
    """Return the bytes of field 3, which follows the number of field 2 at `at`."""
    if raw[at : at + 1] != b"\x10":  # field 2, a number
        return None
    at += 1
    for _ in range(10):
        if at >= len(raw):
            return None
        at += 1
        if raw[at - 1] < 0x80:
            break
    else:
        return None
    if raw[at : at + 1] != b"\x1a" or at + 2 > len(raw):  # field 3, bytes
        return None
    size = raw[at + 1]
    field = raw[at + 2 : at + 2 + size]
    return field if len(field) == size else None
