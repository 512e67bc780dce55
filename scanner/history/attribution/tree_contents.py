"""At which paths each tree of a repository has some blobs.

All trees are searched for the blobs, then for the trees that have those, up to the trees of commits
(`scanner.history.objects.tree_search`). Nothing says which trees contain which before they are
read: a unit of them in which a tree is named that was found only later is searched again.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from scanner.git.process import GitError
from scanner.history.attribution.tree_work import TreeWork
from scanner.history.objects.tree_search import named_of, numbers_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from scanner.history.objects.tree_search import Holding, Traced, TreeSearch
    from scanner.history.objects.work_units import WorkUnits

_MOST_PATHS: Final = 50_000
"""Paths of one tree at which it may have the blobs. Ten directories in one another, each of which
names the next one ten times, have ten billion paths in a few kilobytes."""
_TOO_MANY: Final = f"a tree has a credential at more than {_MOST_PATHS:,} paths"

_CIRCLE: Final = "a tree contains itself: the repository is damaged; run `git fsck`"
_UNKNOWN: Final = -1

EMPTY: Final = 0
"""The number of the content of a tree that has none of the blobs."""


class TreeContents:
    """What the trees of a repository have of some blobs."""

    __slots__ = (
        "_by_key", "_by_number", "_checked", "_files", "_held", "_holdings", "_jobs", "_named",
        "_numbers", "_seen", "_work", "blobs",
    )  # fmt: skip

    def __init__(
        self, units: WorkUnits, blobs: Collection[bytes], tops: Collection[bytes], jobs: int
    ) -> None:
        """Prepare a search of the trees in `units` for `blobs`, with `jobs` processes.

        `tops` are the trees of commits. All are binary IDs. Raises UnreadableTreeError.
        """
        self.blobs = frozenset(blobs)
        self._jobs = jobs
        self._work = TreeWork(units, self.blobs, tops)
        self._holdings: dict[Holding, int] = {}
        """What trees have themselves: their holdings, numbered."""
        self._held: dict[bytes, int] = {}
        """By its ID, which of them a tree has."""
        self._checked = 0
        """Of how many of them, the first ones, it is known that no tree has them that was not
        searched for them."""
        self._named: dict[int, bytes] = {}
        """By unit, the first bytes of the IDs that its trees name."""
        self._seen: dict[int, set[int]] = {}
        """The same of those that were found there."""

        self._files: list[dict[bytes, bytes]] = [{}]
        self._by_key: dict[tuple[tuple[bytes, bytes | int], ...], int] = {(): EMPTY}
        self._numbers: list[int] = []
        """By holding, the number of its content."""
        self._by_number: list[Holding] = []

    def search(self) -> None:
        """Search all trees. Raises UnreadableTreeError."""
        self.settle(self._work.below, {})
        self.settle(self._work.tops, {})
        self.settle(self._work.loose, {})

    def stages(self) -> Iterator[tuple[range, TreeSearch]]:
        """Yield the units that a scan is to search next, and what looks for the blobs in them.

        The caller has `settle` take what was found before it goes on.
        """
        for stage in (self._work.below, self._work.tops):
            yield stage, self._work.search(self._held)

    def settle(self, stage: Sequence[int], traced: dict[int, Traced]) -> None:
        """Find what the trees of the units of `stage` have, with the results in `traced`.

        Units without a result are searched. Raises UnreadableTreeError.
        """
        for unit in stage:
            if unit in traced:
                self._take(unit, traced.pop(unit))
        pending = [unit for unit in stage if unit not in self._named]
        while True:
            if pending:
                known = frozenset(self._held)
                for unit, found in self._work.results(pending, known, self._jobs):
                    self._take(unit, found)
            new = numbers_of(islice(self._held, self._checked, None))
            self._checked = len(self._held)
            pending = [
                unit
                for unit, names in self._named.items()
                if new and not self._seen[unit] >= named_of(new, names)
            ]
            if not pending:
                break
        self._by_number = list(self._holdings)
        self._numbers = [_UNKNOWN] * len(self._by_number)

    def _take(self, unit: int, found: Traced) -> None:
        holdings, trees, names = found
        held = [self._holdings.setdefault(each, len(self._holdings)) for each in holdings]
        self._held.update(zip(trees, map(held.__getitem__, trees.values()), strict=True))
        self._named[unit] = names
        self._seen[unit] = numbers_of(child for each in holdings for _, child in each)

    def number_of(self, top: bytes) -> int:
        """Return the number of the content of the tree with the binary ID `top`.

        The same files have the same number. Raises GitError.
        """
        holding = self._held.get(top)
        if holding is None:
            return EMPTY

        numbers = self._numbers
        pending = [holding] if numbers[holding] == _UNKNOWN else []
        begun: set[int] = set()
        while pending:  # no recursion: directories can be deeper than Python calls
            each = pending[-1]
            below = [other for other in self._below(each) if numbers[other] == _UNKNOWN]
            if below:
                if each in begun:
                    raise GitError(_CIRCLE)
                begun.add(each)
                pending += below
            else:
                numbers[each] = self._numbered(self._by_number[each])
                pending.pop()
        return numbers[holding]

    def _below(self, holding: int) -> Iterator[int]:
        """Yield the holdings of the directories in a tree that has `holding`."""
        for name, child in self._by_number[holding]:
            if name[-1:] == b"/" and child in self._held:
                yield self._held[child]

    def _numbered(self, holding: Holding) -> int:
        numbers, held = self._numbers, self._held
        key = tuple(
            [(name, numbers[held[each]] if name[-1:] == b"/" else each) for name, each in holding]
        )
        number = self._by_key.get(key)
        if number is not None:
            return number

        files: dict[bytes, bytes] = {}
        for name, each in key:
            if isinstance(each, bytes):
                files[name] = each
            else:
                below = self._files[each]
                if len(files) + len(below) > _MOST_PATHS:
                    raise GitError(_TOO_MANY)
                files.update((name + path, blob) for path, blob in below.items())
        self._by_key[key] = number = len(self._files)
        self._files.append(files)
        return number

    def files(self, number: int) -> Mapping[bytes, bytes]:
        """Return the paths of the content with that `number`, with the blob at each."""
        return self._files[number]
