"""Content as the engine sees it: layers of bytes, and the way from a layer back to the file.

A file is the first `Layer`. What a decoder makes of a part of a layer is another layer on top of
it. Positions are byte offsets inside a layer until a finding needs a line and a column; then
`Layer.place` walks down to the layer whose lines a person sees in an editor.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # it is for type checkers only


class OffsetMap(Protocol):
    """Maps a span of decoded bytes to the span of the source bytes that they came from."""

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in the source layer for decoded bytes `start` to `end`."""


class Segments:
    r"""Decoded bytes are in the source one for one, except where an escape was longer.

    `decoded[i]` and `source[i]` are the starts of corresponding stretches, both ascending, the
    first at decoded offset 0. The bytes of a stretch correspond one to one; an escape such as `%2F`
    or `\u002f` is a stretch of its own whose source is longer. One that means nothing, such as a
    soft line break, has no decoded bytes at all. The last pair marks the ends.
    """

    __slots__ = ("_decoded", "_source")

    def __init__(self, decoded: list[int], source: list[int]) -> None:
        """Take the starts of the stretches; the lists are kept, not copied."""
        self._decoded = decoded
        self._source = source

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the source span of decoded bytes `start` to `end`, escapes included whole."""
        return self._start(start), self._end(end)

    def _start(self, offset: int) -> int:
        # After what means nothing there, which is no part of what begins.
        index = bisect_right(self._decoded, offset) - 1
        return self._source[index] + offset - self._decoded[index]

    def _end(self, offset: int) -> int:
        # Where the stretch after the last byte begins, right after an escape and before what means
        # nothing; inside a stretch, one past the last byte.
        index = bisect_left(self._decoded, offset)
        if index < len(self._decoded) and self._decoded[index] == offset:
            return self._source[index]
        return self._source[index - 1] + offset - self._decoded[index - 1]


class Place(NamedTuple):
    """Lines and columns, 1-based, in code points; the end column is exclusive."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int


class Layer:
    """Bytes to look at, and how they came out of the file.

    `offsets` set means that the layer was decoded in place: positions are reported in the layer
    below. Without it the layer is text of its own, in which a person would count lines: the file,
    a member of an archive, or the file read as UTF-16.
    """

    __slots__ = (
        "_mark",
        "base_column",
        "base_line",
        "below",
        "data",
        "decoder",
        "depth",
        "is_part",
        "member",
        "offsets",
    )

    def __init__(
        self,
        data: bytes,
        *,
        below: Layer | None = None,
        decoder: str = "",
        member: str = "",
        offsets: OffsetMap | None = None,
        base_line: int = 1,
        base_column: int = 1,
        is_part: bool = False,
    ) -> None:
        """Describe `data`.

        `below` is the layer that `decoder` made this one from; `member` the name of an archive's
        member; `base_line` and `base_column` the position of the first byte, for a window of a
        file too large to be held: a part of it, cut by us.
        """
        self.data = data
        self.below = below
        self.decoder = decoder
        self.offsets = offsets
        self.base_line = base_line
        self.base_column = base_column
        self._mark = (0, base_line, base_column)  # offset, line and column to count on from

        self.depth: int = below.depth + 1 if below else 0
        self.is_part: bool = is_part or (below is not None and below.is_part)
        """Whether it, or a layer below it, is one window of several: what ends at the cut of a
        window is no damage of the file."""
        if below is None:
            self.member = member
        elif member:
            self.member = f"{below.member}!/{member}" if below.member else member
        else:
            self.member = below.member

    @property
    def decoders(self) -> tuple[str, ...]:
        """The names of the decoders that led here, outermost first."""
        chain: list[str] = []
        layer: Layer | None = self
        while layer is not None and layer.below is not None:
            chain.append(layer.decoder)
            layer = layer.below
        return tuple(reversed(chain))

    def ground(self, start: int, end: int) -> tuple[Layer, int, int]:
        """Follow a span down to the text it is in; return that layer and the span in it."""
        layer = self
        while layer.offsets is not None and layer.below is not None:
            start, end = layer.offsets.source(start, end)
            layer = layer.below
        return layer, start, end

    def place(self, start: int, end: int) -> Place:
        """Return lines and columns of a span, counted in the text it is in."""
        text, start, end = self.ground(start, end)
        start_line, start_column = text.position(start)
        end_line, end_column = text.count_position(end)
        return Place(start_line, start_column, end_line, end_column)

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and column of a byte offset in this layer.

        Line feed, carriage return and the two together each end a line, as in GitHub's line hash.
        Bytes that are not UTF-8 count as one code point each. Asking by ascending offset is cheap:
        counting goes on from where it was.
        """
        line, column = self.count_position(offset)
        self._mark = (offset, line, column)
        return line, column

    def count_position(self, offset: int) -> tuple[int, int]:
        """Return the same as `position`, without moving the place that counting goes on from."""
        begin, line, column = self._mark
        if offset < begin:
            begin, line, column = 0, self.base_line, self.base_column
        lines = count_lines(self.data, begin, offset)
        if lines:
            # The line begins after the mark: a floor there keeps files without line feeds cheap.
            begin, line, column = line_start(self.data, offset, begin), line + lines, 1
        return line, column + len(self.data[begin:offset].decode("utf-8", "surrogateescape"))


def count_lines(data: bytes, start: int, end: int) -> int:
    """Return the number of line ends in `data` from offset `start` to before offset `end`."""
    # Counted, not split: `count` runs at memory speed and makes no list of lines.
    feeds = data.count(b"\n", start, end)
    returns = data.count(b"\r", start, end)
    if not returns:
        return feeds
    # A carriage return right before `end` belongs to a pair if a line feed is at `end`.
    pairs = data.count(b"\r\n", start, end)
    split_pair = end > start and data[end - 1 : end + 1] == b"\r\n"
    return feeds + returns - pairs - split_pair


def line_start(data: bytes, offset: int, floor: int = 0) -> int:
    """Return where the line begins that holds `offset`, or `floor` if it begins before that.

    A floor keeps the cost bounded in a file that is one line of many megabytes.
    """
    feed = data.rfind(b"\n", floor, offset)
    # Look for a bare carriage return only within this line: files without any stay cheap.
    begin = feed + 1 if feed >= 0 else floor
    back = data.rfind(b"\r", begin, offset)
    if back >= 0 and data[back + 1 : back + 2] == b"\n":
        back = data.rfind(b"\r", begin, back)
    return back + 1 if back >= 0 else begin


def line_end(data: bytes, offset: int, ceiling: int | None = None) -> int:
    """Return the offset of the line end of the line that holds `offset`.

    That is the size of the data for a last line without one, and `ceiling` if the line goes on
    beyond it.
    """
    limit = len(data) if ceiling is None else min(ceiling, len(data))
    feed = data.find(b"\n", offset, limit)
    if feed < 0:
        feed = limit
    back = data.find(b"\r", offset, feed)
    return back if back >= 0 else feed


def line_above(data: bytes, begin: int, reach: int) -> bytes:
    """Return the line before the one that begins at `begin`, at most its last `reach` bytes.

    Nothing where no line ends there: at the start of the data, or within a long line.
    """
    if data[begin - 1 : begin] not in (b"\n", b"\r"):
        return b""
    end = begin - 2 if data[begin - 2 : begin] == b"\r\n" else begin - 1
    return data[line_start(data, end, max(0, end - reach)) : end]
