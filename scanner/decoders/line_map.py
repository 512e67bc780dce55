"""From decoded bytes to the lines or pieces of text, each whole or in any order."""

from __future__ import annotations

from bisect import bisect_right


class LineMap:
    """Maps decoded bytes to the lines that they came from, each of them whole."""

    __slots__ = ("_decoded", "_spans")

    def __init__(self, decoded: list[int], spans: list[tuple[int, int]]) -> None:
        """Take for each line the offset of its first decoded byte, and its span in the source."""
        self._decoded = decoded
        self._spans = spans

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the lines of the decoded bytes `start` to `end`."""
        low, _ = self._span(start)
        _, high = self._span(max(start, end - 1))
        return low, high

    def _span(self, offset: int) -> tuple[int, int]:
        return self._spans[max(0, bisect_right(self._decoded, offset) - 1)]


class PieceMap:
    """Maps a line to the source, in which its pieces are in any order."""

    __slots__ = ("_places", "_sources")

    def __init__(self, places: list[int], sources: list[int]) -> None:
        """Take where each piece begins, and where that is in the source."""
        self._places = places
        self._sources = sources

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the source with all that the bytes `start` to `end` are made of."""
        first = bisect_right(self._places, start) - 1
        last = max(first, bisect_right(self._places, max(start, end - 1)) - 1)
        spans = []
        for index in range(first, last + 1):
            place, source = self._places[index], self._sources[index]
            stop = self._places[index + 1] if index < len(self._places) - 1 else end
            spans.append((source + max(start, place) - place, source + min(end, stop) - place))
        return min(low for low, _ in spans), max(high for _, high in spans)
