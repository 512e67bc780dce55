"""The heads of the entries of a pack: the kind and the size of each, and the base of a delta.

Each head is directly before its content, and no index has them: all of a pack has to be read once
before its delta trees are known. That takes about a microsecond for each entry in Python, so large
packs are read by several processes (`bench/`). Heads as git writes them are read by compiled code
(`scanner/kernel/heads.c`) where there is a compiler.

The format is in gitformat-pack(5): "Size encoding", and "offset encoding" for `OBJ_OFS_DELTA`.
"""

from __future__ import annotations

import os
from array import array
from contextlib import closing
from typing import TYPE_CHECKING, Final

from scanner.git import delta
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# The object types of gitformat-pack(5); 5 is reserved, and 0 is not valid.
COMMIT, TREE, BLOB, TAG = 1, 2, 3, 4
OFFSET_DELTA, NAME_DELTA = 6, 7
KINDS: Final = {COMMIT: "commit", TREE: "tree", BLOB: "blob", TAG: "tag"}
NONE: Final = -1
"""In place of a base: the entry is a whole object."""
ELSEWHERE: Final = -2
"""In place of a base: it is not in the pack. Git writes such thin packs only to the network."""
NO_ENTRY: Final = "its index points to no entry"
"""Why an entry is damaged that the index has twice, or outside of the pack: another one is in no
index then."""
START: Final = 12
"""Bytes before the first entry: signature, version and number of objects, four bytes each."""

LONGEST_HEAD: Final = 64
"""Bytes that are read of each head. It has at most ten for its size, and ten for an offset or 32
for an ID."""
_CHUNK: Final = 16 << 10
"""Bytes in one read: the heads of small entries come many at a time, as most entries are small."""
ENDLESS: Final = 1 << 62
"""A size from which on a head is damaged: it would not fit the arrays, nor any disk."""
_BLOCK: Final = 8192
"""Entries in a share of the work, about 8 ms of it."""
_MANY: Final = 8
"""Blocks from which on several processes are worth their start: 65,536 entries."""


class Heads(NamedTuple):
    """What the heads of consecutive entries say, in their order."""

    kinds: bytearray
    """`COMMIT` to `TAG`, `OFFSET_DELTA` or `NAME_DELTA`, or 0 for a damaged head."""
    lengths: bytearray
    """Bytes of the head itself."""
    sizes: array[int]
    """Bytes of the object or the delta, inflated."""
    bases: array[int]
    """The numbers of the entries that deltas are based on; `NONE`, `ELSEWHERE`."""
    damaged: dict[int, str]
    """The numbers in the pack of entries that cannot be read, with the reason."""


def read_heads(
    file: int,
    offsets: Sequence[int],
    entry_of: Callable[[bytes], int],
    hash_size: int,
    jobs: int = 1,
) -> Heads:
    """Return the heads of all entries of the pack with the file descriptor `file`.

    The entries begin at `offsets`, ascending, the last of which is the end of the last entry.
    `entry_of` returns the entry that the object with a binary ID is, or `ELSEWHERE`. Up to `jobs`
    processes read. Raises OSError.
    """
    number = len(offsets) - 1
    work = _Reading(file, offsets, entry_of, hash_size)
    blocks = -(-number // _BLOCK)
    if jobs == 1 or blocks < _MANY:
        return work.read(0, number)

    from scanner.engine.workers import FORKS, share_out

    if not FORKS:
        return work.read(0, number)

    whole = _no_heads(number)
    done = bytearray(blocks)
    with closing(share_out(work, blocks, jobs)) as shares:
        for _, share in shares:
            for block, heads in share:
                _put(whole, heads, block)
                done[block] = 1

    # If a process has died, its blocks are read here.
    for block in range(blocks):
        if not done[block]:
            _put(whole, work.of_block(block), block)
    return whole


def _no_heads(number: int) -> Heads:
    """Return heads of that many entries, of which nothing is known."""
    sizes, bases = array("Q", bytes(8 * number)), array("i", [NONE]) * number
    return Heads(bytearray(number), bytearray(number), sizes, bases, {})


def _put(whole: Heads, heads: Heads, block: int) -> None:
    """Put the heads of a block into those of the whole pack."""
    start = block * _BLOCK
    place = slice(start, start + len(heads.kinds))
    whole.kinds[place] = heads.kinds
    whole.lengths[place] = heads.lengths
    whole.sizes[place] = heads.sizes
    whole.bases[place] = heads.bases
    whole.damaged.update(heads.damaged)


class _Reading:
    """Reading heads, as work that can be shared out in blocks of entries."""

    def __init__(
        self,
        file: int,
        offsets: Sequence[int],
        entry_of: Callable[[bytes], int],
        hash_size: int,
    ) -> None:
        self._file = file
        self._offsets = offsets
        self._entry_of = entry_of
        self._hash_size = hash_size
        self._number = len(offsets) - 1
        self._entries: dict[int, int] = {}
        if delta.packs is None:
            self._at_offset()  # once, before processes are forked

    def _at_offset(self) -> dict[int, int]:
        """Return the entries by their offsets. The compiled code has no need of it."""
        if not self._entries:
            self._entries = dict(zip(self._offsets, range(self._number), strict=False))
        return self._entries

    def scan(self, start: int, end: int) -> list[tuple[int, Heads]]:
        """Return the heads of blocks, each with the number of its block."""
        try:
            return [(block, self.of_block(block)) for block in range(start, end)]
        except OSError:  # `read_heads` reads the blocks again, and its caller handles the error
            return []

    def lost(self, _start: int, _end: int) -> list[tuple[int, Heads]]:
        """Return no blocks: `read_heads` reads them itself."""
        return []

    def of_block(self, block: int) -> Heads:
        """Return the heads of the entries of one block. Raises OSError."""
        return self.read(block * _BLOCK, min((block + 1) * _BLOCK, self._number))

    def read(self, start: int, end: int) -> Heads:
        """Return the heads of the entries from `start` to before `end`. Raises OSError."""
        kinds, lengths, sizes, bases, damaged = heads = _no_heads(end - start)
        offsets, source = self._offsets, self._file
        places: Sequence[int] = range(end - start)
        if delta.packs:
            places = delta.packs.read_heads(source, offsets, start, kinds, lengths, sizes, bases)
        at_offset = self._at_offset() if places else {}
        end_of_pack = offsets[self._number]
        chunk, begin = b"", 0

        for place in places:
            entry = start + place
            offset = offsets[entry]
            following = offsets[entry + 1]
            if not START <= offset < end_of_pack or offset == following:
                damaged[entry] = NO_ENTRY
                continue

            if offset + LONGEST_HEAD > begin + len(chunk):
                chunk, begin = pread(source, _CHUNK, offset), offset

            # Written out, without a call for each number: this loop is most of the time that
            # opening a pack takes.
            head = chunk[offset - begin : offset - begin + LONGEST_HEAD]
            at, shift = 1, 4
            try:
                # Three bits of kind and four of size, then seven bits of size in each byte, the
                # lowest first, as long as the high bit is set.
                byte = head[0]
                kind = byte >> 4 & 7
                size = byte & 15

                while byte & 0x80:
                    byte = head[at]
                    at += 1
                    size |= (byte & 0x7F) << shift
                    shift += 7

                if kind == OFFSET_DELTA:
                    # How far back the base begins: seven bits in each byte, the highest first. One
                    # is added for each byte more, so that no number has two encodings.
                    byte = head[at]
                    at += 1
                    back = byte & 0x7F
                    while byte & 0x80:
                        byte = head[at]
                        at += 1
                        back = (back + 1 << 7) | (byte & 0x7F)

                    bases[place] = at_offset.get(offset - back, ELSEWHERE) if back else ELSEWHERE
                elif kind == NAME_DELTA:
                    bases[place] = self._entry_of(head[at : at + self._hash_size])
                    at += self._hash_size
                elif kind not in KINDS:  # 0, or 5, which is reserved
                    damaged[entry] = f"it is of the unknown kind {kind}"
                    continue
            except IndexError:
                damaged[entry] = "its header has no end"
                continue

            if size >= ENDLESS or offset + at > following:
                damaged[entry] = "its header does not fit"
                continue

            kinds[place] = kind
            lengths[place] = at
            sizes[place] = size
            if bases[place] == ELSEWHERE:
                damaged[entry] = "the base of its delta is not in the pack"

        return heads


def _read_at(file: int, size: int, offset: int) -> bytes:
    """Return `size` bytes at `offset` of an open file, fewer at its end; raises OSError."""
    os.lseek(file, offset, os.SEEK_SET)
    return os.read(file, size)


# Windows has no pread, and no forked processes either. Elsewhere they share the position in the
# file with their parent, so that only pread reads the right place.
pread: Final[Callable[[int, int, int], bytes]] = getattr(os, "pread", _read_at)
