"""Which key ID belongs to which secret: nearest first, over the whole text, in any order.

Only neighbours are paired: the last of some key IDs with the first of the secrets behind them or
the other way round, and a list of key IDs with the list of as many secrets next to it, first with
first. Which neighbours is decided for a cluster of them at once, so that as few as possible are
left over: in a list of `secret, ID, secret, ID` each ID may be nearer to the secret of the next
entry, and only the ends of the list tell. What is left over is looked at again with wider limits,
in the end with none. The work is in proportion to the number of spots.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINE: Final = 40
"""What a line break adds to the distance in bytes."""
_BORDER: Final = 2000
"""What a blank line, a section head or a closing bracket at the start of a line adds."""
_WIDEST: Final = 6000
_LIMITS: Final = (1500, _WIDEST, None, None, None, None)
"""Greatest cost between neighbours of one cluster, step by step; then what is left, layer by layer,
since what stood between two spots may have been paired by then."""
_READ: Final = _WIDEST
"""Only what is nearer than this many bytes is read for what stands between."""

_BORDERS: Final = re.compile(rb"\n[ \t]*(?:\r?\n|\[[^\n\]]*\]|[}\])]|---|</)")
_JOINED: Final = re.compile(rb"[^A-Za-z0-9\[\](){}<>\r\n]{1,16}")


class Spot(NamedTuple):
    """One occurrence of a key ID or of a secret in a text."""

    start: int
    end: int
    value: bytes
    rank: int = 0
    """0 for the best candidates; those of a higher rank are paired after those of a lower one."""
    reach: int = 0
    """The greatest distance in bytes at which it may be paired; 0 for no limit."""


class _SidedSpot(NamedTuple):
    """A spot, and whether and which of the key IDs or of the secrets it is."""

    spot: Spot
    is_id: bool
    number: int


Pair = tuple[int, int]


def pair(text: bytes, ids: Sequence[Spot], secrets: Sequence[Spot]) -> list[Pair]:
    """Return (index of the key ID, index of the secret) of every pair in `text`, by position.

    Both sequences are ordered by offset. Each occurrence is used once.
    """
    items = [_SidedSpot(spot, True, i) for i, spot in enumerate(ids)]
    items += [_SidedSpot(spot, False, j) for j, spot in enumerate(secrets)]
    items.sort(key=lambda item: item.spot.start)
    ranks = sorted({item.spot.rank for item in items})
    waiting = _joined(text, items)
    pairs: list[Pair] = []
    for limit in _LIMITS:
        for rank in ranks:
            candidates = [
                item
                for item in items
                if item.spot.rank <= rank and waiting.get(item.spot.start, 0) <= rank
            ]
            found: list[Pair] = []
            for cluster in _clusters(text, candidates, limit):
                found += _match(text, cluster, lists_only=limit is not None)
            used = {(True, i) for i, _ in found} | {(False, j) for _, j in found}
            items = [item for item in items if (item.is_id, item.number) not in used]
            pairs += found
        # A copy of a value that has its partner needs no other one: it would be a stranger. At any
        # distance not even the copies of one value are told apart.
        values = {ids[i].value for i, _ in pairs} | {secrets[j].value for _, j in pairs}
        items = [item for item in items if item.spot.value not in values]
        if limit == _WIDEST:
            items = list({item.spot.value: item for item in reversed(items)}.values())[::-1]
    return sorted(pairs)


def _joined(text: bytes, items: list[_SidedSpot]) -> dict[int, int]:
    """Return, by the start of a key ID, the rank of a secret to which punctuation joins it.

    It waits for that one: in `ID:SECRET` no name is needed to tell what belongs together.
    """
    return {
        (one if one.is_id else other).spot.start: (other if one.is_id else one).spot.rank
        for one, other in pairwise(items)
        if one.is_id != other.is_id and _JOINED.fullmatch(text, one.spot.end, other.spot.start)
    }


def _clusters(
    text: bytes, items: list[_SidedSpot], limit: int | None
) -> Iterator[list[_SidedSpot]]:
    cluster: list[_SidedSpot] = []
    for item in items:
        if cluster and limit and _cost(text, cluster[-1].spot, item.spot) > limit:
            yield cluster
            cluster = []
        cluster.append(item)
    if cluster:
        yield cluster


def _cost(text: bytes, one: Spot, other: Spot) -> int:
    gap = max(0, other.start - one.end)
    if gap >= _READ:
        return gap + _BORDER
    lines = text.count(b"\n", one.end, other.start)
    borders = len(_BORDERS.findall(text, one.end, other.start)) if lines else 0
    return gap + _LINE * lines + _BORDER * borders


# -- one cluster ------------------------------------------------------------------------------


class _Arrangement(NamedTuple):
    """The best way so far to pair everything up to some run."""

    left_over: int
    cost: int
    pairs: _PairList | None


class _PairList(NamedTuple):
    """Pairs in a list that shares its tail with the lists of other states."""

    items: Sequence[tuple[_SidedSpot, _SidedSpot]]
    before: _PairList | None


def _match(text: bytes, cluster: list[_SidedSpot], *, lists_only: bool) -> list[Pair]:
    runs = _runs(cluster)
    if len(runs) < 2:
        return []
    # States by the number of spots of the current run that the run before it has taken.
    states = {0: _Arrangement(0, 0, None)}
    for run, following in zip(runs, [*runs[1:], []], strict=True):
        reached: dict[int, _Arrangement] = {}
        for taken, state in states.items():
            free = run[taken:]
            for number in _numbers(free, following, lists_only):
                left_over = state.left_over + len(free) - number
                cost, chain = state.cost, state.pairs
                if number:
                    chosen = free[:number] if number > 1 else free[-1:]
                    joined = list(zip(chosen, following, strict=False))
                    cost += number * _cost(text, free[-1].spot, following[0].spot)
                    chain = _PairList(joined, chain)
                known = reached.get(number)
                if known is None or (left_over, cost) < known[:2]:
                    reached[number] = _Arrangement(left_over, cost, chain)
        states = reached
    return [
        (one.number, other.number) if one.is_id else (other.number, one.number)
        for one, other in _unroll(states[0].pairs)
    ]


def _unroll(chain: _PairList | None) -> Iterator[tuple[_SidedSpot, _SidedSpot]]:
    while chain is not None:
        yield from chain.items
        chain = chain.before


def _runs(cluster: list[_SidedSpot]) -> list[list[_SidedSpot]]:
    runs: list[list[_SidedSpot]] = []
    for item in cluster:
        if runs and runs[-1][0].is_id == item.is_id:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _numbers(free: list[_SidedSpot], following: list[_SidedSpot], lists_only: bool) -> set[int]:
    """Return how many of `free` may be paired with the first of `following`.

    One means the last of `free`, more the first of them: lists are paired first with first. They
    have to look like lists if `lists_only` is set.
    """
    if not free or not following:
        return {0}
    one, other = free[-1].spot, following[0].spot
    gap = max(0, other.start - one.end)
    reach = min((spot.reach for spot in (one, other) if spot.reach), default=gap)
    if gap > reach:
        return {0}
    number = min(len(free), len(following))
    if number == 1 or (lists_only and not _is_list(free[:number], following[:number], gap)):
        return {0, 1}
    return {0, 1, number}


def _is_list(one: list[_SidedSpot], other: list[_SidedSpot], gap: int) -> bool:
    """Tell whether two groups look like lists: no wider apart inside than from one another."""
    inside = max(
        later.spot.start - earlier.spot.end
        for group in (one, other)
        for earlier, later in pairwise(group)
    )
    return inside <= 2 * gap + _LINE and all(
        len({item.spot.value for item in group}) == len(group) for group in (one, other)
    )
