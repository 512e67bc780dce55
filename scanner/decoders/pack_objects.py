"""The objects of a pack of git, read from its start to its end, within bounds.

An entry is a whole object, or a delta: what to copy from another entry, its base, and what to
insert (gitformat-pack(5), "Deltified representation"). Nothing is believed that an entry says of
its size: what is inflated and what a delta makes end where a layer would be too large.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from scanner.next_entry import NextEntry
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_START = 12
"""Bytes before the first entry: the signature, the version and the number of entries."""
_KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_OFFSET_DELTA, _ID_DELTA = 6, 7
_LONGEST_HEAD = 10
"""Bytes of a number in groups of seven bits: 64 of them."""
_ZLIB_HEAD, _ZLIB_TRAILER = 2, 4
_HELD = 64 << 20
"""Bytes of objects that are held as bases of deltas; others are read again."""
_EFFORT = 1 << 30
"""Bytes that are inflated and made of deltas in all: a chain of deltas is read once per delta."""
_DEEPEST = 4096
"""Deltas on one another; git writes at most 4,095 (git-pack-objects(1), `--depth`)."""
_TREE_ENTRY = rb"[0-7]{5,6} ([^\0]+)\0[\s\S]{%d}"


class _Entry(NamedTuple):
    kind: int
    size: int
    base: int | bytes
    """Where its base begins, or the ID of it."""
    payload: int


class Objects:
    """Iterates over (kind, ID, content) of a pack."""

    __slots__ = (
        "_data", "_effort", "_end", "_entries", "_hash_name", "_held", "_held_size", "_ids",
        "_room", "_size", "_start", "damaged", "limited",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, hash_name: str, room: Callable[[], int]) -> None:
        """Read the pack at `start` of `data`; `room` says how large an object may be."""
        self._data = data
        self._start = start
        self._hash_name = hash_name
        self._size = 32 if hash_name == "sha256" else 20
        self._end = max(start, len(data) - self._size)  # a checksum is at the end
        self._room = room
        self._effort = _EFFORT
        self._entries: dict[int, _Entry] = {}
        self._ids: dict[bytes, int] = {}
        self._held: OrderedDict[int, tuple[str, bytes]] = OrderedDict()
        self._held_size = 0

        self.damaged = False
        """Whether not all of it could be read, by anyone."""
        self.limited = False
        """Whether a bound was met."""

    def __iter__(self) -> Iterator[tuple[str, str, bytes]]:
        """Yield the objects; of a delta without its base, what it inserts, without an ID."""
        at, following = -1, self._start + _START
        said = int.from_bytes(self._data[following - 4 : following], "big")
        waiting: list[int] = []
        search = NextEntry(self._part, self._end, self._size)
        while 0 <= following < self._end:  # whatever number the pack says
            if self.limited:
                return
            at = following
            entry = self._head(at)
            content, following = self._inflate(entry) if entry else (b"", -1)
            if entry is None or following < 0:
                self.damaged = True
                if entry and content:
                    yield self._before_damage(entry, content)
                following = search.after(at + 1)
                self.limited |= search.has_given_up
                continue
            self._entries[at] = entry
            if entry.kind in _KINDS:
                yield self._found(at, _KINDS[entry.kind], content)
            elif isinstance(entry.base, bytes) and entry.base not in self._ids:
                waiting.append(at)
            else:
                yield from self._of_delta(at, content)
        self.damaged |= len(self._entries) < said
        yield from self._late(waiting)

    def _part(self, at: int, size: int) -> bytes:
        return self._data[at : min(at + size, self._end)]

    @staticmethod
    def _before_damage(entry: _Entry, content: bytes) -> tuple[str, str, bytes]:
        """Return what came out of an entry before its damage; it has no ID."""
        kind = _KINDS.get(entry.kind)
        return (kind, "", content) if kind else ("delta", "", inserted(content))

    def _late(self, waiting: list[int]) -> Iterator[tuple[str, str, bytes]]:
        """Yield what is made of deltas whose bases came after them, or are not there at all."""
        while waiting and not self.limited:
            rest: list[int] = []
            for at in waiting:
                if self.limited:
                    return
                if self._entries[at].base in self._ids:
                    yield from self._of_delta(at, self._inflate(self._entries[at])[0])
                else:
                    rest.append(at)
            if len(rest) == len(waiting):
                break
            waiting = rest
        for at in waiting:
            if not self.limited:
                self.damaged = True  # the base is in no file that we have
                yield "delta", "", inserted(self._inflate(self._entries[at])[0])

    def _of_delta(self, at: int, delta: bytes) -> Iterator[tuple[str, str, bytes]]:
        base = self._base(self._entries[at])
        made = apply(base[1], delta, self._room()) if base else None
        if base and made is not None:
            self._effort -= len(made)
            yield self._found(at, base[0], made)
        else:
            self.damaged = True
            yield "delta", "", inserted(delta)

    def _found(self, at: int, kind: str, content: bytes) -> tuple[str, str, bytes]:
        import hashlib

        # The hash that names objects: nothing depends on its strength here.
        named = hashlib.new(self._hash_name, usedforsecurity=False)
        named.update(b"%s %d\0" % (kind.encode(), len(content)))
        named.update(content)
        self._ids[named.digest()] = at
        self._hold(at, kind, content)
        return kind, named.hexdigest(), content

    def _hold(self, at: int, kind: str, content: bytes) -> None:
        self._held[at] = kind, content
        self._held_size += len(content)
        while self._held_size > _HELD and len(self._held) > 1:
            _, (_, gone) = self._held.popitem(last=False)
            self._held_size -= len(gone)

    def _base(self, entry: _Entry) -> tuple[str, bytes] | None:
        """Return the kind and the content of the base of `entry`, read again if it must be."""
        chain: list[bytes] = []
        at = self._place(entry)
        while at not in self._held:
            below = self._entries.get(at)
            if below is None or len(chain) > _DEEPEST or self.limited:
                return None
            content, _ = self._inflate(below)
            if below.kind in _KINDS:
                self._hold(at, _KINDS[below.kind], content)
                break
            chain.append(content)
            at = self._place(below)

        self._held.move_to_end(at)
        kind, made = self._held[at]
        for delta in reversed(chain):
            applied = apply(made, delta, self._room())
            if applied is None:
                return None
            made = applied
            self._spend(len(made))
        return kind, made

    def _place(self, entry: _Entry) -> int:
        base = entry.base
        return self._ids.get(base, -1) if isinstance(base, bytes) else base

    def _spend(self, size: int) -> None:
        self._effort -= size
        if self._effort < 0:
            self.limited = True

    def _head(self, at: int) -> _Entry | None:
        """Return what the head of the entry at `at` says; None where there is none."""
        data = self._data
        byte = data[at] if at < self._end else 0
        kind, size, shift, position = byte >> 4 & 7, byte & 15, 4, at + 1
        while byte & 0x80:
            if position >= self._end or shift > 7 * _LONGEST_HEAD:
                return None
            byte = data[position]
            size |= (byte & 0x7F) << shift
            shift += 7
            position += 1

        if kind in _KINDS:
            return _Entry(kind, size, -1, position)
        if kind == _ID_DELTA:
            end = position + self._size
            return _Entry(kind, size, data[position:end], end)
        if kind != _OFFSET_DELTA:
            return None

        back = -1
        for byte in data[position : position + _LONGEST_HEAD]:
            position += 1
            back = back + 1 << 7 | byte & 0x7F
            if not byte & 0x80:
                return _Entry(kind, size, at - back, position)
        return None

    def _inflate(self, entry: _Entry) -> tuple[bytes, int]:
        """Return the content of `entry` and where the next one begins; -1 where nobody knows."""
        from scanner.decoders.streams import Stream, inflater

        def begin(position: int) -> tuple[Any, int] | None:
            start = entry.payload
            return (inflater(), start + _ZLIB_HEAD) if position == start else None

        stream = Stream(
            self._data, entry.payload, self._end, begin, trailer=_ZLIB_TRAILER, to_end=False
        )
        room = min(self._room(), entry.size)
        content = stream(room) if room else b""
        if stream(1):  # more than it says, or more than a layer may have
            if room < entry.size:
                self.limited = True
            else:
                self.damaged = True
            return content, -1
        self._spend(len(content) + 64)  # an entry of nothing costs something too
        if stream.damaged or len(content) < entry.size:
            self.damaged = True
            return content, -1
        return content, stream.position


def apply(base: bytes, delta: bytes, room: int) -> bytes | None:
    """Return what `delta` makes of `base`; None where it makes no sense or more than `room`."""
    pieces: list[bytes] = []
    _, at = _size(delta, 0)
    wanted, at = _size(delta, at)
    if wanted > room:
        return None
    made = 0
    for start, size, begin in _commands(delta, at):
        if size < 0 or made + size > wanted:
            return None
        piece = delta[start : start + size] if begin < 0 else base[begin : begin + size]
        if len(piece) < size:
            return None
        pieces.append(piece)
        made += size
    return b"".join(pieces) if made == wanted else None


def inserted(delta: bytes) -> bytes:
    """Return what `delta` inserts, each piece in a line of its own."""
    _, at = _size(delta, 0)
    _, at = _size(delta, at)
    return b"\n".join(
        delta[start : start + size] for start, size, begin in _commands(delta, at) if begin < 0
    )


def _commands(delta: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield (place in the delta, size, place in the base) of each command.

    The last is -1 for what is inserted; a size of -1 is a command that there is not.
    """
    while at < len(delta):
        command = delta[at]
        at += 1
        if not command & 0x80:
            yield at, command or -1, -1
            at += command
            continue
        numbers = [0] * 7  # four bytes of the place, three of the size
        for bit in range(7):
            if command & 1 << bit and at < len(delta):
                numbers[bit] = delta[at]
                at += 1
        begin = int.from_bytes(bytes(numbers[:4]), "little")
        yield at, int.from_bytes(bytes(numbers[4:]), "little") or 0x10000, begin


def _size(delta: bytes, at: int) -> tuple[int, int]:
    """Return the number in groups of seven bits at `at`, and where it ends."""
    size = 0
    for shift, byte in enumerate(delta[at : at + _LONGEST_HEAD]):
        size |= (byte & 0x7F) << 7 * shift
        at += 1
        if not byte & 0x80:
            break
    return size, at


def readable(kind: str, content: bytes) -> bytes:
    """Return what people wrote in an object of `kind`: of a tree, the names."""
    if kind != "tree":
        return content

    import re

    for size in (20, 32):
        entries = re.compile(_TREE_ENTRY % size)
        names = entries.findall(content)
        if b"".join(entries.split(content)[::2]) == b"":
            return b"\n".join(names)
    return content
