"""Which compressed bytes a piece of text came out of: positions for gzip inside base64.

A person who opens a template with user-data in it sees base64 and no lines of the script. So what
is found in there has the place of the base64 that holds it, and a mark on that line counts.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right

_FINEST = 1 << 16
"""Steps in which the compressed bytes are handed over; user-data has 16 KiB at most, so a step is
one byte (Amazon EC2 User Guide, "Run commands when you launch an EC2 instance")."""
_CODE = 2
"""Bytes that the longest code of deflate reaches back: 15 bits (RFC 1951, section 3.2.1)."""


class InflatedMap:
    """Maps inflated bytes to the compressed ones whose codes gave them."""

    __slots__ = ("_data", "_made", "_step", "_steps")

    def __init__(self, data: bytes) -> None:
        """Describe the content of the gzip file `data`."""
        self._data = data
        self._step = -(-len(data) // _FINEST) or 1
        self._made: array[int] | None = None
        self._steps: array[int] = array("Q")

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the compressed bytes for inflated bytes `start` to `end`."""
        made = self._made = self._made or self._inflate()
        low = self._at(made, start)
        high = self._at(made, end - 1) if end > start else low
        size = len(self._data)
        begin = max(0, low - _CODE)
        return min(begin, size - 1), min(max(high + self._step, begin + 1), size)

    def _at(self, made: array[int], offset: int) -> int:
        """Return where the step begins in which the byte at `offset` came out."""
        index = min(bisect_right(made, offset), len(self._steps) - 1)
        return self._steps[index] if index >= 0 else 0

    def _inflate(self) -> array[int]:
        """Return how much has come out after each step, and fill in where the steps begin."""
        import zlib

        from scanner.decoders.gzip_file import TRAILER, payload_start

        data, total = self._data, 0
        made = array("Q")
        position = payload_start(data, 0)
        while 0 <= position < len(data):
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            while position < len(data) and not inflater.eof:
                try:
                    total += len(inflater.decompress(data[position : position + self._step]))
                except zlib.error:
                    return made
                self._steps.append(position)
                made.append(total)
                position += self._step
            position += TRAILER - len(inflater.unused_data)
            position = payload_start(data, position)
        return made


class Whole:
    """Maps every decoded byte to one span of the source, all of which it depends on."""

    __slots__ = ("_span",)

    def __init__(self, start: int, end: int) -> None:
        """Describe what came out of the source bytes `start` to `end`."""
        self._span = start, end

    def source(self, start: int, end: int) -> tuple[int, int]:  # noqa: ARG002 -- any of it
        """Return the whole span."""
        return self._span
