"""Searches for anchors, each by itself, with stringzilla and with the standard library."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

import stringzilla

from bench.timing import Stage, each
from scanner.aws.randomness import ALPHABET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.rulebook.model import Anchor

_CLASSES: Final = bytes(ord("x") if byte in ALPHABET else ord(".") for byte in range(256))


def copying(units: Sequence[bytes], runs: int) -> list[Stage]:
    """Measure what mapping the content to two classes of bytes costs, and the copy it needs."""

    def in_place(unit: bytes) -> None:
        stringzilla.translate(bytearray(unit), _CLASSES, inplace=True)

    def into_new(unit: bytes) -> None:
        stringzilla.translate(unit, _CLASSES)

    def builtin(unit: bytes) -> None:
        unit.translate(_CLASSES)

    group = "copying and mapping"
    return [
        each(group, "limit: copy (memcpy)", bytearray, units, runs),
        each(group, "copy, stringzilla.translate in place", in_place, units, runs),
        each(group, "stringzilla.translate into new bytes", into_new, units, runs),
        each(group, "bytes.translate", builtin, units, runs),
    ]


def literals(units: Sequence[bytes], anchors: Sequence[Anchor], runs: int) -> list[Stage]:
    """Measure the search for each literal of `anchors`, and for all of them."""
    needles = list(dict.fromkeys(anchor.literal for anchor in anchors if anchor.literal))
    together = re.compile(b"|".join(map(re.escape, needles)))
    group = "literals"
    return [
        *(
            each(
                group, f"stringzilla.find {needle!r}", partial(_stringzilla, (needle,)), units, runs
            )
            for needle in needles
        ),
        *_all_ways(group, needles, units, runs),
        each(group, "re, all as one alternation", partial(_re, together), units, runs),
    ]


def fixed_runs(units: Sequence[bytes], anchors: Sequence[Anchor], runs: int) -> list[Stage]:
    """Measure the search for each run of `anchors` in mapped content, and for all of them."""
    lengths = sorted({anchor.run for anchor in anchors if anchor.run})
    needles = [b".%b." % (b"x" * length) for length in lengths]
    mapped = [unit.translate(_CLASSES) for unit in units]
    exact = "|".join(f"[A-Za-z0-9+/]{{{length}}}" for length in reversed(lengths))
    pattern = re.compile(f"(?<![A-Za-z0-9+/])(?:{exact})(?![A-Za-z0-9+/])".encode())
    group = "runs, in mapped content"
    return [
        *(
            each(group, f"stringzilla.find of {length}", partial(_stringzilla, (needle,)), mapped,
                 runs)
            for length, needle in zip(lengths, needles, strict=True)
        ),
        *_all_ways(group, needles, mapped, runs),
        each(group, "re, all as one pattern, unmapped", partial(_re, pattern), units, runs),
    ]  # fmt: skip


def _all_ways(
    group: str, needles: Sequence[bytes], units: Sequence[bytes], runs: int
) -> Iterator[Stage]:
    number = len(needles)
    yield each(
        group, f"stringzilla.find, all {number}", partial(_stringzilla, needles), units, runs
    )
    yield each(group, f"bytes.find, all {number}", partial(_builtin, needles), units, runs)


def _stringzilla(needles: Iterable[bytes], unit: bytes) -> None:
    for needle in needles:
        at = stringzilla.find(unit, needle)
        while at >= 0:
            at = stringzilla.find(unit, needle, at + 1)


def _builtin(needles: Iterable[bytes], unit: bytes) -> None:
    for needle in needles:
        at = unit.find(needle)
        while at >= 0:
            at = unit.find(needle, at + 1)


def _re(pattern: re.Pattern[bytes], unit: bytes) -> None:
    for _ in pattern.finditer(unit):
        pass
