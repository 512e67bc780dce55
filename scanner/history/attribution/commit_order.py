"""The commits of a history in git's order, from what the scan has kept of each.

`git rev-list` reads all commits once more for that. The order is that of its `--date-order`: no
commit before all its children, and otherwise the latest first (`sort_in_topological_order` in git's
commit.c). Here it is reversed, as in `scanner.git.log.commits`.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from scanner.history.attribution.graph import Commits
from scanner.history.objects.commit_rows import ids_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.history.objects.commit_rows import CommitRows


def in_order(rows: CommitRows, tips: Sequence[str], hash_size: int) -> Commits | None:
    """Return the commits that the `tips` reach, in the order of `scanner.git.log.commits`.

    None if one of those is not in `rows`, or may have been misunderstood.
    """
    if not rows.is_complete:
        return None
    names = ids_in(rows.names, hash_size)
    place = dict(zip(names, range(len(names)), strict=True))
    parents = _parents(rows, place, hash_size)
    heads = [place.get(bytes.fromhex(tip), -1) for tip in dict.fromkeys(tips)]

    children = [0] * len(parents)
    """How many of each are not in the order yet."""
    reached = bytearray(len(parents))
    pending = []
    for node in heads:
        if node < 0:
            return None
        reached[node] = 1
        pending.append(node)
    while pending:
        for parent in parents[pending.pop()]:
            if parent < 0:
                return None
            children[parent] += 1
            if not reached[parent]:
                reached[parent] = 1
                pending.append(parent)

    heads = [node for node in heads if not children[node]]
    order = _by_date(heads, parents, children, rows.times)
    order.reverse()
    number = [0] * len(names)
    for at, node in enumerate(order):
        number[node] = at
    trees, digits = rows.trees.hex(), 2 * hash_size
    return Commits(
        [names[node].hex() for node in order],
        [trees[node * digits : (node + 1) * digits] for node in order],
        [tuple([number[parent] for parent in parents[node]]) for node in order],
    )


def _parents(rows: CommitRows, place: dict[bytes, int], hash_size: int) -> list[list[int]]:
    """Return the parents of each commit; negative for one that is not there."""
    found = [place.get(name, -1) for name in ids_in(rows.parents, hash_size)]
    ends = list(accumulate(rows.numbers, initial=0))
    return [found[begin:end] for begin, end in pairwise(ends)]


def _by_date(
    heads: Sequence[int],
    parents: Sequence[Sequence[int]],
    children: list[int],
    times: Sequence[int],
) -> list[int]:
    """Return all that `heads` reach, children first, and otherwise the latest first."""
    order: list[int] = []
    # Of several with the same time git takes the one that it has come to first.
    queue = sorted((-times[node], at, node) for at, node in enumerate(heads))
    taken = len(queue)
    while queue:
        node = heappop(queue)[2]
        order.append(node)
        for parent in parents[node]:
            children[parent] -= 1
            if not children[parent]:
                heappush(queue, (-times[parent], taken, parent))
                taken += 1
    return order
