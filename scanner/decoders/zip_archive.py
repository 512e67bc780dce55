"""ZIP archives (also jar, wheel, Lambda bundle, office document): every member.

The directory is read here rather than by `zipfile`: that builds an object for each of up to a
million entries before the first can be looked at, and refuses a whole archive, or a member, over
differences that other programs do not mind (a truncated directory, two names for one member).

Programs do not agree about an archive whose parts contradict each other: `unzip` believes the
directory, Java's `ZipInputStream` the headers in front of the data. So a member is read in every
way that one of its headers describes, and a member that no directory lists is read too.
"""

from __future__ import annotations

from scanner.decoders.interface import (
    MAX_LAYER_BYTES,
    MAX_LAYERS,
    TOO_MANY,
    Budget,
    Decoder,
    Description,
    Ending,
)
from scanner.decoders.zip_headers import (
    CENTRAL,
    CENTRAL_SIZE,
    DESCRIPTOR,
    END,
    LOCAL,
    View,
    begins_before,
    central,
    directories,
    is_likely,
    local,
    payload,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from typing import Any

    from scanner.content import Layer
    from scanner.decoders.zip_headers import Directory

_STORED, _LZMA = 0, 14
"""The method of no compression, and the one that may have no mark of its end: 4.4.5, 5.8.9."""
_LARGE = "zip member that needs a larger dictionary"
_HALF = "zip member that one of two headers calls encrypted"
_MAX_OVERLAP = 2
"""Packed bytes that are read of an archive, as a multiple of its size.

Members of an honest archive do not overlap, so they have less packed bytes than the archive. A bomb
whose members share their data has quadratically more (David Fifield, "A better zip bomb", 2019).
"""


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the members of the ZIP archive that `layer` is, or that is appended to it."""
    from scanner.decoders.layers import DAMAGED, LIMIT, path_of, stores_members

    data = layer.data
    if stores_members(data):
        return  # a ZIP archive at its end is one of the members, which are looked at one by one

    listings = list(directories(data))
    # Without a directory that makes sense, `PK` further on may be anything, such as a member of
    # an archive that has it stored.
    if not listings and not data.startswith((LOCAL, END, DESCRIPTOR + LOCAL)):
        if layer.is_part and begins_before(data):
            budget.leave(LIMIT, f"zip that begins before a window: {path_of(layer, '')}")
        return
    reader = _Reader(layer, budget)
    for directory in listings:
        if not reader.has(directory):
            yield from reader.listed(directory)
    is_whole = bool(listings) and reader.whole
    if not reader.stopped:
        # What no directory leads to still has its local header, in front of its data.
        yield from reader.unlisted(only_likely=is_whole)
    if not is_whole:
        budget.leave(DAMAGED, f"zip: {path_of(layer, '')}")


class _Reader:
    """Reads the members of one archive, each in every way that a header describes."""

    __slots__ = ("_ends", "_read", "budget", "data", "layer", "packed", "stopped", "whole")

    def __init__(self, layer: Layer, budget: Budget) -> None:
        self.layer = layer
        self.data = layer.data
        self.budget = budget
        self._ends: dict[int, int] = {}
        """By local header, up to where its member has the data for certain."""
        self._read: set[tuple[int, int, int]] = set()
        self.packed = 0
        self.whole = True
        """Whether everything that the directories say could be followed."""
        self.stopped = False
        """Whether a limit was reached."""

    def has(self, directory: Directory) -> bool:
        """Return whether a member has `directory` as its content, such as a stored archive."""
        return any(header < directory.start < end for header, end in self._ends.items())

    def listed(self, directory: Directory) -> Iterator[Layer]:
        """Yield the members that `directory` lists."""
        start, stop, shift = directory
        while start < stop and not self.stopped:
            # Not by the number of entries in the end record, which has two bytes for it.
            if stop - start < CENTRAL_SIZE or not self.data.startswith(CENTRAL, start):
                self.whole = False
                return
            entry, start = central(self.data, start, shift)
            # `unzip` tries an offset as it is written too, if nothing is where it was moved to.
            written = entry._replace(header=entry.header - shift)
            begun = [each for each in (entry, written) if self._begins_at(each.header)]
            if begun:
                yield from self._member(begun[0], local(self.data, begun[0].header))
            else:
                self.whole = False

    def _begins_at(self, header: int) -> bool:
        return header >= 0 and self.data.startswith(LOCAL, header)

    def unlisted(self, *, only_likely: bool) -> Iterator[Layer]:
        """Yield the members with a local header between, before or after those that were read.

        With `only_likely` those whose header makes sense: they are not known to be members.
        """
        data = self.data
        header = data.find(LOCAL)
        while header >= 0 and not self.stopped:
            if header not in self._ends and (not only_likely or is_likely(data, header)):
                said = local(data, header)
                if said.packed < 0 and said.method == _STORED:
                    # Compressed data ends by itself; stored data at the next signature.
                    said = said._replace(packed=self._next_mark(payload(data, header)))
                yield from self._member(said, said)
                self._doubt(header, said)
            header = data.find(LOCAL, max(header + len(LOCAL), self._ends.get(header, 0)))

    def _next_mark(self, start: int) -> int:
        """Return how many bytes there are from `start` to the next signature."""
        import re

        marks = re.compile(b"|".join(map(re.escape, (LOCAL, CENTRAL, DESCRIPTOR))))
        mark = marks.search(self.data, start)
        return (mark.start() if mark else len(self.data)) - start

    def _doubt(self, header: int, said: View) -> None:
        """Do not believe a size that only a local header gives, unless something follows there."""
        end = self._ends.get(header, 0)
        follows = end == len(self.data) or self.data.startswith(b"PK", end)
        if said.method == _STORED and not follows:
            self._ends[header] = payload(self.data, header)

    def _member(self, entry: View, own: View) -> Iterator[Layer]:
        """Yield the content of a member by its `entry` in a directory and its `own` header."""
        start = payload(self.data, entry.header)
        if entry.method == own.method != _STORED:
            ways = {(entry.method, max(entry.packed, own.packed)): None}
        else:  # stored data ends where each header says
            ways = dict.fromkeys((view.method, view.packed) for view in (entry, own))
        ends: list[int] = []
        for method, packed in ways:
            way = entry.header, method, packed if method == _STORED else 0
            # Several entries of a directory may lead to one member.
            if way in self._read:
                continue
            self._read.add(way)
            if self._is_beyond_limits():
                return
            if method == _STORED and packed <= 0:
                if packed == 0:
                    ends.append(start)
                continue  # a directory, or a file without content
            end = yield from self._content(entry, own, method, packed)
            ends.append(end)
        if ends:
            known = self._ends.get(entry.header)
            self._ends[entry.header] = min(ends) if known is None else min(known, *ends)

    def _is_beyond_limits(self) -> bool:
        # A raised limit of size raises that of members as well, as it does that of the budget.
        most = MAX_LAYERS * max(1, self.budget.largest / MAX_LAYER_BYTES)
        if len(self._read) <= most and self.packed <= _MAX_OVERLAP * len(self.data):
            return False

        from scanner.decoders.layers import LIMIT, path_of

        # The budget counts what comes out, and empty blocks cost time and give nothing.
        what = f"{TOO_MANY} in a zip" if len(self._read) > most else "overlapping members in a zip"
        self.budget.leave(LIMIT, f"{what}: {path_of(self.layer, '')}")
        self.stopped = True
        return True

    def _content(
        self, entry: View, own: View, method: int, packed: int
    ) -> Generator[Layer, None, int]:
        """Yield what one way of reading a member gives; return up to where it has the data."""
        from scanner.decoders.layers import DAMAGED, ENCRYPTED, LIMIT, path_of
        from scanner.decoders.streams import Slice, Stream
        from scanner.decoders.unpack import unpack
        from scanner.decoders.zip_methods import COMPRESSED, decompressor, needs_memory

        layer, data, budget = self.layer, self.data, self.budget
        name = _text(entry.name)
        start = payload(data, entry.header)
        end = start + packed
        is_encrypted = entry.is_encrypted and own.is_encrypted

        if method == _STORED:
            if is_encrypted and not _is_content(data[start:end], entry, own):
                budget.leave(ENCRYPTED, f"zip: {path_of(layer, name)}")
                return end
            piece = Slice(data, start, end)
            whole = yield from unpack(piece, layer, "zip", name, budget)
            self.stopped = not whole
            self.packed += piece.position - start
            if end > len(data):  # cut off; a compressed one notices by itself
                budget.leave(DAMAGED, f"zip: {path_of(layer, name)}")
            return end
        if method not in COMPRESSED:
            if is_encrypted:
                budget.leave(ENCRYPTED, f"zip: {path_of(layer, name)}")
            else:
                budget.leave(LIMIT, f"zip compression method {method}: {path_of(layer, name)}")
            return start if entry.method != own.method else end
        if packed == 0 and (data.startswith(b"PK", start) or start >= len(data)):
            return start  # a file without content

        def begin(position: int) -> tuple[Any, int] | None:
            return decompressor(data, method, position) if position == start else None

        # All but LZMA end by themselves, whatever the headers say.
        stop = end if method == _LZMA and packed > 0 else len(data)
        stream = Stream(data, start, stop, begin, entry.size, to_end=False)
        stream.likely = end
        whole = yield from unpack(stream, layer, "zip", name, budget)
        self.stopped = not whole
        self.packed += stream.position - start
        if not stream.damaged:
            if entry.method != own.method:
                return start
            # A stream that goes on beyond its size may have the headers of other members in it.
            return min(stream.position, end) if packed > 0 else stream.position
        if needs_memory(stream.failure, data, method, start):
            budget.leave(LIMIT, f"{_LARGE}: {path_of(layer, name)}")
        elif is_encrypted:
            budget.leave(ENCRYPTED, f"zip: {path_of(layer, name)}")
        elif entry.is_encrypted or own.is_encrypted:
            budget.leave(LIMIT, f"{_HALF}: {path_of(layer, name)}")
        else:
            budget.leave(DAMAGED, f"zip: {path_of(layer, name)}")
        return start


def _is_content(stored: bytes, entry: View, own: View) -> bool:
    """Return whether `stored` has the checksum of the content, so that it is not encrypted."""
    from zlib import crc32

    return crc32(stored) in (entry.crc, own.crc)


def _text(name: bytes) -> str:
    # The flag for UTF-8 is often missing. What is not UTF-8 is in the code page of DOS: appendix D.
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp437")


DECODER = Decoder(
    "zip",
    ((0, LOCAL), (0, END), (0, DESCRIPTOR + LOCAL)),
    (),
    decode,
    Description(
        (
            "`PK` signature: zip, jar, wheel, Lambda bundle, office document; the end of a "
            "directory at the end of any file: zipapp, executable jar, self-extracting archive"
        ),
        "every member, also one that no directory lists: stored, deflate, bzip2, LZMA, xz",
        "path in the archive, line and column in the member",
    ),
    # A program or a script may be in front: zipapp, executable jars, self-extracting archives.
    ending=Ending(END),
)
