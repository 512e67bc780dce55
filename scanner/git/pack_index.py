"""The index of a pack: which objects are in it, and where.

Versions 1 and 2 of the format, with IDs of 20 bytes (SHA-1) or 32 (SHA-256), as gitformat-pack(5)
describes them. The content is checked against the size of the file and the checksum at its end. An
index can be cut off, damaged or forged, and one wrong bit would give an ID to the content of
another object.
"""

from __future__ import annotations

import os
import sys
from array import array
from bisect import bisect_left
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from scanner.files import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable

_SIGNATURE: Final = b"\xfftOc"
"""The first bytes since version 2; as the first number of version 1 they would be absurd."""
_FANOUT: Final = 256
"""Numbers in the first table: how many IDs begin with a byte up to each value."""
_LARGE: Final = 1 << 31
"""The bit of an offset in version 2 that makes the rest of it an index into the table of eight-byte
offsets, for packs above 2 GiB."""

_DAMAGED: Final = "its index is damaged"


class PackError(Exception):
    """A pack or its index cannot be read as what it should be; the message says why."""


class PackIndex:
    """The binary IDs ("names") of the objects of a pack, ascending, with offsets and checksums."""

    __slots__ = (
        "_hash_size", "_names", "_step", "checksums", "number", "offsets", "pack_checksum",
    )  # fmt: skip

    def __init__(self, path: str, hash_size: int, made: bytes = b"") -> None:
        """Read the index at `path`, whose IDs have `hash_size` bytes. Raises PackError, OSError.

        If `made` is given, it is the content, and no file is read. Offsets are not compared with
        the size of the pack here.
        """
        self._hash_size = hash_size
        self._step = hash_size
        self.checksums: array[int] | None = None
        """The CRC-32 of each entry as stored, by position; None in version 1."""
        with BytesIO(made) if made else open_regular(path) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            digest = hash_of(hash_size)

            def read(number: int) -> bytes:
                # Part by part: the whole is as large as what is kept of it.
                part = file.read(number)
                digest.update(part)
                return part

            signature = read(4)
            if signature == _SIGNATURE:
                self._read_version_2(read, size)
            else:
                self._read_version_1(signature, read, size)
            self.pack_checksum = read(hash_size)
            """The checksum at the end of the pack, which identifies it."""
            checked: bytes = digest.digest()
            if file.read() != checked:
                raise PackError(_DAMAGED)

    def _require(self, size: int, least: int, most: int) -> None:
        if size < least:
            raise PackError("its index is shorter than it says")
        if size > most:
            raise PackError("its index is longer than it says")

    def _read_version_1(self, begin: bytes, read: Callable[[int], bytes], size: int) -> None:
        # No head; each entry is an offset of four bytes and an ID.
        self.number = _count(begin + read(4 * _FANOUT - len(begin)))
        self._step += 4
        whole = 4 * _FANOUT + self.number * self._step + 2 * self._hash_size
        self._require(size, whole, whole)

        table = read(self.number * self._step)
        self._names = table[4:]
        packed = b"".join(table[at : at + 4] for at in range(0, len(table), self._step))
        self.offsets = array("Q", _numbers("I", packed))

    def _read_version_2(self, read: Callable[[int], bytes], size: int) -> None:
        version = int.from_bytes(read(4), "big")
        if version != 2:
            raise PackError(f"its index has the unknown version {version}")

        self.number = number = _count(read(4 * _FANOUT))
        """The number of objects."""
        least = 8 + 4 * _FANOUT + number * (self._hash_size + 8) + 2 * self._hash_size
        # An ID, a CRC-32 and an offset for each object, and two checksums at the end. All offsets
        # but the first one, which is 12, can be in the table of large ones.
        self._require(size, least, least + 8 * max(0, number - 1))

        self._names = read(number * self._hash_size)
        self.checksums = _numbers("I", read(4 * number))
        offsets = _numbers("I", read(4 * number))
        self.offsets = array("Q", offsets)
        """Where each object is in the pack, by position."""

        large = read(size - least)
        if number and max(offsets) >= _LARGE:
            table = _numbers("Q", large[: len(large) - len(large) % 8])
            for position, offset in enumerate(offsets):
                if offset >= _LARGE:
                    if offset - _LARGE >= len(table):
                        raise PackError("its index points outside of its table of offsets")
                    self.offsets[position] = table[offset - _LARGE]

    def name(self, position: int) -> bytes:
        """Return the binary ID of the object at `position`, from 0 to `number` - 1."""
        at = position * self._step
        return self._names[at : at + self._hash_size]

    def position(self, name: bytes) -> int:
        """Return the position of the object with the binary ID `name`, or -1 if it is not there."""
        at = bisect_left(range(self.number), name, key=self.name)
        return at if at < self.number and self.name(at) == name else -1

    def names(self) -> list[bytes]:
        """Return all binary IDs, ascending."""
        names, size = self._names, self._hash_size
        return [names[at : at + size] for at in range(0, self.number * self._step, self._step)]


def hash_of(hash_size: int, data: bytes = b"") -> Any:
    """Return a hash object with `data`, whose digest has `hash_size` bytes: SHA-1 or SHA-256."""
    import hashlib

    if hash_size == 32:
        return hashlib.sha256(data)
    return hashlib.sha1(data, usedforsecurity=False)


def hash_of_object(hash_size: int, kind: str, size: int) -> Any:
    """Return the hash object for the ID of an object of `kind`, to be updated with its content.

    `size` is that of the content, in bytes. Source: git-hash-object(1), object-file.c.
    """
    return hash_of(hash_size, f"{kind} {size}\0".encode())


def _count(table: bytes) -> int:
    """Return the number of objects, the last one of the fan-out `table`. Raises PackError."""
    if len(table) < 4 * _FANOUT:
        raise PackError("its index is shorter than it says")
    fanout = _numbers("I", table)
    if any(one > other for one, other in pairwise(fanout)):
        raise PackError("the table at the start of its index is out of order")
    return fanout[-1]


def _numbers(kind: str, packed: bytes) -> array[int]:
    """Return the unsigned integers in `packed`, which are in network byte order, as an array."""
    numbers = array(kind, packed)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
