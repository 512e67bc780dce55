r"""UTF-16 in both byte orders, and UTF-32: text files of Windows, and the strings in its binaries.

A file that is text as a whole becomes a text of its own. In a binary (a .NET assembly, a registry
hive) the strings are collected into one layer, a line each, that knows where they came from: a key
ID and its secret are in two of them. `A\0K\0I\0A` is in either byte order, one byte further on
where the high byte comes first.
"""

from __future__ import annotations

from bisect import bisect_right

from scanner.content import Layer
from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LITTLE, _BIG = b"\xff\xfe", b"\xfe\xff"
_BOMS = (
    # The longer first: that of UTF-32 begins with that of UTF-16.
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (_LITTLE, "utf-16-le"),
    (_BIG, "utf-16-be"),
)
_SAMPLE = 4096
"""Bytes at the start, in the middle and at the end by which text is recognised."""
_DATABASE, _ENCODING, _ENCODINGS = b"SQLite format 3\0", slice(56, 60), (b"\0\0\0\2", b"\0\0\0\3")
"""A database of SQLite, and where it says that it has its texts in UTF-16 ("Database File Format",
section 1.3.13)."""
_SMALLEST = 40
"""Bytes: a key ID in UTF-16."""
# Bytes of text in ASCII: tab, line feed, carriage return, and what can be printed.
_TEXT = bytes((9, 10, 13, *range(32, 127)))
_PIECE = 1 << 16
"""Bytes that are converted at once, so that a large file is not held three times."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the text of `layer`, or the UTF-16 strings in it where an anchor was found."""
    data = layer.data
    for mark, codec in _BOMS:
        if data.startswith(mark):
            yield from _text(layer, len(mark), codec, budget)
            return
    codec = _whole(data)
    if codec:
        yield from _text(layer, 0, codec, budget)
        return
    if data.startswith(_DATABASE) and data[_ENCODING] in _ENCODINGS:
        return  # `sqlite_file` reads its texts, and knows where each of them ends
    for big in _byte_orders(data, offsets):
        yield from _strings(layer, big, budget)


def _text(layer: Layer, start: int, codec: str, budget: Budget) -> Iterator[Layer]:
    from scanner.decoders.unpack import unpack

    first = True
    for made in unpack(_Text(layer.data, start, codec), layer, "utf16", "", budget):
        # In base64, such as a command of PowerShell, nobody sees lines of the text.
        if layer.offsets is not None and first:
            made.offsets = WideMap(made.data, start, codec, len(layer.data))
        first = False
        yield made


class WideMap:
    """Maps UTF-8 to the UTF-16 or UTF-32 that it was made from."""

    __slots__ = ("_codec", "_limit", "_start", "_text")

    def __init__(self, text: bytes, start: int, codec: str, limit: int) -> None:
        """Take the `text` that came out, and where in `limit` bytes the source of it begins."""
        self._text = text
        self._start = start
        self._codec = codec
        self._limit = limit

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the characters, all bytes of each."""
        low = min(self._at(start), self._limit - 1)
        return low, max(low + 1, min(self._at(end), self._limit))

    def _at(self, offset: int) -> int:
        before = self._text[:offset].decode("utf-8", "ignore")
        return self._start + len(before.encode(self._codec))


class _Text:
    """Reads UTF-16 or UTF-32 as UTF-8; what is not valid becomes U+FFFD."""

    __slots__ = ("_data", "_decoder", "_position", "_ready")

    def __init__(self, data: bytes, start: int, codec: str) -> None:
        from codecs import getincrementaldecoder

        self._data = data
        self._position = start
        self._decoder = getincrementaldecoder(codec)("replace")
        self._ready = b""

    def __call__(self, size: int) -> bytes:
        pieces = [self._ready]
        ready = len(self._ready)
        while ready < size and self._position < len(self._data):
            piece = self._data[self._position : self._position + _PIECE]
            self._position += len(piece)
            text = self._decoder.decode(piece, self._position >= len(self._data))
            pieces.append(text.encode())
            ready += len(pieces[-1])
        content = b"".join(pieces)
        self._ready = content[size:]
        return content[:size]


def _whole(data: bytes) -> str:
    """Return the codec if `data` is UTF-16 or UTF-32 from start to end, else nothing."""
    if len(data) < _SMALLEST:
        return ""
    middle = len(data) // 2 & ~3
    last = max(0, len(data) - _SAMPLE) & ~3
    codec = _looks_like(data[:_SAMPLE])
    if not codec:
        return ""
    rest = {_looks_like(data[start : start + _SAMPLE]) for start in (middle, last)}
    return codec if rest == {codec} else ""


def _looks_like(sample: bytes) -> str:
    for codec, order in (("utf-32-le", (0, 1, 2, 3)), ("utf-32-be", (3, 2, 1, 0))):
        low, second, *upper = (sample[place::4] for place in order)
        # Characters of text are below 0x10000, or nearly all: the two upper bytes are zero.
        if not any(each.strip(b"\0") for each in upper) and second.count(0) * 2 >= len(second):
            strange = low.translate(None, _TEXT)
            if len(strange) * 2 <= len(low) and low.count(0) * 50 <= len(low):
                return codec
    for codec, first, high in (("utf-16-le", 0, 1), ("utf-16-be", 1, 0)):
        lows = sample[first::2]
        # Mostly Latin letters, and hardly anything that is not text: half of the high bytes are
        # zero, half of the low bytes are printable ASCII, and of those 2 % at most are zero.
        if sample[high::2].count(0) * 2 >= len(lows):
            strange = lows.translate(None, _TEXT)
            if len(strange) * 2 <= len(lows) and lows.count(0) * 50 <= len(lows):
                return codec
    return ""


def _byte_orders(data: bytes, offsets: Sequence[int]) -> list[bool]:
    """Return for which byte orders (True: high byte first) to read the literals at `offsets`."""
    orders: set[bool] = set()
    end = -1
    for offset in offsets:
        if offset < end:
            continue

        # Low byte first, unless the byte before is the high one of the same character: then both
        # are possible, and where the string ends decides.
        orders.add(False)
        if offset == 0 or data[offset - 1]:
            continue

        end = offset
        stop = min(len(data) - 1, offset + _SAMPLE)
        while end < stop and data[end] in _TEXT and not data[end + 1]:
            end += 2
        # After the last zero byte comes the low byte of one more character, or else that zero was
        # the high byte of the last one.
        if end < len(data) and data[end] in _TEXT:
            orders.add(True)
    return sorted(orders)


def _strings(layer: Layer, big: bool, budget: Budget) -> Iterator[Layer]:
    import re

    data = layer.data
    pattern = rb"(?:\0[\t\n\r -~]){4,}" if big else rb"(?:[\t\n\r -~]\0){4,}"
    spans = [match.span() for match in re.finditer(pattern, data)]
    size = sum((end - start) // 2 + 1 for start, end in spans)
    if not spans:
        return

    if not budget.take(size):
        from scanner.decoders.layers import LIMIT, path_of

        budget.leave(LIMIT, f"more UTF-16 strings than are decoded: {path_of(layer, '')}")
        return

    # Four characters, as of `strings`(1), and of ASCII only: no credential has others.
    first = 1 if big else 0
    text = b"\n".join(data[start + first : end : 2] for start, end in spans) + b"\n"
    yield Layer(text, below=layer, decoder="utf16", offsets=StringsMap(spans, len(data)))


class StringsMap:
    """Maps offsets in lines of ASCII to the UTF-16 strings that they were made from."""

    __slots__ = ("_decoded", "_limit", "_source")

    def __init__(self, spans: list[tuple[int, int]], limit: int) -> None:
        """Take the spans of the strings in a source of `limit` bytes, in their order."""
        self._limit = limit
        self._source = [start for start, _ in spans]
        self._decoded = []
        at = 0
        for start, end in spans:
            self._decoded.append(at)
            at += (end - start) // 2 + 1

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the characters, both bytes of each."""
        begin = self._at(start)
        # After the last string is a line feed that no character of the source is.
        return begin, (min(self._at(end - 1) + 2, self._limit) if end > start else begin)

    def _at(self, offset: int) -> int:
        index = bisect_right(self._decoded, offset) - 1
        return self._source[index] + 2 * (offset - self._decoded[index])


DECODER = Decoder(
    "utf16",
    # Without a byte order mark the first character is most often an ASCII one.
    ((0, _LITTLE), (0, _BIG), (0, b"\0"), (1, b"\0")),
    (Anchor(b"A\0K\0I\0A"), Anchor(b"A\0S\0I\0A")),
    decode,
    Description(
        (
            "a byte order mark (also that of UTF-32); without one, zero bytes in every other "
            "place (UTF-32: in two of four) at the start, in the middle and at the end; UTF-16 "
            "`AKIA` or `ASIA` anywhere in a binary"
        ),
        ("the text; of a binary, its ASCII strings of four or more characters, a line each"),
        ("line and column in the text; in a binary and inside base64, of the encoded characters"),
    ),
)
