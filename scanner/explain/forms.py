"""How a text at an anchor differs from what the pattern of the rule matches.

The form is read from the examples of the rule, which are values that it reports: their lengths, and
the characters that they have besides letters and digits.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.engine.matching import find
from scanner.errors import KeycatchError
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.rulebook.model import Anchor, Rule

_REACH: Final = 4096
"""Bytes to either side of an anchor that are looked at for the text that it is in."""
_SOLID: Final = re.compile(rb"[A-Za-z0-9+/=_.~-]+")
"""What a value is made of that can be compared by its length: no spaces, quotes or brackets."""


class Form(NamedTuple):
    """What the values of a rule are like."""

    shortest: int
    longest: int
    signs: bytes
    """Characters besides letters and digits that they have."""
    lower: bool
    """Whether they have small letters."""


@cache
def form_of(rule_id: str, origin: str, pattern: str) -> Form | None:
    """Return the form of the values that the examples of a rule have; None without any."""
    del pattern  # two rules of a file under development can share an ID
    from scanner.kinds.examples import expand
    from scanner.rulebook.files import data_path
    from scanner.rulebook.loading import load_file

    try:
        file = load_file(origin or data_path(f"{rule_id}.yaml"), shipped=not origin)
        texts = [
            expand(template, f"{rule_id}/match/{number}").encode()
            for number, template in enumerate(file.examples.match, 1)
        ]
    except KeycatchError:
        return None
    values = [value for text in texts for value in _values(file.rule, text)]
    if not values or not all(map(_SOLID.fullmatch, values)):
        return None
    sizes = sorted(map(len, values))
    signs = bytes(sorted({byte for value in values for byte in value if not chr(byte).isalnum()}))
    return Form(sizes[0], sizes[-1], signs, any(value != value.upper() for value in values))


def _values(rule: Rule, text: bytes) -> Iterator[bytes]:
    for anchor in rule.anchors:
        at = text.find(anchor.literal) if anchor.literal else -1
        match = find(rule, text, at) if at >= 0 else None
        # Of a value that begins elsewhere, the length of what is at the anchor says nothing.
        if match is not None and match.start == at:
            yield text[match.start : match.end]


def extent(rule: Rule, anchor: Anchor, data: bytes, offset: int) -> tuple[int, int]:
    """Return the span of the text that the `anchor` of `rule` at `offset` is in."""
    form = form_of(rule.id, rule.origin, rule.pattern)
    solid = re.compile(b"[A-Za-z0-9%s]*" % re.escape(form.signs if form else b""))
    end = max(offset + (len(anchor.literal) or anchor.run), offset + 1)
    after = solid.match(data, offset, min(len(data), end + _REACH))
    begin = offset
    floor = max(0, offset - _REACH)
    while begin > floor and solid.fullmatch(data, begin - 1, begin):
        begin -= 1
    return begin, max(end, after.end() if after else 0)


def difference(rule: Rule, text: bytes) -> str:
    """Return how `text` differs from the values of `rule`, in words; empty if nothing shows it."""
    form = form_of(rule.id, rule.origin, rule.pattern)
    if form is None:
        return ""
    size = len(text)
    if not form.shortest <= size <= form.longest:
        least, most = form.shortest, form.longest
        return f"{size} characters instead of {least if least == most else f'{least} to {most}'}"
    if not form.lower and text != text.upper():
        return "has lowercase letters; this form has none"
    return ""
