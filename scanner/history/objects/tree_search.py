"""Which trees have some objects: the IDs of these are looked for in what each tree adds.

A tree is a list of entries: a mode, a space, a name, a zero byte and the binary ID of a file or of
another tree (gitformat-pack(5) has it as `OBJ_TREE`; its content is described by git's tree.c). A
delta says what a tree has and its base lacks, so only that is searched, and the entries found in
the base are carried along what the delta copies. Whatever is carried is read again in the tree
itself: the answers depend on the content of each tree, and not on what git has based it on.

One tree after the other is searched by compiled code (`scanner/kernel/trees.c`) where there is a
compiler. Without, many are searched together.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from sys import byteorder
from typing import TYPE_CHECKING, Final

from scanner.git.delta import copies, fresh, packs
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from typing import TypeAlias

    from scanner.git.walk import Resolved

    Holding: TypeAlias = tuple[tuple[bytes, bytes], ...]
    """The entries of a tree that were looked for, in its order: the name, with a slash at the end
    for a directory, and the ID. Only for annotations, as the next ones."""
    _Waiting: TypeAlias = tuple[Resolved, list[tuple[int, int]] | None]
    """A tree, and the spans of it that its base lacks; None where all of it is to be searched."""
    _Place: TypeAlias = tuple[int, bytes, bytes]
    """The offset of the zero byte of an entry in a tree, its name and its ID. The name is empty
    where something that is no such entry has the ID, such as a submodule: with another mode in the
    next version it may be one."""

PREFIX: Final = 8
"""Bytes of an ID that are kept to say where to look for it later. A chance match costs a walk."""

_DENSE: Final = 2
"""A tree of less than this many times the bytes of its delta is searched whole."""

_BATCH: Final = 64
"""Trees that are searched together: more take longer, since they no longer fit into caches."""

_ENTRY: Final = re.compile(rb"0*(100[0-7]{3}|120000|160000|40000) ([^\0]+)\Z", re.DOTALL)
"""The mode and the name of an entry (`fsck_tree` in git's fsck.c); very old trees have `040000`."""
_DIRECTORY, _SUBMODULE = b"40000", b"160000"
_LONGEST_MODE: Final = 8
"""Bytes that a mode may take, with a zero before it and the space."""

_NOTHING: Final = -1
"""Instead of the number of a holding: the tree has none of the objects."""

_STARTS: Final = 1 << 16 >> 3
"""Bytes with a bit for each number of two bytes."""

_COLUMNS: Final = 3
"""Numbers of a place that compiled code has found (`Place` in trees.c). The offset is the first."""


class Traced(NamedTuple):
    """What some trees have of the objects that were looked for."""

    holdings: list[Holding]
    """Each distinct one."""
    trees: dict[bytes, int]
    """The IDs of the trees that have any, with the number of what they have."""
    named: bytes
    """The first `PREFIX` bytes of the ID of each directory that the trees name and their bases do
    not, and of some others."""


def numbers_of(names: Iterable[bytes]) -> set[int]:
    """Return the first `PREFIX` bytes of each of `names`, as numbers of this machine."""
    return {int.from_bytes(name[:PREFIX], byteorder) for name in names}


def named_of(numbers: set[int], named: bytes) -> set[int]:
    """Return those of `numbers` that are in `named` of `Traced`."""
    # To cut it into bytes takes several times as long.
    return numbers.intersection(memoryview(named).cast("Q"))


class TreeSearch:
    """Looks for objects in one tree after the other."""

    __slots__ = (
        "_ends_of_names", "_files", "_find", "_named", "_numbers", "_prefixes", "_size", "_starts",
        "_tops", "_trees", "_wanted",
    )  # fmt: skip

    def __init__(
        self,
        files: frozenset[bytes],
        trees: Iterable[bytes],
        tops: Collection[bytes],
        hash_size: int,
    ) -> None:
        """Look for the blobs `files` and for `trees`; `tops` are the trees of commits.

        All are binary IDs of `hash_size` bytes.
        """
        self._files = files
        self._tops = tops
        self._wanted: set[bytes] = set()
        self._starts = bytearray(_STARTS)
        """A bit for each number of two bytes: whether one of the IDs begins so. Compiled code looks
        there first, since to make an object of each ID takes five times as long."""
        self._look_for(files)
        self._look_for(trees)
        self._size = hash_size
        # A zero byte can be part of an ID too: each is taken for the end of a name, so that none is
        # missed whatever is before it.
        self._ends_of_names = re.compile(rb"\0(?=(.{%d}))" % hash_size, re.DOTALL)
        self._find = self._ends_of_names.findall
        self._begin()

    def _look_for(self, names: Iterable[bytes]) -> None:
        for name in names:
            self._wanted.add(name)
            self._starts[name[0] << 5 | name[1] >> 3] |= 1 << (name[1] & 7)

    def _begin(self) -> None:
        self._numbers: dict[Holding, int] = {}
        self._trees: dict[bytes, int] = {}
        self._named: set[bytes] = set()
        self._prefixes = bytearray()
        """The first bytes of the IDs that compiled code has passed."""

    def take(self) -> Traced | None:
        """Return what was found since the last call; None if it may be only a part.

        It may be if one of the trees has another one that was found only now. That is looked for
        from here on, so the same trees are to be searched again.
        """
        new = [name for name in self._trees if name not in self._wanted]
        named = b"".join([name[:PREFIX] for name in self._named]) + self._prefixes
        is_complete = not named_of(numbers_of(new), named)
        # What is searched next may contain the others as well. But hardly any tree contains that of
        # a commit, and to look for tens of thousands of those takes longer than the walk.
        tops = self._tops if is_complete else ()
        self._look_for([name for name in new if name not in tops])
        found = Traced(list(self._numbers), self._trees, named)
        self._begin()
        return found if is_complete else None

    def passing(
        self,
        walked: Iterable[Resolved],
        name_of: Callable[[int], bytes],
        has_children: Callable[[int], bool],
    ) -> Iterator[Resolved]:
        """Pass on the trees of a walk, bases before what is based on them, and search them.

        `name_of` returns the ID of an entry, and `has_children` whether others are based on it.
        """
        if packs:
            return self._passing_compiled(walked, name_of, has_children)
        return self._passing(walked, name_of, has_children)

    def _passing_compiled(
        self,
        walked: Iterable[Resolved],
        name_of: Callable[[int], bytes],
        has_children: Callable[[int], bool],
    ) -> Iterator[Resolved]:
        wanted, size, named, places_in = self._wanted, self._size, self._prefixes, packs.places
        starts = bytes(self._starts)
        nothing = b"", _NOTHING
        known: dict[int, tuple[bytes, int]] = {}
        for resolved in walked:
            entry, base, data, delta = resolved
            before, number = known.get(base, nothing)
            found = places_in(wanted, starts, size, _DENSE, data, delta, before, named)
            if found:
                places, is_same = found
                if not is_same:
                    number = self._number(data, memoryview(places).cast("q")[::_COLUMNS])
                if number != _NOTHING:
                    self._trees[name_of(entry)] = number
                if has_children(entry):
                    known[entry] = places, number
            yield resolved

    def _number(self, data: bytes, places: Iterable[int]) -> int:
        """Return the number of what `data` has at `places`."""
        found = []
        for at in places:
            child = data[at + 1 : at + 1 + self._size]
            if name := self._name(data, at, child):
                found.append((name, child))
        return self._number_of(tuple(found)) if found else _NOTHING

    def _passing(
        self,
        walked: Iterable[Resolved],
        name_of: Callable[[int], bytes],
        has_children: Callable[[int], bool],
    ) -> Iterator[Resolved]:
        margin = self._size + 1
        known: dict[int, list[_Place]] = {}
        waiting: list[_Waiting] = []
        for resolved in walked:
            _, _, data, delta = resolved
            if delta is None or len(delta) * _DENSE > len(data):
                waiting.append((resolved, None))
            else:
                waiting.append((resolved, fresh(delta, margin)))
            yield resolved
            if len(waiting) == _BATCH:
                self._search(waiting, known, name_of, has_children)
                waiting = []
        self._search(waiting, known, name_of, has_children)

    def _search(
        self,
        waiting: list[_Waiting],
        known: dict[int, list[_Place]],
        name_of: Callable[[int], bytes],
        has_children: Callable[[int], bool],
    ) -> None:
        """Search trees together: a call for each of their pieces would take several times as long.

        `known` has what was found in trees on which others are based.
        """
        pieces: list[bytes] = []
        ends: list[int] = []
        """Where the pieces of each tree end when all are joined."""
        length = 0
        for (_, _, data, _), spans in waiting:
            if spans is None:
                pieces.append(data)
                length += len(data)
            else:
                for start, end in spans:
                    pieces.append(data[start:end])
                    length += end - start
            ends.append(length)
        text = b"".join(pieces)
        found = self._find(text)
        self._named.update(found)

        hits = set()
        if not self._wanted.isdisjoint(found):
            for name in self._wanted.intersection(found):
                at = text.find(name)
                while at >= 0:
                    hits.add(bisect_right(ends, at))
                    at = text.find(name, at + 1)

        if hits or known:
            for number, ((entry, base, data, delta), spans) in enumerate(waiting):
                places: list[_Place] = []
                if number in hits:
                    for start, end in spans or ((0, len(data)),):
                        places += self._places(data, start, end)
                before = known.get(base) if spans is not None else None
                if before and delta is not None:
                    places = self._joined(places, self._carried(before, delta, data))
                if places:
                    self._note(name_of(entry), places)
                    if has_children(entry):
                        known[entry] = places

    def _note(self, name: bytes, places: list[_Place]) -> None:
        holding = tuple([(each, child) for _, each, child in places if each])
        if holding:
            self._trees[name] = self._number_of(holding)

    def _number_of(self, holding: Holding) -> int:
        return self._numbers.setdefault(holding, len(self._numbers))

    def _places(self, data: bytes, start: int, end: int) -> list[_Place]:
        """Return the entries between `start` and `end` of a tree that are looked for."""
        wanted = self._wanted
        return [
            (each.start(), self._name(data, each.start(), each[1]), each[1])
            for each in self._ends_of_names.finditer(data, start, end)
            if each[1] in wanted
        ]

    def _name(self, data: bytes, at: int, child: bytes) -> bytes:
        """Return the name of the entry of `child` whose zero byte is `at`; empty for no entry."""
        # The last zero byte before ends the name of the entry before, or is within its ID: the mode
        # follows after that ID or after the rest of it.
        begin = data.rfind(b"\0", 0, at) + 1
        entry = _ENTRY.search(data, begin, at)
        if entry is None or entry.start() - begin > self._size:
            return b""
        mode, name = entry.groups()
        if mode == _SUBMODULE or (mode == _DIRECTORY) == (child in self._files):
            return b""
        return name + b"/" if mode == _DIRECTORY else name

    def _carried(self, before: list[_Place], delta: bytes, data: bytes) -> list[_Place]:
        """Return the entries that `data` has from its base, where they are `before`."""
        found: list[_Place] = []
        size = self._size
        for start, end, source in copies(delta):
            last = end - size - 1  # where the zero byte of an entry can be for its ID to end there
            for at, name, child in before[bisect_left(before, (source,)) :]:
                here = at + start - source
                if here > last:
                    break
                # Copied with the ID before it, the entry begins where it began.
                if not name or here - len(name) - _LONGEST_MODE - size < start:
                    name = self._name(data, here, child)
                found.append((here, name, child))
        return found

    @staticmethod
    def _joined(some: list[_Place], others: list[_Place]) -> list[_Place]:
        """Return all entries, each once, in their order."""
        return sorted({*some, *others}) if some else others
