"""bzip2: the content of a compressed file, several streams one after another included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.decoders.interface import Budget, Decoder, Description

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_MAGIC = b"BZh"
_BLOCK, _END = b"1AY&SY", b"\x17rE8P\x90"
"""What follows the magic and the digit of the block size: the first block, or the end.

The digits of pi and of its square root, in binary coded decimals (bzip2's own `compress.c`).
"""


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield what the bzip2 file `layer` holds."""
    from scanner.decoders.layers import DAMAGED, LIMIT, path_of
    from scanner.decoders.streams import Stream
    from scanner.decoders.unpack import unpack

    data = layer.data

    def begin(position: int) -> tuple[Any, int] | None:
        from bz2 import BZ2Decompressor

        return (BZ2Decompressor(), position) if _begins(data, position) else None

    if not _begins(data, 0):
        return
    stream = Stream(data, 0, len(data), begin)
    yield from unpack(stream, layer, "bzip2", "", budget)
    if stream.damaged:
        budget.leave(DAMAGED, f"bzip2: {path_of(layer, '')}")
    if stream.limited:
        budget.leave(LIMIT, f"too many bzip2 streams: {path_of(layer, '')}")


def _begins(data: bytes, position: int) -> bool:
    # The magic alone is three letters, which any text may begin with.
    return (
        data.startswith(_MAGIC, position)
        and data[position + 3 : position + 4] in b"123456789"
        and data.startswith((_BLOCK, _END), position + 4)
    )


DECODER = Decoder(
    "bzip2",
    ((0, _MAGIC),),
    (),
    decode,
    Description(
        "signature",
        "the content of all streams",
        "line and column in the content",
    ),
)
