"""xz: the content of a compressed file, several streams and the padding between them included.

Also `.lzma`, which came before it and which `xz` reads as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.decoders.interface import Budget, Decoder, Description

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

# Magic bytes and padding: "The .xz File Format" 1.2.1, sections 2.1.1.1 and 2.2.
_MAGIC = b"\xfd7zXZ\0"
_ALONE = b"\x5d\0\0"
"""How `.lzma` begins: the properties that all programs write, and a dictionary from 64 KiB on."""
_ALONE_HEADER = 13
_UNKNOWN_SIZE = b"\xff" * 8
_LARGEST_ALONE = 1 << 38
"""Bytes of content that no file states: `lzma_alone_decoder` of liblzma takes that for another
format as well."""
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

        if position == 0 and is_alone:
            return lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_MEMORY), 0
        while data.startswith(b"\0\0\0\0", position):  # padding has a multiple of four bytes
            position += 4
        if not data.startswith(_MAGIC, position):
            return None
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY), position

    is_alone = _is_alone(data)
    if not data.startswith(_MAGIC) and not is_alone:
        return

    stream = Stream(data, 0, len(data), begin)
    yield from unpack(stream, layer, "xz", "", budget)
    if "Memory" in stream.failure:
        budget.leave(LIMIT, f"xz that needs more than {_MEMORY >> 20} MiB: {path_of(layer, '')}")
    elif stream.damaged:
        budget.leave(DAMAGED, f"xz: {path_of(layer, '')}")
    if stream.limited:
        budget.leave(LIMIT, f"too many xz streams: {path_of(layer, '')}")


def applies(data: bytes) -> bool:
    """Return whether what begins like xz or `.lzma` is one of them."""
    return data.startswith(_MAGIC) or _is_alone(data)


def _is_alone(data: bytes) -> bool:
    """Return whether `data` has the header of `.lzma`, by the checks that liblzma makes."""
    if len(data) <= _ALONE_HEADER or not data.startswith(_ALONE):
        return False
    dictionary = int.from_bytes(data[1:5], "little")
    size = data[5:_ALONE_HEADER]
    # A power of two, or one and a half of it.
    lowest = dictionary & -dictionary
    is_usual = dictionary in (lowest, 3 * lowest)
    return is_usual and (size == _UNKNOWN_SIZE or int.from_bytes(size, "little") < _LARGEST_ALONE)


DECODER = Decoder(
    "xz",
    ((0, _MAGIC), (0, _ALONE)),
    (),
    decode,
    Description(
        "signature, also that of `.lzma`",
        "the content of all streams",
        "line and column in the content",
    ),
    applies=applies,
)
