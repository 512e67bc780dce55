"""Where the next entry of a pack begins after damage, which hides where an entry ends.

An entry is a head, of which nothing is fixed but its form, and a zlib stream. So each place is
tried where a stream can begin: what is inflated there has to have the size that a head before it
says, and the checksum at its end. By chance that is so once in four billion tries.

The format is in gitformat-pack(5), that of the stream in RFC 1950.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

# The head of a stream (RFC 1950, section 2.2): the method is 8 and the window up to 32 KiB, there
# is no preset dictionary, and 31 divides both bytes as one number.
_STREAMS: Final = [
    bytes((first, second))
    for first in range(0x08, 0x80, 0x10)
    for second in range(256)
    if not second & 0x20 and (first << 8 | second) % 31 == 0
]
_STREAM: Final = re.compile(b"|".join(map(re.escape, _STREAMS)))
_WHOLE: Final = (1, 2, 3, 4)
_OFFSET_DELTA, _ID_DELTA = 6, 7
_LONGEST_NUMBER: Final = 10
"""Bytes of a number of 64 bits in groups of seven."""
_CHUNK: Final = 64 << 10
"""Bytes that are looked at, or inflated, at once."""
_STEP: Final = 1 << 20
"""Bytes that come out at once, and are let go."""
_EFFORT: Final = 16
"""Bytes that may go in and come out of tries that fail, for each byte of the pack: by chance it is
one. What was made to fail late costs no more."""
_LEAST: Final = 1 << 20
"""Bytes of them for a pack of any size."""
_TRY: Final = 1 << 10
"""What a try counts at least: to begin one takes about as long as to inflate this many bytes."""


class NextEntry:
    """Looks for entries of one pack."""

    __slots__ = ("_effort", "_end", "_hash_size", "_read")

    def __init__(self, read: Callable[[int, int], bytes], end: int, hash_size: int) -> None:
        """Take a pack of which `read(offset, size)` returns a part; its entries end at `end`."""
        self._read = read
        self._end = end
        self._hash_size = hash_size
        self._effort = _LEAST + _EFFORT * end

    @property
    def has_given_up(self) -> bool:
        """Whether so many tries have failed that no more are made."""
        return self._effort < 0

    def after(self, start: int) -> int:
        """Return where the first entry begins that is at `start` or after it; -1 without one."""
        longest = 2 * _LONGEST_NUMBER + self._hash_size
        at = start
        while at < self._end:
            data = self._read(at, min(_CHUNK, self._end - at))
            for found in _STREAM.finditer(data):
                if self.has_given_up:
                    return -1
                self._effort -= _TRY
                stream = found.start()
                sizes = self._sizes(data[max(0, stream - longest) : stream])
                if not sizes:
                    continue
                size = self._inflated(at + stream, max(sizes))
                if size in sizes:
                    return at + stream - sizes[size]
            if at + _CHUNK >= self._end:
                break
            at += _CHUNK - longest  # a head may be on both sides
        return -1

    def _sizes(self, before: bytes) -> dict[int, int]:
        """Return the sizes that heads at the end of `before` say, with the lengths of the heads.

        The shortest one where several say the same.
        """
        found: dict[int, int] = {}
        for length in range(1, len(before) + 1):
            size = _size(before[-length:], self._hash_size)
            if size >= 0:
                found.setdefault(size, length)
        return found

    def _inflated(self, offset: int, most: int) -> int:
        """Return how many bytes the stream at `offset` has; -1 for none, and for over `most`."""
        import zlib

        inflating = zlib.decompressobj()
        made, spent, pending = 0, 0, b""
        try:
            while not inflating.eof and made <= most and spent <= self._effort:
                fed = pending or self._read(offset, min(_CHUNK, self._end - offset))
                offset += len(fed) - len(pending)
                piece = inflating.decompress(fed, min(_STEP, most - made + 1))
                pending = inflating.unconsumed_tail
                made += len(piece)
                spent += len(piece) + len(fed) - len(pending)
                if not (fed or piece):
                    break
        except zlib.error:
            pass
        if inflating.eof and made <= most:
            return made
        self._effort -= spent
        return -1


def _size(head: bytes, hash_size: int) -> int:
    """Return the size that `head` says; -1 unless it is the whole head of an entry."""
    kind, size, shift, at = head[0] >> 4 & 7, head[0] & 15, 4, 1
    while head[at - 1] & 0x80:
        if at == len(head) or at > _LONGEST_NUMBER:
            return -1
        size |= (head[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7

    rest = head[at:]
    if kind in _WHOLE:
        return size if not rest else -1
    if kind == _ID_DELTA:
        return size if len(rest) == hash_size else -1
    # Each byte but the last one of a distance has its high bit set.
    is_distance = rest and rest[-1] < 0x80 and all(byte & 0x80 for byte in rest[:-1])
    return size if kind == _OFFSET_DELTA and is_distance else -1
