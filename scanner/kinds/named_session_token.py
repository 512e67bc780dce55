"""Session tokens of an unknown form: named as one, next to an access key ID.

AWS documents neither the form nor the length of a session token (STS API Reference, `Credentials`:
"We strongly recommend that you make no assumptions about the maximum size"). Those whose head is
known are the matter of `scanner.kinds.session_token`; what else has the name and is random is most
likely of a form that is new, or of another store that speaks the protocol of STS.
"""

from __future__ import annotations

import re

from scanner.aws import randomness
from scanner.aws.placeholders import placeholder
from scanner.expressions import compile_later
from scanner.findings import Confidence
from scanner.kinds import interface
from scanner.kinds.interface import Kind, Match
from scanner.kinds.session_token import read_head
from scanner.kinds.session_token import tell as tell_token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Part
    from scanner.rulebook.model import Rule

_REACH: Final = 2000
"""Bytes from a key ID to the name of its token, on either side: a secret and some lines are between
them. After the name come up to `_LONGEST` characters; the rule's `reach` has to cover both."""
_LONGEST: Final = 4096
_BITS_PER_CHARACTER: Final = randomness.MEDIUM_BITS / 40  # the threshold of a secret, by character
_JUDGED: Final = 400  # characters that are enough

_NAMED: Final = compile_later(
    rb"(?:session|security)[_.-]?token"
    # What closes a name, assigns and opens a value; a header, markup, an option of a command.
    rb"[\"'`\]\\]{0,3}(?:\s{0,16}(?:=>|:=|[:=,])\s{0,16}|[ \t]{1,4}|>\s{0,16})[\"'`\\]{0,3}"
    rb"(?P<value>[A-Za-z0-9+/]{100,4096}={0,2})(?![A-Za-z0-9+/=._%-]|\\(?:/|u00))",
    re.IGNORECASE,
)
_BEFORE: Final = compile_later(rb"[A-Za-z0-9_.-]{0,48}\Z")
_WORDS: Final = compile_later(rb"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_OF_AWS: Final = frozenset(
    b"""
    a amazon amz aws boto ec2 fs iam s s3 sts x 2 3
    access assume assumed cloud config configuration cred creds credential credentials default dev
    env export hadoop hive key mfa my new old prod production provider role secret set spark spring
    staging system temp temporary test tf the tmp user var
    """.split()
)
"""Words before the name that do not make it the token of another service."""


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Look for a named token near the key ID at `match`; the token is what is reported."""
    data = layer.data
    if data.startswith(b"EXAMPLE", match.end - 7):
        return None  # what is next to a key ID of the documentation is an example as well
    floor, ceiling = max(0, match.start - _REACH), match.end + _REACH + _LONGEST
    window = data[floor : match.end + _REACH]
    if b"oken" not in window and b"OKEN" not in window:
        return None  # nearly always, and a hundred times quicker than the pattern

    found = [
        each
        for each in _NAMED.finditer(data, floor, ceiling)
        if each.start() <= match.end + _REACH
        and _is_token(_name(data, each.start()), each["value"])
    ]
    if not found:
        return None
    nearest = min(found, key=lambda each: abs(each.start() - match.start))
    place = Match(*nearest.span("value"))
    reason = placeholder(nearest["value"])
    if reason:
        return interface.aside(rule, layer, place, reason)

    temporary = data.startswith(b"ASIA", match.start)
    evidence = [
        "named as a session token, next to a key ID, but does not begin like known tokens",
        "" if temporary else "the key ID belongs to a long-term key, which has no token",
    ]
    confidence = rule.confidence if temporary else Confidence.LOW
    return interface.part(rule, layer, place, evidence, confidence=confidence)


def _name(data: bytes, start: int) -> bytes:
    """Return what is before `session_token` in the same name."""
    found = _BEFORE.search(data[max(0, start - 48) : start])
    return found[0] if found else b""


def _is_token(name: bytes, value: bytes) -> bool:
    """Return whether `value` after `name` is random and not known by its head."""
    words = {word.lower() for word in _WORDS.findall(name)}
    if not words <= _OF_AWS or read_head(value):
        return False
    bare = value.rstrip(b"=")[:_JUDGED]
    return randomness.score(bare) >= _BITS_PER_CHARACTER * len(bare)


KIND: Final = Kind(detect, tell_token)
