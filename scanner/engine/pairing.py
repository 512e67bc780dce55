"""Which key ID belongs to which secret: nearest first, over the whole text, in any order.

Only neighbours are paired: the last of some key IDs with the first of the secrets after them, or
the other way round; or a list of key IDs with the list of as many secrets next to it, first with
first.

Spots that are near one another form a cluster, and its pairs are chosen together, so that as few
spots as possible are left over. In a list of `secret, ID, secret, ID` each ID may be nearer to the
secret of the next entry; only the ends of the list show which ones belong together. What is left
over is paired with wider limits, in the end without one.

The work is in proportion to the number of spots: `test_two_thousand_pairs` has a large text.
"""

from __future__ import annotations

from itertools import pairwise

from scanner.expressions import compile_later
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

# A cost is a distance in bytes, made larger by what separates two entries of a file. The figures
# are choices, not measurements; `tests/engine/test_pairing.py` has a layout for each that only
# this order of magnitude pairs as a person would.

_LINE: Final = 40
"""What a line break adds: two values on one line belong together rather than two on two lines."""
_BORDER: Final = 2000
"""What a blank line, a section head or a closing bracket at the start of a line adds.

It is above the first limit, so that pairs across such a border are made only after all others.
"""
_WIDEST: Final = 6000
"""The last limit: two borders and some lines, but not three borders."""
BEST: Final = 0
"""The rank of what a name or a form speaks for."""
LAST: Final = 3
"""The rank of what a name speaks against: paired only where nothing better is near or named."""
_BLOCK: Final = 1500
_STEPS: Final = (
    (_BLOCK, LAST - 1), (_WIDEST, LAST - 1), (None, BEST), (_BLOCK, LAST),
    (None, LAST), (None, LAST), (None, LAST), (None, LAST),
)  # fmt: skip
"""Greatest cost between neighbours in one cluster, and the last rank that takes part, in order.

1,500 is a block of some thirty lines without a border. In the end come four steps without a limit,
since two spots can become neighbours when what was between them has been paired.
"""
_READ: Final = _WIDEST
"""Bytes between two spots from which on the text between them is not read.

A distance that alone reaches the widest limit decides by itself, and a file can be large.
"""

_BORDERS: Final = compile_later(rb"\n[ \t]*(?:\r?\n|\[[^\n\]]*\]|[}\])]|---|</)")
# In this order: a blank line, a section of an INI file, the end of a block, a new YAML document, a
# closing tag.
_JOINED: Final = compile_later(rb"[^A-Za-z0-9\[\](){}<>\r\n]{1,16}")
# Punctuation on one line, as in `ID:SECRET` or `"ID", "SECRET"`: no word and no bracket in it.


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
    """A spot together with its side: whether it is a key ID or a secret, and its index there."""

    spot: Spot
    is_id: bool
    number: int


Pair = tuple[int, int]


def pair(text: bytes, ids: Sequence[Spot], secrets: Sequence[Spot]) -> list[Pair]:
    """Return (index of the key ID, index of the secret) of every pair in `text`, ascending.

    Both sequences are ordered by offset. Each occurrence is used once.
    """
    items = [_SidedSpot(spot, True, i) for i, spot in enumerate(ids)]
    items += [_SidedSpot(spot, False, j) for j, spot in enumerate(secrets)]
    items.sort(key=lambda item: item.spot.start)
    ranks = sorted({item.spot.rank for item in items})
    waiting = _joined(text, items)
    pairs: list[Pair] = []

    for limit, last in _STEPS:
        for rank in (rank for rank in ranks if rank <= last):
            # A key ID with a secret of a higher rank joined to it waits for the turn of that rank.
            candidates = [
                item
                for item in items
                if item.spot.rank <= rank and waiting.get(item.spot.start, 0) <= rank
            ]
            if limit is None:
                candidates = _distinct(candidates)
            found: list[Pair] = []
            for cluster in _clusters(text, candidates, limit):
                found += _match(text, cluster, lists_only=limit is not None)

            used = {(True, i) for i, _ in found} | {(False, j) for _, j in found}
            items = [item for item in items if (item.is_id, item.number) not in used]
            pairs += found

        # A copy of a value that has its partner takes no part: its partner would be that of another
        # credential.
        values = {ids[i].value for i, _ in pairs} | {secrets[j].value for _, j in pairs}
        items = [item for item in items if item.spot.value not in values]

    return sorted(pairs)


def _distinct(items: list[_SidedSpot]) -> list[_SidedSpot]:
    """Return the first spot of each value: without a limit on the distance, copies count as one."""
    return list({item.spot.value: item for item in reversed(items)}.values())[::-1]


def _joined(text: bytes, items: list[_SidedSpot]) -> dict[int, int]:
    """Return, by the start of a key ID, the rank of the secret that punctuation joins to it.

    The key ID waits for that secret, even if one of a better rank is near: `ID:SECRET` needs no
    name to show what belongs together.
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
    """Return the distance from the end of `one` to the start of `other`, with what separates them.

    A distance of `_READ` bytes or more counts as if there were a border.
    """
    gap = max(0, other.start - one.end)
    if gap >= _READ:
        return gap + _BORDER
    lines = text.count(b"\n", one.end, other.start)
    borders = len(_BORDERS.findall(text, one.end, other.start)) if lines else 0
    return gap + _LINE * lines + _BORDER * borders


# -- one cluster ------------------------------------------------------------------------------


class _Arrangement(NamedTuple):
    """The best way so far to pair everything up to some run: fewest left over, then cheapest."""

    left_over: int
    cost: int
    pairs: _PairList | None


class _PairList(NamedTuple):
    """A linked list of pairs, which shares its tail with the lists of other arrangements.

    Copying the pairs for each arrangement would make the work grow with the square of their number.
    """

    items: Sequence[tuple[_SidedSpot, _SidedSpot]]
    before: _PairList | None


def _match(text: bytes, cluster: list[_SidedSpot], *, lists_only: bool) -> list[Pair]:
    """Return the pairs of one cluster: as many as possible, and of those the cheapest.

    A cluster is a sequence of runs, key IDs and secrets in turn. Each spot is paired within two
    neighbouring runs, so that a run needs to know of those before it only how many of its spots are
    taken: dynamic programming, from left to right.
    """
    runs = _runs(cluster)
    if len(runs) < 2:
        return []

    # By the number of spots of the current run that the run before it has taken.
    states = {0: _Arrangement(0, 0, None)}
    for run, following in zip(runs, [*runs[1:], []], strict=True):
        reached: dict[int, _Arrangement] = {}
        for taken, state in states.items():
            free = run[taken:]
            for number in _numbers(free, following, lists_only):
                left_over = state.left_over + len(free) - number
                cost, chain = state.cost, state.pairs
                if number:
                    # One: the last of this run with the first of the next. More: two lists.
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
    """Return the numbers of spots of `free` that may be paired with as many of `following`.

    One means the last of `free` with the first of `following`. More means two lists, paired first
    with first; with `lists_only` they have to look like lists.
    """
    if not free or not following:
        return {0}

    one, other = free[-1].spot, following[0].spot
    gap = max(0, other.start - one.end)
    # The smaller reach of the two decides; a spot with reach 0 has no limit of its own.
    reach = min((spot.reach for spot in (one, other) if spot.reach), default=gap)
    if gap > reach:
        return {0}

    number = min(len(free), len(following))
    if number == 1 or (lists_only and not _is_list(free[:number], following[:number], gap)):
        return {0, 1}

    return {0, 1, number}


def _is_list(one: list[_SidedSpot], other: list[_SidedSpot], gap: int) -> bool:
    """Return whether two groups look like lists, and no value is in one of them twice.

    In a list the entries are about as near to one another as the two lists are. Twice the gap and
    a line more allow for a heading or a comment in one of them.
    """
    inside = max(
        later.spot.start - earlier.spot.end
        for group in (one, other)
        for earlier, later in pairwise(group)
    )
    return inside <= 2 * gap + _LINE and all(
        len({item.spot.value for item in group}) == len(group) for group in (one, other)
    )
