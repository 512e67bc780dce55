"""Searching the trees of a repository, as work of which any process can do a share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.git.object_store import is_named, read_loose
from scanner.git.pack_heads import TREE
from scanner.git.pack_index import PackError
from scanner.git.walk import leads_beyond, out_of_reach, walk
from scanner.history.attribution.tree_search import TreeSearch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from scanner.git.walk import Resolved
    from scanner.history.attribution.tree_search import Traced
    from scanner.history.objects.work_units import WorkUnits

_MEMORY: Final = 64 << 20
"""Bytes that trees may take while they wait for what is based on them, in each process."""
_LARGEST: Final = 64 << 20
"""Bytes of a loose tree that is read: a million entries."""
_ROOTS: Final = 64
"""Whole trees in a share, each with all that is based on it, as in `objects.work_units`."""
_LOOSE: Final = 512
"""Loose objects in a share."""
_FEW: Final = 4
"""Shares that are not worth another process."""


class UnreadableTreeError(Exception):
    """A tree cannot be read in process: git may have another copy of it."""


class TreeWork:
    """The trees of packs and loose ones, in shares. See `scanner.engine.workers.Work`."""

    def __init__(self, units: WorkUnits, files: frozenset[bytes], tops: Collection[bytes]) -> None:
        """Arrange the trees of `units`, to look for `files` in them; `tops` are those of commits.

        All are binary IDs. Raises UnreadableTreeError if a tree cannot be read, or one of the
        `tops` is not there.
        """
        self._units = units
        self._files = files
        self._tops = frozenset(tops)
        self._shares: list[tuple[int, Sequence[int]]] = []
        """The number of a pack and whole trees of it; a negative number and loose objects."""
        self.below: list[int] = []
        """The shares that probably have no trees of commits, in the best order."""
        self.upper: list[int] = []
        """The others."""
        self._pending: Sequence[int] = ()
        self._wanted: Collection[bytes] = ()
        self._arrange(self._tops)

    def _arrange(self, tops: frozenset[bytes]) -> None:
        if self._units.problems:
            raise UnreadableTreeError(self._units.problems[0].detail)

        missing = set(tops)
        for number, (pack, unwanted) in enumerate(self._units.packs()):
            if any(pack.kinds[entry] in (0, TREE) for entry in out_of_reach(pack)):
                raise UnreadableTreeError("an entry of a pack is damaged")

            kinds, name = pack.kinds, pack.name
            missing.difference_update(pack.names_of(TREE))
            # Most packs have a tree before what it contains: backwards, what a tree contains has
            # been found when it is searched itself.
            roots = [root for root in reversed(pack.roots()) if kinds[root] == TREE]
            if unwanted:
                roots = [root for root in roots if leads_beyond(pack, root, unwanted)]
            # Git bases a tree on one of the same directory, if it can.
            self._add(number, [root for root in roots if name(root) not in tops], self.below)
            self._add(number, [root for root in roots if name(root) in tops], self.upper)

        missing.difference_update([bytes.fromhex(each.name) for each in self._units.loose])
        if missing:
            raise UnreadableTreeError("the tree of a commit is missing")
        self._add(-1, range(len(self._units.loose)), self.upper)

    def _add(self, pack: int, members: Sequence[int], stage: list[int]) -> None:
        step = _ROOTS if pack >= 0 else _LOOSE
        for at in range(0, len(members), step):
            stage.append(len(self._shares))
            self._shares.append((pack, members[at : at + step]))

    def results(
        self, shares: Sequence[int], trees: Collection[bytes], jobs: int
    ) -> Iterator[tuple[int, Traced]]:
        """Search `shares` for the files and for `trees`; yield the result of each, in any order.

        Raises UnreadableTreeError.
        """
        self._pending, self._wanted = shares, trees
        number = 0
        for some in self._results(jobs):
            number += len(some)
            yield from some
        if number < len(shares):
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
        """Return the numbers and the results of the pending shares from `start` to before `end`.

        Those that cannot be read are left out.
        """
        search = TreeSearch(self._files, self._wanted, self._units.hash_size)
        found = []
        for share in self._pending[start:end]:
            try:
                traced = self._searched(search, *self._shares[share])
            except (UnreadableTreeError, PackError, OSError):
                break
            found.append((share, traced))
            # The next share may have trees that contain these. Hardly any contains that of a
            # commit, and to look for tens of thousands of those takes as long as the walk.
            search.look_for(traced.trees.keys() - self._tops)
        return found

    def lost(self, _start: int, _end: int) -> list[tuple[int, Traced]]:
        """Return no results."""
        return []

    def _searched(self, search: TreeSearch, number: int, members: Sequence[int]) -> Traced:
        found = None
        while found is None:
            for _ in self._walked(search, number, members):
                pass
            found = search.take()
        return found

    def _walked(
        self, search: TreeSearch, number: int, members: Sequence[int]
    ) -> Iterator[Resolved]:
        if number < 0:
            loose = self._units.loose
            trees = self._loose_trees(members)
            return search.passing(trees, lambda at: bytes.fromhex(loose[at].name), lambda _: False)

        pack = self._units.pack(number)
        children = pack.children_of
        trees = walk(pack, members, _MEMORY, _give_up)
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
