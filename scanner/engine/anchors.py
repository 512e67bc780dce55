"""The search at memory speed: where in a buffer is anything worth a precise look?

* **Literals** are found one after the other with vector instructions, at 76 to 84 GB/s for each in
  the processor's cache. A few bytes are made the same first, at 65 GB/s, so that literals which
  then begin alike are found with one search.
* **Runs** of the base64 alphabet have no literal. Every byte of the alphabet is mapped to `x`,
  every other byte to a full stop, and one search for a full stop and 40 times `x` finds all runs
  that are long enough; their lengths are read off afterwards.
* **Literals that are pieces of base64** are searched for in those runs only, joined together: in
  those with a capital letter and a digit or sign, which leaves out hashes, paths and identifiers.
* **Heads of runs** are searched for in the same with one regular expression, and those of
  hexadecimal in runs without capital letters as well.

`python -m bench scan --sections stages` measures each step and the alternatives;
`docs/benchmarks.md` has the figures, and why the library is `stringzilla`.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from stringzilla import find, translate

from scanner.rulebook.model import ENCODED_RUN

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    from scanner.rulebook.model import Anchor

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

EDGE: Final = b"\n"
"""A byte outside of the base64 alphabet, with which a buffer must begin and end.

A run is found by the byte before it; without an edge, one at the very beginning would be missed.
"""
PIECE: Final = 1 << 20
"""Bytes of large content that are searched at once: a copy of them fits a second-level cache."""

_Numbered = tuple[int, "Anchor"]
_ByEdge = tuple[dict[int, list[_Numbered]], list[_Numbered]]
"""(number, anchor) for runs after each byte that one names, and for runs after any other byte."""
_ByFirstByte = tuple[dict[int, _ByEdge], _ByEdge]
"""The same for runs that begin with each byte that an anchor names, and for all other runs."""
Spots = list[tuple[int, int]]
"""(byte offset, number of the anchor), by ascending offset."""


class AnchorIndex:
    """A fixed set of anchors that are searched for together."""

    __slots__ = (
        "_encoded", "_families", "_head", "_heads", "_least", "_long", "_lower_heads",
        "_of_length", "_overlap", "_runs", "anchors",
    )  # fmt: skip

    def __init__(self, anchors: Iterable[Anchor]) -> None:
        """Arrange the anchors by how they are searched for; duplicates count once."""
        self.anchors: tuple[Anchor, ...] = tuple(dict.fromkeys(anchors))
        longest = max((len(a.literal) or a.run for a in self.anchors), default=0)
        # Bytes that a piece reads beyond its end: an anchor can begin in its last byte, and an
        # encoded literal has to see that its run is long enough.
        self._overlap = longest + ENCODED_RUN
        plain: list[tuple[int, bytes]] = []
        self._encoded: list[tuple[int, bytes]] = []
        self._heads: list[tuple[int, bytes]] = []
        self._head: re.Pattern[bytes] | None = None
        of_length: dict[int, list[tuple[int, Anchor]]] = {}

        for number, anchor in enumerate(self.anchors):
            if anchor.run:
                of_length.setdefault(anchor.run, []).append((number, anchor))
            elif anchor.head:
                self._heads.append((number, anchor.head))
            else:
                literals = self._encoded if anchor.encoded else plain
                literals.append((number, anchor.literal))

        self._families = _families(plain)
        # How runs of small letters and digits begin that can have a head.
        self._lower_heads = frozenset(
            first for each in self.anchors if each.head and not each.case for first in each.first
        )
        self._of_length = of_length
        self._runs: tuple[dict[int, _ByFirstByte], dict[int, _ByFirstByte]] | None = None
        self._least = min((ENCODED_RUN, *of_length))
        self._long = b"." + b"x" * self._least

    def search(self, buffer: bytes) -> Spots:
        """Return the places of all anchors in `buffer`.

        The buffer begins and ends with `EDGE`; offsets count from after the first one, so they
        are offsets in the content between the edges.
        """
        spots: Spots = []
        end = len(buffer) - len(EDGE)  # the edge is not content, and no literal may reach into it
        folded: bytes = translate(buffer, _FOLDS)
        for beginning, least, family in self._families:
            at = find(folded, beginning, len(EDGE), end)
            while at >= 0:
                for number, literal in family.get(buffer[at : at + least], ()):
                    if buffer.startswith(literal, at, end):
                        spots.append((at - len(EDGE), number))
                at = find(folded, beginning, at + 1, end)

        if self._of_length or self._encoded or self._heads:
            self._search_runs(buffer, spots)

        spots.sort()
        return spots

    def _search_runs(self, buffer: bytes, spots: Spots) -> None:
        classes: bytes = translate(buffer, _CLASSES)
        starts: list[int] = []
        runs: list[bytes] = []
        if classes[0] == _INSIDE:  # only in a piece of large content that begins inside of a run
            starts.append(0)
            runs.append(buffer[1 : _end_of_run(classes, 1)])

        # Local names, since some files have a run of 40 letters in every line, so that this loop
        # is the largest part of their search.
        long, least, size = self._long, self._least + 1, len(classes)
        at = find(classes, long)
        if at < 0 and not runs:
            return  # as in most small files

        lower_runs, other_runs = self._runs = self._runs or _run_tables(self._of_length)
        lower_heads = self._lower_heads
        lower_starts: list[int] = []
        lower_found: list[bytes] = []
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
                for number, anchor in by_edge.get(buffer[at], any_edge):
                    if _holds(anchor, buffer, at, end):
                        spots.append((at, number))

            # No call, since there are so many runs: letters alone are an identifier and no base64,
            # unless it is of UTF-16, of which a quarter are `A`.
            is_other = lower or (run.isalpha() and run.count(b"A") * 5 < length)
            if length >= ENCODED_RUN and not (is_other and end < size):
                starts.append(at)
                runs.append(run)
            elif lower and length >= ENCODED_RUN and run[0] in lower_heads:
                lower_starts.append(at)
                lower_found.append(run)

            at = find(classes, long, end)

        if runs and self._encoded:
            self._search_encoded(starts, runs, spots)
        if runs and self._heads:
            self._search_heads(starts, runs, classes[0] == _INSIDE, spots)
        if lower_found:
            self._search_heads(lower_starts, lower_found, False, spots)

    def _search_encoded(self, starts: list[int], runs: list[bytes], spots: Spots) -> None:
        joined = b".".join(runs)  # no literal of the alphabet is found across a full stop
        begins: list[int] = []
        for number, literal in self._encoded:
            at = find(joined, literal)
            while at >= 0:
                # Only now, since most runs hold no such literal.
                begins = begins or [*accumulate((len(run) + 1 for run in runs), initial=0)]
                run = bisect_right(begins, at) - 1
                spots.append((starts[run] + at - begins[run], number))
                at = find(joined, literal, at + 1)

    def _search_heads(
        self,
        starts: list[int],
        runs: list[bytes],
        is_cut: bool,
        spots: Spots,
    ) -> None:
        """Add the places of runs that begin with a head.

        `is_cut` means that the first run does not begin where it seems to.
        """
        head = self._head = self._head or self._compile_heads()
        begins: list[int] = []
        for match in head.finditer(b".".join([b"", *runs])):
            begins = begins or [*accumulate((len(run) + 1 for run in runs), initial=0)]
            run = bisect_right(begins, match.start()) - 1
            if run or not is_cut:
                spots.append((starts[run], self._heads[(match.lastindex or 1) - 1][0]))

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
            return self.search(b"%b%b%b" % (EDGE, data, EDGE))

        spots: Spots = []
        for start in range(0, size, PIECE):
            before = data[start - 1 : start] or EDGE
            after = EDGE if start + PIECE + self._overlap >= size else b""
            piece = data[start : start + PIECE + self._overlap]
            spots.extend(
                (start + offset, number)
                for offset, number in self.search(b"".join((before, piece, after)))
                if 0 <= offset < PIECE
            )

        return spots


def _families(
    literals: list[tuple[int, bytes]],
) -> list[tuple[bytes, int, dict[bytes, list[tuple[int, bytes]]]]]:
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
    of_length: dict[int, list[tuple[int, Anchor]]],
) -> tuple[dict[int, _ByFirstByte], dict[int, _ByFirstByte]]:
    """Return the anchors by length, for runs whose letters are all small ones and for the others.

    They are made when a run is met for the first time: a small file often has none.
    """
    return (
        _runs_by_length(of_length, {"", "lower"}),
        _runs_by_length(of_length, {"", "mixed", "upper", "varied"}),
    )


def _runs_by_length(
    of_length: dict[int, list[tuple[int, Anchor]]], cases: set[str]
) -> dict[int, _ByFirstByte]:
    chosen = {
        length: [each for each in those if each[1].case in cases]
        for length, those in of_length.items()
    }
    return {length: _by_first_byte(those) for length, those in chosen.items() if those}


def _by_first_byte(anchors: list[_Numbered]) -> _ByFirstByte:
    """Return the `anchors` for runs with each first byte that one names, and those for all others.

    The first byte rules most anchors out, and the byte before it most of the rest. Only bytes that
    are named have a list of their own.
    """
    named = {first for _, anchor in anchors for first in anchor.first}
    by_first = {
        first: _by_edge([each for each in anchors if not each[1].first or first in each[1].first])
        for first in named
    }
    return by_first, _by_edge([each for each in anchors if not each[1].first])


def _by_edge(anchors: list[_Numbered]) -> _ByEdge:
    named = {edge for _, anchor in anchors for edge in anchor.before}
    by_edge = {
        edge: [each for each in anchors if not each[1].before or edge in each[1].before]
        for edge in named
    }
    return by_edge, [each for each in anchors if not each[1].before]


def _holds(anchor: Anchor, buffer: bytes, before: int, after: int) -> bool:
    """Return whether the run between the offsets `before` and `after` is one that `anchor` wants.

    The two offsets are those of the bytes next to the run. Its first byte and the one before it
    are right.
    """
    if anchor.after and buffer[after] not in anchor.after:
        return False
    for place, allowed in enumerate(anchor.then, before + 2):
        if buffer[place] not in allowed:
            return False
    if not anchor.case:
        return True

    run = buffer[before + 1 : after]
    if anchor.case == "mixed":
        return run.lower() != run != run.upper()
    if anchor.case == "varied":
        return run.isalnum() and not run.isalpha() and run.lower() != run != run.upper()
    return (run.isupper() if anchor.case == "upper" else run.islower()) and run.isalnum()
