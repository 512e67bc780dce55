"""The commits of a history in git's order, from what the scan has kept of each.

`git rev-list` reads all commits once more for that. The order is that of its `--date-order`: no
commit before all its children, and otherwise the latest first (`sort_in_topological_order` in git's
commit.c). Here it is reversed, as in `scanner.git.log.commits`.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from scanner.history.objects.commit_rows import ids_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.history.objects.commit_rows import CommitRows


def in_order(
    rows: CommitRows, tips: Sequence[str], hash_size: int
) -> list[tuple[str, str, list[str]]] | None:
    """Return what `scanner.git.log.commits` does for the commits that the `tips` reach.

    None if one of those is not in `rows`, or may have been misunderstood.
    """
    if not rows.is_complete:
        return None
    number = {name: node for node, name in enumerate(ids_in(rows.names, hash_size))}
    parents = _parents(rows, number, hash_size)
    heads = [number.get(bytes.fromhex(tip), -1) for tip in dict.fromkeys(tips)]

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

    times = rows.times
    heads = sorted((node for node in heads if not children[node]), key=lambda node: -times[node])
    ids, trees = rows.names.hex(), rows.trees.hex()
    digits = 2 * hash_size
    names = [ids[at : at + digits] for at in range(0, len(ids), digits)]
    return [
        (
            names[node],
            trees[node * digits : (node + 1) * digits],
            [names[parent] for parent in parents[node]],
        )
        for node in reversed(_by_date(heads, parents, children, times))
    ]


def _parents(rows: CommitRows, number: dict[bytes, int], hash_size: int) -> list[list[int]]:
    """Return the parents of each commit; negative for one that is not there."""
    found = [number.get(name, -1) for name in ids_in(rows.parents, hash_size)]
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
    queue = [(-times[node], at, node) for at, node in enumerate(heads)]
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
