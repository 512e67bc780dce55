"""Diagrams of draw.io: deflated, in base64, and percent-encoded below that.

A file of draw.io has a `diagram` for each page. An SVG or HTML export has such a file in an
attribute, a PNG in a chunk of text (https://www.drawio.com/doc/faq/export-to-png,
https://www.drawio.com/doc/faq/xml-in-png).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.decoders.interface import Budget, Decoder, Description

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_FILE = b"mxfile"
_HEADS = (b"<mxfile", b"%3Cmxfile", b"<?xml", b"<svg", b"<!")
"""A file as it is, in a PNG, and what an SVG or HTML export begins with."""
_REACH = 16 << 10
"""Bytes in which such a file has begun, also in an export with styles before it."""
_DIAGRAM = (
    rb"(?:<|&lt;|%3C)diagram(?:(?!&[gl]t;|%3[CE])[^<>])*(?:>|&gt;|%3E)\s*"
    rb"((?:[A-Za-z0-9+/=]|%2[BF]|%3D|\s|\\n){20,})(?:<|&lt;|%3C)"
)


def _applies(data: bytes) -> bool:
    return _FILE in data[:_REACH]


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the pages of the diagrams in `layer`."""
    import re

    data = layer.data
    if layer.decoder == "percent":
        return  # the layer below it, with the escapes, is decoded as well
    if not data.startswith(_HEADS) or not _applies(data):
        return
    for found in re.compile(_DIAGRAM, re.IGNORECASE).finditer(data):
        yield from _page(layer, *found.span(1), budget)


def _page(layer: Layer, start: int, end: int, budget: Budget) -> Iterator[Layer]:
    from binascii import Error, a2b_base64
    from urllib.parse import unquote_to_bytes

    from scanner.content import Layer
    from scanner.decoders.inflated import Whole
    from scanner.decoders.layers import DAMAGED, LIMIT, path_of
    from scanner.decoders.streams import Stream, inflater

    try:
        packed = a2b_base64(unquote_to_bytes(layer.data[start:end].replace(b"\\n", b"")))
    except Error:
        packed = b""
    stream = Stream(packed, 0, len(packed), lambda at: None if at else (inflater(), 0))
    room = budget.room()
    text = stream(room) if room else b""
    if not room or stream(1):
        budget.leave(LIMIT, f"a page of draw.io: {path_of(layer, '')}")
    elif stream.damaged or not packed:
        budget.leave(DAMAGED, f"a page of draw.io: {path_of(layer, '')}")
    if text:
        text = unquote_to_bytes(text)
        budget.take(len(text))
        yield Layer(text, below=layer, decoder="drawio", offsets=Whole(start, end))


DECODER = Decoder(
    "drawio",
    tuple((0, head) for head in _HEADS),
    (),
    decode,
    Description(
        "a file of draw.io, also in an SVG or HTML export, and with `png` in a PNG",
        "each page",
        "the encoded page",
    ),
    applies=_applies,
)
