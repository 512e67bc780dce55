"""Places where nothing was found, known again in other contents by what is around them.

A pack says how a version differs from one other content at most: git compares it with a few, and
stores it whole if none of them is like it. But most places in it are in another version too, with
the same bytes as far as the reach of their rules, and a precise look finds nothing there again. In
the history of botocore three of five places are known in this way.

What is around a place may be 16 KiB, so a hash of it is kept. Nobody can write a content that has
the hash of another one: it depends on a number that is drawn for each scan.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from stringzilla import hash as hash_of

from scanner.history.objects.known_places import PlaceCarrier

if TYPE_CHECKING:
    from scanner.engine.anchors import Spots
    from scanner.engine.catalogue import Catalogue
    from scanner.engine.examine import Examined, Examiner

_MOST: Final = 1 << 16
"""Hashes that are kept, 6 MB in each process. Beyond that, all are forgotten."""
_SEED_BYTES: Final = 7
"""Of the number that is drawn: the number of an anchor is added, and the sum has eight."""
_WIDEST: Final = 1 << 24
"""More than the bytes of any reach (`LARGEST_WINDOW` of the rules)."""
_UNBOUNDED: Final = -1
"""In place of a hash where anything in the content can decide about a place."""


class Surroundings:
    """The surroundings of places where a precise look found nothing, for one set of rules."""

    __slots__ = ("_catalogue", "_hashes", "_seed", "_widths", "carrier")

    def __init__(self, catalogue: Catalogue) -> None:
        """Begin with none; the anchors are those of `catalogue`."""
        self._catalogue = catalogue
        self.carrier = PlaceCarrier(catalogue)
        """Carries places to the versions of a content; here, since every search needs it."""
        self._widths = self.carrier.widths
        self._seed = int.from_bytes(os.urandom(_SEED_BYTES))
        self._hashes: set[int] = set()

    def look(
        self, examiner: Examiner, path: str, data: bytes, spots: Spots
    ) -> tuple[Examined | None, Spots]:
        """Let `examiner` look at those of the `spots` in `data` that are not known.

        Returns what it found, None if all are known, and the spots where that may be: a later
        content may have more, or less, there with the same surroundings.
        """
        new, hashes = self._new(data, spots)
        if not new:
            return None, []
        examined = examiner.examine(path, data, new)
        return examined, self._settle(new, hashes, examined.spans)

    def _new(self, data: bytes, spots: Spots) -> tuple[Spots, list[int]]:
        new: Spots = []
        hashes: list[int] = []
        seed, known = self._seed, self._hashes
        reaches, widths = self._catalogue.reaches(), self._widths
        for spot in spots:
            at, anchor = spot
            reach = reaches[anchor]
            around = _UNBOUNDED
            if reach:
                # With where the place is in it: the content may begin or end within the reach.
                begin = at - reach if at > reach else 0
                text = data[begin : at + widths[anchor] + reach]
                around = hash_of(text, seed + anchor * _WIDEST + at - begin)
            if around not in known:
                new.append(spot)
                hashes.append(around)
        return new, hashes

    def _settle(self, new: Spots, hashes: list[int], spans: list[tuple[int, int]]) -> Spots:
        """Remember where nothing was found; return the places within whose reach a span is."""
        known = self._hashes
        if len(known) > _MOST:
            known.clear()
        if not spans:
            known.update(hashes)
            known.discard(_UNBOUNDED)
            return []

        near: Spots = []
        reaches, widths = self._catalogue.reaches(), self._widths
        spans = sorted(spans)
        begins = [begin for begin, _ in spans]
        ends = [*accumulate((end for _, end in spans), max)]
        for spot, around in zip(new, hashes, strict=True):
            at, anchor = spot
            before = bisect_right(begins, at + widths[anchor] + reaches[anchor])
            if around == _UNBOUNDED or (before and ends[before - 1] >= at - reaches[anchor]):
                near.append(spot)
            else:
                known.add(around)
        return near
