"""Which objects of a repository are searched, in units of work that can be shared out.

An object that is in several packs, or in a pack and in a file of its own, is searched once.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, Final

from scanner.findings import Notice
from scanner.git.pack_heads import BLOB, COMMIT, TAG, TREE
from scanner.git.pack_index import PackError
from scanner.git.reindex import open_pack
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from scanner.git.object_store import Loose
    from scanner.git.pack import Pack
    from scanner.history.objects.commit_rows import CommitRows

# Roots of delta trees in one unit of work, by the kind of their objects. Blobs take longest and
# come first, in small units, so that no process is left with a long one at the end. Commits and
# tags are small: a unit of them has to be worth its message to another process. Trees come last:
# what was found before is looked for in them.
_ROOTS: Final = {BLOB: 32, TAG: 2048, COMMIT: 2048, TREE: 64}
_LOOSE: Final = 512
"""Loose objects in one unit of work."""


class WorkUnit(NamedTuple):
    """A share of the work: roots of a pack, all of one kind, or loose objects."""

    pack: int
    """The number of the pack; negative for loose objects."""
    start: int
    end: int


class WorkUnits:
    """The objects of packs and loose ones in units.

    It can be sent to another process, which opens the packs again.
    """

    __slots__ = (
        "_checksums", "_found", "_is_new", "_packs", "_reasons", "_roots", "_units", "_unwanted",
        "commits", "complaints", "contents", "first_loose", "first_top", "first_tree", "hash_size",
        "is_divided", "loose", "paths", "problems",
    )  # fmt: skip

    def __init__(
        self,
        packs: Sequence[str],
        loose: Sequence[Loose],
        hash_size: int,
        *,
        only: Collection[bytes] | None = None,
        known: Collection[bytes] = (),
        jobs: int = 1,
        reasons: Mapping[str, str] | None = None,
    ) -> None:
        """Arrange the objects of `packs` (paths) and the `loose` ones; if given, `only` these IDs.

        Objects whose IDs are `known` are left out. IDs have `hash_size` bytes. Up to `jobs`
        processes read the heads of the entries of the packs. Those that have `reasons` for it are
        read without their index.
        """
        self.problems: list[Notice] = []
        """The packs that cannot be read at all."""
        self.complaints: list[Notice] = []
        """The packs that are read without their index, and how far that is possible."""
        self.paths: list[str] = []
        """The paths of the packs, by their numbers."""
        self.hash_size = hash_size
        self.commits: CommitRows | None = None
        """All commits of them, once they have been read."""
        self.contents: Any = None
        """What their trees have of the blobs in which something was found, if they were searched
        for it: a `TreeContents`, which is not sent to another process."""
        self._reasons = reasons or {}
        self._packs: list[Pack | None] = []
        self._checksums: list[bytes] = []
        self._roots: list[array[int]] = []
        self._unwanted: list[frozenset[int]] = []
        self._units: list[WorkUnit] = []
        self._found = found = set(known)
        self._is_new = not known

        opened = self._open(packs, jobs)
        self.is_divided = len(opened) > 1 or bool(loose or known)
        """Whether there is more than one pack, or loose objects next to one."""
        trees = [unit for pack in opened for unit in self._take(pack, only)]

        self.loose = [
            each
            for each in loose
            if (name := bytes.fromhex(each.name)) not in found and (only is None or name in only)
        ]
        found.update(bytes.fromhex(each.name) for each in self.loose)
        self.first_loose = len(self._units)
        """The number of the first unit of loose objects."""
        self._units += _units(-1, 0, len(self.loose), _LOOSE)
        self.first_tree = len(self._units)
        """The number of the first unit of trees in packs, which are the last units."""
        self._units += trees
        self.first_top = len(self._units)
        """The number of the first unit of trees of commits, once trees have been arranged."""

    def __getstate__(self) -> tuple[None, dict[str, object]]:
        """Return the state without open packs, which hold files, and without the names in them."""
        state = {name: getattr(self, name) for name in self.__slots__}
        packs = [None] * len(self._packs)
        return None, state | {"_packs": packs, "_found": set(), "contents": None}

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self._units)

    def between(self, start: int, end: int) -> list[WorkUnit]:
        """Return the units from `start` to before `end`."""
        return self._units[start:end]

    def names(self) -> set[bytes]:
        """Return the binary IDs of all objects that are searched, if they can be read."""
        if self._is_new and self.is_divided:
            return self._found

        found = {bytes.fromhex(each.name) for each in self.loose}
        for pack, unwanted in self.packs():
            wanted = (entry for entry in range(pack.number) if entry not in unwanted)
            found.update(pack.name(entry) for entry in wanted)
        return found

    def packs(self) -> Iterator[tuple[Pack, frozenset[int]]]:
        """Yield the open packs, each with the entries that are not to be searched."""
        for pack, unwanted in zip(self._packs, self._unwanted, strict=True):
            if pack is not None:
                yield pack, unwanted

    def pack_of(self, unit: WorkUnit) -> tuple[Pack, Sequence[int], frozenset[int]]:
        """Return the pack of `unit`, its roots, and the entries that are not to be searched.

        Its file is open then; raises PackError, OSError.
        """
        pack = self.pack(unit.pack)
        return pack, self._roots[unit.pack][unit.start : unit.end], self._unwanted[unit.pack]

    def pack(self, number: int) -> Pack:
        """Return the pack with that `number`, whose file is open; raises PackError, OSError."""
        pack = self._packs[number]
        if pack is None:
            path = self.paths[number]
            pack = open_pack(path, self.hash_size, reason=self._reasons.get(path, ""))
            if pack.checksum != self._checksums[number]:
                raise PackError("it was replaced while it was read: scan again")
            self._packs[number] = pack
        pack.open()
        return pack

    def _open(self, paths: Sequence[str], jobs: int) -> list[Pack]:
        packs: list[Pack] = []
        for path in paths:
            try:
                pack = open_pack(path, self.hash_size, jobs, self._reasons.get(path, ""))
            except (PackError, OSError) as error:
                self.problems.append(damaged(path, error))
                continue

            packs.append(pack)
            if pack.complaint:
                self.complaints.append(damaged(path, PackError(pack.complaint)))
        return sorted(packs, key=lambda pack: -pack.number)

    def _take(self, pack: Pack, only: Collection[bytes] | None) -> list[WorkUnit]:
        """Add the units of `pack`, but return those of its trees."""
        unwanted: set[int] = set()
        if only is not None or self.is_divided:
            unwanted = self._had_before(pack, only)
        unwanted |= pack.nameless

        number = len(self._packs)
        by_kind = {kind: array("I") for kind in _ROOTS}
        for root in pack.each_root():
            by_kind[pack.kinds[root]].append(root)

        roots = array("I")
        units: list[WorkUnit] = []
        for kind, of_kind in by_kind.items():
            self._units += units  # of the kind before; trees are the last one
            units = _units(number, len(roots), len(of_kind), _ROOTS[kind])
            roots += of_kind

        self.paths.append(pack.path)
        self._packs.append(pack)
        self._checksums.append(pack.checksum)
        self._roots.append(roots)
        self._unwanted.append(frozenset(unwanted))
        return units

    def arrange_trees(self, tops: Collection[bytes]) -> None:
        """Arrange the units of trees for a search of what is in them, as far as that is known.

        `tops` are the IDs of the trees of commits. Git bases a tree on one of the same directory,
        if it can: the units with a root that is none of them come first.
        """
        below: list[WorkUnit] = []
        upper: list[WorkUnit] = []
        for number, pack in enumerate(self._packs):
            roots, step = self._roots[number], _ROOTS[TREE]
            if pack is None:
                continue
            # Most packs have a tree before what it contains: backwards, what a tree contains has
            # been searched before it is searched itself.
            inner, outer = array("I"), array("I")
            for root in reversed(roots):
                if pack.kinds[root] == TREE:
                    (outer if pack.name(root) in tops else inner).append(root)
            first = len(roots) - len(inner) - len(outer)
            roots[first:] = inner + outer
            below += _units(number, first, len(inner), step)
            upper += _units(number, first + len(inner), len(outer), step)
        self._units[self.first_tree :] = [*below, *upper]
        self.first_top = self.first_tree + len(below)

    def _had_before(self, pack: Pack, only: Collection[bytes] | None) -> set[int]:
        """Return the entries that are not to be searched, and note the names of the others."""
        found = self._found
        if only is None:
            # Two packs of one repository have usually nothing in common: one comparison of sets.
            names = set(pack.names())
            if len(names) == pack.number and found.isdisjoint(names):
                found |= names
                return set()

        unwanted = set()
        for entry in range(pack.number):
            name = pack.name(entry)
            if name in found or (only is not None and name not in only):
                unwanted.add(entry)
            else:
                found.add(name)
        return unwanted


def damaged(path: str, error: PackError | OSError) -> Notice:
    """Return the notice about a pack that cannot be read."""
    return Notice("damaged-pack", path, reason_of(error), hides=True)


def reason_of(error: PackError | OSError) -> str:
    """Return why something cannot be read, without its path."""
    return getattr(error, "strerror", None) or str(error)


def _units(pack: int, first: int, number: int, size: int) -> list[WorkUnit]:
    end = first + number
    return [WorkUnit(pack, at, min(at + size, end)) for at in range(first, end, size)]
