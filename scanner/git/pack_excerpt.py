"""Some objects of a pack, found by their IDs, and what they are based on.

To open a pack means to read the head of each entry (`scanner.git.pack`), which takes longer than to
read the few thousand objects of a push. So here only the entries that are needed are looked at.

The index and its checksums prove nothing here: an object that was asked for is compared with its ID
when it is read (`prove`).
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from scanner.git.delta import LARGEST
from scanner.git.entry_head import read_head
from scanner.git.index_lookup import IndexLookup
from scanner.git.pack import Pack
from scanner.git.pack_file import PackFile
from scanner.git.pack_heads import KINDS, LONGEST_HEAD, NONE, START, pread
from scanner.git.pack_index import PackError, PackIndex
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_OVERHEAD: Final = 64
"""Bytes that deflating can add to any content; see `_most`."""


class _Head(NamedTuple):
    """What the head of an entry says."""

    kind: int
    length: int
    size: int
    base: int
    """The offset of the entry that it is a delta on; `NONE` for a whole object."""


class PackExcerpt(Pack):
    """A pack of which some entries are known, numbered in the order of the file.

    Each odd number is no entry, but what follows until the next one: the index says where an entry
    begins, and only all of it in order would say where it ends.
    """

    __slots__ = ("_largest",)

    def __init__(
        self, path: str, hash_size: int, names: Iterable[bytes], largest: int = LARGEST
    ) -> None:
        """Look for the objects with the binary IDs `names` in the pack at `path` (`.pack`).

        Left out is what is not there, what has a head that makes no sense, and what is based on an
        entry of more than `largest` bytes, or is one. Raises PackError, OSError.
        """
        self.path = path
        self.unproved = True
        self.has_ends = False
        self.damaged = {}
        self.complaint = ""
        self.nameless = frozenset()
        self._hash_size = hash_size
        self._largest = largest
        self._file = PackFile(path)
        with IndexLookup(f"{path.removesuffix('.pack')}.idx", hash_size) as index:
            found = {at: name for name in sorted(names) if (at := index.offset(name)) >= 0}
            heads = self._heads_of(found, index)
        self._arrange(heads, found)
        self._link()

    def prove(self, entry: int, content: bytes) -> None:
        """Raise PackError if `entry` was asked for and its ID is not the hash of `content`."""
        if self._index.name(entry):
            super().prove(entry, content)

    def _heads_of(self, offsets: Iterable[int], index: IndexLookup) -> dict[int, _Head]:
        """Return the heads of the entries at `offsets`, and of all that they are based on.

        Without those that cannot be read, or are based on such.
        """
        heads: dict[int, _Head | None] = {}
        whole: set[int] = set()
        """The entries whose bases have all been read, to the last one."""
        for offset in offsets:
            chain: list[int] = []
            at = offset
            while at != NONE and at not in heads:
                head = heads[at] = self._head_at(at, index)
                if head is None:
                    break
                chain.append(at)
                at = head.base
            # One that was met before and is not whole is damaged, or closes a circle.
            if at == NONE or at in whole:
                whole.update(chain)
        return {at: head for at, head in heads.items() if head and at in whole}

    def _head_at(self, offset: int, index: IndexLookup) -> _Head | None:
        """Return the head of the entry at `offset`; None where nothing has such a head."""
        if not START <= offset < self._file.size - self._hash_size:
            return None

        stored = pread(self._file.descriptor(), LONGEST_HEAD, offset)
        try:
            kind, length, size, back, name = read_head(stored, self._hash_size)
        except PackError:
            return None

        base = NONE
        if kind not in KINDS:
            base = index.offset(name) if name else offset - back
            if base < START or base == offset:
                return None
        return _Head(kind, length, size, base) if size <= self._largest else None

    def _arrange(self, heads: Mapping[int, _Head], names: Mapping[int, bytes]) -> None:
        """Number the entries with these `heads`, by offset; some have `names`."""
        ordered = sorted(heads)
        numbers = {offset: 2 * place for place, offset in enumerate(ordered)} | {NONE: NONE}
        self.number = number = max(0, 2 * len(ordered) - 1)
        self._positions = array("I", range(number))
        self._offsets = array("Q", () if ordered else (0,))
        self.kinds = bytearray(number)
        self._heads = bytearray(number)
        self._sizes = array("Q", bytes(8 * number))
        self._bases = array("i", [NONE]) * number

        end = self._file.size - self._hash_size
        for offset in ordered:
            entry, head = numbers[offset], heads[offset]
            self._offsets.extend((offset, min(end, offset + head.length + _most(head.size))))
            self.kinds[entry], self._heads[entry] = head.kind, head.length
            self._sizes[entry], self._bases[entry] = head.size, numbers[head.base]

        named = {numbers[at]: name for at, name in names.items() if at in heads}
        self._index = _Names(number, named)


class _Names(PackIndex):
    """In place of an index: the IDs of the entries that were asked for."""

    __slots__ = ("_by_entry",)

    def __init__(self, number: int, names: Mapping[int, bytes]) -> None:
        """Take the `names` by entry."""
        self.number = number
        self.checksums = None
        self._by_entry = names

    def name(self, position: int) -> bytes:
        """Return the binary ID of the entry at `position`; empty for one that nobody asked for."""
        return self._by_entry.get(position, b"")

    def names(self) -> list[bytes]:
        """Return all binary IDs, ascending."""
        return sorted(self._by_entry.values())


def _most(size: int) -> int:
    """Return how many bytes `size` bytes have at most when they are deflated."""
    # What deflateBound of zlib's deflate.c has for whatever parameters, and as much again for its
    # rounding. An entry that takes more all the same cannot be read here.
    return size + (size >> 3) + (size >> 6) + _OVERHEAD
