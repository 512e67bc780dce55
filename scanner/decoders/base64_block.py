r"""Where a block of base64, base32 or hexadecimal begins and ends, and where its characters are.

A block is one run of the alphabet, or several in lines of equal length of which the last may be
shorter, as PEM, MIME and `base64` write it; lines may be indented (a block scalar in YAML) or end
in a literal `\n` (in a string literal).
"""

from __future__ import annotations

from array import array
from bisect import bisect_right

from scanner.expressions import compile_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

# Between two lines: a line break with indentation around it, or its escape in a string literal.
SEPARATOR = compile_later(rb"[ \t]*\r?\n[ \t]*|(?:\\r)?\\n")
_CLOSES = compile_later(
    rb"={1,6}(?=[ \t]*(?:[\r\n]|\Z)|[^A-Za-z0-9+/= \t$_])|[ \t]*(?:\r?\n|\Z)|\\[nr\"]|[\"'`<]"
)
"""What follows a line of base64, and hardly ever follows a word at the start of a line.

An equals sign is padding at the end only: `B=` after a value of `A` is the next name.
"""
_WORD = 20
"""Characters: a shorter line may be a word that happens to be next to base64."""
_SHORTEST = 48
"""Characters: lines of base64 that was wrapped by a program are not shorter.

PEM has 64 (RFC 7468, section 2), MIME 76 (RFC 2045, section 6.8), uuencode's 45 bytes make 60.
"""
_RULE = b"---"
"""Starts the end line of PEM and a document of YAML, in characters of the URL-safe alphabet."""
_INDENT = 256
"""Characters of indentation that are looked through, which keeps a line of blanks cheap."""
_STEP = 1024
"""Characters that are first searched backwards for the start of a run; most are within them."""


class Block:
    """The block around an offset, which moves on through the data."""

    __slots__ = ("_before", "_counted", "_data", "_group", "_run", "begin", "end")

    def __init__(self, data: bytes, run: re.Pattern[bytes], group: int = 4) -> None:
        """Begin with no block; `run` matches a run of its alphabet, of which `group` make bytes."""
        self._data = data
        self._run = run
        self._group = group
        self.begin = self.end = 0
        self._counted = self._before = 0

    def move(self, offset: int) -> None:
        """Become the block around `offset`, which is not before the one of the last call."""
        if not self.begin <= offset < self.end:
            self.begin, self.end = _span(self._data, offset, self._run, self._group)
            self._counted, self._before = self.begin, 0

    def before(self, offset: int) -> int:
        """Return how many characters of the block are before `offset`."""
        if offset > self._counted:
            self._before += len(characters_of(self._data[self._counted : offset]))
            self._counted = offset
        return self._before

    def characters(self) -> bytes:
        """Return the base64 characters of the block, without what separates its lines."""
        return characters_of(self._data[self.begin : self.end])


def characters_of(text: bytes) -> bytes:
    """Return the characters of the alphabet in `text`, without what separates lines."""
    if b"\\" in text:
        return SEPARATOR.sub(b"", text)
    # Nothing else in a block is white space, and this is 50 times faster.
    return b"".join(text.split()) if b"\n" in text else text


def begins_line(data: bytes, start: int) -> bool:
    """Return whether a line of a block can begin at `start`."""
    return data[start - 1 : start] in (b"\n", b" ", b"\t") or data.startswith(b"\\n", start - 2)


def values_in(
    data: bytes, begin: int, end: int, begins: Callable[[int], bool]
) -> Iterator[tuple[int, int]]:
    """Yield the spans of the values from `begin` to `end`, which may be lines of one width.

    They look like one block, so a line at which `begins` sees the beginning of content ends the
    value before it.
    """
    for separator in SEPARATOR.finditer(data, begin, end):
        if begins(separator.end()):
            yield begin, separator.start()
            begin = separator.end()
    yield begin, end


def _span(data: bytes, offset: int, run: re.Pattern[bytes], group: int) -> tuple[int, int]:
    """Return where the block around `offset` begins and ends.

    First the line of `offset`, then those below it, since a block most often begins there, then
    those above it.
    """
    begin = run_start(data, offset, run)
    found = run.match(data, offset)
    end = found.end() if found else offset
    # The letter of `\n` belongs to the alphabet, but not to the block.
    if data[begin - 1 : begin + 1] in (b"\\n", b"\\r", b"\\t") and begin < offset:
        begin += 1

    width = end - begin
    above = _above(data, begin)
    last_line = end
    end, joined = _join_below(data, end, width, above >= 0, run, group)
    begin = _join_above(data, begin, above, width if end > last_line else 0, joined or width, run)
    return begin, end


def _join_below(
    data: bytes, end: int, width: int, full: bool, run: re.Pattern[bytes], group: int
) -> tuple[int, int]:
    """Return the end of the block and the width of its lines, 0 if it has one line only."""
    total = width
    joined = 0
    while True:
        separator = SEPARATOR.match(data, end)
        line = run.match(data, separator.end()) if separator else None
        if not line or not _CLOSES.match(data, line.end()) or line[0].startswith(_RULE):
            return end, joined

        size = line.end() - line.start()
        if not full and size >= _WORD:
            # The first line follows something else, such as a key, so its length says nothing.
            width, full = size, True
        if size > width:
            return end, joined

        total += size
        is_word = size < min(width, _WORD) and not data.startswith(b"=", line.end())
        if is_word and (total % group or width % min(group, 4) or width < _SHORTEST):
            return end, joined  # EOF, for instance; otherwise the rest of the block

        end, joined = line.end(), width
        if size < width:
            return end, joined


def _join_above(
    data: bytes, begin: int, above: int, width: int, length: int, run: re.Pattern[bytes]
) -> int:
    """Return where the block begins; `width` is that of its lines, 0 where it is not known yet."""
    while above > 0:
        start = run_start(data, above, run)
        if data[start - 1 : start + 1] in (b"\\n", b"\\r", b"\\t"):
            start += 1

        size = above - start
        next_above = _above(data, start)
        if next_above < 0:
            # It follows something else in its line, such as a key, so it is the first of the block.
            return start if size >= _WORD else begin

        if size < max(length, _WORD) or (width and size != width):
            return begin
        width = size
        begin, above = start, next_above
    return begin


def _above(data: bytes, begin: int) -> int:
    """Return where the line above ends if `begin` is the first in its line but for indentation.

    -1 if it is not, 0 if there is no line above.
    """
    floor = max(0, begin - _INDENT)
    before = data[floor:begin]
    if before.endswith(b"\\n"):
        before = before[:-2].removesuffix(b"\\r")
        return floor + len(before)
    before = before.rstrip(b" \t")
    if not before:
        return 0 if floor == 0 else -1
    if not before.endswith(b"\n"):
        return -1
    return floor + len(before[:-1].removesuffix(b"\r").rstrip(b" \t"))


def run_start(data: bytes, offset: int, run: re.Pattern[bytes]) -> int:
    """Return where the run that holds or ends at `offset` begins.

    A pattern does not search backwards, so it looks at reversed pieces of growing size.
    """
    step = _STEP
    while offset > 0:
        chunk = data[max(0, offset - step) : offset][::-1]
        found = run.match(chunk)
        size = found.end() if found else 0
        offset -= size
        if size < len(chunk):
            break
        step *= 4
    return offset


class BlockMap:
    """Maps decoded bytes to the characters that hold their bits, through line breaks."""

    __slots__ = ("_begin", "_bits", "_data", "_end", "_lines", "_places", "_skip")

    def __init__(self, data: bytes, begin: int, end: int, skip: int = 0, bits: int = 6) -> None:
        """Describe the decoding of the block `data[begin:end]`.

        Its first `skip` characters do not belong to it, and each character holds `bits` bits.
        """
        self._data = data
        self._bits = bits
        self._begin = begin
        self._end = end
        self._skip = skip
        self._lines: array[int] | None = None
        self._places: array[int] = array("Q")

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the characters that encode decoded bytes `start` to `end`."""
        # From the character with the first bit of the span to the one with its last, which may hold
        # bits of neighbours too.
        low = self._place(start * 8 // self._bits)
        if end <= start:
            return low, low
        return low, self._place(-(-end * 8 // self._bits) - 1) + 1

    def _place(self, character: int) -> int:
        """Return the offset of a character, counted from the first one that was decoded."""
        if self._lines is None:
            self._lines = self._index()
        character += self._skip
        index = bisect_right(self._lines, character) - 1
        return self._places[index] + character - self._lines[index]

    def _index(self) -> array[int]:
        """Return how many characters are before each line, and fill in where the lines begin."""
        lines = array("Q", [0])
        self._places.append(self._begin)
        for separator in SEPARATOR.finditer(self._data, self._begin, self._end):
            lines.append(lines[-1] + separator.start() - self._places[-1])
            self._places.append(separator.end())
        return lines
