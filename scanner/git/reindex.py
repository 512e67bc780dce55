"""Reading a pack without its index, which is damaged or gone: the index is made again.

Git makes it with git-index-pack(1), but not of a pack that is damaged itself. Entries follow one
another, and only inflating an entry shows where it ends. The name of an object is the hash of its
content, so that each delta has to be applied. Where an entry is damaged, nothing says where the
next one begins: it is looked for (`scanner.next_entry`).

It takes as much as a scan does: each byte is inflated twice at most, and deltas make no more than
the same number of bytes could be inflated to.
"""

from __future__ import annotations

import sys
from array import array
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from scanner.git.entry_head import read_head
from scanner.git.inflate import DENSEST, FAILURES, crc32, decompressobj
from scanner.git.pack import Made, Pack, read_start
from scanner.git.pack_file import PackFile
from scanner.git.pack_heads import (
    KINDS,
    LONGEST_HEAD,
    NAME_DELTA,
    NO_ENTRY,
    NONE,
    START,
    pread,
)
from scanner.git.pack_index import PackError, hash_of, hash_of_object
from scanner.git.walk import walk_in_python
from scanner.next_entry import NextEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_CHUNK: Final = 64 << 10
"""Bytes of the pack in one read."""
_STEP: Final = 1 << 20
"""Bytes that are inflated at once: a large object is hashed in pieces."""
_SLACK: Final = 64
"""Bytes beyond the size of an object that are given to the inflater first. It returns a copy of
those that it does not need."""
_MEMORY: Final = 64 << 20
"""Bytes of bases that wait for their deltas, as in `scanner.git.walk`."""
_DAMAGE: Final[tuple[type[BaseException], ...]] = (PackError, *FAILURES)
NOT_ALL: Final = "its index does not have all that is in it"
_LARGE: Final = 1 << 31
"""Offsets from this on are in the table of large ones (`scanner.git.pack_index`)."""


def open_pack(path: str, hash_size: int, jobs: int = 1, reason: str = "") -> Pack:
    """Return the pack at `path`; `complaint` says so if it is read without its index.

    The arguments are those of `Pack`, and a `reason` not to use the index, if there is one. Raises
    PackError, OSError.
    """
    if reason:
        return Pack(path, hash_size, jobs, reindexed(path, hash_size, reason))
    try:
        pack = Pack(path, hash_size, jobs)
    except (PackError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        if isinstance(error, FileNotFoundError):
            reason = "it has no index"
        return Pack(path, hash_size, jobs, reindexed(path, hash_size, reason))

    if NO_ENTRY in pack.damaged.values():
        # It has the right number of objects, so that one of the pack is not in it.
        made = reindexed(path, hash_size, NO_ENTRY)
        if not made.nameless:
            return Pack(path, hash_size, jobs, made)
    elif pack.begin != START:
        return Pack(path, hash_size, jobs, reindexed(path, hash_size, NOT_ALL))
    return pack


def reindexed(path: str, hash_size: int, reason: str) -> Made:
    """Return an index for the pack at `path`, whose own cannot be used for the `reason`.

    Raises PackError if nothing of it can be read, OSError.
    """
    file = PackFile(path)
    try:
        entries = _Entries(file.descriptor, file.size - hash_size, hash_size)
        said = read_start(file.descriptor(), file.size, hash_size)
        entries.read()
        checksum = pread(file.descriptor(), hash_size, file.size - hash_size)
    finally:
        file.close()

    number = len(entries.offsets)
    if said and not number:
        raise PackError(f"{reason}; nor can its first object be read")

    if any(name is None for name in entries.names):
        _name_deltas(path, hash_size, entries, checksum)
    nameless = tuple(at for at, name in enumerate(entries.names) if name is None)
    complaint = f"{reason}; {_extent(number - len(nameless), said, number)}"
    if entries.left:
        complaint += f", and the last {entries.left:,} bytes of it are no object"
    if entries.have(checksum):
        complaint += ": run `git index-pack` on it"
    else:
        complaint += ", and its own checksum is wrong: scan another clone"
    return Made(_written(entries, checksum), entries.end, nameless, complaint)


def _extent(read: int, said: int, number: int) -> str:
    """Return how many of a `number` of objects were read, where the pack has `said` another one."""
    if read == said == number:
        return "all of its objects were read without it"
    if read > said:
        return f"it says that it has {said:,} objects, and {read:,} were read without it"
    return f"only {read:,} of its {max(said, number):,} objects could be read without it"


class _Entries:
    """The entries of a pack, one after the other."""

    __slots__ = (
        "_chunk", "_chunk_at", "_descriptor", "_digest", "_hash_size", "_last", "checksums", "end",
        "names", "offsets", "waiting",
    )  # fmt: skip

    def __init__(self, descriptor: Callable[[], int], last: int, hash_size: int) -> None:
        """Begin with none. Entries of the file with that `descriptor` end at `last`."""
        self._descriptor = descriptor
        self._last = last
        self._hash_size = hash_size
        self._chunk = b""
        self._chunk_at = 0
        self._digest = hash_of(hash_size, pread(descriptor(), START, 0))
        self.offsets = array("Q")
        self.checksums = array("I")
        """The CRC-32 of each as stored."""
        self.names: list[bytes | None] = []
        """The binary ID of each; None for a delta whose content is not known."""
        self.waiting: dict[bytes, list[int]] = {}
        """By the ID of their base, deltas that name it."""
        self.end = START
        """Where the last one ends."""

    def read(self) -> None:
        """Read all entries that can be found. Raises OSError.

        Whatever number the pack says: an entry more than that is read as well. What is damaged
        becomes one without a name.
        """
        search = NextEntry(self._ahead, self._last, self._hash_size)
        while self.end < self._last:
            try:
                self._read_entry(self.end)
            except _DAMAGE:
                following = search.after(self.end + 1)
                if following < 0:
                    break
                self._pass_over(following)

    def _pass_over(self, offset: int) -> None:
        """Make the bytes up to `offset` an entry that cannot be read."""
        self.offsets.append(self.end)
        self.checksums.append(0)
        self.names.append(None)
        while self.end < offset:
            stored = self._ahead(self.end, min(_CHUNK, offset - self.end))
            self._digest.update(stored)
            self.end += len(stored)

    def _ahead(self, offset: int, size: int) -> bytes:
        """Return up to `size` bytes at `offset`, fewer where the entries end."""
        size = min(size, self._last - offset)
        at = offset - self._chunk_at
        if at < 0 or at + size > len(self._chunk):
            self._chunk = pread(self._descriptor(), min(_CHUNK, self._last - offset), offset)
            self._chunk_at, at = offset, 0
        return self._chunk[at : at + size]

    def _read_entry(self, offset: int) -> None:
        stored = self._ahead(offset, LONGEST_HEAD)
        kind, length, size, _, base = read_head(stored, self._hash_size)

        digest = hash_of_object(self._hash_size, KINDS[kind], size) if kind in KINDS else None
        whole = self._digest.copy()
        whole.update(stored[:length])
        crc = crc32(stored[:length])
        at, left = offset + length, size
        inflating = decompressobj()
        while not inflating.eof:
            stored = self._ahead(at, min(_CHUNK, left + _SLACK))
            piece = inflating.decompress(stored, min(_STEP, left + 1))
            used = len(stored) - len(inflating.unconsumed_tail) - len(inflating.unused_data)
            if not (piece or used or inflating.eof):
                raise PackError("it ends too early")
            left -= len(piece)
            if left < 0:
                raise PackError("it inflates to more than its header says")
            if digest:
                digest.update(piece)
            crc = crc32(stored[:used], crc)
            whole.update(stored[:used])
            at += used
        if left:
            raise PackError("its inflated size differs from its header")

        if kind == NAME_DELTA:
            self.waiting.setdefault(base, []).append(len(self.offsets))
        self.offsets.append(offset)
        self.checksums.append(crc)
        self.names.append(digest.digest() if digest else None)
        self.end, self._digest = at, whole

    @property
    def left(self) -> int:
        """How many bytes are after the last entry that could be read."""
        return self._last - self.end

    def have(self, checksum: bytes) -> bool:
        """Return whether the entries, with what is before them, have that `checksum`."""
        found: bytes = self._digest.digest()
        return found == checksum


def _name_deltas(path: str, hash_size: int, entries: _Entries, checksum: bytes) -> None:
    """Apply the deltas of the pack at `path`, and add the names of what they make to `entries`."""
    names, waiting = entries.names, entries.waiting
    pack = Pack(path, hash_size, 1, Made(_written(entries, checksum), entries.end, (), ""))
    room = DENSEST * entries.end
    try:
        # A whole object has its name. It is read again if a delta is on it.
        roots = [root for root in pack.roots() if pack.children_of[root] >= 0]
        for entry, base, content, _ in walk_in_python(pack, roots, _MEMORY, lambda *_: None):
            if base == NONE:
                continue
            room -= len(content)
            if room < 0:
                break

            kind = pack.kinds[entry] = pack.kinds[base]
            digest = hash_of_object(hash_size, KINDS[kind], len(content))
            digest.update(content)
            names[entry] = name = digest.digest()
            for child in waiting.pop(name, ()):
                if names[child] is None:
                    pack.put_on(entry, child)  # the walk goes there next
    finally:
        pack.close()


def _written(entries: _Entries, checksum: bytes) -> bytes:
    """Return the index of `entries`, as git writes version 2 of it.

    An entry without a name gets one that no object has, of zeros and its offset.
    """
    hash_size = len(checksum)
    rows = sorted(
        (name or offset.to_bytes(hash_size, "big"), offset, crc)
        for name, offset, crc in zip(entries.names, entries.offsets, entries.checksums, strict=True)
    )
    first = [0] * 256
    for name, _, _ in rows:
        first[name[0]] += 1
    large = [offset for _, offset, _ in rows if offset >= _LARGE]
    place = iter(range(_LARGE, _LARGE + len(large)))
    small = [offset if offset < _LARGE else next(place) for _, offset, _ in rows]

    content = b"".join(
        (
            b"\xfftOc\0\0\0\2",
            _packed("I", accumulate(first)),
            b"".join([name for name, _, _ in rows]),
            _packed("I", (crc for _, _, crc in rows)),
            _packed("I", small),
            _packed("Q", large),
            checksum,
        )
    )
    checked: bytes = content + hash_of(hash_size, content).digest()
    return checked


def _packed(kind: str, numbers: Iterable[int]) -> bytes:
    """Return `numbers` in network byte order."""
    packed = array(kind, numbers)
    if sys.byteorder == "little":
        packed.byteswap()
    return packed.tobytes()
