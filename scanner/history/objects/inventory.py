"""Which files hold the objects of a repository, without reading objects.

A pack is identified by the checksums at the end of its index and by the size and times of its
files; a loose object by its name and by the size and time of its file. Where only a time differs
(git touches files that it would write again), the file is read whole and compared with its own
checksum.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from scanner.files import open_regular
from scanner.git.object_store import is_named, read_loose
from scanner.git.pack_index import PackError, PackIndex, hash_of
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.git.object_store import Loose, ObjectStore

_STEP: Final = 1 << 20
"""Bytes of a pack that are read at a time."""
_LARGEST: Final = 64 << 20
"""Bytes of a loose object that is held to be compared with its name."""


class PackMark(NamedTuple):
    """What identifies a pack and its index."""

    checksums: str
    """The checksums of the pack and of its index, in hexadecimal digits."""
    size: int
    time: int
    """When the pack was modified, in nanoseconds."""
    index_time: int


LooseMark = tuple[int, int]
"""Size of the file of a loose object, and when it was modified in nanoseconds."""


class Inventory(NamedTuple):
    """The files that hold the objects of a repository."""

    packs: dict[str, PackMark]
    """By path."""
    loose: dict[str, LooseMark]
    """By the ID of the object."""
    paths: dict[str, str]
    """The paths of the loose objects, by ID."""


def inventory(store: ObjectStore, hash_size: int) -> Inventory | None:
    """Return the files in `store`, or None if one of them is damaged; raises OSError.

    IDs have `hash_size` bytes.
    """
    paths, loose = store.packs(), store.loose()
    if not all(os.path.exists(_index_of(path)) for path in paths):
        return None

    packs = {path: _mark(path, hash_size) for path in paths}
    if store.problems or None in packs.values():
        return None

    return Inventory(
        {path: mark for path, mark in packs.items() if mark},
        {each.name: _loose_mark(each) for each in loose},
        {each.name: each.path for each in loose},
    )


def _mark(path: str, hash_size: int) -> PackMark | None:
    """Return the mark of the pack at `path`; None if its index belongs to another pack."""
    # A pack ends with its checksum, an index with that of its pack and its own (gitformat-pack(5)).
    with open_regular(path) as pack, open_regular(_index_of(path)) as index:
        of_pack, of_index = os.fstat(pack.fileno()), os.fstat(index.fileno())
        if min(of_pack.st_size, of_index.st_size) < 2 * hash_size:
            return None

        pack.seek(-hash_size, os.SEEK_END)
        index.seek(-2 * hash_size, os.SEEK_END)
        checksums = index.read()
        if pack.read() != checksums[:hash_size]:
            return None
    return PackMark(checksums.hex(), of_pack.st_size, of_pack.st_mtime_ns, of_index.st_mtime_ns)


def _index_of(path: str) -> str:
    return f"{path.removesuffix('.pack')}.idx"


def _loose_mark(loose: Loose) -> LooseMark:
    found = os.stat(loose.path)
    return found.st_size, found.st_mtime_ns


def is_whole_pack(path: str, hash_size: int) -> bool:
    """Return whether the pack at `path` and its index are as git wrote them; raises OSError."""
    try:
        index = PackIndex(_index_of(path), hash_size)
    except PackError:
        return False

    digest = hash_of(hash_size)
    with open_regular(path) as file:
        left = os.fstat(file.fileno()).st_size - hash_size
        while left > 0:
            piece = file.read(min(left, _STEP))
            if not piece:
                return False
            digest.update(piece)
            left -= len(piece)

        checksum: bytes = digest.digest()
        return file.read() == checksum == index.pack_checksum


def is_whole_loose(name: str, path: str) -> bool:
    """Return whether the loose object at `path` has the ID `name`; raises OSError."""
    try:
        kind, _, data = read_loose(path, _LARGEST)
    except PackError:
        return False
    return data is not None and is_named(name, kind, data)


class ObjectIds:
    """Binary IDs of objects, ascending, each once, in one piece of memory."""

    __slots__ = ("_size", "packed")

    def __init__(self, packed: bytes, hash_size: int) -> None:
        """Take sorted IDs of `hash_size` bytes, one after the other."""
        self.packed = packed
        self._size = hash_size

    def __len__(self) -> int:
        """Return the number of IDs."""
        return len(self.packed) // self._size

    def __iter__(self) -> Iterator[bytes]:
        """Yield the IDs."""
        packed, size = self.packed, self._size
        return (packed[at : at + size] for at in range(0, len(packed), size))

    def __contains__(self, name: object) -> bool:
        """Return whether `name` is one of the IDs."""
        packed, size = self.packed, self._size
        if not isinstance(name, bytes):
            return False
        at = size * bisect_left(
            range(len(self)), name, key=lambda n: packed[n * size : n * size + size]
        )
        return packed[at : at + size] == name


def ids_in(packs: Iterable[str], hash_size: int) -> ObjectIds:
    """Return the IDs of all objects in `packs` (paths); raises PackError, OSError."""
    listed = [PackIndex(_index_of(path), hash_size).names() for path in packs]
    if len(listed) == 1:  # an index is sorted, and has each ID once
        return ObjectIds(b"".join(listed[0]), hash_size)
    found = {name for names in listed for name in names}
    return ObjectIds(b"".join(sorted(found)), hash_size)


def files_of(store: ObjectStore, name: str) -> list[str]:
    """Return the packs and the files of loose objects in `store` that hold the object `name`."""
    found = [each.path for each in store.loose() if each.name == name]
    for path in store.packs():
        try:
            index = PackIndex(_index_of(path), len(name) // 2)
        except (PackError, OSError):
            continue  # the scan has reported it
        if index.position(bytes.fromhex(name)) >= 0:
            found.append(path)
    return found
