"""The heads of the entries of a pack: of what kind each is, how large, on what a delta is based.

They stand all over the pack, each before its content, and no index tells them: a pack has to be
read once from end to end before its delta trees are known. That takes a microsecond for each entry,
so large packs are read by several processes (`bench/`).
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from contextlib import closing
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scanner.git.pack_index import PackIndex

COMMIT, TREE, BLOB, TAG = 1, 2, 3, 4
OFFSET_DELTA, NAME_DELTA = 6, 7
KINDS: Final = {COMMIT: "commit", TREE: "tree", BLOB: "blob", TAG: "tag"}
NONE: Final = -1
"""In the place of a base: the entry is a whole object."""
ELSEWHERE: Final = -2
"""In the place of a base: it is not in the pack."""
START: Final = 12
"""Bytes before the first entry."""

_LONGEST: Final = 64
"""Bytes of the head of an entry: ten for its size, and ten for an offset or 32 for a name."""
_CHUNK: Final = 16 << 10
"""Bytes in which heads are read."""
_ENDLESS: Final = 1 << 62
_BLOCK: Final = 8192
"""Entries that a process reads at a time."""
_MANY: Final = 8
"""Blocks from which on more processes are worth their start."""


class Heads(NamedTuple):
    """What the heads of consecutive entries say, each by its place among them."""

    kinds: bytearray
    """What stands there: `COMMIT` to `TAG`, a delta, or 0 for what is damaged."""
    lengths: bytearray
    """Bytes of the head itself."""
    sizes: array[int]
    """Bytes of the object or the delta."""
    bases: array[int]
    """Entries that deltas are based on; `NONE`, `ELSEWHERE`."""
    damaged: dict[int, str]
    """Entries (by their number in the pack) that cannot be read, to the reason."""


def read_heads(
    file: int, offsets: Sequence[int], index: PackIndex, hash_size: int, jobs: int = 1
) -> Heads:
    """Return the heads of all entries of the pack that is open as `file`.

    The entries begin at `offsets`, ascending; the last offset is where the last one ends. Up to
    `jobs` processes read. Raises OSError.
    """
    number = len(offsets) - 1
    work = _Reading(file, offsets, index, hash_size)
    blocks = -(-number // _BLOCK)
    if jobs == 1 or blocks < _MANY:
        return work.read(0, number)
    from scanner.engine.workers import FORKS, share_out

    if not FORKS:
        return work.read(0, number)
    parts: dict[int, Heads] = {}
    with closing(share_out(work, blocks, jobs)) as shares:
        for _, share in shares:
            parts.update(share)
    # What a process should have read that has died is read here.
    return _joined(parts.get(block) or work.of_block(block) for block in range(blocks))


def _joined(parts: Iterable[Heads]) -> Heads:
    heads = Heads(bytearray(), bytearray(), array("Q"), array("q"), {})
    for part in parts:
        heads.kinds.extend(part.kinds)
        heads.lengths.extend(part.lengths)
        heads.sizes.extend(part.sizes)
        heads.bases.extend(part.bases)
        heads.damaged.update(part.damaged)
    return heads


class _Reading:
    """Reading heads, as work that can be shared out in blocks of entries."""

    def __init__(self, file: int, offsets: Sequence[int], index: PackIndex, hash_size: int) -> None:
        self._file = file
        self._offsets = offsets
        self._index = index
        self._hash_size = hash_size
        self._number = len(offsets) - 1
        self._at_offset = dict(zip(offsets, range(self._number), strict=False))

    def scan(self, start: int, end: int) -> list[tuple[int, Heads]]:
        """Return the heads of blocks, each with the number of its block."""
        try:
            return [(block, self.of_block(block)) for block in range(start, end)]
        except OSError:  # it is met again, by who can tell of it
            return []

    def lost(self, _start: int, _end: int) -> list[tuple[int, Heads]]:
        """Return that nothing has been read."""
        return []

    def of_block(self, block: int) -> Heads:
        """Return the heads of the entries of a block; raises OSError."""
        return self.read(block * _BLOCK, min((block + 1) * _BLOCK, self._number))

    def read(self, start: int, end: int) -> Heads:
        """Return the heads of the entries from `start` to before `end`; raises OSError."""
        number = end - start
        kinds, lengths = bytearray(number), bytearray(number)
        sizes, bases = array("Q", bytes(8 * number)), array("q", [NONE]) * number
        damaged: dict[int, str] = {}
        offsets, at_offset, source = self._offsets, self._at_offset, self._file
        end_of_pack = offsets[self._number]
        chunk, begin = b"", 0
        for place in range(number):
            entry = start + place
            offset = offsets[entry]
            following = offsets[entry + 1]
            if not START <= offset < end_of_pack or offset == following:
                damaged[entry] = "its index points to no entry"
                continue
            if offset + _LONGEST > begin + len(chunk):
                chunk, begin = pread(source, _CHUNK, offset), offset
            head = chunk[offset - begin : offset - begin + _LONGEST]
            at, shift = 1, 4
            try:
                byte = head[0]
                kind = byte >> 4 & 7
                size = byte & 15
                while byte & 0x80:
                    byte = head[at]
                    at += 1
                    size |= (byte & 0x7F) << shift
                    shift += 7
                if kind == OFFSET_DELTA:
                    byte = head[at]
                    at += 1
                    back = byte & 0x7F
                    while byte & 0x80:
                        byte = head[at]
                        at += 1
                        back = (back + 1 << 7) | (byte & 0x7F)
                    bases[place] = at_offset.get(offset - back, ELSEWHERE) if back else ELSEWHERE
                elif kind == NAME_DELTA:
                    bases[place] = self._named(head[at : at + self._hash_size])
                    at += self._hash_size
                elif kind not in KINDS:
                    damaged[entry] = f"it is of kind {kind}, which is not known"
                    continue
            except IndexError:
                damaged[entry] = "its head has no end"
                continue
            if size >= _ENDLESS or offset + at > following:
                damaged[entry] = "its head does not fit"
                continue
            kinds[place] = kind
            lengths[place] = at
            sizes[place] = size
            if bases[place] == ELSEWHERE:
                damaged[entry] = "the base of its delta is not in the pack"
        return Heads(kinds, lengths, sizes, bases, damaged)

    def _named(self, name: bytes) -> int:
        position = self._index.position(name)
        if position < 0:
            return ELSEWHERE
        # Deltas by name are rare in packs on disk: a search for each will do.
        return bisect_left(self._offsets, self._index.offsets[position], 0, self._number)


def _read_at(file: int, size: int, offset: int) -> bytes:
    """Return `size` bytes at `offset` of an open file, fewer at its end; raises OSError."""
    os.lseek(file, offset, os.SEEK_SET)
    return os.read(file, size)


# Not on Windows. Elsewhere a forked process has the place in the file in common with its parent.
pread: Final[Callable[[int, int, int], bytes]] = getattr(os, "pread", _read_at)
