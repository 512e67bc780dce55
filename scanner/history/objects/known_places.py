"""Carrying the places of anchors from the base of a delta to its result.

A delta copies most of its base. An anchor inside a copied stretch is an anchor in the result too,
so it needs no second search, unless the bytes next to it have changed.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from scanner.git.delta import copies, sizes
from scanner.records import NamedTuple
from scanner.rulebook.model import ENCODED_RUN

if TYPE_CHECKING:
    from scanner.engine.anchors import Spots
    from scanner.engine.catalogue import Catalogue

# More than any distance inside an object: git's own limit for a delta result is 1 GiB (`LARGEST` in
# `scanner.git.delta`). It means that nothing can have changed on this side.
_UNLIMITED: Final = 1 << 62


class KnownPlaces(NamedTuple):
    """The places of anchors in a content, by what a precise look found there."""

    open: Spots
    """To be examined again in every content that is based on this one."""
    settled: Spots
    """Where nothing was found: examined again only after a change near by."""


class PlaceCarrier:
    """Carries places along deltas, for one set of rules."""

    __slots__ = ("_catalogue", "guards", "widths")

    def __init__(self, catalogue: Catalogue) -> None:
        """Take the anchors of `catalogue`."""
        self._catalogue = catalogue
        anchors = catalogue.index.anchors
        self.widths = widths_of(catalogue)
        """Bytes of each anchor itself."""
        self.guards = [ENCODED_RUN if each.encoded else int(not each.literal) for each in anchors]
        """Bytes on either side of each anchor that decide whether it is one."""

    def carry(self, before: KnownPlaces, delta: bytes, data: bytes) -> KnownPlaces:
        """Return the places in `data` that it has from its base, whose places are `before`.

        `delta` makes `data` of the base. A settled place stays settled only if everything within
        the reach of its rules was copied along with it.
        """
        known = KnownPlaces([], [])
        base_size, size, _ = sizes(delta)
        widths, guards, reaches = self.widths, self.guards, self._catalogue.reaches()
        offsets = sorted([at for at, _ in before.open] + [at for at, _ in before.settled])

        for start, end, source in copies(delta, offsets):  # most copies contain no place
            source_end = source + end - start
            shift = start - source
            # At an end that both contents share there is nothing that could have changed.
            is_head = start == source == 0
            is_tail = end == size and source_end == base_size
            for spots, is_settled in ((before.open, False), (before.settled, True)):
                first = bisect_left(spots, (source, -1))
                for offset, anchor in spots[first : bisect_left(spots, (source_end, -1))]:
                    width, guard, reach = widths[anchor], guards[anchor], reaches[anchor]
                    at = offset + shift
                    copied_before = _UNLIMITED if is_head else at - start
                    copied_after = _UNLIMITED if is_tail else end - at - width
                    if copied_after < 0:
                        continue  # the copy ends inside the anchor

                    # New bytes next to a run decide whether it is one: the search of what is new
                    # covers it. An encoded literal may still lie in a run that is long enough.
                    if min(copied_before, copied_after) < guard and (
                        guard == 1 or not _is_encoded(data, at, at + width)
                    ):
                        continue

                    is_same = is_settled and reach > 0 and copied_before >= reach <= copied_after
                    (known.settled if is_same else known.open).append((at, anchor))
        return known


def widths_of(catalogue: Catalogue) -> list[int]:
    """Return the bytes of each anchor of `catalogue` itself."""
    return [len(each.literal) or each.run or ENCODED_RUN for each in catalogue.index.anchors]


def _is_encoded(data: bytes, start: int, end: int) -> bool:
    """Return whether the encoded literal from `start` to `end` is in a run of sufficient length."""
    from scanner.kinds.surroundings import encoded_run

    begin, finish = encoded_run(data, start, end)
    return finish - begin >= ENCODED_RUN
