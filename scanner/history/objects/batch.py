"""Pieces of objects that are searched together.

A call into the search costs as much as searching some kilobytes, and what a version adds is mostly
a few dozen bytes. So the new bytes of many objects are joined, and for each place where something
was found the batch knows the object. `scanner/kernel/batch.c` is the same, compiled.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from scanner.engine.sweep import SEPARATOR
from scanner.git import delta as deltas

if TYPE_CHECKING:
    from typing import TypeAlias

    Piece: TypeAlias = tuple[int, int, int, int]
    """The position of an object, the offset of the piece in it, that of the piece in the buffer,
    and its length. Only for annotations."""


def new_batch() -> Any:
    """Return an empty batch: a `Batch`, or its like that is compiled."""
    return deltas.packs.Batch() if deltas.packs else Batch()


class Batch:
    """A batch: fill it, search what is joined, and ask where the places are."""

    __slots__ = ("_begins", "_owners", "_pieces", "_size")

    def __init__(self) -> None:
        """Begin with nothing."""
        self._pieces: list[bytes] = []
        self._owners: list[tuple[int, int]] = []
        """For each piece: the position of its object, and the offset in that."""
        self._begins: list[int] = []
        self._size = len(SEPARATOR)

    def add(self, position: int, data: bytes, delta: bytes | None, margin: int) -> int:
        """Add what is new of the object `data`, which `delta` made; all of it if that is None.

        Returns the number of bytes. `margin` is that of `fresh`; `piece_at` returns the `position`.
        """
        spans = [(0, len(data))] if delta is None else deltas.fresh(delta, margin)
        before = self._size
        for start, end in spans:
            self._pieces.append(data[start:end])
            self._owners.append((position, start))
            self._begins.append(self._size)
            self._size += end - start + len(SEPARATOR)
        return self._size - before - len(spans) * len(SEPARATOR)

    def joined(self) -> bytes:
        """Return the buffer that is to be searched."""
        return SEPARATOR.join([b"", *self._pieces, b""]) if self._pieces else SEPARATOR

    def piece_at(self, offset: int) -> Piece | None:
        """Return the piece that has the byte at `offset` of the buffer; None between pieces."""
        piece = bisect_right(self._begins, offset) - 1
        if piece < 0 or offset - self._begins[piece] >= len(self._pieces[piece]):
            return None
        return *self._owners[piece], self._begins[piece], len(self._pieces[piece])
