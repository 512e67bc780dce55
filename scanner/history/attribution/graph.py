"""The commits of a history in memory: which descends from which.

Commits are numbered, parents before children. Each commit has its parents and one base: the parent
that its tree is compared with. The bases make a forest of the commits, in which a change at a
commit holds for all commits below it until the next change. Numbered in preorder, the commits below
a commit are a span of numbers, and where a content is in a whole history is a few spans.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from scanner.history.attribution.packed_ids import PackedIds, Parents, Places


NONE: Final = -1
"""The base of a commit without parents."""

# Nodes whose descendants are looked for in one walk, one bit each: every commit of the walk gets an
# integer, and larger ones are slow to combine.
_BITS: Final = 1024


class Commits(NamedTuple):
    """The commits of a history as columns, parents before children."""

    ids: list[str] | PackedIds
    trees: list[str] | PackedIds
    parents: list[tuple[int, ...]] | Parents
    """By their places in the columns."""
    number: dict[str, int] | Places
    """The place of each ID."""


def numbered(rows: Iterable[tuple[str, str, list[str]]]) -> Commits:
    """Return the commits in `rows`, which are as `scanner.git.log.commits` returns them."""
    ids: list[str] = []
    trees: list[str] = []
    parents: list[tuple[int, ...]] = []
    number: dict[str, int] = {}
    for name, tree, above in rows:
        number[name] = len(ids)
        ids.append(name)
        trees.append(tree)
        # The parents of a shallow clone's first commits are not there.
        parents.append(tuple([number[each] for each in above if each in number]))
    return Commits(ids, trees, parents, number)


class Graph:
    """The commits, as nodes from 0 up. Trees that a tag names without a commit are nodes too."""

    __slots__ = ("base", "commits", "enter", "ids", "leave", "nodes", "number", "parents", "trees")

    def __init__(self, commits: Commits, loose_trees: Iterable[str] = ()) -> None:
        """Take `commits` as they are numbered, and then `loose_trees`."""
        self.ids, self.trees, self.parents, self.number = commits
        self.commits = len(self.ids)
        """The number of nodes that are commits; the nodes after them are trees."""
        for tree in loose_trees:
            if tree not in self.number:
                self.number[tree] = len(self.ids)
                self.ids.append(tree)
                self.trees.append(tree)
                self.parents.append(())

        self._choose_bases()
        self._number_in_preorder()

    def _choose_bases(self) -> None:
        trees = self.trees
        self.base = array("i")
        """The node that each node is compared with; `NONE` for those without parents."""
        for node, parents in enumerate(self.parents):
            base = parents[0] if parents else NONE
            if len(parents) > 1:
                # A merge that takes one side as it is does not differ from it: nothing to compare.
                tree = trees[node]
                base = next((each for each in parents if trees[each] == tree), base)
            self.base.append(base)

    def _number_in_preorder(self) -> None:
        number = len(self.ids)
        base = self.base
        size = array("i", [1]) * number
        for node in range(number - 1, -1, -1):
            if base[node] >= 0:
                size[base[node]] += size[node]

        self.enter = enter = array("i", [0]) * number
        """The preorder number of each node; those of the nodes below it follow."""
        self.leave = array("i", [0]) * number
        """The first preorder number after those of the nodes below the node."""
        self.nodes = array("i", [0]) * number
        """The node of each preorder number."""

        free = array("i", [0]) * number
        next_root = 0
        for node in range(number):
            above = base[node]
            if above >= 0:
                begin = free[above]
                free[above] += size[node]
            else:
                begin = next_root
                next_root += size[node]
            enter[node] = begin
            free[node] = begin + 1
            self.leave[node] = begin + size[node]
            self.nodes[begin] = node

    def comparisons(self, nodes: Iterable[int], empty_tree: str) -> list[str]:
        """Return for each of `nodes` the IDs of the trees before and after it.

        They are separated by a space; the text is empty where nothing changed.
        """
        trees = [*self.trees, empty_tree]  # at the index `NONE`
        pairs = ((trees[self.base[node]], trees[node]) for node in nodes)
        return [f"{before} {after}" if before != after else "" for before, after in pairs]

    def ancestors(self, nodes: Iterable[int]) -> bytearray:
        """Return for each node whether it is one of `nodes` or an ancestor of one."""
        marks = bytearray(len(self.ids))
        for node in nodes:
            marks[node] = 1
        for node in range(marks.rfind(1), -1, -1):
            if marks[node]:
                for parent in self.parents[node]:
                    marks[parent] = 1
        return marks

    def descent(self, sources: Sequence[int], asked: Collection[int]) -> dict[int, int]:
        """Return for each of `asked` which of `sources` it is or descends from, a bit for each.

        The `sources` are ascending and distinct. Takes one walk over all nodes for each 1,024.
        """
        found = dict.fromkeys(asked, 0)
        last = max(found, default=NONE)
        for begin in range(0, len(sources), _BITS):
            part = sources[begin : begin + _BITS]
            if part[0] <= last:
                for node, mask in self._spread(part, last, found).items():
                    found[node] |= mask << begin
        return found

    def _spread(self, part: Sequence[int], last: int, asked: Iterable[int]) -> dict[int, int]:
        """Return for each of `asked`, none after `last`, which of `part` it descends from."""
        parents = self.parents
        own = {node: 1 << bit for bit, node in enumerate(part)}
        masks = [0] * (last + 1)
        for node in range(part[0], last + 1):
            mask = own.get(node, 0)
            for parent in parents[node]:
                mask |= masks[parent]
            masks[node] = mask
        return {node: masks[node] for node in asked}
