"""The commits of a history in git's order, from what the scan has kept of each.

`git rev-list` reads all commits once more for that. The order is that of its `--date-order`: no
commit before all its children, and otherwise the latest first (`sort_in_topological_order` in git's
commit.c). Here it is reversed, as in `scanner.git.log.commits`.
"""

from __future__ import annotations

from array import array
from heapq import heappop, heappush
from itertools import accumulate
from typing import TYPE_CHECKING

from scanner.history.attribution.graph import Commits
from scanner.history.attribution.packed_ids import PackedIds, Parents, Places, places_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.history.objects.commit_rows import CommitRows


def in_order(rows: CommitRows, tips: Sequence[str], hash_size: int) -> Commits | None:
    """Return the commits that the `tips` reach, in the order of `scanner.git.log.commits`.

    None if one of those is not in `rows`, or may have been misunderstood.
    """
    if not rows.is_complete:
        return None
    names = bytes(rows.names)
    number = len(rows.numbers)
    found = places_of(bytes(rows.parents), names, hash_size)
    ends = array("I", accumulate(rows.numbers, initial=0))
    tops = b"".join(map(bytes.fromhex, dict.fromkeys(tips)))
    heads = list(places_of(tops, names, hash_size))

    children = array("i", [0]) * number
    """How many of each are not in the order yet."""
    reached = bytearray(number)
    pending = []
    for node in heads:
        if node < 0:
            return None
        reached[node] = 1
        pending.append(node)
    while pending:
        node = pending.pop()
        for parent in found[ends[node] : ends[node + 1]]:
            if parent < 0:
                return None
            children[parent] += 1
            if not reached[parent]:
                reached[parent] = 1
                pending.append(parent)

    heads = [node for node in heads if not children[node]]
    order = _by_date(heads, found, ends, children, rows.times)
    order.reverse()
    place = array("i", [0]) * number
    parents = Parents()
    for at, node in enumerate(order):  # parents come first
        place[node] = at
        parents.append([place[parent] for parent in found[ends[node] : ends[node + 1]]])
    ids = PackedIds(_picked(names, order, hash_size), hash_size)
    trees = PackedIds(_picked(rows.trees, order, hash_size), hash_size)
    return Commits(ids, trees, parents, Places(ids))


def _picked(packed: bytes | bytearray, order: Iterable[int], size: int) -> bytearray:
    """Return the IDs of `packed` in the given order."""
    picked = bytearray()
    for node in order:
        picked += packed[node * size : (node + 1) * size]
    return picked


def _by_date(
    heads: Sequence[int],
    parents: array[int],
    ends: array[int],
    children: array[int],
    times: Sequence[int],
) -> array[int]:
    """Return all that `heads` reach, children first, and otherwise the latest first.

    The `parents` of all commits are one after the other, those of a commit up to one of the `ends`.
    """
    order = array("i")
    # Of several with the same time git takes the one that it has come to first.
    queue = sorted((-times[node], at, node) for at, node in enumerate(heads))
    taken = len(queue)
    while queue:
        node = heappop(queue)[2]
        order.append(node)
        for parent in parents[ends[node] : ends[node + 1]]:
            children[parent] -= 1
            if not children[parent]:
                heappush(queue, (-times[parent], taken, parent))
                taken += 1
    return order
