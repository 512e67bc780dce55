"""At which paths each tree of a repository has some blobs.

All trees are searched for the blobs, then for the trees that have those, up to the trees of commits
(`scanner.history.attribution.tree_search`). Nothing says which trees contain which before they are
read: a share of them in which a tree is named that was found only later is searched again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.git.process import GitError
from scanner.history.attribution.tree_search import named_of, numbers_of
from scanner.history.attribution.tree_work import TreeWork

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from scanner.history.attribution.tree_search import Holding
    from scanner.history.objects.work_units import WorkUnits

_MOST_PATHS: Final = 1_000_000
"""Paths of one tree at which it may have the blobs. Ten directories in one another, each of which
names the next one ten times, have ten billion paths in a few kilobytes."""
_TOO_MANY: Final = f"a tree has a credential at more than {_MOST_PATHS:,} paths"

EMPTY: Final = 0
"""The number of the content of a tree that has none of the blobs."""


class TreeContents:
    """What the trees of a repository have of some blobs."""

    __slots__ = ("_by_key", "_by_tree", "_files", "_held", "_holdings")

    def __init__(
        self, units: WorkUnits, blobs: Collection[bytes], tops: Collection[bytes], jobs: int
    ) -> None:
        """Search the trees in `units` for `blobs`, with `jobs` processes.

        `tops` are the trees of commits. All are binary IDs. Raises UnreadableTreeError.
        """
        self._holdings: dict[Holding, Holding] = {}
        self._held: dict[bytes, Holding] = {}
        """By its ID, what a tree has itself."""
        self._search(TreeWork(units, frozenset(blobs), tops), jobs)

        self._files: list[dict[bytes, bytes]] = [{}]
        self._by_key: dict[tuple[tuple[bytes, bytes | int], ...], int] = {(): EMPTY}
        self._by_tree: dict[bytes, int] = {}

    def _search(self, work: TreeWork, jobs: int) -> None:
        named: dict[int, bytes] = {}
        """By share, the first bytes of the IDs that its trees name."""
        seen: dict[int, set[int]] = {}
        """The same of those that were found there."""
        for stage in (work.below, work.upper):
            pending = stage
            while pending:
                known = frozenset(self._held)
                for share, (holdings, trees, names) in work.results(pending, known, jobs):
                    held = [self._holdings.setdefault(each, each) for each in holdings]
                    self._held.update((tree, held[number]) for tree, number in trees.items())
                    named[share] = names
                    seen[share] = numbers_of(child for each in holdings for _, child in each)

                new = numbers_of(self._held.keys() - known)
                pending = [
                    share
                    for share, names in named.items()
                    if new and not seen[share] >= named_of(new, names)
                ]

    def number_of(self, top: bytes) -> int:
        """Return the number of the content of the tree with the binary ID `top`.

        The same files have the same number. Raises GitError.
        """
        numbers, held = self._by_tree, self._held
        pending = [top]
        while pending:  # no recursion: directories can be deeper than Python calls
            tree = pending[-1]
            holding = held.get(tree, ())
            below = [each for name, each in holding if name[-1:] == b"/" and each not in numbers]
            if below:
                pending += below
            else:
                numbers[tree] = self._numbered(holding)
                pending.pop()
        return numbers[top]

    def _numbered(self, holding: Holding) -> int:
        numbers = self._by_tree
        key = tuple(
            [(name, numbers[each] if name[-1:] == b"/" else each) for name, each in holding]
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
