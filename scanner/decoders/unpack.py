"""What the archive and compression decoders share: from a stream to layers, within the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.content import Layer

if TYPE_CHECKING:
    from collections.abc import Generator

    from scanner.decoders.interface import Budget
    from scanner.decoders.streams import Read

OVERLAP = 64 << 10
"""Bytes that a window of large content repeats of the one before: more than any credential."""
LIMIT = "decoder-limit"
DAMAGED = "damaged-archive"
ENCRYPTED = "encrypted-archive"

_SIGNATURES = (b"PK\3\4", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0", b"\xff\xfe", b"\xfe\xff")
_TAR = slice(257, 262)


def path_of(below: Layer, member: str) -> str:
    """Return what a note calls `member` of the layer `below`: its path inside the file."""
    return Layer(b"", below=below, member=member).member or "content"


def unpack(
    read: Read, below: Layer, decoder: str, member: str, budget: Budget
) -> Generator[Layer, None, bool]:
    """Yield the content of `read` as text of its own; return whether all of it came out.

    Content larger than a layer may be comes in windows that overlap by `OVERLAP`. A tar archive of
    that size is not cut but walked while it is decompressed.
    """
    line = column = 1
    tail = b""
    ahead = b""
    while True:
        room = budget.room() - len(tail)
        # When nothing may come any more, one byte tells whether anything would have.
        body = ahead or read(1)
        if not body:
            return True
        if room < 1:
            budget.leave(
                LIMIT, f"more content than is decoded of one file: {path_of(below, member)}"
            )
            return False
        if room > 1:
            body += read(room - 1)
        ahead = read(1) if len(body) == room else b""
        data = tail + body
        if ahead and not tail:
            is_tar = data[_TAR] == b"ustar"
            if is_tar and decoder != "tar":
                from scanner.decoders.tar_archive import walk

                archive = Layer(b"", below=below, decoder=decoder, member=member)
                return (yield from walk(_Chain(data, ahead, read), archive, budget))
            if is_tar or data.startswith(_SIGNATURES):
                budget.leave(LIMIT, f"too large to be decoded further: {path_of(below, member)}")
        budget.take(len(data))
        layer = Layer(
            data,
            below=below,
            decoder=decoder,
            member=member,
            base_line=line,
            base_column=column,
        )
        yield layer
        if not ahead:
            return True
        cut = _character_start(data, max(1, len(data) - OVERLAP))
        line, column = layer.position(cut)
        tail = data[cut:]
        del data, layer, body


class _Chain:
    """Reads what was read already, then the rest."""

    __slots__ = ("_first", "_position", "_read")

    def __init__(self, first: bytes, ahead: bytes, read: Read) -> None:
        self._first = first + ahead
        self._position = 0
        self._read = read

    def __call__(self, size: int) -> bytes:
        piece = self._first[self._position : self._position + size]
        self._position += len(piece)
        if len(piece) < size:
            self._first = b""
            piece += self._read(size - len(piece))
        return piece


def _character_start(data: bytes, offset: int) -> int:
    # A window that began inside a UTF-8 sequence would count its bytes as columns.
    for back in range(4):
        if offset - back > 0 and data[offset - back] & 0xC0 != 0x80:
            return offset - back
    return offset
