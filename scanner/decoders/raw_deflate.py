r"""Deflate without a head, in base64, near the call that reads it: `gzinflate`, `inflateRaw`.

Such content has no signature: by its first three bits, one random run in four begins like it (RFC
1951, section 3.2.3). So it is looked for where a program reads or writes it: with `gzinflate` of
PHP, `DeflateStream` of .NET and PowerShell, `inflateRaw` of Node.js and pako, `-Zlib::MAX_WBITS` of
Ruby, `zlib.decompress(..., -15)` of Python, and in the request of SAML in an address (SAML bindings
2.0, section 3.4.4.1). The calls of Java and Go are of words that are in much other code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_CALLS: Final = (
    *(b"gzinflate", b"flateRaw", b"DeflateStream", b"MAX_WBITS", b"wbits=-15", b", -15)"),
    b"SAMLRequest=",
)
_REACH: Final = 8 << 10
"""Bytes to either side of a call in which what it reads begins: in a variable, most often."""
_RUN: Final = rb"[\"'`=>]\s{0,2}([A-Za-z0-9+/_-]{24,})"
"""A value in quotation marks, in an address or in an element; 20 bytes do not get shorter."""
_LEAST: Final = 8
"""Bytes of text that random characters hardly ever inflate to."""
_SAMPLE: Final = 256
"""Characters that show whether text comes out."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield what the base64 near `offsets` is inflated to, where that is text."""
    import re

    from scanner.decoders.base64_block import Block

    data = layer.data
    run = re.compile(_RUN)
    block = Block(data, re.compile(rb"[A-Za-z0-9+/_-]+"))
    done = 0
    for offset in offsets:
        for found in run.finditer(data, max(done, offset - _REACH), offset + _REACH):
            start = found.start(1)
            if start < done:
                continue
            done = found.end()
            first = found[1][:_SAMPLE]
            # Most are names of programs and hashes.
            if first.lower() == first or first.isalpha() or not _shows_text(first):
                continue
            block.move(start)
            begin, done = max(start, block.begin), max(done, block.end)
            yield from _inflated(layer, begin, done, budget)
        done = max(done, offset + _REACH)


def _packed(text: bytes) -> bytes:
    from binascii import a2b_base64

    from scanner.decoders.encodings import TO_STANDARD

    text = text[:-1] if len(text) % 4 == 1 else text
    return a2b_base64(text.translate(TO_STANDARD) + b"=" * (-len(text) % 4))


def _shows_text(text: bytes) -> bool:
    import zlib

    from scanner.decoders.encoded_values import is_text

    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        first = inflater.decompress(_packed(text[: len(text) // 4 * 4]))
    except zlib.error:
        return False
    # A character of UTF-8 may be cut.
    return len(first) > _LEAST and is_text(first.rstrip(bytes(range(128, 256))))


def _inflated(layer: Layer, begin: int, end: int, budget: Budget) -> Iterator[Layer]:
    from scanner.content import Layer
    from scanner.decoders.base64_block import characters_of
    from scanner.decoders.inflated import Whole
    from scanner.decoders.layers import LIMIT, path_of
    from scanner.decoders.streams import Stream, inflater

    packed = _packed(characters_of(layer.data[begin:end]))
    stream = Stream(packed, 0, len(packed), lambda at: None if at else (inflater(), 0))
    room = budget.room()
    content = stream(room) if room else b""
    if not room or stream(1):
        budget.leave(LIMIT, f"deflate in base64: {path_of(layer, '')}")
    if content:
        budget.take(len(content))
        yield Layer(content, below=layer, decoder=DECODER.name, offsets=Whole(begin, end))


DECODER = Decoder(
    "raw-deflate",
    (),
    tuple(Anchor(literal) for literal in _CALLS),
    decode,
    Description(
        "base64 of deflate without a head, within 8 KiB of a call that reads it (`gzinflate`, "
        "`inflateRaw`, `DeflateStream`, `MAX_WBITS`, `-15`) or of `SAMLRequest=`",
        "the content, if it begins as text does",
        "the encoded characters",
    ),
)
