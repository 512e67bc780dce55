"""The search at memory speed: where in a buffer is anything worth a precise look?

There are four kinds of anchors: literals, literals that count inside of base64 only, runs of the
base64 alphabet of a certain length, and heads of longer runs. What looks at every byte is compiled
(`scanner.kernel`); `scanner.engine.anchor_search` is the same in Python, for machines without a
compiler, and says how it works. Heads are regular expressions, which the few runs that can have one
are compared with here.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from scanner import kernel
from scanner.records import NamedTuple
from scanner.rulebook.model import CASES, ENCODED_RUN

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable
    from typing import Any, Final

    from scanner.rulebook.model import Anchor

EDGE: Final = b"\n"
"""A byte outside of the base64 alphabet, with which a buffer must begin and end.

A run is found by the byte before it; without an edge, one at the very beginning would be missed.
"""
PIECE: Final = 1 << 20
"""Bytes of large content that are searched at once: a copy of them fits a second-level cache."""
SHORTEST_COMPILED: Final = 2
"""Bytes of the shortest literal that the compiled search takes."""

ANY: Final = 0
MIXED, ALL_UPPER, ALL_LOWER, VARIED = range(1, len(CASES) + 1)
"""`Anchor.case` as a number, in the order of `CASES`."""

Spots = list[tuple[int, int]]
"""(byte offset, number of the anchor), by ascending offset."""
Span = tuple[int, int]
"""Where a run begins and ends in a buffer."""


class RunAnchor(NamedTuple):
    """An anchor that is a run; the conditions are those of `Anchor`."""

    number: int
    length: int
    before: bytes
    after: bytes
    first: bytes
    then: tuple[bytes, ...]
    case: int


class Tables(NamedTuple):
    """What is searched for, in the order that `scanner.kernel.anchors.tables` takes it."""

    literals: tuple[tuple[int, bytes], ...]
    encoded: tuple[tuple[int, bytes], ...]
    """Literals that count inside of a run of `encoded_run` characters or more only."""
    runs: tuple[RunAnchor, ...]
    """By ascending length."""
    least: int
    """Characters of the shortest run that is looked at."""
    encoded_run: int
    wants_heads: bool
    lower_heads: bytes
    """First bytes of the runs without capital letters that may begin with a head."""


class AnchorIndex:
    """A fixed set of anchors that are searched for together."""

    __slots__ = ("_head", "_heads", "_overlap", "_search", "anchors", "tables")

    def __init__(self, anchors: Iterable[Anchor]) -> None:
        """Arrange the anchors by how they are searched for; duplicates count once."""
        self.anchors: tuple[Anchor, ...] = tuple(dict.fromkeys(anchors))
        longest = max((len(a.literal) or a.run for a in self.anchors), default=0)
        # Bytes that a piece reads beyond its end: an anchor can begin in its last byte, and an
        # encoded literal has to see that its run is long enough.
        self._overlap = longest + ENCODED_RUN
        self._heads = [(n, each.head) for n, each in enumerate(self.anchors) if each.head]
        self._head: re.Pattern[bytes] | None = None
        self.tables = _tables(self.anchors)
        self._search: Any = None

    def __reduce__(self) -> tuple[type[AnchorIndex], tuple[tuple[Anchor, ...]]]:
        """Return how a process that was started anew makes the index: tables are of one process."""
        return AnchorIndex, (self.anchors,)

    @property
    def is_compiled(self) -> bool:
        """Whether the compiled search is used, which takes any buffer."""
        literals = (*self.tables.literals, *self.tables.encoded)
        return bool(kernel.anchors) and all(len(text) >= SHORTEST_COMPILED for _, text in literals)

    def search(self, buffer: bytes | memoryview) -> Spots:
        """Return the places of all anchors in `buffer`.

        The buffer begins and ends with `EDGE`; offsets count from after the first one, so they
        are offsets in the content between the edges. The search in Python takes bytes only.
        """
        search = self._search = self._search or self._prepare()
        spots: Spots
        spots, heads, lower_heads = search(buffer)
        for spans in (heads, lower_heads):
            if spans:
                self._search_heads(buffer, spans, spots)

        spots.sort()
        return spots

    def _prepare(self) -> Any:
        # Not before a search: some indexes are made for what they know of their anchors.
        if self.is_compiled:
            return kernel.search_for(self.tables)
        from scanner.engine.anchor_search import PythonSearch

        return PythonSearch(self.tables).search

    def _search_heads(self, buffer: bytes | memoryview, spans: list[Span], spots: Spots) -> None:
        """Add the places of runs that begin with a head."""
        head = self._head = self._head or self._compile_heads()
        begins: list[int] = []
        runs = [buffer[begin:end] for begin, end in spans]
        for match in head.finditer(b".".join([b"", *runs])):
            begins = begins or [*accumulate((len(run) + 1 for run in runs), initial=0)]
            run = bisect_right(begins, match.start()) - 1
            spots.append((spans[run][0] - 1, self._heads[(match.lastindex or 1) - 1][0]))

    def _compile_heads(self) -> re.Pattern[bytes]:
        # Not before a run is met that is long enough: this takes most of a millisecond.
        import re

        return re.compile(rb"\.(?:%b)" % b"|".join(b"(%b)" % head for _, head in self._heads))

    def search_bytes(self, data: bytes) -> Spots:
        """Return the places of all anchors in `data`.

        Large data is searched piece by piece, in a copy that fits the processor's cache. Pieces
        overlap by the longest anchor, and each spot belongs to the piece in which it begins.
        """
        size = len(data)
        if size <= PIECE + self._overlap:
            return self.search(b"".join((EDGE, data, EDGE)))

        spots: Spots = []
        view = memoryview(data)  # so that each byte is copied once, not twice
        for start in range(0, size, PIECE):
            end = start + PIECE + self._overlap
            before = b"" if start else EDGE
            after = EDGE if end >= size else b""
            piece = view[max(0, start - 1) : end]
            spots.extend(
                (start + offset, number)
                for offset, number in self.search(b"".join((before, piece, after)))
                if 0 <= offset < PIECE
            )

        return spots


def _tables(anchors: tuple[Anchor, ...]) -> Tables:
    literals: list[tuple[int, bytes]] = []
    encoded: list[tuple[int, bytes]] = []
    runs: list[RunAnchor] = []
    lower: set[int] = set()
    for number, each in enumerate(anchors):
        if each.run:
            case = CASES.index(each.case) + 1 if each.case else ANY
            conditions = (each.before, each.after, each.first, each.then)
            runs.append(RunAnchor(number, each.run, *conditions, case))
        elif not each.head:
            (encoded if each.encoded else literals).append((number, each.literal))
        elif not each.case:
            lower.update(each.first)

    runs.sort(key=lambda run: run.length)
    least = min((ENCODED_RUN, *(run.length for run in runs)))
    return Tables(
        tuple(literals), tuple(encoded), tuple(runs), least, ENCODED_RUN,
        any(each.head for each in anchors), bytes(sorted(lower)),
    )  # fmt: skip
