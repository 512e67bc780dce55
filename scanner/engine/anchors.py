"""The search at memory speed: where in a buffer is anything worth a precise look?

Literals are found one after the other with vector instructions: each costs about 50 ms for a
gigabyte. Runs of a fixed length have no literal: every byte of the base64 alphabet is mapped to
`x`, every other byte to a full stop, and the run is the literal `.xxx...x.` in what results. Both
steps, and the choice of the library, are measured in `bench/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stringzilla import find, translate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.rulebook.model import Anchor

_INSIDE: Final = ord("x")
_OUTSIDE: Final = ord(".")
_ALPHABET: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_CLASSES: Final = bytes(_INSIDE if byte in _ALPHABET else _OUTSIDE for byte in range(256))

EDGE: Final = b"\n"
"""What a buffer must begin and end with for a run at its very edge to be found."""
PIECE: Final = 1 << 20
"""Bytes of large content that are searched at once."""


class AnchorIndex:
    """A fixed set of anchors, found all at once."""

    __slots__ = ("_literals", "_overlap", "_runs", "anchors")

    def __init__(self, anchors: Iterable[Anchor]) -> None:
        """Take the anchors to look for; duplicates count once."""
        self.anchors: tuple[Anchor, ...] = tuple(dict.fromkeys(anchors))
        longest = max((len(a.literal) or a.run for a in self.anchors), default=0)
        self._overlap = longest + 2
        self._literals = tuple(
            (number, anchor.literal) for number, anchor in enumerate(self.anchors) if anchor.literal
        )
        self._runs = tuple(
            (number, anchor, b".%b." % (b"x" * anchor.run))
            for number, anchor in enumerate(self.anchors)
            if anchor.run
        )

    def search(self, buffer: bytes) -> list[tuple[int, int]]:
        """Return (offset, number of the anchor) of every anchor in `buffer`, by ascending offset.

        The buffer begins and ends with `EDGE`; offsets count from behind the first one, so they
        are offsets in the content between the edges.
        """
        spots: list[tuple[int, int]] = []
        last = len(buffer) - len(EDGE)  # an edge is no content: a literal has no part in it
        for number, literal in self._literals:
            at = find(buffer, literal, len(EDGE), last)
            while at >= 0:
                spots.append((at - 1, number))
                at = find(buffer, literal, at + 1, last)
        if self._runs:
            classes = translate(buffer, _CLASSES)
            for number, anchor, run in self._runs:
                at = find(classes, run)
                while at >= 0:
                    last = at + anchor.run + 1
                    if (not anchor.before or buffer[at] in anchor.before) and (
                        not anchor.after or buffer[last] in anchor.after
                    ):
                        spots.append((at, number))
                    at = find(classes, run, last)
        spots.sort()
        return spots

    def search_bytes(self, data: bytes) -> list[tuple[int, int]]:
        """Return the spots in `data`.

        Large data is searched piece by piece, in a copy that fits a processor's cache. Pieces
        overlap by the longest anchor, and each spot belongs to the piece it begins in.
        """
        size = len(data)
        if size <= PIECE + self._overlap:
            return self.search(b"%b%b%b" % (EDGE, data, EDGE))
        spots: list[tuple[int, int]] = []
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
