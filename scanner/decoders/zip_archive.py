"""ZIP archives (also jar, wheel, Lambda bundle, office document): every member.

The directory is read here rather than by `zipfile`: that builds an object for each of up to a
million entries before the first can be looked at, and refuses a whole archive, or a member, over
differences that other programs do not mind (a truncated directory, two names for one member).
Layout: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.decoders.interface import (
    MAX_LAYER_BYTES,
    MAX_LAYERS,
    TOO_MANY,
    Budget,
    Decoder,
    Description,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

# Signatures, and the sizes of what they begin without its fields of variable length.
_LOCAL, _LOCAL_SIZE = b"PK\3\4", 30  # a local header: 4.3.7
_CENTRAL, _CENTRAL_SIZE = b"PK\1\2", 46  # a member in the central directory: 4.3.12
_END, _END_SIZE = b"PK\5\6", 22  # the end of the central directory: 4.3.16
_END64, _LOCATOR64 = b"PK\6\6", b"PK\6\7"  # the same for ZIP64, and where it is: 4.3.14, 4.3.15
_LOCATOR64_SIZE = 20
_DESCRIPTOR = b"PK\7\x08"  # the sizes of a member, after its data: 4.3.9

_MAX_COMMENT = 0xFFFF
"""Bytes of the comment at the very end, whose length has two bytes: the end record is before it."""
_MAX_END64 = 1 << 12
"""Bytes before the end record in which that of ZIP64 is looked for.

It has 56 bytes and what 4.3.14.2 reserves for later, of which no archive in use has anything.
"""
_UNKNOWN = 0xFFFFFFFF
"""A size or offset that is in the ZIP64 extra field (4.5.3)."""
_ZIP64_FIELD = 1
_ENCRYPTED, _SIZES_LATER = 1, 8
"""Flags, 4.4.4: encrypted; the sizes are in a descriptor after the data, not in the header."""
_STORED = 0
"""The method of no compression, 4.4.5."""
_MAX_OVERLAP = 2
"""Packed bytes that are read of an archive, as a multiple of its size.

Members of an honest archive do not overlap, so they have less packed bytes than the archive. A bomb
whose members share their data has quadratically more (David Fifield, "A better zip bomb", 2019).
"""


class _ZipMember:
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
    """Yield the members of the ZIP archive that `layer` is, or that is appended to it."""
    from scanner.decoders.layers import DAMAGED, path_of, stores_members

    data = layer.data
    if stores_members(data):
        return  # a ZIP archive at its end is one of the members, which are looked at one by one

    directory = _directory(data)
    # Without a directory that makes sense, `PK` further on may be anything, such as a member of
    # an archive that has it stored.
    if not directory and not data.startswith((_LOCAL, _END)):
        return
    reader = _Reader(layer, budget)
    if directory:
        yield from reader.listed(*directory)
    if not (directory and reader.whole) and not reader.stopped:
        # What no directory leads to still has its local header, in front of its data.
        yield from reader.walked()
        budget.leave(DAMAGED, f"zip: {path_of(layer, '')}")


def _directory(data: bytes) -> tuple[int, int, int] | None:
    """Return where the central directory begins and ends, and what offsets in it lack.

    None where there is no end record, or none whose directory is where it says. The comment may
    have the signature of an end record in it, so each of them is tried, from the last one.
    """
    end = len(data)
    floor = max(0, end - _END_SIZE - _MAX_COMMENT)
    while (end := data.rfind(_END, floor, end)) >= 0:
        if end + _END_SIZE > len(data):
            continue

        size, offset, stop = _int(data, end + 12, 4), _int(data, end + 16, 4), end
        locator = end - _LOCATOR64_SIZE
        is_64 = locator >= 0 and data.startswith(_LOCATOR64, locator)
        if is_64 and _UNKNOWN in (size, offset):
            # Not the offset in the locator: it is wrong where a file was put in front.
            stop = data.rfind(_END64, max(0, end - _MAX_END64), end)
            size, offset = _int(data, stop + 40, 8), _int(data, stop + 48, 8)

        start = stop - size
        # A file put in front of the archive, such as the program of a self-extracting one, moves
        # everything by the same distance. An archive without members has nothing but its end.
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
            # Not by the number of entries in the end record, which has two bytes for it.
            if stop - start < _CENTRAL_SIZE or not self.data.startswith(_CENTRAL, start):
                self.whole = False
                return
            entry, start = _central(self.data, start, shift)
            if self.data.startswith(_LOCAL, entry.header):
                yield from self._once(entry)
            else:
                self.whole = False

    def walked(self) -> Iterator[Layer]:
        """Yield the members whose local headers follow one another."""
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
            yield from self._once(_ZipMember(name, flags, method, packed, size, header))
            header = data.find(_LOCAL, follow)

    def _once(self, entry: _ZipMember) -> Iterator[Layer]:
        from scanner.decoders.layers import LIMIT, path_of

        # Several entries of a directory may lead to one member, and a walk meets those again that
        # the directory had.
        if entry.header in self.seen:
            return
        self.seen.add(entry.header)

        # A raised limit of size raises this one as well, as it does that of the budget.
        if len(self.seen) > MAX_LAYERS * max(1, self.budget.largest / MAX_LAYER_BYTES):
            self.stopped = True
            self.budget.leave(LIMIT, f"{TOO_MANY} in a zip: {path_of(self.layer, '')}")
        elif self.packed > _MAX_OVERLAP * len(self.data):
            # The budget counts what comes out, and empty blocks cost time and give nothing.
            self.stopped = True
            self.budget.leave(LIMIT, f"overlapping members in a zip: {path_of(self.layer, '')}")
        else:
            yield from self._member(entry)

    def _member(self, entry: _ZipMember) -> Iterator[Layer]:
        from scanner.decoders.layers import DAMAGED, ENCRYPTED, LIMIT, path_of
        from scanner.decoders.streams import Slice, Stream
        from scanner.decoders.unpack import unpack
        from scanner.decoders.zip_methods import COMPRESSED, decompressor

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
            if end > len(data):  # cut off; a compressed one notices by itself
                budget.leave(DAMAGED, f"zip: {path_of(layer, name)}")
        elif entry.method in COMPRESSED:

            def begin(position: int) -> tuple[Any, int] | None:
                return decompressor(data, entry.method, position) if position == start else None

            stream = Stream(data, start, end, begin, entry.size, to_end=False)
            whole = yield from unpack(stream, layer, "zip", name, budget)
            self.stopped = not whole
            self.packed += stream.position - start
            if stream.damaged:
                budget.leave(DAMAGED, f"zip: {path_of(layer, name)}")
        else:
            what = f"zip compression method {entry.method}"
            budget.leave(LIMIT, f"{what}: {path_of(layer, name)}")


def _central(data: bytes, start: int, shift: int) -> tuple[_ZipMember, int]:
    """Return the entry of the directory at `start`, and where the next one begins."""
    packed, size = _int(data, start + 20, 4), _int(data, start + 24, 4)
    name_end = start + _CENTRAL_SIZE + _int(data, start + 28, 2)
    extra_end = name_end + _int(data, start + 30, 2)
    header = _int(data, start + 42, 4)

    if _UNKNOWN in (packed, size, header):
        # The ZIP64 field has, in this order, only the values that did not fit.
        position = _extra(data, name_end, extra_end, _ZIP64_FIELD)
        if size == _UNKNOWN:
            size, position = _int(data, position, 8), position + 8
        if packed == _UNKNOWN:
            packed, position = _int(data, position, 8), position + 8
        if header == _UNKNOWN:
            header = _int(data, position, 8)

    entry = _ZipMember(
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


def _payload(data: bytes, header: int) -> int:
    return header + _LOCAL_SIZE + _int(data, header + 26, 2) + _int(data, header + 28, 2)


def _text(name: bytes) -> str:
    # The flag for UTF-8 is often missing. What is not UTF-8 is in the code page of DOS: appendix D.
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp437")


def _int(data: bytes, offset: int, size: int) -> int:
    """Return a little-endian number; 0 before the data, and only what is there at its end."""
    return int.from_bytes(data[offset : offset + size], "little") if offset >= 0 else 0


DECODER = Decoder(
    "zip",
    ((0, _LOCAL), (0, _END)),
    (),
    decode,
    Description(
        (
            "`PK` signature: zip, jar, wheel, Lambda bundle, office document; the end of a "
            "directory at the end of any file: zipapp, executable jar, self-extracting archive"
        ),
        "every member: stored, deflate, bzip2, LZMA, xz",
        "path in the archive, line and column in the member",
    ),
    # A program or a script may be in front: zipapp, executable jars, self-extracting archives.
    ending=_END,
)
