"""Searching the trees of a repository for objects, as work of which any process can do a share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.git.object_store import is_named, read_loose
from scanner.git.pack_heads import TREE
from scanner.git.pack_index import PackError
from scanner.git.walk import leads_beyond, out_of_reach, walk
from scanner.history.objects.tree_search import TreeSearch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from scanner.git.walk import Resolved
    from scanner.history.objects.tree_search import Traced
    from scanner.history.objects.work_units import WorkUnit, WorkUnits

_MEMORY: Final = 64 << 20
"""Bytes that trees may take while they wait for what is based on them, in each process."""
_LARGEST: Final = 64 << 20
"""Bytes of a loose tree that is read: a million entries."""
_FEW: Final = 4
"""Units that are not worth another process."""


class UnreadableTreeError(Exception):
    """A tree cannot be read in process: git may have another copy of it."""


class TreeWork:
    """The trees of packs and loose ones, in units. See `scanner.engine.workers.Work`."""

    def __init__(self, units: WorkUnits, files: frozenset[bytes], tops: Collection[bytes]) -> None:
        """Arrange the trees of `units`, to look for `files` in them; `tops` are those of commits.

        All are binary IDs. Raises UnreadableTreeError if a tree cannot be read, or one of the
        `tops` is not there.
        """
        self._units = units
        self._files = files
        self._tops = frozenset(tops)
        self._pending: Sequence[int] = ()
        self._wanted: Collection[bytes] = ()

        self._require_trees()
        units.arrange_trees(self._tops)
        self.below = range(units.first_tree, units.first_top)
        """The units that probably have no trees of commits."""
        self.tops = range(units.first_top, len(units))
        """The other units of packs."""
        self.loose = range(units.first_loose, units.first_tree)

    def _require_trees(self) -> None:
        if self._units.problems:
            raise UnreadableTreeError(self._units.problems[0].detail)

        missing = set(self._tops)
        for pack, _ in self._units.packs():
            if any(pack.kinds[entry] in (0, TREE) for entry in out_of_reach(pack)):
                raise UnreadableTreeError("an entry of a pack is damaged")
            missing.difference_update(pack.names_of(TREE))
        missing.difference_update([bytes.fromhex(each.name) for each in self._units.loose])
        if missing:
            raise UnreadableTreeError("the tree of a commit is missing")

    def search(self, trees: Collection[bytes]) -> TreeSearch:
        """Return a search for the files and for `trees`."""
        return TreeSearch(self._files, trees, self._tops, self._units.hash_size)

    def results(
        self, units: Sequence[int], trees: Collection[bytes], jobs: int
    ) -> Iterator[tuple[int, Traced]]:
        """Search `units` for the files and for `trees`; yield the result of each, in any order.

        Raises UnreadableTreeError.
        """
        self._pending, self._wanted = units, trees
        number = 0
        for some in self._results(jobs):
            number += len(some)
            yield from some
        if number < len(units):
            raise UnreadableTreeError("a tree is damaged, or a process has ended")

    def _results(self, jobs: int) -> Iterator[list[tuple[int, Traced]]]:
        number = len(self._pending)
        if jobs == 1 or number <= _FEW:
            yield self.scan(0, number)
            return

        from contextlib import closing

        from scanner.engine.workers import share_out

        with closing(share_out(self, number, jobs)) as shared:
            for _, found in shared:
                yield found

    def scan(self, start: int, end: int) -> list[tuple[int, Traced]]:
        """Return the numbers and the results of the pending units from `start` to before `end`.

        Those that cannot be read are left out.
        """
        search = self.search(self._wanted)
        found = []
        for number in self._pending[start:end]:
            (unit,) = self._units.between(number, number + 1)
            try:
                found.append((number, self._searched(search, unit)))
            except (UnreadableTreeError, PackError, OSError):
                break
        return found

    def lost(self, _start: int, _end: int) -> list[tuple[int, Traced]]:
        """Return no results."""
        return []

    def _searched(self, search: TreeSearch, unit: WorkUnit) -> Traced:
        found = None
        while found is None:
            for _ in self._walked(search, unit):
                pass
            found = search.take()
        return found

    def _walked(self, search: TreeSearch, unit: WorkUnit) -> Iterator[Resolved]:
        if unit.pack < 0:
            loose = self._units.loose
            trees = self._loose_trees(range(unit.start, unit.end))
            return search.passing(trees, lambda at: bytes.fromhex(loose[at].name), lambda _: False)

        pack, roots, unwanted = self._units.pack_of(unit)
        if unwanted:
            roots = [root for root in roots if leads_beyond(pack, root, unwanted)]
        children = pack.children_of
        trees = walk(pack, roots, _MEMORY, _give_up)
        return search.passing(trees, pack.name, lambda at: children[at] >= 0)

    def _loose_trees(self, members: Iterable[int]) -> Iterator[Resolved]:
        for number in members:
            name, path = self._units.loose[number]
            kind, _, data = read_loose(path, _LARGEST, "tree")
            if kind == "tree":
                if data is None or not is_named(name, kind, data):
                    raise UnreadableTreeError("a loose tree is damaged or too large")
                yield number, -1, data, None


def _give_up(_entry: int, reason: str) -> None:
    raise UnreadableTreeError(reason)
