"""Inflate every entry of packs in several processes, and nothing else: the floor for a history.

`python -I inflate_packs.py PROCESSES DIGITS PACK...`, where names of objects have `DIGITS`
hexadecimal digits. A program of its own, so that it costs as little as a Python process can. No
delta is applied, no checksum compared, nothing kept: each entry becomes bytes and is forgotten. A
pack needs an index of version 2, which has the offsets of its entries. Both formats are those of
gitformat-pack(5).
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
from itertools import pairwise
from typing import Final

try:
    from isal.isal_zlib import decompress
except ImportError:  # a platform without a wheel
    from zlib import decompress

# Of the index: its head of 8 bytes and a table of 256 numbers, the last of which is that of all
# entries; and the bit of an offset that is an index into the table of larger ones.
_FANOUT: Final = 8 + 4 * 256
_LARGE: Final = 1 << 31
# Types of entries in which more comes before the compressed bytes: the base of a delta.
_OFFSET_DELTA, _NAME_DELTA = 6, 7


def main() -> None:
    """Inflate the packs that the arguments name; each process takes every n-th entry."""
    processes, hash_size, packs = int(sys.argv[1]), int(sys.argv[2]) // 2, sys.argv[3:]
    for pack in packs:
        entries = list(pairwise(read_offsets(pack, hash_size)))
        children = []
        for number in range(1, processes):
            child = os.fork()
            if child == 0:
                # An exception ends the child with a status that is not 0, too.
                inflate(pack, hash_size, entries[number::processes])
                os._exit(0)
            children.append(child)
        inflate(pack, hash_size, entries[::processes])
        statuses = [os.waitpid(child, 0)[1] for child in children]
        if any(statuses):
            sys.exit(1)


def read_offsets(pack: str, hash_size: int) -> list[int]:
    """Return where the entries of `pack` begin, ascending, and where the last one ends."""
    with open(pack.removesuffix(".pack") + ".idx", "rb") as file:
        index = file.read()
    if index[:8] != b"\xfftOc\0\0\0\2":
        sys.exit(f"{pack}: its index is not of version 2: run `git repack -a -d`")

    (number,) = struct.unpack_from(">I", index, _FANOUT - 4)
    # Before the offsets are the names, and a checksum of 4 bytes for each entry; after them those
    # of 8 bytes, and two hashes.
    at = _FANOUT + number * (hash_size + 4)
    offsets = struct.unpack_from(f">{number}I", index, at)
    at += 4 * number
    large = struct.unpack_from(f">{(len(index) - at - 2 * hash_size) // 8}Q", index, at)
    begins = sorted(large[each - _LARGE] if each >= _LARGE else each for each in offsets)
    return [*begins, os.path.getsize(pack) - hash_size]


def inflate(pack: str, hash_size: int, entries: list[tuple[int, int]]) -> None:
    """Inflate `entries`, each given by where it begins and ends."""
    with open(pack, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        for begin, end in entries:
            stored = mapped[begin:end]

            # Type and size: 4 bits of the size in the first byte, 7 in each one that follows.
            byte = stored[0]
            kind, size, at, shift = byte >> 4 & 7, byte & 15, 1, 4
            while byte & 0x80:
                byte = stored[at]
                at += 1
                size |= (byte & 0x7F) << shift
                shift += 7

            if kind == _OFFSET_DELTA:
                while stored[at] & 0x80:
                    at += 1
                at += 1
            elif kind == _NAME_DELTA:
                at += hash_size
            # One byte more than the size, so that the end of the stream is seen.
            decompress(memoryview(stored)[at:], 15, size + 1)


if __name__ == "__main__":
    main()
