"""The search for anchors in Python: the reference, and what runs where no compiled one was built.

* **Literals** are found one after the other with vector instructions, at 76 to 84 GB/s for each in
  the processor's cache. A few bytes are made the same first, at 65 GB/s, so that literals which
  then begin alike are found with one search.
* **Runs** of the base64 alphabet have no literal. Every byte of the alphabet is mapped to `x`,
  every other byte to a full stop, and one search for a full stop and 40 times `x` finds all runs
  that are long enough; their lengths are read off afterwards.
* **Literals that are pieces of base64** are searched for in those runs only, joined together.

`python -m bench scan --sections stages` measures each step and the alternatives;
`docs/benchmarks.md` has the figures, and why the library is `stringzilla`.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from stringzilla import find, translate

from scanner.engine.anchors import ALL_LOWER, ALL_UPPER, ANY, MIXED, VARIED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from scanner.engine.anchors import RunAnchor, Span, Spots, Tables

# Any two different bytes would do; these make a mapped buffer readable in a debugger.
_INSIDE: Final = ord("x")
_OUTSIDE: Final = ord(".")
# The alphabet of RFC 4648 section 4, without the padding: a secret access key has none.
_ALPHABET: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_CLASSES: Final = bytes(_INSIDE if byte in _ALPHABET else _OUTSIDE for byte in range(256))

_FOLDED: Final = (b"BCFIKSbf5_", b"UV", b"Ntpw", b"JM", b"ek", b"012346x#[", b"\\&\x1b")
"""Groups of bytes that are made the same before the search.

They are the bytes in which otherwise equal literals of the shipped rules differ: `AKIA` and `ASIA`,
`%2B` and `%2f`, `-at-`, `-api-key-` and `-aws-v1.`, `ccess_key` and `ccessKey` (`_` and `K`, then
`k` and `e`). The last two are for escapes, so that one search does for those in hex and in octal,
for references to characters and for the colours of a terminal. Every byte more makes texts match
that are then compared in vain, so the groups are small. They affect speed only: each match is
compared with the literals themselves.
"""
_FOLDS: Final = bytes(
    next((group[0] for group in _FOLDED if byte in group), byte) for byte in range(256)
)
_SHARED: Final = 3
"""Bytes that literals must have in common at their beginning to be searched for together.

Beginnings of two bytes are frequent in any text, and each match costs a comparison in Python.
"""

_Family = tuple[bytes, int, dict[bytes, list[tuple[int, bytes]]]]
"""What literals that are searched for together share at their folded beginning, a number of bytes
that each has, and (number, literal) by the first bytes of that number."""
_ByEdge = tuple[dict[int, list["RunAnchor"]], list["RunAnchor"]]
"""The anchors for runs after each byte that one names, and for runs after any other byte."""
_ByFirstByte = tuple[dict[int, _ByEdge], _ByEdge]
"""The same for runs that begin with each byte that an anchor names, and for all other runs."""


class PythonSearch:
    """Searches for what fixed tables hold; `scanner.kernel.anchors` does the same, compiled."""

    __slots__ = ("_families", "_long", "_runs", "_tables")

    def __init__(self, tables: Tables) -> None:
        """Arrange the literals by how they are searched for."""
        self._tables = tables
        self._families = _families(tables.literals)
        self._runs: tuple[dict[int, _ByFirstByte], dict[int, _ByFirstByte]] | None = None
        self._long = b"." + b"x" * tables.least

    def search(self, buffer: bytes) -> tuple[Spots, list[Span], list[Span]]:
        """Return the places of anchors in `buffer`, and runs that may begin with a head.

        The buffer begins and ends with an edge, which is no content and no part of a literal;
        places count from after the first one and are in no order. Runs are (begin, end) in the
        buffer: those that may be base64, then those without capital letters.
        """
        spots: Spots = []
        end = len(buffer) - 1
        folded: bytes = translate(buffer, _FOLDS)
        for beginning, least, family in self._families:
            at = find(folded, beginning, 1, end)
            while at >= 0:
                for number, literal in family.get(buffer[at : at + least], ()):
                    if buffer.startswith(literal, at, end):
                        spots.append((at - 1, number))
                at = find(folded, beginning, at + 1, end)

        tables = self._tables
        if not (tables.runs or tables.encoded or tables.wants_heads):
            return spots, [], []
        return spots, *self._search_runs(buffer, spots)

    def _search_runs(self, buffer: bytes, spots: Spots) -> tuple[list[Span], list[Span]]:
        tables = self._tables
        classes: bytes = translate(buffer, _CLASSES)
        if classes[0] == _INSIDE:
            # Only in a piece of large content that begins inside of a run: where that begins is not
            # known, so it has no head and no length.
            self._search_encoded(buffer, [(1, _end_of_run(classes, 1))], spots)

        # Local names, since some files have a run of 40 letters in every line, so that this loop
        # is the largest part of their search.
        long, least, size = self._long, tables.least + 1, len(classes)
        at = find(classes, long)
        if at < 0:
            return [], []  # as in most small files

        lower_runs, other_runs = self._runs = self._runs or _run_tables(tables.runs)
        encoded_run = tables.encoded_run
        encoded: list[Span] = []
        lower_heads: list[Span] = []
        end_of_run = classes.find
        while at >= 0:
            end = end_of_run(_OUTSIDE, at + least)
            if end < 0:
                end = size

            length = end - at - 1
            run = buffer[at + 1 : end]
            # Most runs by far are hashes in hexadecimal, and paths.
            lower = run.islower()
            # A run that the piece cuts off has another length here. The next piece overlaps this
            # one and sees all of it.
            wanted = (lower_runs if lower else other_runs).get(length)
            if wanted and end < size:
                by_first, any_first = wanted
                by_edge, any_edge = by_first.get(run[0], any_first)
                for anchor in by_edge.get(buffer[at], any_edge):
                    if _holds(anchor, buffer, at, end):
                        spots.append((at, anchor.number))

            # No call, since there are so many runs: letters alone are an identifier and no base64,
            # unless it is of UTF-16, of which a quarter are `A`.
            is_other = lower or (run.isalpha() and run.count(b"A") * 5 < length)
            if length >= encoded_run and not (is_other and end < size):
                encoded.append((at + 1, end))
            elif lower and length >= encoded_run and run[0] in tables.lower_heads:
                lower_heads.append((at + 1, end))

            at = find(classes, long, end)

        self._search_encoded(buffer, encoded, spots)
        return (encoded if tables.wants_heads else []), lower_heads

    def _search_encoded(self, buffer: bytes, spans: list[Span], spots: Spots) -> None:
        if not spans or not self._tables.encoded:
            return
        # No literal of the alphabet is found across a full stop.
        joined = b".".join([buffer[begin:end] for begin, end in spans])
        begins: list[int] = []
        for number, literal in self._tables.encoded:
            at = find(joined, literal)
            while at >= 0:
                # Only now, since most runs hold no such literal.
                begins = begins or [
                    *accumulate((end - begin + 1 for begin, end in spans), initial=0)
                ]
                run = bisect_right(begins, at) - 1
                spots.append((spans[run][0] - 1 + at - begins[run], number))
                at = find(joined, literal, at + 1)


def _families(literals: Sequence[tuple[int, bytes]]) -> list[_Family]:
    """Return groups of (number, literal) that are searched for together.

    Each has the folded beginning that its literals share, which is what is searched for, a number
    of bytes that each literal has, and the literals by their first bytes of that number.
    """
    found: list[tuple[bytes, list[tuple[int, bytes]]]] = []
    for number, literal in sorted(literals, key=lambda each: translate(each[1], _FOLDS)):
        folded: bytes = translate(literal, _FOLDS)
        if found:
            beginning, family = found[-1]
            shared = _common(beginning, folded)
            if len(shared) >= _SHARED:
                family.append((number, literal))
                found[-1] = shared, family
                continue

        found.append((folded, [(number, literal)]))

    families = []
    for beginning, family in found:
        least = min(len(literal) for _, literal in family)
        by_head: dict[bytes, list[tuple[int, bytes]]] = {}
        for number, literal in family:
            by_head.setdefault(literal[:least], []).append((number, literal))
        families.append((beginning, least, by_head))
    return families


def _common(one: bytes, other: bytes) -> bytes:
    """Return the longest common prefix of both."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return one[:place]
    return min(one, other, key=len)


def _end_of_run(classes: bytes, at: int) -> int:
    end = classes.find(_OUTSIDE, at)
    return end if end >= 0 else len(classes)


def _run_tables(
    anchors: Sequence[RunAnchor],
) -> tuple[dict[int, _ByFirstByte], dict[int, _ByFirstByte]]:
    """Return the anchors by length, for runs whose letters are all small ones and for the others.

    They are made when a run is met for the first time: a small file often has none.
    """
    return (
        _runs_by_length(anchors, {ANY, ALL_LOWER}),
        _runs_by_length(anchors, {ANY, MIXED, ALL_UPPER, VARIED}),
    )


def _runs_by_length(anchors: Sequence[RunAnchor], cases: set[int]) -> dict[int, _ByFirstByte]:
    of_length: dict[int, list[RunAnchor]] = {}
    for anchor in anchors:
        if anchor.case in cases:
            of_length.setdefault(anchor.length, []).append(anchor)
    return {length: _by_first_byte(those) for length, those in of_length.items()}


def _by_first_byte(anchors: list[RunAnchor]) -> _ByFirstByte:
    """Return the `anchors` for runs with each first byte that one names, and those for all others.

    The first byte rules most anchors out, and the byte before it most of the rest. Only bytes that
    are named have a list of their own.
    """
    named = {first for anchor in anchors for first in anchor.first}
    by_first = {
        first: _by_edge([each for each in anchors if not each.first or first in each.first])
        for first in named
    }
    return by_first, _by_edge([each for each in anchors if not each.first])


def _by_edge(anchors: list[RunAnchor]) -> _ByEdge:
    named = {edge for anchor in anchors for edge in anchor.before}
    by_edge = {
        edge: [each for each in anchors if not each.before or edge in each.before] for edge in named
    }
    return by_edge, [each for each in anchors if not each.before]


def _holds(anchor: RunAnchor, buffer: bytes, before: int, after: int) -> bool:
    """Return whether the run between the offsets `before` and `after` is one that `anchor` wants.

    The two offsets are those of the bytes next to the run. Its first byte and the one before it
    are right.
    """
    if anchor.after and buffer[after] not in anchor.after:
        return False
    for place, allowed in enumerate(anchor.then, before + 2):
        if buffer[place] not in allowed:
            return False
    if anchor.case == ANY:
        return True

    run = buffer[before + 1 : after]
    if anchor.case == MIXED:
        return run.lower() != run != run.upper()
    if anchor.case == VARIED:
        return run.isalnum() and not run.isalpha() and run.lower() != run != run.upper()
    return (run.isupper() if anchor.case == ALL_UPPER else run.islower()) and run.isalnum()
