"""The pages of a database of SQLite, of its write-ahead log and of its journal, and their records.

Layout: SQLite, "Database File Format", sections 1.3, 1.6, 2.1, 3 and 4.1. Pages are looked at one
by one, so that those that no tree leads to are read as well; the trees say only which table a page
belongs to. Every number of a file can lie: what makes no sense ends a record, a page or a chain.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanner.decoders.sqlite_file import DATABASE, LOGS
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER = 100
"""Bytes before the tree of page 1."""
_LOG_HEADER, _FRAME_HEADER = 32, 24
_TABLE_LEAF, _TABLE_NODE, _INDEX_LEAF, _INDEX_NODE = 13, 5, 10, 2
_FIXED = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
"""Bytes of a value by serial types 0 to 9; 10 and 11 are for internal use."""
_TEXT = 13
"""The least odd serial type of a text; one less is that of bytes."""
_SIZES = frozenset(1 << shift for shift in range(9, 17))
_MOST_COLUMNS = 32_767
"""SQLITE_MAX_COLUMN at its highest ("Limits In SQLite")."""
_CONSTRAINT = re.compile(r"(?i)(constraint|primary|unique|check|foreign)\b")
_NAME = re.compile(r"""\s*(?:"([^"]+)"|`([^`]+)`|\[([^\]]+)\]|'([^']+)'|([^\s(),]+))""")

Chunks = list[tuple[int, int]]
"""(offset, size) of the parts of a payload, of which all but the first are on other pages."""


class Value(NamedTuple):
    """A value of a record: its text, and where it is."""

    text: bytes
    chunks: Chunks
    """Empty for a number, whose digits are nowhere in the file."""
    exact: bool
    """Whether the text is in the file byte for byte."""


class Pages:
    """The pages of a file, by their numbers."""

    __slots__ = ("_names", "_page_size", "_pages", "_usable", "codec", "data", "left", "ordered")

    def __init__(self, data: bytes) -> None:
        """Find the pages of the database, log or journal `data`."""
        self.data = data
        self._page_size, self.ordered = _pages(data)
        self._pages = dict(self.ordered)
        self._names: dict[int, tuple[str, ...]] = {}
        self.codec = "utf-8"
        self.left = 2 * len(data) + 4096
        """Bytes of records that are still read: pages of a file that lies can share theirs."""
        first = self._pages.get(1, -1)
        reserved = 0
        if first >= 0 and data.startswith(DATABASE, first):
            reserved = _int(data, first + 20, 1)
            encodings = {2: "utf-16-le", 3: "utf-16-be"}
            self.codec = encodings.get(_int(data, first + 56, 4), "utf-8")
        self._usable = self._page_size - reserved
        if self._usable < 480:  # section 1.3.4
            self.ordered = []
            return
        self._name_pages()

    def names_of(self, number: int) -> tuple[str, ...]:
        """Return the names of the columns of the table that the page `number` belongs to."""
        return self._names.get(number, ())

    def records(self, number: int, offset: int) -> Iterator[list[Value]]:
        """Yield the records on the page `number` at `offset`."""
        data = self.data
        kind, _, cells = self._cells(number, offset)
        if kind == _TABLE_NODE:
            return
        for at in cells:
            start = at + 4 if kind == _INDEX_NODE else at
            size, start = _varint(data, start)
            if kind == _TABLE_LEAF:
                _, start = _varint(data, start)
            if self.left < 0:
                return
            chunks = self._payload(kind, start, size, offset)
            if chunks:
                yield from self._record(chunks)

    def _cells(self, number: int, offset: int) -> tuple[int, int, list[int]]:
        """Return the kind of a page, where its head is, and where its cells are."""
        data = self.data
        head = offset + (_HEADER if number == 1 else 0)
        kind = data[head] if head < len(data) else 0
        if kind not in (_TABLE_LEAF, _TABLE_NODE, _INDEX_LEAF, _INDEX_NODE):
            return 0, head, []
        begin = head + (12 if kind in (_TABLE_NODE, _INDEX_NODE) else 8)
        count = _int(data, head + 3, 2)
        if begin + 2 * count > offset + self._page_size:
            return 0, head, []
        places = (offset + _int(data, begin + 2 * cell, 2) for cell in range(count))
        end = min(offset + self._usable, len(data))
        return kind, head, [at for at in places if begin <= at < end]

    def _payload(self, kind: int, start: int, size: int, page: int) -> Chunks:
        """Return the parts of a payload of `size` bytes at `start`: section 1.6."""
        usable, data = self._usable, self.data
        most = usable - 35 if kind == _TABLE_LEAF else (usable - 12) * 64 // 255 - 23
        local = size
        if size > most:
            least = (usable - 12) * 32 // 255 - 23
            local = least + (size - least) % (usable - 4)
            local = local if local <= most else least
        local = min(local, page + usable - start, len(data) - start)
        if local <= 0:
            return []

        chunks = [(start, local)]
        self.left -= local
        size -= local
        link = start + local
        while size > 0 and self.left >= 0:
            at = self._pages.get(_int(data, link, 4), -1)
            part = min(size, usable - 4, len(data) - at - 4)
            if at < 0 or part <= 0:
                break
            chunks.append((at + 4, part))
            self.left -= part
            size -= part
            link = at
        return chunks

    def _record(self, chunks: Chunks) -> Iterator[list[Value]]:
        data = self.data
        payload = b"".join(data[start : start + size] for start, size in chunks)
        end, at = _varint(payload, 0)
        if not at <= end <= len(payload):
            return
        values: list[Value] = []
        place = end
        while at < end and place <= len(payload) and len(values) < _MOST_COLUMNS:
            kind, at = _varint(payload, at)
            if kind in (10, 11):
                return
            size = _FIXED[kind] if kind < 10 else (kind - 12) // 2
            values.append(self._value(kind, payload[place : place + size], chunks, place))
            place += size
        yield values

    def _value(self, kind: int, raw: bytes, chunks: Chunks, place: int) -> Value:
        if kind < 12:
            number = kind - 8 if kind in (8, 9) else int.from_bytes(raw, "big", signed=True)
            # A floating point number is no part of a credential.
            return Value(b"" if kind in (0, 7) else b"%d" % number, [], False)

        parts: Chunks = []
        for start, size in chunks:
            if place < size and len(raw) > sum(part for _, part in parts):
                rest = len(raw) - sum(part for _, part in parts)
                parts.append((start + place, min(size - place, rest)))
            place = max(0, place - size)
        if kind >= _TEXT and kind % 2 and self.codec != "utf-8":
            return Value(raw.decode(self.codec, "replace").encode(), parts, False)
        return Value(raw, parts, True)

    def _name_pages(self) -> None:
        """Learn the names of columns from the schema, and which pages have which table."""
        for leaf in self._leaves(1):
            for record in self.records(leaf, self._pages[leaf]):
                if len(record) < 5 or record[0].text != b"table":
                    continue
                sql = record[4].text.decode("utf-8", "replace")
                names = _columns_of(sql)
                root = record[3].text
                if names and root.isdigit() and len(root) < 11:
                    for page in self._leaves(int(root)):
                        self._names.setdefault(page, names)

    def _leaves(self, root: int) -> list[int]:
        """Return the leaves of the tree of a table, each once."""
        found: list[int] = []
        seen = {root}
        pending = [root]
        while pending:
            number = pending.pop()
            offset = self._pages.get(number, -1)
            if offset < 0:
                continue
            kind, head, cells = self._cells(number, offset)
            if kind == _TABLE_LEAF:
                found.append(number)
            elif kind == _TABLE_NODE:
                links = [_int(self.data, at, 4) for at in (*cells, head + 8)]
                fresh = [link for link in dict.fromkeys(links) if link not in seen]
                seen.update(fresh)
                pending += reversed(fresh)
        return found


def _pages(data: bytes) -> tuple[int, list[tuple[int, int]]]:
    """Return the size of a page, and number and offset of each page in the file."""
    if data.startswith(DATABASE):
        size = _int(data, 16, 2)
        size = 1 << 16 if size == 1 else size
        first, step, head = 0, size, -1
    elif data.startswith(LOGS):
        size = _int(data, 8, 4)
        first, step, head = _LOG_HEADER + _FRAME_HEADER, size + _FRAME_HEADER, _FRAME_HEADER
    else:
        sector, size = _int(data, 20, 4), _int(data, 24, 4)
        first, step, head = sector + 4, size + 8, 4
    if size not in _SIZES:
        return 0, []
    places = range(first, len(data), step)
    if head < 0:
        return size, [(number, at) for number, at in enumerate(places, 1)]
    return size, [(_int(data, at - head, 4), at) for at in places]


def _columns_of(sql: str) -> tuple[str, ...]:
    """Return the names of the columns of a statement that creates a table.

    Nothing where records do not have them in that order: without a row ID, the key comes first
    (section 2.4).
    """
    body, tail = sql.partition("(")[2].rpartition(")")[::2]
    if not body or "without" in tail.lower():
        return ()
    names: list[str] = []
    depth = begin = 0
    for at, character in enumerate(body + ","):
        depth += (character == "(") - (character == ")")
        if character != "," or depth:
            continue
        column = body[begin:at].strip()
        begin = at + 1
        found = _NAME.match(column)
        if found and not _CONSTRAINT.match(column):
            names.append(next(filter(None, found.groups())))
    return tuple(names)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at `at` and where it ends: section 1.6, "varint"."""
    number = 0
    for byte in data[at : at + 8]:
        at += 1
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            return number, at
    return number << 8 | int.from_bytes(data[at : at + 1], "big"), at + 1


def _int(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")
