"""A pack: its entries, in the order of the file, and their contents.

The format is that of gitformat-pack(5). An entry is a whole object, or a delta on another entry,
its base. Bases and deltas form trees, whose roots are whole objects.

A pack is read in process, since a pipe from git costs more than the reading itself (`bench/`). An
entry that cannot be read is reported with the reason, so that nothing in a damaged pack is passed
over silently. The file is read, not mapped: if a mapped file is cut off or its disk fails, the
system ends the process that reads from it (SIGBUS).
"""

from __future__ import annotations

from array import array
from itertools import compress
from typing import TYPE_CHECKING, Any, Final

from scanner.git import delta
from scanner.git.delta import LARGEST, apply
from scanner.git.inflate import FAILURES, crc32, decompressobj
from scanner.git.pack_file import PackFile
from scanner.git.pack_heads import ELSEWHERE, KINDS, NONE, OFFSET_DELTA, START, pread, read_heads
from scanner.git.pack_index import PackError, PackIndex, hash_of_object
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.git.pack_heads import Heads

_SIGNATURES: Final = (b"PACK\0\0\0\2", b"PACK\0\0\0\3")
"""How a pack begins: git writes version 2 and accepts 3, whose entries are the same."""
_UNLIKELY: Final = 4096
"""Bytes beyond twice the size of an object that its entry cannot have.

Deflating adds five bytes to a block that it cannot compress (RFC 1951, section 3.2.4), so a larger
entry is not what its head says. It is not read into memory to find that out.
"""
_MOST: Final = 1 << 31
"""Objects from which on the number of an entry would take more than four bytes with its sign. The
index of such a pack has 60 GB."""
_NO_MATCH: Final = "its checksum differs from the one in its index"
_OTHER_SIZE: Final = "its inflated size differs from its header"
_FOLLOWED: Final = "bytes that are in no index follow it"
"""Git believes an index, and never sees them: they can be another entry."""


class Made(NamedTuple):
    """An index that was made because there is no other (`scanner.git.reindex`)."""

    content: bytes
    """In version 2 of the format."""
    end: int
    """Where the last entry ends that is in it."""
    nameless: tuple[int, ...]
    """The numbers of the entries that have no right name in it."""
    complaint: str


class Pack:
    """A pack and its index. Entries are numbered from 0 in the order of the file."""

    __slots__ = (
        "_bases",
        "_entries",
        "_file",
        "_hash_size",
        "_heads",
        "_index",
        "_offsets",
        "_positions",
        "_sizes",
        "children_of",
        "complaint",
        "damaged",
        "has_ends",
        "kinds",
        "nameless",
        "next_to",
        "number",
        "path",
        "unproved",
    )

    def __init__(self, path: str, hash_size: int, jobs: int = 1, made: Made | None = None) -> None:
        """Open the pack at `path` (`.pack`) and the index next to it, or `made` in its place.

        `jobs` processes read the heads of the entries. Raises PackError, OSError.
        """
        self.path = path
        self._hash_size = hash_size
        index = f"{path.removesuffix('.pack')}.idx"
        self._index = PackIndex(index, hash_size, made.content if made else b"")
        self._file = PackFile(path)
        size = self._file.size
        number = read_start(self._file.descriptor(), size, hash_size)

        self.number = self._index.number
        if self.number >= _MOST:
            raise PackError("it has too many objects")
        if made is None and number != self.number:
            raise PackError("it has another number of objects than its index")

        self.complaint = made.complaint if made else ""
        """Why it was read without the index next to it, and how much of it; mostly empty."""
        self.nameless = frozenset(made.nameless if made else ())
        """Entries that cannot be read, nor named for lack of an index; `complaint` has them."""

        self.has_ends = True
        """Whether each entry ends where the next one begins, or else bytes are in no index."""
        self.unproved = self._index.checksums is None
        """Whether contents have to be compared with their IDs (`prove`), for lack of checksums.

        Otherwise the CRC-32 in the index, at a fraction of the cost, shows that an entry is the one
        that git wrote.
        """
        self._place(made.end if made else size - hash_size)
        source = self._file.descriptor()
        self._take(read_heads(source, self._offsets, self._entry, hash_size, jobs))
        self._entries = array("I")
        self._link()

    def open(self) -> None:
        """Open the file again if it was closed in favour of others. Raises PackError, OSError."""
        self._file.descriptor()

    def __del__(self) -> None:
        """Close the file."""
        self.close()

    def _place(self, end: int) -> None:
        """Arrange the entries by their offsets; one ends where the next one begins."""
        offsets = self._index.offsets
        order = delta.packs.order if delta.packs else _order
        self._offsets = array("Q", bytes(8 * self.number))
        self._positions = array("I", bytes(4 * self.number))
        order(offsets, self._offsets, self._positions)
        self._offsets.append(end)
        self._index.offsets = array("Q")  # the same again, by position: a tenth of all memory
        self._entries = array("I")

    def _entry(self, name: bytes) -> int:
        """Return the entry that the object with the binary ID `name` is, or `ELSEWHERE`."""
        position = self._index.position(name)
        if position < 0:
            return ELSEWHERE
        if not self._entries:
            # Git repacks with offset deltas (repack.useDeltaBaseOffset), so that deltas by name are
            # rare on disk, and this is rarely needed.
            self._entries = array("I", self._positions)
            for entry, at in enumerate(self._positions):
                self._entries[at] = entry
        return self._entries[position]

    def _take(self, heads: Heads) -> None:
        """Keep what the heads of the entries say."""
        self.kinds = heads.kinds
        """The kind of the object that each entry is: `COMMIT` to `TAG`, or 0 if damaged."""
        self._heads = heads.lengths
        self._sizes = heads.sizes
        self._bases = heads.bases
        self.damaged = heads.damaged
        """Entries that cannot be read, with the reason; the deltas on them are not listed."""

    def _link(self) -> None:
        """Link each base to the deltas on it, and give each delta the kind of its root.

        Two arrays of integers hold the trees as linked lists: a Python list for each base would
        take several times the memory, for millions of entries.
        """
        number, bases = self.number, self._bases
        self.children_of = children = array("i", [NONE]) * number
        """By entry, the first delta on it, or -1."""
        self.next_to = following = array("i", [NONE]) * number
        """By entry, the next delta on its base, or -1."""
        later = (delta.packs.link if delta.packs else _link)(bases, self.kinds, children, following)
        for entry in later:  # a base by name can come after its delta, or be in a circle
            self._settle_kind(entry)

    def _settle_kind(self, entry: int) -> None:
        """Follow the bases of `entry` to one of a known kind, and give that to all on the way.

        A circle of deltas, which only a forged pack has, is damage.
        """
        chain: list[int] = []
        seen: set[int] = set()
        while self._bases[entry] >= 0 and self.kinds[entry] >= OFFSET_DELTA:
            if entry in seen:
                for each in chain:
                    self.kinds[each] = 0
                    self.damaged[each] = "its delta is based on itself"
                return

            seen.add(entry)
            chain.append(entry)
            entry = self._bases[entry]

        kind = self.kinds[entry] if self.kinds[entry] < OFFSET_DELTA else 0
        for each in chain:
            self.kinds[each] = kind

    def put_on(self, base: int, entry: int) -> None:
        """Make `entry`, whose base was not known, a delta on `base`, as its first one."""
        self._bases[entry] = base
        self.next_to[entry] = self.children_of[base]
        self.children_of[base] = entry
        self.damaged.pop(entry, None)

    def name(self, entry: int) -> bytes:
        """Return the binary ID of the object that `entry` is."""
        return self._index.name(self._positions[entry])

    def names(self) -> list[bytes]:
        """Return the binary IDs of all objects, ascending, not in the order of the entries."""
        return self._index.names()

    def names_of(self, kind: int) -> Iterator[bytes]:
        """Yield the binary IDs of the objects of one `kind`, ascending."""
        kinds = bytearray(self.number)
        for position, each in zip(self._positions, self.kinds, strict=True):
            kinds[position] = each
        of_kind = compress(range(self.number), map(kind.__eq__, kinds))
        return map(self._index.name, of_kind)

    def holds(self, name: bytes) -> bool:
        """Return whether an object with the binary ID `name` is in the pack."""
        return self._index.position(name) >= 0

    @property
    def begin(self) -> int:
        """Where the first entry begins; without one, where it would end."""
        return self._offsets[0]

    @property
    def checksum(self) -> bytes:
        """The checksum at the end of the pack, which identifies it."""
        return self._index.pack_checksum

    def size(self, entry: int) -> int:
        """Return the size in bytes of the object, or of the delta, that `entry` has, inflated."""
        return self._sizes[entry]

    def base(self, entry: int) -> int:
        """Return the entry that `entry` is a delta on; negative if it is a whole object."""
        return self._bases[entry]

    def children(self, entry: int) -> Iterator[int]:
        """Yield the deltas on `entry`."""
        child = self.children_of[entry]
        while child >= 0:
            yield child
            child = self.next_to[child]

    def roots(self) -> list[int]:
        """Return the whole objects that can be read, in the order of the pack."""
        return list(self.each_root())

    def each_root(self) -> Iterator[int]:
        """Yield the whole objects that can be read, in the order of the pack."""
        whole = enumerate(zip(self._bases, self.kinds, strict=True))
        return (entry for entry, (base, kind) in whole if base == NONE and kind)

    def inflate(self, entry: int) -> bytes:
        """Return the object, or the delta, that `entry` has. Raises PackError.

        No more is inflated than the size in the head of the entry: data that would inflate to more
        is damaged, or a bomb.
        """
        return self.inflater()(entry)

    def inflater(self) -> Callable[[int], bytes]:
        """Return `inflate` for a loop, as a function with everything but the entry in local names.

        It runs for each object of a history, where every attribute that is looked up counts.
        """
        offsets, sizes, heads, positions = self._offsets, self._sizes, self._heads, self._positions
        checksums, damaged, source = self._index.checksums, self.damaged, self._file.descriptor()
        has_ends = self.has_ends

        def inflate(entry: int) -> bytes:
            if entry in damaged:
                raise PackError(damaged[entry])

            begin = offsets[entry]
            length = offsets[entry + 1] - begin
            size = sizes[entry]
            if size > LARGEST or length > 2 * size + _UNLIKELY:
                raise PackError(_too_large(size))

            try:
                stored = pread(source, length, begin)
            except (OSError, MemoryError) as error:
                raise PackError(getattr(error, "strerror", None) or "out of memory") from None

            if checksums is not None and crc32(stored) != checksums[positions[entry]]:
                raise PackError(_NO_MATCH)

            content, is_last = _inflated(memoryview(stored)[heads[entry] :], size)
            if not is_last and has_ends:
                raise PackError(_FOLLOWED)

            return content

        return inflate

    def columns(self) -> tuple[int, tuple[Any, ...]]:
        """Return the file, and by entry what the compiled walk reads (`scanner/kernel/walk.c`).

        In the order that it takes: offsets, sizes, lengths of heads, positions in the index, and
        by these the checksums or None; then the deltas on each entry, as `_link` arranges them.
        """
        return self._file.descriptor(), (
            self._offsets, self._sizes, self._heads, self._positions, self._index.checksums,
            self.children_of, self.next_to,
        )  # fmt: skip

    def windows(self, entry: int, step: int) -> Iterator[bytes]:
        """Yield a whole object that is too large for memory, in pieces of up to `step` bytes.

        Raises PackError, possibly after the first pieces.
        """
        at, end = self._offsets[entry], self._offsets[entry + 1]
        head, size = self._heads[entry], self._sizes[entry]
        left, crc = size, 0
        digest = self._digest(entry, size) if self.unproved else None
        inflating = decompressobj()
        pending = b""

        try:
            while not inflating.eof:
                stored = pending
                if not pending:
                    stored = pread(self._file.descriptor(), min(step, end - at), at)
                    at += len(stored)
                    crc = crc32(stored, crc)
                    pending, head = stored[head:], max(0, head - len(stored))

                # The inflater can have a rest of its output when all input has been given to it.
                piece = inflating.decompress(pending, min(step, left + 1))
                pending = inflating.unconsumed_tail
                left -= len(piece)
                if not piece and not stored:
                    raise PackError("it ends too early")
                if left < 0:
                    raise PackError("it inflates to more than its header says")
                if digest:
                    digest.update(piece)
                if piece:
                    yield piece
        except FAILURES as error:
            raise PackError(f"it cannot be inflated: {error}") from None
        except OSError as error:
            raise PackError(error.strerror or str(error)) from None

        if left:
            raise PackError(_OTHER_SIZE)
        if self.has_ends and (at < end or inflating.unused_data):
            raise PackError(_FOLLOWED)

        checksums = self._index.checksums
        whole = at == end and (checksums is None or crc == checksums[self._positions[entry]])
        if not whole or (digest and digest.digest() != self.name(entry)):
            raise PackError(_NO_MATCH)

    def reader(self, entry: int, step: int = 1 << 20) -> Callable[[int], bytes]:
        """Return a function `read(n)` for a whole object that is too large for memory.

        It returns up to `n` bytes, none at the end, and raises PackError.
        """
        pieces = self.windows(entry, step)
        rest = b""

        def read(number: int) -> bytes:
            nonlocal rest
            rest = rest or next(pieces, b"")
            piece, rest = rest[:number], rest[number:]
            return piece

        return read

    def resolve(self, entry: int) -> bytes:
        """Return the content of the object that `entry` is, whatever it is based on.

        Raises PackError.
        """
        chain: list[int] = []
        while self._bases[entry] >= 0:
            chain.append(entry)
            if len(chain) > self.number:  # more than there are entries: a circle
                raise PackError("its delta is based on itself")
            entry = self._bases[entry]

        content = self.inflate(entry)
        for each in reversed(chain):
            content = apply(content, self.inflate(each))

        return content

    def prove(self, entry: int, content: bytes) -> None:
        """Raise PackError unless the ID of `entry` is the hash of `content`."""
        digest = self._digest(entry, len(content))
        digest.update(content)
        if digest.digest() != self.name(entry):
            raise PackError("its content does not match its object ID")

    def _digest(self, entry: int, size: int) -> Any:
        return hash_of_object(self._hash_size, KINDS[self.kinds[entry]], size)

    def close(self) -> None:
        """Close the file; it is opened again for what is read after that."""
        file = getattr(self, "_file", None)
        if file is not None:
            file.close()


def read_start(source: int, size: int, hash_size: int) -> int:
    """Return the number of objects that a pack of `size` bytes says it has.

    `source` is the descriptor of its file. Raises PackError, OSError.
    """
    if size < START + hash_size:
        raise PackError("it is shorter than an empty pack")

    head = pread(source, START, 0)
    if head[:8] not in _SIGNATURES:
        raise PackError("it does not begin as a pack")

    return int.from_bytes(head[8:], "big")


def _order(offsets: array[int], ordered: array[int], positions: array[int]) -> None:
    """Fill `ordered` with the `offsets`, ascending, and `positions` with where each of them was."""
    offset_of = offsets.tolist().__getitem__  # of a list: an array makes integers
    ascending = sorted(range(len(offsets)), key=offset_of)
    positions[:] = array("I", ascending)
    ordered[:] = array("Q", map(offset_of, ascending))


def _link(
    bases: array[int], kinds: bytearray, children: array[int], following: array[int]
) -> list[int]:
    """Fill `children` and `following`, and the `kinds` of deltas as far as that is known.

    Returns the deltas whose base has no kind yet.
    """
    later: list[int] = []
    # Backwards, so that the deltas on a base are listed in the order of the file.
    for entry in range(len(bases) - 1, -1, -1):
        base = bases[entry]
        if base >= 0:
            following[entry] = children[base]
            children[base] = entry

    for entry, base in enumerate(bases):
        if base >= 0:
            if base < entry and kinds[base] < OFFSET_DELTA:
                kinds[entry] = kinds[base]
            else:
                later.append(entry)
        elif kinds[entry] >= OFFSET_DELTA:
            kinds[entry] = 0
    return later


def _inflated(packed: memoryview, size: int) -> tuple[bytes, bool]:
    """Return `packed` inflated to `size` bytes, and whether nothing follows. Raises PackError.

    The buffer grows with the output: the size is that in a head, which can be forged.
    """
    inflating = decompressobj()
    try:
        # One byte more than expected, so that what is too large does not end at the right size.
        content: bytes = inflating.decompress(packed, size + 1)
        if len(content) == size and not inflating.eof:
            # The end of the data, with its checksum, may not have been read yet.
            content += inflating.decompress(inflating.unconsumed_tail, 1)
    except FAILURES as error:
        raise PackError(f"it cannot be inflated: {error}") from None
    if len(content) != size or not inflating.eof:
        raise PackError(_OTHER_SIZE)
    return content, not inflating.unused_data


def _too_large(size: int) -> str:
    if size > LARGEST:
        return f"it has more than {LARGEST >> 20} MiB"
    return "there is extra data after it"  # the entry has more bytes than its size allows
