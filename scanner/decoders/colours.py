r"""Colours of a terminal, in place: output of `grep`, `ls`, `terraform` and CI jobs.

A colour before a value ends in a letter, so that the value seems to be a piece of something longer,
and `grep` shows what it found in another colour, perhaps in the middle of a value. So the text is
searched as it was before it was coloured. Logs and programs have the escape character in many
spellings (`scanner.decoders.glued_text`); the usual ones are looked for, and the others count where
there is something to be found near them.
"""

from __future__ import annotations

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_COLOURS = tuple(b"\x1b[%d" % digit for digit in range(5))
"""How most colours begin: bright, underlined, one of eight (ECMA-48, 8.3.117)."""
_OTHERS = (b"\x1b(B", b"\x1b[?")
"""How `tput sgr0` begins, and what hides the cursor: their letters seem to be part of the value."""
_SPELLED = (
    *(b"\\x1b[", b"\\x1B[", b"\\033[", b"\\u001b[", b"\\u001B["),
    # As terminals and `cat -v` show it, and as shells and their prompts write it.
    *(b"^[[", b"\\e["),
)
_SHORT = (b"\x9b01;", b"\x9b1;3", b"\x9b31m")
"""Red with one byte of C1, or two of UTF-8 (ECMA-48, 5.4). The rest of a colour has to follow,
since binaries have such bytes as well."""
_REST = rb"\x9b[0-9;:]{1,40}m"
_LINK = rb"|\x1b\][0-9]{1,4};[^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)"
"""A command of the operating system, such as the link around a word: up to what ends it (ECMA-48,
8.3.89). It has no letter at its end, so that nothing seems to begin in it."""
_BEFORE, _AFTER = 256, 64
"""Bytes around a place in which a colour counts: the anchor of a value can be in its middle."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the surroundings of the colours at or before `offsets`, without any colour."""
    import re

    from scanner.decoders.escapes import decode_escapes
    from scanner.decoders.glued_text import COLOUR
    from scanner.decoders.layers import may_show_content

    data = layer.data
    if may_show_content(data):
        return  # a colour is part of the name of a member, each of which is looked at

    colour = re.compile(COLOUR + _LINK)
    rest = re.compile(_REST)

    def places() -> Iterator[int]:
        for offset in offsets:
            if data.startswith((*_COLOURS, *_SPELLED, *_OTHERS), offset):
                yield offset
                continue
            if data.startswith(_SHORT, offset):
                if rest.match(data, offset):
                    yield offset
                continue
            begin, end = max(0, offset - _BEFORE), offset + _AFTER
            # Most places have nothing of it near them, which is found out sooner than a colour.
            if data.find(b"\x1b", begin, end) >= 0 or (
                (data.find(b"[", begin, end) >= 0 or data.find(b"\x9b", begin, end) >= 0)
                and colour.search(data, begin, end)
            ):
                yield offset

    yield from decode_escapes(layer, places(), budget, "colours", colour, lambda _: b"")


DECODER = Decoder(
    "colours",
    (),
    tuple(Anchor(literal) for literal in (*_COLOURS, *_SPELLED, *_SHORT, *_OTHERS)),
    decode,
    Description(
        "a colour of a terminal (`ESC[32m`, `\\x1b[1;32m`, `\\u001b[m`, `^[[32m`, `\\e[32m`, the "
        "byte `9B` for `ESC[`); one in another spelling (`[32m`), what moves or clears (`ESC[K`, "
        "`ESC[1G`) and links near what a rule looks for",
        "the line with the lines around it, without colours",
        "the value, without the colours around it",
    ),
    reach=8 << 10,  # twice the reach of `escapes`, whose neighbourhoods are what is looked at
    of_rules="values",
    signs=b"[\x9b\x1b",
)
