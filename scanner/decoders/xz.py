"""xz: the content of a compressed file, several streams and the padding between them included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.decoders.interface import Budget, Decoder, Description

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

# Magic bytes and padding: "The .xz File Format" 1.2.1, sections 2.1.1.1 and 2.2.
_MAGIC = b"\xfd7zXZ\0"
_MEMORY = 256 << 20
"""Bytes that decompression may take: the highest preset needs 65 MB, a file can ask for 4 GB."""


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield what the xz file `layer` holds."""
    from scanner.decoders.layers import DAMAGED, LIMIT, path_of
    from scanner.decoders.streams import Stream
    from scanner.decoders.unpack import unpack

    data = layer.data

    def begin(position: int) -> tuple[Any, int] | None:
        import lzma

        while data.startswith(b"\0\0\0\0", position):  # padding has a multiple of four bytes
            position += 4
        if not data.startswith(_MAGIC, position):
            return None
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY), position

    if not data.startswith(_MAGIC):
        return

    stream = Stream(data, 0, len(data), begin)
    yield from unpack(stream, layer, "xz", "", budget)
    if "Memory" in stream.failure:
        budget.leave(LIMIT, f"xz that needs more than {_MEMORY >> 20} MiB: {path_of(layer, '')}")
    elif stream.damaged:
        budget.leave(DAMAGED, f"xz: {path_of(layer, '')}")
    if stream.limited:
        budget.leave(LIMIT, f"too many xz streams: {path_of(layer, '')}")


DECODER = Decoder(
    "xz",
    ((0, _MAGIC),),
    (),
    decode,
    Description(
        "signature",
        "the content of all streams",
        "line and column in the content",
    ),
)
