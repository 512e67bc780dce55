"""Searches for anchors, each by itself, with stringzilla and with the standard library."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

import stringzilla

from scanner.aws.randomness import ALPHABET

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.measures.in_process import Stages
    from scanner.rulebook.model import Anchor

_CLASSES: Final = bytes(ord("x") if byte in ALPHABET else ord(".") for byte in range(256))
"""Maps the base64 alphabet to one byte and all others to another: a run is then a literal."""


def copying(found: Stages, units: Sequence[bytes]) -> None:
    """Measure what mapping the content to two classes of bytes costs, and the copy it needs."""
    found.group = "copying and mapping"
    # A scan has to keep the content, so it cannot map it in place without a copy.
    found.each("limit: copy (memcpy)", bytearray, units)
    found.each(
        "copy, stringzilla.translate in place",
        lambda unit: stringzilla.translate(bytearray(unit), _CLASSES, inplace=True),
        units,
    )
    found.each(
        "stringzilla.translate into new bytes",
        lambda unit: stringzilla.translate(unit, _CLASSES),
        units,
    )
    found.each("bytes.translate", lambda unit: unit.translate(_CLASSES), units)


def literals(found: Stages, units: Sequence[bytes], anchors: Sequence[Anchor]) -> None:
    """Measure the search for each literal of `anchors`, and for all of them."""
    needles = list(dict.fromkeys(anchor.literal for anchor in anchors if anchor.literal))

    found.group = "literals"
    for needle in needles:
        found.each(f"stringzilla.find {needle!r}", partial(_stringzilla, (needle,)), units)
    _all_ways(found, needles, units)
    together = re.compile(b"|".join(map(re.escape, needles)))
    found.each("re, all as one alternation", partial(_re, together), units)


def fixed_runs(found: Stages, units: Sequence[bytes], anchors: Sequence[Anchor]) -> None:
    """Measure the search for each run of `anchors` in mapped content, and for all of them."""
    lengths = sorted({anchor.run for anchor in anchors if anchor.run})
    needles = [b".%b." % (b"x" * length) for length in lengths]
    mapped = [unit.translate(_CLASSES) for unit in units]

    found.group = "runs, in mapped content"
    for length, needle in zip(lengths, needles, strict=True):
        found.each(f"stringzilla.find of {length}", partial(_stringzilla, (needle,)), mapped)
    _all_ways(found, needles, mapped)
    # The longest first: an alternation takes the first branch that matches.
    exact = "|".join(f"[A-Za-z0-9+/]{{{length}}}" for length in reversed(lengths))
    pattern = re.compile(f"(?<![A-Za-z0-9+/])(?:{exact})(?![A-Za-z0-9+/])".encode())
    found.each("re, all as one pattern, unmapped", partial(_re, pattern), units)


def _all_ways(found: Stages, needles: Sequence[bytes], units: Sequence[bytes]) -> None:
    found.each(f"stringzilla.find, all {len(needles)}", partial(_stringzilla, needles), units)
    found.each(f"bytes.find, all {len(needles)}", partial(_builtin, needles), units)


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
