"""PNG pictures: text in them that is compressed or encoded.

A picture can have texts next to its pixels: comments, metadata, and the file that an editor of
diagrams made it from (PNG Specification, third edition, 11.3.3). A plain text is in the bytes of
the file for everyone to see, so only others come out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.decoders.interface import Budget, Decoder, Description

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_MAGIC = b"\x89PNG\r\n\x1a\n"
_PLAIN, _PACKED, _INTERNATIONAL = b"tEXt", b"zTXt", b"iTXt"
_END = b"IEND"
_ENCODED = (b"%3C", b"<mxfile")
"""How the text begins in which draw.io has its file, mostly percent-encoded."""
_MOST_CHUNKS = 1 << 16
_LONGEST_KEYWORD = 79
_HEAD = 2
"""Bytes of the head of a zlib stream."""


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the type of each chunk, and where its content begins and ends."""
    at = len(_MAGIC)
    for _ in range(_MOST_CHUNKS):
        kind = data[at + 4 : at + 8]
        if len(kind) < 4 or kind == _END:
            return
        start = at + 8
        end = start + int.from_bytes(data[at : at + 4], "big")
        yield kind, start, min(end, len(data))
        at = end + 4


def _texts(data: bytes) -> Iterator[tuple[bytes, int, int, bool]]:
    """Yield the keyword, start and end of each hidden text, and whether it is compressed."""
    for kind, start, end in _chunks(data):
        if kind not in (_PLAIN, _PACKED, _INTERNATIONAL):
            continue
        keyword_end = data.find(b"\0", start, min(end, start + _LONGEST_KEYWORD + 1))
        if keyword_end < 0:
            continue
        keyword, at = data[start:keyword_end], keyword_end + 1
        is_packed = kind == _PACKED
        if is_packed:
            at += 1  # the method, of which there is one
        elif kind == _INTERNATIONAL:
            is_packed = data[at : at + 1] == b"\1"
            # The flag and the method, a language, and the keyword in it.
            language_end = data.find(b"\0", at + 2, end)
            at = data.find(b"\0", language_end + 1, end) + 1
            if language_end < 0 or not at:
                continue
        if is_packed or data.startswith(_ENCODED, at):
            yield keyword, at, end, is_packed


def _applies(data: bytes) -> bool:
    return any(True for _ in _texts(data))


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the texts of the picture `layer` that are compressed or encoded."""
    from scanner.decoders.layers import DAMAGED, path_of
    from scanner.decoders.streams import Slice, Stream, inflater
    from scanner.decoders.unpack import unpack

    data = layer.data
    if not data.startswith(_MAGIC):
        return
    for keyword, start, end, is_packed in _texts(data):
        member = f"text {keyword.decode('latin-1')}"
        if not is_packed:
            yield from unpack(Slice(data, start, end), layer, "png", member, budget)
            continue

        def begin(position: int, start: int = start) -> tuple[Any, int] | None:
            return (inflater(), start + _HEAD) if position == start else None

        stream = Stream(data, start, end, begin, trailer=4, to_end=False)
        yield from unpack(stream, layer, "png", member, budget)
        if stream.damaged:
            budget.leave(DAMAGED, f"png: {path_of(layer, member)}")


DECODER = Decoder(
    "png",
    ((0, _MAGIC),),
    (),
    decode,
    Description(
        "a PNG with a text that is compressed or percent-encoded: a diagram of draw.io",
        "each such text",
        "the keyword of the text, line and column in it",
    ),
    applies=_applies,
)
