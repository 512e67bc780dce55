"""ar archives: Debian packages, whose members are tar archives, and static libraries.

Layout: ar(5) of FreeBSD; deb(5). A header has 60 bytes, its fields are text padded with spaces,
content begins at even offsets. Long names are at the start of the content (BSD) or in a member of
their own (GNU), of which only the first form is read: a name is for people here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.decoders.interface import (
    MAX_LAYER_BYTES,
    MAX_LAYERS,
    TOO_MANY,
    Budget,
    Decoder,
    Description,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_MAGIC = b"!<arch>\n"
_HEADER, _NAME, _SIZE, _END = 60, slice(0, 16), slice(48, 58), slice(58, 60)
_TERMINATOR = b"`\n"
_BSD_NAME = b"#1/"


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the members of the ar archive `layer`."""
    from scanner.decoders.layers import DAMAGED, LIMIT, path_of
    from scanner.decoders.streams import Slice
    from scanner.decoders.unpack import unpack

    data = layer.data
    if not data.startswith(_MAGIC):
        return
    at = len(_MAGIC)
    for _ in range(int(MAX_LAYERS * max(1, budget.largest / MAX_LAYER_BYTES))):
        header = data[at : at + _HEADER]
        if not header.strip(b"\n\0"):
            return
        digits = header[_SIZE].strip()
        if header[_END] != _TERMINATOR or not digits.isdigit():
            budget.leave(DAMAGED, f"ar: {path_of(layer, '')}")
            return

        start, size = at + _HEADER, int(digits)
        at = start + size + size % 2
        name = header[_NAME].rstrip()
        if name.startswith(_BSD_NAME) and name[3:].isdigit():
            length = int(name[3:])
            name = data[start : start + min(length, size)].rstrip(b"\0")
            size, start = max(0, size - length), start + length
        member = name.removesuffix(b"/").decode("utf-8", "surrogateescape") or "names"
        whole = yield from unpack(Slice(data, start, start + size), layer, "ar", member, budget)
        if not whole:
            return
        if start + size > len(data):
            budget.leave(DAMAGED, f"ar: {path_of(layer, member)}")
            return
    budget.leave(LIMIT, f"{TOO_MANY} in an ar archive: {path_of(layer, '')}")


DECODER = Decoder(
    "ar",
    ((0, _MAGIC),),
    (),
    decode,
    Description(
        "signature: Debian package, static library",
        "every member",
        "path in the archive, line and column in the member",
    ),
)
