"""Session tokens: the head of a token is decoded; the region that issued it may be inside.

A token is base64 of an envelope whose body is encrypted. Its first fields are not: a type byte,
then fields in the wire format of Protocol Buffers: 1 (bytes) is `aws`, `er/aws` or `origin_ec`, 2
is a number, 3 (bytes) is the issuing region in clear where field 1 is `origin_ec`, else opaque.
AWS does not document this; it was read from tokens in AWS's own documentation and in published
articles. There is no upper limit: "The size of the session token ... is not fixed" (STS API
Reference, `Credentials`).
"""

from __future__ import annotations

from scanner.aws.encoded import decode
from scanner.aws.partitions import is_region
from scanner.aws.placeholders import placeholder
from scanner.expressions import compile_later
from scanner.findings import Confidence, Forensics
from scanner.kinds import interface
from scanner.kinds.interface import Kind
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Match, Part
    from scanner.rulebook.model import Rule
    from scanner.secret import Secret

ISSUERS: Final = (b"origin_ec", b"er/aws", b"aws")
SHORTEST: Final = 100
"""Characters; the shortest published token has 284."""

_ISSUER_TAG: Final = 0x0A  # field 1, wire type 2 (bytes)
_NUMBER_TAG: Final = b"\x10"  # field 2, wire type 0 (a variable-length number)
_REGION_TAG: Final = b"\x1a"  # field 3, wire type 2 (bytes)
_LONGEST_VARINT: Final = 10  # bytes: 64 bits in groups of seven
_REGION: Final = compile_later(rb"[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}")


class TokenHead(NamedTuple):
    """What the unencrypted fields say."""

    issuer: str
    region: str
    """Such as `eu-west-2`; empty for a token of a form that does not say."""
    complete: bool
    """Whether all three fields have their form."""


def read_head(token: bytes) -> TokenHead | None:
    """Read the head of the base64 text `token`; None where it is not a session token."""
    if len(token) < SHORTEST:
        return None

    raw = decode(token[: SHORTEST // 4 * 4])
    if raw is None or raw[1] != _ISSUER_TAG:
        return None
    size = raw[2]
    issuer = raw[3 : 3 + size]
    if issuer not in ISSUERS:
        return None

    region = _third_field(raw, 3 + size)
    if region is None:
        return TokenHead(issuer.decode("ascii"), "", False)
    named = issuer == b"origin_ec" and _REGION.fullmatch(region)
    return TokenHead(issuer.decode("ascii"), region.decode("ascii") if named else "", True)


def _third_field(raw: bytes, at: int) -> bytes | None:
    """Return the bytes of field 3, which follows the number of field 2 at `at`."""
    if raw[at : at + 1] != _NUMBER_TAG:
        return None
    at += 1

    for _ in range(_LONGEST_VARINT):
        if at >= len(raw):
            return None
        at += 1
        if raw[at - 1] < 0x80:  # the last byte of a number has its high bit clear
            break
    else:
        return None

    if raw[at : at + 1] != _REGION_TAG or at + 2 > len(raw):
        return None
    size = raw[at + 1]
    field = raw[at + 2 : at + 2 + size]
    return field if len(field) == size else None


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a run of base64 that begins like a token."""
    token = layer.data[match.start : match.end]
    head = read_head(token)
    if head is None:
        return None
    reason = placeholder(token)
    if reason:
        return interface.aside(rule, layer, match, reason)

    evidence = [f"decodes to the header of a session token ({head.issuer})"]
    if head.region:
        evidence.append(f"issued in {head.region}")
    # `aws` alone is three bytes, which other data can have by chance.
    confidence = rule.confidence if head.complete else min(rule.confidence, Confidence.MEDIUM)
    return interface.part(rule, layer, match, evidence, confidence=confidence)


def tell(noun: str, values: Mapping[str, Secret]) -> Forensics:
    """Read the region that issued the session token among `values`, if there is one."""
    token = values.get("session_token")
    head = read_head(token.reveal()) if token else None
    return Forensics(noun, region=head.region if head and is_region(head.region) else "")


KIND: Final = Kind(
    detect,
    tell,
    examples={
        "old_session_token": lambda made: made.old_session_token(),
        "session_token": lambda made: made.session_token(),
    },
)
