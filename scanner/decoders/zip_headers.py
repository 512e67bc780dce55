"""The headers of a ZIP archive: its directories, and the two headers that each member has.

Layout: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3.
"""

from __future__ import annotations

from struct import Struct

from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Signatures, and the sizes of what they begin without its fields of variable length.
LOCAL, LOCAL_SIZE = b"PK\3\4", 30  # a local header: 4.3.7
CENTRAL, CENTRAL_SIZE = b"PK\1\2", 46  # a member in the central directory: 4.3.12
END, END_SIZE = b"PK\5\6", 22  # the end of the central directory: 4.3.16
_CENTRAL, _LOCAL = Struct("<8xHHLLLLHHH8xL"), Struct("<6xHHLLLLHH")
"""Their fields from the flags on: method, time, CRC-32, sizes, lengths, offset."""
DESCRIPTOR = b"PK\7\x08"  # the sizes of a member, after its data: 4.3.9
_END64, _LOCATOR64 = b"PK\6\6", b"PK\6\7"  # the same for ZIP64, and where it is: 4.3.14, 4.3.15
_LOCATOR64_SIZE = 20

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
_RESERVED = 0xC780
"""Flags that no archive has: 4.4.4."""
_NEWEST = 63
"""The version of the format that the newest members need: 4.4.3.2."""
_METHODS = frozenset((*range(20), *range(92, 100)))
"""Methods of compression with a number in 4.4.5."""
_MAX_DIRECTORIES = 8
"""Directories of one archive that are followed; more are only in a forged one."""


class View(NamedTuple):
    """What one of its two headers says about a member."""

    header: int
    """Where the local header of the member is."""
    name: bytes
    method: int
    is_encrypted: bool
    packed: int
    """Its bytes in the archive; -1 where the header leaves that to a descriptor."""
    size: int
    crc: int


class Directory(NamedTuple):
    """A central directory."""

    start: int
    stop: int
    shift: int
    """What the offsets in it lack: a file put in front of the archive moves everything. Negative
    where bytes in front are missing."""


def directories(data: bytes) -> Iterator[Directory]:
    """Yield the directories that an end record leads to, from the last one.

    The comment may have the signature of an end record in it, or a whole archive: programs do not
    agree which one counts.
    """
    found = 0
    end = len(data)
    floor = max(0, end - END_SIZE - _MAX_COMMENT)
    while found < _MAX_DIRECTORIES and (end := data.rfind(END, floor, end)) >= 0:
        if end + END_SIZE > len(data):
            continue

        size, offset, stop = number(data, end + 12, 4), number(data, end + 16, 4), end
        locator = end - _LOCATOR64_SIZE
        is_64 = locator >= 0 and data.startswith(_LOCATOR64, locator)
        if is_64 and _UNKNOWN in (size, offset):
            # Not the offset in the locator: it is wrong where a file was put in front.
            stop = data.rfind(_END64, max(0, end - _MAX_END64), end)
            size, offset = number(data, stop + 40, 8), number(data, stop + 48, 8)

        start = stop - size
        # An archive without members has nothing but its end. The offset may be beyond the start:
        # `unzip` and Python's zipfile go on where bytes in front are missing.
        if start >= 0 and (data.startswith(CENTRAL, start) or len(data) == END_SIZE):
            found += 1
            yield Directory(start, stop, start - offset)


def begins_before(data: bytes) -> bool:
    """Return whether `data` ends as an archive does whose beginning it does not have."""
    floor = max(0, len(data) - END_SIZE - _MAX_COMMENT)
    end = data.rfind(END, floor)
    if end < 0:
        return False
    start = end - number(data, end + 12, 4)
    return start < 0 or data.startswith((CENTRAL, _END64), start)


def central(data: bytes, start: int, shift: int) -> tuple[View, int]:
    """Return the entry of a directory at `start`, and where the next one begins."""
    flags, method, _, crc, packed, size, *lengths, header = _CENTRAL.unpack_from(data, start)
    name_end = start + CENTRAL_SIZE + lengths[0]
    extra_end = name_end + lengths[1]
    if _UNKNOWN in (packed, size, header):
        size, packed, header = _from_zip64(data, name_end, extra_end, size, packed, header)

    name = data[start + CENTRAL_SIZE : name_end]
    view = View(header + shift, name, method, bool(flags & _ENCRYPTED), packed, size, crc)
    return view, extra_end + lengths[2]


def local(data: bytes, header: int) -> View:
    """Return what the local header at `header` says."""
    # What is cut off is completed with zeros.
    begun = data[header : header + LOCAL_SIZE].ljust(LOCAL_SIZE, b"\0")
    flags, method, _, crc, packed, size, length, _ = _LOCAL.unpack(begun)
    name_end = header + LOCAL_SIZE + length
    if _UNKNOWN in (packed, size):
        size, packed, _ = _from_zip64(data, name_end, payload(data, header), size, packed, 0)
    if flags & _SIZES_LATER and not packed:
        packed = size = -1

    name = data[header + LOCAL_SIZE : name_end]
    return View(header, name, method, bool(flags & _ENCRYPTED), packed, size, crc)


def is_likely(data: bytes, header: int) -> bool:
    """Return whether the signature at `header` begins a local header, and is not there by chance.

    A program that unpacks its own end has the signature in its code.
    """
    return (
        data[header + 4] <= _NEWEST
        and not number(data, header + 6, 2) & _RESERVED
        and number(data, header + 8, 2) in _METHODS
        and number(data, header + 26, 2) > 0
        and payload(data, header) < len(data)
        if header + LOCAL_SIZE < len(data)
        else False
    )


def payload(data: bytes, header: int) -> int:
    """Return where the data of the member begins whose local header is at `header`."""
    return header + LOCAL_SIZE + number(data, header + 26, 2) + number(data, header + 28, 2)


def _from_zip64(
    data: bytes, begin: int, end: int, size: int, packed: int, header: int
) -> tuple[int, int, int]:
    """Return size, packed size and offset; the ZIP64 field has those that did not fit.

    They are in this order there, and only those. What it should have and has not is 0.
    """
    position = _extra(data, begin, end, _ZIP64_FIELD)
    if size == _UNKNOWN:
        size, position = number(data, position, 8), position + 8
    if packed == _UNKNOWN:
        packed, position = number(data, position, 8), position + 8
    if header == _UNKNOWN:
        header = number(data, position, 8)
    return size, packed, header


def _extra(data: bytes, position: int, end: int, wanted: int) -> int:
    """Return where the content of the extra field `wanted` begins; past the data if nowhere."""
    while position + 4 <= end:
        if number(data, position, 2) == wanted:
            return position + 4
        position += 4 + number(data, position + 2, 2)
    return len(data)


def number(data: bytes, offset: int, size: int) -> int:
    """Return a little-endian number; 0 before the data, and only what is there at its end."""
    return int.from_bytes(data[offset : offset + size], "little") if offset >= 0 else 0
