"""Values that are named as an AWS secret access key or key ID and cannot be one.

A character was lost or added when the key was copied, or it is the key of a store that speaks the
protocol of S3, or a hash. It is reported at low confidence with the reason, so that nobody takes
silence for the answer that nothing is there.
"""

from __future__ import annotations

import re
from functools import cache

from scanner.aws import randomness
from scanner.aws.encoded import decode
from scanner.aws.placeholders import placeholder
from scanner.expressions import compile_later
from scanner.findings import Confidence, Severity
from scanner.kinds import interface
from scanner.kinds.access_key_id import LENGTH as ID_LENGTH
from scanner.kinds.access_key_id import PREFIXES
from scanner.kinds.interface import Kind, Match

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule

_SECRET_LENGTH: Final = 40
_SECRET_LENGTHS: Final = range(24, 65)
"""Shorter is a password that somebody chose; longer is encoded data or another kind of token."""
_ID_LENGTHS: Final = range(ID_LENGTH, 41)
_DAMAGED_ID_LENGTHS: Final = range(14, 33)
"""Characters of what begins like a key ID: fewer say nothing, more is another kind of token."""
_SHORTEST_HEX: Final = 32

_REACH: Final = 160
"""Bytes before a value that are read: the longest name with what is between it and the value."""
_AROUND: Final = 400
"""Bytes to either side of a bare `access_key` in which AWS or S3 has to be named: a section."""

_BINARY: Final = compile_later(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""Control characters but white space and ESC, which colours text."""
_NAME: Final = compile_later(
    rb"(?P<before>(?:[A-Za-z0-9_.-]{0,60}[ ])?[A-Za-z0-9_.-]{0,60})"
    rb"(?:access[_. -]?key(?P<id>[_. -]?id)?|(?P<secret>aws[_.-]?secret[_.-]?key))",
    re.IGNORECASE,
)
_OF_AWS: Final = compile_later(rb"(?<![a-z])(?:aws|amazon|s3)(?![a-z])|amazonaws", re.IGNORECASE)
_OTHERS: Final = rb"""
    (?: (?<![a-z]) (?: ali | aliyun | alibaba(?:cloud)? | oss | ots | oos | huawei(?:cloud)? | hw
          | obs | tencent(?:cloud)? | qcloud | cos | qiniu | kodo | baidu | bce | bos | jd(?:cloud)?
          | ucloud | ufile | volc(?:engine)? | tos | ks3 | ksyun | upyun | gs | gcs | goog(?:le)?
          | azure | do | digitalocean | spaces | wasabi | b2 | backblaze | r2 | cloudflare | cf
          | linode | vultr | scw | scaleway | ovh | ibm | softlayer | yandex | oracle | oci | minio
          | ding(?:talk)? | dysms | sms | unsplash | mapbox | stripe | github | gitlab )
      | (?<=[a-z])(?:oss|minio|aliyun) )
    (?: (?![a-z]) | (?=access|secret) )
"""
"""Names of other clouds and services, before the rest of the name. Compiled where one is judged."""
_PREFIXES_OF_OTHERS: Final = (
    b"LTAI", b"STS.", b"AKID", b"AKLT", b"JDC_", b"GOOG", b"DO00", b"SCW", b"YCAJ", b"YCB",
    b"AROA", b"AIDA", b"AGPA", b"AIPA", b"ANPA", b"ANVA", b"APKA", b"ASCA",
)  # fmt: skip
"""Alibaba, Tencent, Volcengine, JD, Google, DigitalOcean, Scaleway, Yandex; then what IAM gives to
roles, users, groups and the like, which are identifiers and no credentials (IAM User Guide)."""

_VALUE: Final = compile_later(rb"value[\"']?[ \t]{0,4}[:=]", re.IGNORECASE)
_QUOTES: Final = (b"'", b'"', b"`")

_HEX: Final = compile_later(rb"[0-9a-f-]+|[0-9A-F-]+")
_NEVER: Final = compile_later(rb"[-_~]")
_FEWEST_DISTINCT: Final = 10  # of 20 or more random characters
_BITS_PER_CHARACTER: Final = randomness.LOW_BITS / _SECRET_LENGTH
"""A name speaks for the value already: one random value in a thousand is below, and words are."""


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a value directly after the name of an access key."""
    data = layer.data
    value = data[match.start : match.end]
    before = data[max(0, match.start - _REACH) : match.start]
    if _BINARY.search(before) or _BINARY.search(data, match.end, match.end + _REACH):
        return None  # compressed, for example: nobody knows where the value ends there
    names = list(_NAME.finditer(before))
    name = names[-1] if names else None
    # In the address of a signed request the ID is no secret, and its URL has a rule of its own.
    if name is None or before[: name.start()].endswith((b"?", b"&")):
        return None
    if not _is_assigned(before, name):
        return None
    if _others().search(name["before"]) or value.startswith(_PREFIXES_OF_OTHERS):
        return None

    if name["secret"] or b"secret" in name["before"].lower():
        reason = _no_secret(value)
    elif name["id"] or _OF_AWS.search(name["before"]) or _among_aws(data, match):
        reason = _no_id(value)
    else:
        return None
    if not reason or _is_text(value):
        return None

    fake = placeholder(value)
    if fake:
        return interface.aside(rule, layer, match, fake)
    return interface.part(
        rule, layer, match, [reason], confidence=Confidence.LOW, severity=Severity.LOW
    )


@cache
def _others() -> re.Pattern[bytes]:
    return re.compile(_OTHERS, re.IGNORECASE | re.VERBOSE)


def _is_assigned(before: bytes, name: re.Match[bytes]) -> bool:
    # In a list of arguments the name is all of a string: in a row of a table, words end with it.
    gap = before[name.end() :]
    if b"," not in gap.partition(b"\n")[0] or _VALUE.search(gap):
        return True
    return gap[:1] in _QUOTES and before[name.start() - 1 : name.start()] == gap[:1]


def _among_aws(data: bytes, match: Match) -> bool:
    return bool(_OF_AWS.search(data, max(0, match.start - _AROUND), match.end + _AROUND))


def _no_secret(value: bytes) -> str:
    """Return why `value` is no secret access key; empty where it is one, or no key at all."""
    size = len(value)
    if _is_hexadecimal(value):
        return "named as a secret access key, but is hexadecimal, which secrets never are"
    if size not in _SECRET_LENGTHS or not _is_random(value):
        return ""
    if size != _SECRET_LENGTH:
        return f"named as a secret access key, but has {size} characters instead of 40"
    if _NEVER.search(value):
        return "named as a secret access key, but contains - or _, which secrets never do"
    if value == value.upper() or value == value.lower():
        return "named as a secret access key, but has letters of one case only"
    return ""


def _no_id(value: bytes) -> str:
    """Return why `value` is no key ID; empty where it is one, or no key at all."""
    size = len(value)
    if not value.isalnum():
        return ""
    if value[:4].upper() in PREFIXES:
        from scanner.aws.typed import words_in  # its pattern takes 1 ms to compile

        if size not in _DAMAGED_ID_LENGTHS or words_in(value[4:].upper()):
            return ""
        if size != ID_LENGTH:
            return f"named as an access key ID, but has {size} characters instead of 20"
        return "" if value.isupper() else "named as an access key ID, but has lower-case letters"
    if size not in _ID_LENGTHS or size == _SECRET_LENGTH or not _is_random(value):
        return "named as an access key ID, but is hexadecimal" if _is_hexadecimal(value) else ""
    if size != ID_LENGTH:
        return f"named as an access key ID, but has {size} characters instead of 20"
    return "named as an access key ID, but does not begin with AKIA or ASIA"


def _is_hexadecimal(value: bytes) -> bool:
    return (
        len(value) >= _SHORTEST_HEX
        and _HEX.fullmatch(value) is not None
        and len(set(value)) >= _FEWEST_DISTINCT
    )


def _is_random(value: bytes) -> bool:
    """Return whether `value` is random rather than a word, an identifier or a path."""
    bare = value.translate(None, b"-_~")
    if b"." in value or not any(48 <= byte < 58 for byte in bare):
        return False
    return len(set(bare)) >= _FEWEST_DISTINCT and randomness.score(
        bare
    ) >= _BITS_PER_CHARACTER * len(bare)


def _is_text(value: bytes) -> bool:
    """Return whether `value` is base64 of text, as in Kubernetes: the decoders read that."""
    raw = decode(value)
    return raw is not None and raw.isascii() and raw.decode().isprintable()


def make_long(made: Generator) -> str:
    """Make a value up that has one character more than a secret access key."""
    return made.secret_access_key() + "a"


KIND: Final = Kind(detect, examples={"long_secret": make_long})
