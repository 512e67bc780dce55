"""gzip (RFC 1952): the content of a compressed file; also of user-data in base64.

The checksums are not verified: content that fails its checksum is looked at like any other.
"""

from __future__ import annotations

from scanner.decoders.interface import Budget, Decoder, Description

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from scanner.content import Layer

_MAGIC = b"\x1f\x8b\x08"
"""The two bytes of the format, and the number of deflate, the only method there is."""
# Header and trailer: RFC 1952, section 2.3.
_FLAGS = 3
_FIXED = 10
"""Bytes of a header without options."""
TRAILER = 8
"""CRC-32 and size modulo 2^32, after the compressed data."""
_HEADER_CRC, _EXTRA, _NAME, _COMMENT = 2, 4, 8, 16
"""Flags: which options follow the header, in the order extra, name, comment, CRC."""


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield what the gzip file `layer` holds, all its members as one text."""
    from scanner.decoders.inflated import InflatedMap
    from scanner.decoders.layers import DAMAGED, LIMIT, path_of
    from scanner.decoders.streams import Stream, inflater
    from scanner.decoders.unpack import unpack

    data = layer.data

    def begin(position: int) -> tuple[Any, int] | None:
        payload = payload_start(data, position)
        return (inflater(), payload) if payload >= 0 else None

    if not data.startswith(_MAGIC):
        return
    stream = Stream(data, 0, len(data), begin, trailer=TRAILER)
    first = True
    for made in unpack(stream, layer, "gzip", "", budget):
        # In base64 nobody sees lines of the content: it has the place of what holds it.
        if layer.offsets is not None and first and made.member == layer.member:
            made.offsets = InflatedMap(data)
        first = False
        yield made
    if stream.damaged or payload_start(data, 0) < 0:
        budget.leave(DAMAGED, f"gzip: {path_of(layer, '')}")
    if stream.limited:
        budget.leave(LIMIT, f"too many gzip members: {path_of(layer, '')}")


def payload_start(data: bytes, position: int) -> int:
    """Return where the compressed data of the gzip member at `position` begins; -1 for none.

    Zeros in front of it are padding, which gzip and Python pass over.
    """
    import re

    if position and data.startswith(b"\0", position):
        padding = re.compile(rb"\0+").match(data, position)
        position = padding.end() if padding else position
    if data[position : position + 3] != _MAGIC or len(data) < position + _FIXED:
        return -1

    flags = data[position + _FLAGS]
    position += _FIXED
    if flags & _EXTRA:
        position += 2 + int.from_bytes(data[position : position + 2], "little")
    for option in (_NAME, _COMMENT):
        if flags & option:
            end = data.find(b"\0", position)
            if end < 0:
                return -1
            position = end + 1
    if flags & _HEADER_CRC:
        position += 2
    return position


DECODER = Decoder(
    "gzip",
    ((0, _MAGIC),),
    (),
    decode,
    Description(
        "signature",
        "the content of all streams",
        "line and column in the content; inside base64, of the encoded characters",
    ),
)
