"""Client secrets of Cognito user pools: random digits and small letters, in the context of Cognito.

AWS documents a length of 24 to 64 only (Amazon Cognito API Reference, `UserPoolClientType`). The
secrets that it makes are 50 to 52 characters in base 36, as large random numbers are; no character
of them proves anything. So a name has to call the value a secret, and a word about Cognito or the
ID of a user pool has to be near.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.placeholders import placeholder
from scanner.kinds import interface
from scanner.kinds.interface import Kind
from scanner.kinds.surroundings import label

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Match, Part
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule

_REACH: Final = 600
"""How far, in bytes, before and after the value its context is looked for: the answer of
`DescribeUserPoolClient` has some 500 bytes between the ID of the pool and the secret. The rule's
`reach` has to cover it."""

_CONTEXT: Final = re.compile(
    rb"(?i)cognito|user[_-]?pool|(?<![a-z])[a-z]{2}(?:-[a-z]{2,9}){1,2}-[1-9]_[0-9a-z]{9}(?![0-9a-z])"
)
_SECRET: Final = re.compile(rb"(?i)secret(?![a-z])")

# What 48 random characters of base 36 have: the probability of fewer is below 1e-7 each. Words and
# identifiers have few digits, hexadecimal has no letter after `f`.
_FEWEST_DISTINCT: Final = 18
_FEWEST_DIGITS: Final = 2
_FEWEST_LATE_LETTERS: Final = 10
_DIGIT: Final = re.compile(rb"[0-9]")
_LATE_LETTER: Final = re.compile(rb"[g-z]")


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Judge a run of small letters and digits of about the length of a secret."""
    data = layer.data
    value = data[match.start : match.end]
    if not _is_random(value) or not _SECRET.search(label(data, match.start)):
        return None

    context = _CONTEXT.search(data, max(0, match.start - _REACH), match.start)
    context = context or _CONTEXT.search(data, match.end, match.end + _REACH)
    if context is None:
        return None

    reason = placeholder(value)
    if reason:
        return interface.aside(rule, layer, match, reason)
    return interface.part(
        rule, layer, match, [f"{len(value)} random characters, named as a secret near Cognito"]
    )


def _is_random(value: bytes) -> bool:
    return (
        len(set(value)) >= _FEWEST_DISTINCT
        and len(_DIGIT.findall(value)) >= _FEWEST_DIGITS
        and len(_LATE_LETTER.findall(value)) >= _FEWEST_LATE_LETTERS
    )


def make_secret(made: Generator) -> str:
    """Return a made-up client secret."""
    return made.word(51)


KIND: Final = Kind(detect, examples={"cognito_client_secret": make_secret})
