r"""Characters that nobody sees in the middle of a value, in place: zero-width ones and overstrike.

A value that is copied from a web page or a chat has zero-width spaces and soft hyphens where a line
may be broken. Manual pages and typescripts have backspaces: `A\bA` is a bold letter, `_\bA` an
underlined one, and what was typed before a backspace alone was taken back (grotty(1), col(1)).
`cat -v` and editors show one as `^H`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_SHOWN: Final = b"^H"
"""A backspace as `cat -v`, `less` and editors show it."""
_OVERSTRUCK: Final = (b"I\bI", b"_\bI", b"I\b_", b"I^HI", b"_^HI", b"I^H_")
"""The letter that is in `AKIA` and `ASIA`; the others are in compiled code as well."""
_ZERO_WIDTH: Final = (
    rb"[\xe2\xef\xc2](?:(?<=\xe2)(?:\x80[\x8b-\x8d]|\x81\xa0)|(?<=\xef)\xbb\xbf|(?<=\xc2)\xad)"
)
"""U+200B to U+200D, word joiner, byte order mark, soft hyphen (Unicode 15, section 23.2). A search
finds one of a set of bytes much sooner than the first of several alternatives."""
_OVERSTRIKE: Final = rb"[^\n\x08](?:(?<=_)%b[^\n\x08_]|%b_|(?<=(.))%b\1|%b)"
"""With the backspace in four places."""
_NAMES: Final = (b"ccess_key", b"ccessKey", b"CCESS_KEY", b"ccess-key", b"ccess Key")
"""Of secrets, as rules look for them: not every anchor of a rule is worth a look for such signs."""
_SIGNS: Final = (
    b"\b",
    _SHOWN,
    b"\xe2\x80\x8b",
    b"\xe2\x80\x8c",
    b"\xe2\x81\xa0",
    b"\xef\xbb\xbf",
    b"\xc2\xad",
)
"""One of these near by is a reason to look; joiners of emoji (U+200D) alone are not."""
_BEFORE, _AFTER = 64, 400
"""Bytes around a value or after a name in which such a character counts: a name, and a value of
which each character is overstruck."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the surroundings of invisible characters near `offsets`, without them."""
    data = layer.data
    # The patterns take longer to compile than this, and few files have such a character near.
    near = [
        at
        for at in offsets
        if any(data.find(sign, max(0, at - _BEFORE), at + _AFTER) >= 0 for sign in _SIGNS)
    ]
    if not near or b"\0" in data:  # in a binary these bytes mean something else
        return
    import re

    from scanner.decoders.escapes import decode_escapes

    pattern = _ZERO_WIDTH
    if _SHOWN in data or b"\b" in data:
        back = rb"(?:\x08|\^H)" if _SHOWN in data else rb"\x08"
        pattern = _OVERSTRIKE % (back, back, back, back) + b"|" + pattern
    yield from decode_escapes(layer, near, budget, "invisible", re.compile(pattern), _replace)


def _replace(match: re.Match[bytes]) -> bytes:
    """Return what a reader sees: the letter of an overstrike."""
    text = match[0].replace(_SHOWN, b"\b")
    if len(text) != 3 or text[1:2] != b"\b":
        return b""
    return text[2:] if text[0:1] == b"_" else text[:1]


DECODER = Decoder(
    "invisible",
    (),
    (
        *(Anchor(literal) for literal in (*_OVERSTRUCK, b"AKIA", b"ASIA")),
        *(Anchor(literal, name=True) for literal in _NAMES),
    ),
    decode,
    Description(
        "bold and underlined letters of manual pages (`A`, backspace, `A`), also with `^H` for the "
        "backspace; near what a rule looks for also what was taken back by a backspace, zero-width "
        "characters and soft hyphens",
        "the line with the lines around it, as it is seen",
        "the value, with what nobody sees in it",
    ),
    reach=8 << 10,  # twice the reach of `escapes`, whose neighbourhoods are what is looked at
    signs=b"\b^\x8b\x8c\xa0\xad\xbf",
)
