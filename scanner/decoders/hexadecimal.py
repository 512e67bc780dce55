r"""Hexadecimal text: `0x...` and `X'...'` of SQL, `\x...` of PostgreSQL, `xxd -p`, dumps.

The digits of text are known by every second one: a character of ASCII begins with 2 to 7, but for
white space. A hash has no more than some of them in a row. `xxd`, `hexdump -C` and `od` write the
bytes of a file in columns, sixteen to a line, after their offset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_HEAD = rb"(?:0?[xX])?(?:[2-7][0-9A-Fa-f]|0[9ADad])(?:[2-7][0-9A-Fa-f]|0[09ADad]){18}"
"""Zero bytes are those of UTF-16."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield what the digits at `offsets` encode."""
    from scanner.decoders.encoded_values import decode_runs
    from scanner.decoders.encodings import HEX

    yield from decode_runs(layer, offsets, budget, HEX)


DECODER = Decoder(
    "hex",
    (),
    (Anchor(head=_HEAD, first=b"0234567xX"),),
    decode,
    Description(
        "a run that begins with 19 bytes of text in hexadecimal, also after `0x` and `\\x`",
        "the block, through line breaks; the lines around it with their values decoded in place",
        "the encoded characters",
    ),
)
