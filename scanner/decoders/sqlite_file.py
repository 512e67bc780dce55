"""Databases of SQLite, their write-ahead logs and journals: each row in a line, with its names.

In the file nothing separates one column from the next, the name of a column is far away in the
schema, and a long row goes on on other pages. Rows that were deleted are found by `glued`.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from scanner.content import Layer
from scanner.decoders.interface import Budget, Decoder, Description

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.decoders.sqlite_pages import Value

# "Database File Format", sections 1.3.1, 4.1 and 3.
DATABASE = b"SQLite format 3\0"
LOGS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
JOURNAL = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_MAGICS = (DATABASE, *LOGS, JOURNAL)
_ENOUGH = 256 << 10
"""Bytes of text after which a layer ends."""
_LONGEST_NAME = 100
_LONG = 1 << 10


class _Text:
    """The text of rows while it is made, and where each piece of it came from."""

    __slots__ = ("decoded", "pieces", "size", "spans")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.size = 0
        self.decoded: list[int] = []
        self.spans: list[tuple[int, int, bool]] = []

    def add(self, text: bytes, start: int, end: int, *, exact: bool = False) -> None:
        """Add `text`, which came from the bytes `start` to `end`."""
        self.pieces.append(text)
        self.decoded.append(self.size)
        self.spans.append((start, end, exact))
        self.size += len(text)


class _Map:
    """Maps the text of rows to the file."""

    __slots__ = ("_decoded", "_spans")

    def __init__(self, text: _Text) -> None:
        self._decoded = text.decoded
        self._spans = text.spans

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the values; of one that goes on on another page, its beginning."""
        low, first_end = self._of(start)
        _, high = self._of(max(start, end - 1))
        return low, high if high > low else first_end

    def _of(self, at: int) -> tuple[int, int]:
        index = bisect_right(self._decoded, at) - 1
        start, end, exact = self._spans[index]
        if not exact:
            return start, end
        start += at - self._decoded[index]
        return start, start + 1


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the rows of the database, log or journal `layer`."""
    from scanner.decoders.layers import LIMIT, path_of
    from scanner.decoders.sqlite_pages import Pages

    data = layer.data
    if not data.startswith(_MAGICS):
        return
    pages = Pages(data)
    text = _Text()
    for number, offset in pages.ordered:
        names = pages.names_of(number)
        for record in pages.records(number, offset):
            _add_row(text, record, names, offset)
        if text.size >= _ENOUGH:
            if not budget.take(text.size):
                break
            yield _layer(layer, text)
            text = _Text()
    else:
        if text.size and budget.take(text.size):
            yield _layer(layer, text)
            text = _Text()
    if text.size or pages.left < 0:
        budget.leave(LIMIT, f"more rows than are read of a database: {path_of(layer, '')}")


def _layer(below: Layer, text: _Text) -> Layer:
    return Layer(b"".join(text.pieces), below=below, decoder="sqlite", offsets=_Map(text))


def _add_row(text: _Text, record: list[Value], names: tuple[str, ...], page: int) -> None:
    place = next((value.chunks[0][0] for value in record if value.chunks), page)
    # Long texts last, so that a key ID and its secret are near each other.
    for number, value in sorted(enumerate(record), key=lambda each: len(each[1].text) > _LONG):
        if not value.text:
            continue
        name = names[number][:_LONGEST_NAME] + "=" if number < len(names) else ""
        text.add(name.encode("utf-8", "replace"), place, place + 1)
        if value.exact and value.chunks:
            at = 0
            for start, size in value.chunks:
                text.add(value.text[at : at + size], start, start + size, exact=True)
                at += size
        else:
            start, size = value.chunks[0] if value.chunks else (place, 1)
            text.add(value.text, start, start + size)
        text.add(b"\t", place, place + 1)
    text.add(b"\n", place, place + 1)


DECODER = Decoder(
    "sqlite",
    tuple((0, magic) for magic in _MAGICS),
    (),
    decode,
    Description(
        "signature: a database of SQLite, a write-ahead log, a rollback journal",
        "each row in a line, values with the names of their columns",
        "the value in the file",
    ),
)
