r"""Hexadecimal text: `0x...` and `X'...'` of SQL, `\x...` of PostgreSQL, `xxd -p`, dumps.

The digits of text are known by every second one: a character of ASCII begins with 2 to 7, but for
white space. A hash has no more than some of them in a row. `xxd`, `hexdump -C` and `od` write the
bytes of a file in columns, sixteen to a line, after their offset. Compressed content is known by
its signature (`scanner.decoders.packed`), as one in sixteen thousand hashes is at first sight.
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
_PACKED = (
    # gzip, ZIP, zlib, bzip2, xz, LZMA, zstd.
    rb"(?:0?[xX])?(?:1[fF]8[bB]08|504[bB]0304|78(?:01|5[eE]|9[cC]|[dD][aA])|425[aA]683[1-9]"
    rb"|[fF][dD]377[aA]58|5[dD]0000|28[bB]52[fF]{2}[dD])"
)


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield what the digits at `offsets` encode."""
    import re
    from functools import partial

    from scanner.decoders.encoded_values import decode_runs
    from scanner.decoders.encodings import HEX

    text = re.compile(_HEAD)
    packed = partial(_is_packed, layer.data)
    places = (at for at in offsets if text.match(layer.data, at) or packed(at))
    yield from decode_runs(layer, places, budget, HEX, packed)


def _is_packed(data: bytes, offset: int) -> bool:
    import re

    from scanner.decoders.packed import SAMPLE, is_packed

    found = re.compile(rb"(?:0?[xX])?((?:[0-9A-Fa-f]{2}){1,%d})" % SAMPLE).match(data, offset)
    return found is not None and is_packed(bytes.fromhex(found[1].decode()))


DECODER = Decoder(
    "hex",
    (),
    (Anchor(head=_HEAD, first=b"0234567xX"), Anchor(head=_PACKED, first=b"01257fxX")),
    decode,
    Description(
        "a run that begins with 19 bytes of text in hexadecimal, or with gzip, ZIP, zlib, bzip2, "
        "xz or zstd, also after `0x` and `\\x`",
        "the block, through line breaks; the lines around it with their values decoded in place",
        "the encoded characters",
    ),
)
