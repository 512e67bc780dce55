"""zlib streams (RFC 1950): loose objects of git, and the streams of PDF that are deflated.

A repository that was copied into an archive with its `.git` has loose objects, which are zlib
streams from their first byte on (git, Documentation/gitformat-loose). A PDF has them between the
words `stream` and `endstream` (ISO 32000-1, 7.3.8 and 7.4.4), each a text of its own. ReportLab
writes each of them in ASCII85 as well (7.4.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.decoders.interface import Budget, Decoder, Description

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_HEADS = (b"x\x01", b"x\x9c", b"x\xda")
"""Deflate with a window of 32 KiB, without a dictionary: RFC 1950, section 2.2.

By the level of compression; the fourth, `x^`, begins a text as well.
"""
_OF_TEXT = b"x^"
_IN_PDF = (*_HEADS, _OF_TEXT)
_HEAD_SIZE, _TRAILER = 2, 4
_PDF = b"%PDF-"
_END_OF_85 = b"~>"
_AT_END = 8
"""Bytes before the end of a stream in which that is, with line breaks after it."""
_MAX_STREAMS = 1 << 16
"""Streams of one PDF, most of which are pages, fonts and pictures."""
_FIRST = 1 << 10
"""Bytes of a stream whose beginning shows whether it is one."""


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield what the zlib stream `layer` holds, or each stream of a PDF."""
    import re

    data = layer.data
    if data.startswith(_HEADS):
        # Other files can begin with these two bytes too: a failure says nothing about one.
        if _inflates(data, 0):
            yield from _content(layer, 0, len(data), "", budget)
        return
    if data.startswith(_OF_TEXT):
        from scanner.decoders.packed import SAMPLE, is_packed

        if is_packed(data[:SAMPLE]):
            yield from _content(layer, 0, len(data), "", budget)
        return
    if not data.startswith(_PDF):
        return

    from scanner.decoders.layers import LIMIT, path_of

    at = 0
    for number in range(1, _MAX_STREAMS + 1):
        found = re.compile(rb"stream\r?\n").search(data, at)
        if not found:
            return
        start = found.end()
        end = data.find(b"endstream", start)
        end = len(data) if end < 0 else end
        if data.startswith(_IN_PDF, start) and _inflates(data, start):
            yield from _content(layer, start, end, f"stream {number}", budget)
        elif data[max(start, end - _AT_END) : end].rstrip().endswith(_END_OF_85):
            yield from _in_ascii85(layer, start, end, f"stream {number}", budget)
        at = end + len(b"endstream")
    budget.leave(LIMIT, f"too many streams in a PDF: {path_of(layer, '')}")


def _in_ascii85(layer: Layer, start: int, end: int, member: str, budget: Budget) -> Iterator[Layer]:
    """Yield the stream that is in ASCII85, which is compressed in most cases."""
    from scanner.content import Layer
    from scanner.decoders.base85 import adobe, size_of
    from scanner.decoders.layers import LIMIT, path_of

    text = layer.data[start:end].rstrip()[: -len(_END_OF_85)]
    if not budget.take(size_of(text)):
        budget.leave(LIMIT, f"more ASCII85 than is decoded: {path_of(layer, member)}")
        return
    yield Layer(adobe(text), below=layer, decoder="zlib", member=member)


def _inflates(data: bytes, start: int) -> bool:
    import zlib

    try:
        return bool(zlib.decompressobj().decompress(data[start : start + _FIRST], 1))
    except zlib.error:
        return False


def _content(layer: Layer, start: int, end: int, member: str, budget: Budget) -> Iterator[Layer]:
    from scanner.decoders.layers import DAMAGED, path_of
    from scanner.decoders.streams import Stream, inflater
    from scanner.decoders.unpack import unpack

    def begin(position: int) -> tuple[Any, int] | None:
        return (inflater(), position + _HEAD_SIZE) if position == start else None

    # In a PDF a line break may follow the stream, and a cross-reference points to its exact end.
    stream = Stream(layer.data, start, end, begin, trailer=_TRAILER, to_end=False)
    yield from unpack(stream, layer, "zlib", member, budget)
    if stream.damaged:
        budget.leave(DAMAGED, f"zlib: {path_of(layer, member)}")


DECODER = Decoder(
    "zlib",
    (*((0, head) for head in _IN_PDF), (0, _PDF)),
    (),
    decode,
    Description(
        "the head of a zlib stream at the start, as of a loose object of git; a PDF",
        "the content; of a PDF each deflated stream, also in ASCII85",
        "line and column in the content; of a PDF in the stream, by its number",
    ),
)
