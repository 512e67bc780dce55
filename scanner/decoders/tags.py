r"""Tags of HTML in the middle of a value, in place: `AKIA<wbr>...`, `<b>`, `<em>`, `<!-- -->`.

Wikis and mail programs put `<wbr>` into long words (HTML, section 4.5.27), searches show in `<em>`
or `<mark>` what was found (Elasticsearch reference, "Highlighting"), React writes an empty comment
between two texts (react-dom/server), and pages of code have a `<span>` for each colour. A reader
sees one value. Only tags that nobody sees are taken out, as those of a cell separate two values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_KEY_IDS: Final = (b"AKIA", b"ASIA")
_KEY_ID_SIZE: Final = 20
_TAG: Final = (
    rb"<(?:/?(?:wbr|[biua]|em|strong|mark|span|font|code|kbd|tt|small|big)"
    rb"(?:[ \t\r\n][^<>]{0,300})?/?|!--[^<>]{0,99}--)>"
)
_BEFORE: Final = 64
"""Bytes before what a rule looks for in which a tag counts: it can be in the middle of a value."""
_AFTER: Final = 400
"""Bytes after it: the rest of a name, and a secret with two tags that have a class."""
_LONGEST: Final = 320
"""Bytes of a tag with a class or a style."""
_MOST_TAGS: Final = 8
"""Tags in a row: the end of one sort of text, and the beginning of another."""
_PART: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the surroundings of tags inside of values near `offsets`, without them."""
    places = list(_places(layer.data, offsets))
    if not places:
        return

    import re

    from scanner.decoders.escapes import decode_escapes

    tag = re.compile(_TAG, re.IGNORECASE)
    yield from decode_escapes(layer, places, budget, DECODER.name, tag, lambda _: b"")


def _places(data: bytes, offsets: Sequence[int]) -> Iterator[int]:
    """Yield where a value near one of the `offsets` goes on after tags, each place once."""
    from scanner.decoders.escapes import NAMES

    done = 0
    for offset in offsets:
        low, high = offset, offset + _AFTER
        if data.startswith(_KEY_IDS, offset):
            high = offset + _KEY_ID_SIZE
        elif not data.startswith(NAMES, offset):
            low = max(0, offset - _BEFORE)
        # Without the pattern of a tag, which takes longer to compile than this does nearly always.
        at = data.find(b"<", max(low, done), high)
        while at >= 0:
            done = _end_of_tags(data, at)
            is_part = at > 0 and data[at - 1] in _PART
            if is_part and done < len(data) and data[done] in _PART:
                yield at
            at = data.find(b"<", done, high)


def _end_of_tags(data: bytes, at: int) -> int:
    """Return where what looks like one tag or several from `at` on ends, after `at`."""
    for _ in range(_MOST_TAGS):
        end = data.find(b">", at, at + _LONGEST)
        if end < 0:
            return at + 1
        at = end + 1
        if data[at : at + 1] != b"<":
            break
    return at


DECODER = Decoder(
    "tags",
    (),
    tuple(Anchor(literal) for literal in _KEY_IDS),
    decode,
    Description(
        "near what a rule looks for, a tag of HTML that nobody sees, or a comment, with a letter "
        "on either side: `<wbr>`, `<b>`, `<em>`, `<mark>`, `<span ...>`, `<!-- -->`",
        "the line with the lines around it, without such tags",
        "the value, with the tags in it",
    ),
    reach=8 << 10,  # twice the reach of `escapes`, whose neighbourhoods are what is looked at
    of_rules="all",
    signs=b"<",
)
