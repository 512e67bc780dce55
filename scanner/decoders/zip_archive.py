"""ZIP archives (also jar, wheel, Lambda bundle, office document): every member.

The directory is read here rather than by `zipfile`: that builds an object for each of up to a
million entries before the first can be looked at, and refuses a whole archive, or a member, over
differences that other programs do not mind (a truncated directory, two names for one member).
Layout: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.decoders.interface import MAX_LAYERS, Budget, Decoder, Description

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_LOCAL, _CENTRAL, _END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
_END64, _LOCATOR64, _DESCRIPTOR = b"PK\6\6", b"PK\6\7", b"PK\7\x08"
_LOCAL_SIZE, _CENTRAL_SIZE, _END_SIZE = 30, 46, 22
_MAX_COMMENT = 0xFFFF
_MAX_END64 = 1 << 12
_UNKNOWN = 0xFFFFFFFF
"""A size or offset that is in the ZIP64 extra field."""
_ENCRYPTED, _SIZES_LATER = 1, 8
"""Flags: encrypted; the sizes stand behind the data and not in the local header."""
_STORED, _DEFLATE, _BZIP2, _LZMA, _XZ = 0, 8, 12, 14, 95
_MAX_DICTIONARY = 128 << 20


_MAX_OVERLAP = 2
"""Members of an honest archive do not overlap, so they have less packed bytes than the archive."""


class _Entry:
    """What is known of a member: packed and unpacked size, and where its local header is."""

    __slots__ = ("flags", "header", "method", "name", "packed", "size")

    def __init__(
        self, name: bytes, flags: int, method: int, packed: int, size: int, header: int
    ) -> None:
        self.name = name
        self.flags = flags
        self.method = method
        self.packed = packed
        self.size = size
        self.header = header


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the members of the ZIP archive `layer`."""
    from scanner.decoders.unpack import DAMAGED, path_of

    data = layer.data
    if not data.startswith((_LOCAL, _END)):
        return
    reader = _Reader(layer, budget)
    directory = _directory(data)
    if directory:
        yield from reader.listed(*directory)
    if not (directory and reader.whole) and not reader.stopped:
        # Whatever no directory leads to still has its local header.
        yield from reader.walked()
        budget.leave(DAMAGED, f"zip: {path_of(layer, '')}")


def _directory(data: bytes) -> tuple[int, int, int] | None:
    """Return where the central directory begins and ends, and what offsets in it lack."""
    end = len(data)
    floor = max(0, end - _END_SIZE - _MAX_COMMENT)
    while (end := data.rfind(_END, floor, end)) >= 0:
        if end + _END_SIZE > len(data):
            continue
        size, offset, stop = _int(data, end + 12, 4), _int(data, end + 16, 4), end
        if end >= 20 and data.startswith(_LOCATOR64, end - 20) and _UNKNOWN in (size, offset):
            stop = data.rfind(_END64, max(0, end - _MAX_END64), end)
            size, offset = _int(data, stop + 40, 8), _int(data, stop + 48, 8)
        start = stop - size
        # A file put in front of the archive moves everything by the same distance.
        if 0 <= offset <= start and (data.startswith(_CENTRAL, start) or len(data) == _END_SIZE):
            return start, stop, start - offset
    return None


class _Reader:
    """Reads the members of one archive, each local header once."""

    __slots__ = ("budget", "data", "layer", "packed", "seen", "stopped", "whole")

    def __init__(self, layer: Layer, budget: Budget) -> None:
        self.layer = layer
        self.data = layer.data
        self.budget = budget
        self.seen: set[int] = set()
        self.packed = 0
        self.whole = True
        """Whether everything that the directory says could be followed."""
        self.stopped = False
        """Whether a limit was reached."""

    def listed(self, start: int, stop: int, shift: int) -> Iterator[Layer]:
        """Yield the members that the directory at `start` to `stop` lists."""
        while start < stop and not self.stopped:
            if stop - start < _CENTRAL_SIZE or not self.data.startswith(_CENTRAL, start):
                self.whole = False
                return
            entry, start = _central(self.data, start, shift)
            if self.data.startswith(_LOCAL, entry.header):
                yield from self._once(entry)
            else:
                self.whole = False

    def walked(self) -> Iterator[Layer]:
        """Yield the members whose local headers stand one behind the other."""
        import re

        marks = re.compile(b"|".join(map(re.escape, (_LOCAL, _CENTRAL, _DESCRIPTOR))))
        data = self.data
        header = data.find(_LOCAL)
        while header >= 0 and not self.stopped:
            packed, size = _int(data, header + 18, 4), _int(data, header + 22, 4)
            flags, method = _int(data, header + 6, 2), _int(data, header + 8, 2)
            payload = _payload(data, header)
            if packed == _UNKNOWN or (flags & _SIZES_LATER and not packed):
                # Compressed data ends by itself; stored data at the next thing with a signature.
                mark = marks.search(data, payload) if method == _STORED else None
                packed = (mark.start() if mark else len(data)) - payload
                follow, size = payload, -1
            else:
                follow = payload + packed
            name = data[header + _LOCAL_SIZE : header + _LOCAL_SIZE + _int(data, header + 26, 2)]
            yield from self._once(_Entry(name, flags, method, packed, size, header))
            header = data.find(_LOCAL, follow)

    def _once(self, entry: _Entry) -> Iterator[Layer]:
        from scanner.decoders.unpack import LIMIT, path_of

        if entry.header in self.seen:
            return
        self.seen.add(entry.header)
        if len(self.seen) > MAX_LAYERS:
            self.stopped = True
            self.budget.leave(LIMIT, f"too many members in a zip: {path_of(self.layer, '')}")
        elif self.packed > _MAX_OVERLAP * len(self.data):
            # Not a matter of what comes out: empty blocks cost time and give nothing.
            self.stopped = True
            self.budget.leave(LIMIT, f"overlapping members in a zip: {path_of(self.layer, '')}")
        else:
            yield from self._member(entry)

    def _member(self, entry: _Entry) -> Iterator[Layer]:
        from scanner.decoders.streams import Slice, Stream
        from scanner.decoders.unpack import DAMAGED, ENCRYPTED, LIMIT, path_of, unpack

        if entry.packed <= 0:
            return  # a directory, or a file without content
        layer, data, budget = self.layer, self.data, self.budget
        name = _text(entry.name)
        start = _payload(data, entry.header)
        end = start + entry.packed
        if entry.flags & _ENCRYPTED:
            budget.leave(ENCRYPTED, f"zip: {path_of(layer, name)}")
        elif entry.method == _STORED:
            piece = Slice(data, start, end)
            whole = yield from unpack(piece, layer, "zip", name, budget)
            self.stopped = not whole
            self.packed += piece.position - start
            if end > len(data):
                budget.leave(DAMAGED, f"zip: {path_of(layer, name)}")
        elif entry.method in (_DEFLATE, _BZIP2, _LZMA, _XZ):

            def begin(position: int) -> tuple[Any, int] | None:
                return _decompressor(data, entry, position) if position == start else None

            stream = Stream(data, start, end, begin, entry.size, to_end=False)
            whole = yield from unpack(stream, layer, "zip", name, budget)
            self.stopped = not whole
            self.packed += stream.position - start
            if stream.damaged:
                budget.leave(DAMAGED, f"zip: {path_of(layer, name)}")
        else:
            what = f"zip compression method {entry.method}"
            budget.leave(LIMIT, f"{what}: {path_of(layer, name)}")


def _central(data: bytes, start: int, shift: int) -> tuple[_Entry, int]:
    """Return the entry of the directory at `start`, and where the next one begins."""
    packed, size = _int(data, start + 20, 4), _int(data, start + 24, 4)
    name_end = start + _CENTRAL_SIZE + _int(data, start + 28, 2)
    extra_end = name_end + _int(data, start + 30, 2)
    header = _int(data, start + 42, 4)
    if _UNKNOWN in (packed, size, header):
        # The ZIP64 field has, in this order, only the values that did not fit.
        position = _extra(data, name_end, extra_end, 1)
        if size == _UNKNOWN:
            size, position = _int(data, position, 8), position + 8
        if packed == _UNKNOWN:
            packed, position = _int(data, position, 8), position + 8
        if header == _UNKNOWN:
            header = _int(data, position, 8)
    entry = _Entry(
        data[start + _CENTRAL_SIZE : name_end],
        _int(data, start + 8, 2),
        _int(data, start + 10, 2),
        packed,
        size,
        header + shift,
    )
    return entry, extra_end + _int(data, start + 32, 2)


def _extra(data: bytes, position: int, end: int, wanted: int) -> int:
    """Return where the content of the extra field `wanted` begins; past the data if nowhere."""
    while position + 4 <= end:
        if _int(data, position, 2) == wanted:
            return position + 4
        position += 4 + _int(data, position + 2, 2)
    return len(data)


def _decompressor(data: bytes, entry: _Entry, start: int) -> tuple[Any, int]:
    if entry.method == _DEFLATE:
        from scanner.decoders.streams import inflater

        return inflater(), start
    if entry.method == _BZIP2:
        from bz2 import BZ2Decompressor

        return BZ2Decompressor(), start
    import lzma

    if entry.method == _XZ:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=2 * _MAX_DICTIONARY), start
    # APPNOTE 5.8.8: version (2 bytes), size of the properties (2), then those of LZMA: one byte
    # of three numbers, and the size of the dictionary, which need not be larger than the content.
    numbers = _int(data, start + 4, 1)
    literal, positions = numbers % 9, numbers // 9
    dictionary = min(_int(data, start + 5, 4), _MAX_DICTIONARY)
    properties = {
        "id": lzma.FILTER_LZMA1,
        "lc": literal,
        "lp": positions % 5,
        "pb": positions // 5,
        "dict_size": max(dictionary, 4096),
    }
    begin = start + 4 + _int(data, start + 2, 2)
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[properties]), begin


def _payload(data: bytes, header: int) -> int:
    return header + _LOCAL_SIZE + _int(data, header + 26, 2) + _int(data, header + 28, 2)


def _text(name: bytes) -> str:
    # The flag for UTF-8 is often missing; what is not UTF-8 is in the code page of DOS.
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp437")


def _int(data: bytes, offset: int, size: int) -> int:
    return int.from_bytes(data[offset : offset + size], "little") if offset >= 0 else 0


DECODER = Decoder(
    "zip",
    ((0, _LOCAL), (0, _END)),
    (),
    decode,
    Description(
        "`PK` signature: zip, jar, wheel, Lambda bundle, office document",
        "every member: stored, deflate, bzip2, LZMA, xz",
        "path in the archive, line and column in the member",
    ),
)
