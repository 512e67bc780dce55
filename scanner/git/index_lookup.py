"""Finding a few objects in the index of a pack, of which only what is needed is read.

Nothing proves what is found: the checksum of the index is not compared, which would mean to read
all of it. What is read of the pack has to be compared with its ID. The format is described where
whole indexes are read (`scanner.git.pack_index`).
"""

from __future__ import annotations

import os
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from scanner.files import open_regular
from scanner.git.pack_heads import pread
from scanner.git.pack_index import PackError

if TYPE_CHECKING:
    from types import TracebackType

_SIGNATURE: Final = b"\xfftOc\0\0\0\2"
"""How version 2 begins; version 1 begins with the table of counts."""
_COUNTS: Final = 4 * 256
"""Bytes of the table of how many IDs begin with a byte up to each value."""
_LARGE: Final = 1 << 31
"""The bit of an offset in version 2 that makes the rest of it an index into the table of eight-byte
offsets, for packs above 2 GiB."""


class IndexLookup:
    """An open index. It is quickest for IDs that are asked for in their order."""

    __slots__ = ("_counts", "_file", "_first", "_hash_size", "_is_old", "_names", "_step")

    def __init__(self, path: str, hash_size: int) -> None:
        """Open the index at `path`, whose IDs have `hash_size` bytes. Raises PackError, OSError."""
        self._hash_size = hash_size
        self._first = -1
        self._names = b""
        self._file = open_regular(path, buffering=0)
        try:
            head = pread(self._file.fileno(), len(_SIGNATURE) + _COUNTS, 0)
            self._is_old = not head.startswith(_SIGNATURE)
            self._counts = head[:_COUNTS] if self._is_old else head[len(_SIGNATURE) :]
            # In version 1 the offset of each object is before its ID.
            self._step = hash_size + 4 * self._is_old
            least = len(head) + self._number(255) * self._step
            if len(self._counts) < _COUNTS or os.fstat(self._file.fileno()).st_size < least:
                raise PackError("its index is shorter than it says")
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> IndexLookup:
        """Return the lookup, whose file is closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._file.close()

    def offset(self, name: bytes) -> int:
        """Return where the index has the object with the binary ID `name`; -1 for nowhere.

        Raises PackError, OSError.
        """
        first = name[0]
        begin, end = self._number(first - 1), self._number(first)
        if not begin <= end <= self._number(255):
            raise PackError("the table at the start of its index is out of order")
        if first != self._first:
            size = (end - begin) * self._step
            self._names = pread(self._file.fileno(), size, self._table() + begin * self._step)
            self._first = first

        number = len(self._names) // self._step
        at = bisect_left(range(number), name, key=self._name)
        if at == number or self._name(at) != name:
            return -1
        return self._offset(begin + at, at)

    def _number(self, first: int) -> int:
        """Return how many IDs begin with a byte up to `first`."""
        return int.from_bytes(self._counts[4 * first : 4 * first + 4], "big") if first >= 0 else 0

    def _table(self) -> int:
        """Return where the table of IDs begins, in version 1 with their offsets."""
        return _COUNTS if self._is_old else len(_SIGNATURE) + _COUNTS

    def _name(self, at: int) -> bytes:
        begin = at * self._step + self._step - self._hash_size
        return self._names[begin : begin + self._hash_size]

    def _offset(self, position: int, at: int) -> int:
        """Return the offset of the object at `position`, whose name is at `at` of those read."""
        if self._is_old:
            return int.from_bytes(self._names[at * self._step : at * self._step + 4], "big")

        number = self._number(255)
        offsets = self._table() + number * (self._hash_size + 4)  # after the IDs and checksums
        offset = self._read(4, offsets + 4 * position)
        if offset < _LARGE:
            return offset
        return self._read(8, offsets + 4 * number + 8 * (offset - _LARGE))

    def _read(self, size: int, at: int) -> int:
        stored = pread(self._file.fileno(), size, at)
        if len(stored) < size:
            raise PackError("its index is shorter than it says")
        return int.from_bytes(stored, "big")
