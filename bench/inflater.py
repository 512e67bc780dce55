"""Inflate every entry of packs in several processes, and nothing else: the floor for a history.

`python -I inflater.py PROCESSES DIGITS PACK...`, where names of objects have `DIGITS` hexadecimal
digits. A program of its own, so that it costs as little as a Python process can. No delta is
applied, no checksum compared, nothing kept: each entry becomes bytes and is forgotten. A pack needs
an index of version 2, which tells where its entries stand.
"""

from __future__ import annotations

import mmap
import os
import sys
from array import array
from typing import Final

try:
    from isal.isal_zlib import decompress
except ImportError:  # a platform without a wheel
    from zlib import decompress

_FANOUT: Final = 8 + 4 * 256
_LARGE: Final = 1 << 31
_OFFSET_DELTA, _NAME_DELTA = 6, 7


def main() -> None:
    """Inflate the packs that the arguments name; print how many entries and bytes came out."""
    processes, digits, packs = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    entries = size = 0
    for pack in packs:
        offsets = read_offsets(pack, digits // 2)
        shares = share_out(offsets, processes)
        children = [_start(pack, digits // 2, share) for share in shares[1:]]
        inflated = inflate(pack, digits // 2, shares[0]) if shares else (0, 0)
        entries, size = entries + inflated[0], size + inflated[1]
        for child, pipe in children:
            with os.fdopen(pipe) as answer:
                told = answer.read().split()
            if os.waitpid(child, 0)[1] or len(told) != 2:
                sys.exit(1)
            entries, size = entries + int(told[0]), size + int(told[1])
    print(entries, size)


def read_offsets(pack: str, hash_size: int) -> array[int]:
    """Return where the entries of `pack` begin, ascending, and where the last one ends."""
    with open(pack.removesuffix(".pack") + ".idx", "rb") as file:
        index = file.read()
    if index[:8] != b"\xfftOc\0\0\0\2":
        sys.exit(f"{pack}: its index is not of version 2: run `git repack -a -d`")
    number = int.from_bytes(index[_FANOUT - 4 : _FANOUT], "big")
    at = _FANOUT + number * (hash_size + 4)
    offsets = _numbers("I", index[at : at + 4 * number])
    large = _numbers("Q", index[at + 4 * number : len(index) - 2 * hash_size])
    found = sorted(large[each - _LARGE] if each >= _LARGE else each for each in offsets)
    return array("Q", [*found, os.path.getsize(pack) - hash_size])


def share_out(offsets: array[int], processes: int) -> list[array[int]]:
    """Return `offsets` in stretches of about as many bytes, each with the end of its last entry."""
    shares: list[array[int]] = []
    each = (offsets[-1] - offsets[0]) / processes
    begin = 0
    for at in range(1, len(offsets)):
        is_full = offsets[at] - offsets[0] >= each * (len(shares) + 1)
        if at == len(offsets) - 1 or (is_full and len(shares) < processes - 1):
            shares.append(offsets[begin : at + 1])
            begin = at
    return shares


def inflate(pack: str, hash_size: int, offsets: array[int]) -> tuple[int, int]:
    """Inflate the entries that begin at all `offsets` but the last; return number and bytes."""
    total = 0
    with open(pack, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        for number in range(len(offsets) - 1):
            stored = mapped[offsets[number] : offsets[number + 1]]
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
            total += len(decompress(memoryview(stored)[at:], 15, size + 1))
    return len(offsets) - 1, total


def _numbers(kind: str, packed: bytes) -> array[int]:
    numbers = array(kind, packed[: len(packed) - len(packed) % array(kind).itemsize])
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _start(pack: str, hash_size: int, share: array[int]) -> tuple[int, int]:
    """Start a process for `share`; return its ID and the pipe on which it answers."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(theirs, "{} {}".format(*inflate(pack, hash_size, share)).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(theirs)
    return child, ours


if __name__ == "__main__":
    main()
