"""The columns of a record of SQLite, found backwards from a value in one of them.

A record begins with the length of its header and one number for each column, its serial type; the
columns follow without anything between them (SQLite, "Database File Format", section 2.1). No page
is parsed: that finds records in databases, in write-ahead logs and journals, in deleted cells and
in pieces of disk images alike.
"""

from __future__ import annotations

from itertools import accumulate, pairwise

from scanner.expressions import compile_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from scanner.decoders.interface import Budget

_REACH: Final = 512
"""Bytes before a value in which the header of its record is looked for."""
_LONGEST_HEADER: Final = 127  # one byte of a varint
_TEXT_OF_20: Final = 20 * 2 + 13
_FIXED: Final = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
"""Bytes of a column by serial types 0 to 9; 10 and 11 are for internal use."""
_SECRET: Final = compile_later(rb"[A-Za-z0-9+/]{40}")
_ROW: Final = compile_later(rb"[\x80-\xff]*[\x00-\x7f]\Z")
_MOST_STEPS: Final = 4_000_000
"""Bytes that are looked at in one layer: some seconds at worst, and 8,000 key IDs."""


class Effort:
    """How much looking for records may still cost in one layer."""

    __slots__ = ("budget", "steps")

    def __init__(self, budget: Budget) -> None:
        """Begin with all of it; what is left out is left in `budget`."""
        self.budget = budget
        self.steps = _MOST_STEPS


def columns_around(data: bytes, offset: int, effort: Effort) -> list[int]:
    """Return where the columns begin and end of the record with a text of 20 bytes at `offset`.

    Nothing where there is no such record.
    """
    if effort.steps < 0:
        effort.budget.leave("decoder-limit", "too many key IDs in binary data; some were skipped")
        return []

    effort.steps -= _REACH
    wanted = bytes((_TEXT_OF_20,))
    found: list[int] = []
    # A header has at least its own length and the type of the value.
    for start in range(offset - 2, max(-1, offset - _REACH), -1):
        size = data[start]
        if not (2 <= size <= _LONGEST_HEADER and start + size <= offset):
            continue
        if wanted not in data[start + 1 : start + size]:
            continue

        columns = _columns(data, start, size)
        spans = [*pairwise(columns)]
        if (offset, offset + 20) not in spans or columns[-1] > len(data):
            continue
        if _is_after_length(data, start, columns[-1] - start):
            return columns
        # Other bytes may look like a header as well, but the length of a deleted record may have
        # been overwritten.
        if not found or any(_SECRET.fullmatch(data, *span) for span in spans):
            found = columns
    return found


def _columns(data: bytes, start: int, size: int) -> list[int]:
    """Return the borders of the columns of a record whose header may be at `start`."""
    lengths: list[int] = []
    at, end = start + 1, start + size
    number = digits = 0
    while at < end:
        byte = data[at]
        at += 1
        number = number << 7 | byte & 0x7F
        digits += 1
        if byte & 0x80:
            if digits > 8:
                return []
            continue
        if number in (10, 11):
            return []
        lengths.append(_FIXED[number] if number < 10 else (number - 12) // 2)
        number = digits = 0
    return [] if digits else [*accumulate(lengths, initial=end)]


def _is_after_length(data: bytes, start: int, length: int) -> bool:
    """Return whether `length`, and then perhaps the number of a row, is right before `start`."""
    high, low = length >> 7, length & 0x7F
    said = bytes((high | 0x80, low)) if high else bytes((low,))
    row = _ROW.search(data, max(0, start - 9), start)
    ends = {start, row.start()} if row else {start}
    # The number of a row has up to nine bytes, of which all but the last have the highest bit.
    return any(data[max(0, end - len(said)) : end] == said for end in ends)
