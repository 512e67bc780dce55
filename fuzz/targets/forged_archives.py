"""Archives whose parts contradict each other in ways that the input chooses.

Changing the bytes of an archive breaks its checksums and compressed data sooner than anything else.
Here both are right, and the headers lie: whatever one reader shows, a scan sees.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from typing import TYPE_CHECKING, Final

from fuzz.interface import Target
from fuzz.planted import PLANTED, compare
from fuzz.readers import decompressed, in_tar, in_zip
from fuzz.recipe import Recipe
from scanner.decoders.tar_blocks import MAGIC, begins_tar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PACKED: Final = gzip.compress(PLANTED, mtime=0)
"""The credential as no search of the archive itself sees it."""
_CONTENTS: Final = (b"nothing of interest\n" * 3, _PACKED, PLANTED, b"", b"x" * 700)
_MOST: Final = 5
"""Members of an archive."""


def _unpacked(members: Iterator[bytes]) -> Iterator[bytes]:
    """Yield each of `members` as it is, and what it holds if it is compressed."""
    for member in members:
        yield member
        yield decompressed(member)


# -- zip ----------------------------------------------------------------------------------------


class _Said:
    """What a header says about a member: the truth, or what the recipe has in its place."""

    def __init__(self, recipe: Recipe, method: int, packed: int, content: bytes) -> None:
        lies = recipe.number()
        self.flags = recipe.number(16) if lies & 1 else 0
        self.method = (0, 8, 12, 14, 95, 99)[recipe.number(6)] if lies & 2 else method
        self.packed = recipe.number(1024) if lies & 4 else packed
        self.size = recipe.number(1024) if lies & 8 else len(content)
        self.crc = recipe.number(1024) if lies & 16 else zlib.crc32(content)
        self.moved = recipe.number(128) - 64 if lies & 32 else 0
        self.extra = recipe.piece(recipe.number(32)) if lies & 64 else b""


def forged_zip(recipe: Recipe) -> bytes:
    """Return a ZIP archive: headers as in APPNOTE 6.3.10, 4.3."""
    data = recipe.piece(recipe.number(40)) if recipe.number(4) == 3 else b""
    directory, listed = b"", 0
    for number in range(1 + recipe.number(_MOST)):
        content = _CONTENTS[recipe.number(len(_CONTENTS))]
        method = 8 * recipe.number(2)
        body = _deflated(content) if method else content
        own = _Said(recipe, method, len(body), content)
        entry = _Said(recipe, method, len(body), content)
        layout = recipe.number()
        name = b"%d" % number
        offset = len(data) + entry.moved

        said = (own.flags, own.method, 0, 33, own.crc, own.packed, own.size)
        data += struct.pack("<4sHHHHHLLLHH", b"PK\3\4", 20, *said, len(name), len(own.extra))
        data += name + own.extra + body
        if layout & 1:  # a descriptor: 4.3.9
            signature = b"PK\7\x08" if layout & 2 else b""
            data += signature + struct.pack("<LLL", own.crc, own.packed, own.size)
        if layout & 4:
            data += recipe.piece(recipe.number(32))
        if not layout & 8:
            listed += 1
            said = (entry.flags, entry.method, 0, 33, entry.crc, entry.packed, entry.size)
            directory += struct.pack(
                "<4sHHHHHHLLLHHHHHLL", b"PK\1\2", 20, 20, *said, len(name), len(entry.extra), 0, 0,
                0, 0, max(0, offset),
            ) + name + entry.extra  # fmt: skip
    moved = recipe.number(128) - 64 if recipe.number(4) == 3 else 0
    comment = recipe.piece(recipe.number(64)) if recipe.number(4) == 3 else b""
    start = max(0, len(data) + moved)
    end = (b"PK\5\6", 0, 0, listed, listed, len(directory), start, len(comment))
    return data + directory + struct.pack("<4sHHHHLLH", *end) + comment


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def _zip(data: bytes) -> None:
    recipe = Recipe(data)
    made = b"".join(forged_zip(recipe) for _ in range(1 + recipe.number(2)))
    compare(made, _unpacked(in_zip(made)), "a reader of zip archives")


def _zip_seeds() -> Iterable[bytes]:
    yield b""
    yield bytes((0, 0, 0, 1, 1, 0, 0, 0))
    yield bytes((1, 0, 2, 1, 0, 4, 0, 9, 0, 0, 2, 1, 64, 4, 1, 2, 3, 4, 3))
    yield bytes((0, 3, 9)) + b"#!/bin/sh\n" + bytes((1, 1, 0, 34, 5, 9, 2, 3))


# -- tar ----------------------------------------------------------------------------------------

_KINDS: Final = b"0\0001235567LKxgSDVX"
"""Types of entries (POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar's tar.h)."""
_MAGICS: Final = (b"ustar\00000", b"ustar  \0", b"\0" * 8, b"ustar\0\0\0")


def forged_tar(recipe: Recipe) -> bytes:
    """Return a tar archive whose checksums are right, for the most part."""
    data = b""
    for number in range(1 + recipe.number(_MOST)):
        lies = recipe.number()
        kind = _KINDS[recipe.number(len(_KINDS))] if lies & 1 else ord("0")
        content = _CONTENTS[recipe.number(len(_CONTENTS))]
        if chr(kind) in "xgLK":
            content = _extended(recipe)
        head = bytearray(512)
        head[0:8] = b"%07d\0" % number
        head[100:108] = b"0000644\0"
        head[124:136] = b"%011o\0" % len(content)
        if lies & 2:
            head[124:136] = recipe.piece(12).ljust(12, b"\0")
        head[136:148] = b"%011o\0" % 0
        head[156] = kind
        head[257:265] = _MAGICS[recipe.number(len(_MAGICS)) if lies & 4 else 0]
        if lies & 8:
            place = recipe.number(504)
            head[place : place + 8] = recipe.piece(8).ljust(8, b"\0")
        head[148:156] = b" " * 8
        head[148:156] = b"%06o\0 " % (sum(head) + (lies >> 4 & 1))
        padding = -len(content) % 512 if not lies & 32 else recipe.number(512)
        data += bytes(head) + content + bytes(padding)
        if lies & 64:
            data += bytes(512 * recipe.number(4)) + recipe.piece(recipe.number(64))
    return data + bytes(512 * recipe.number(4))


def _extended(recipe: Recipe) -> bytes:
    """Return the content of a pax header, some of whose lengths are wrong, or a long name."""
    records = b""
    for _ in range(recipe.number(4)):
        key = (b"size", b"path", b"linkpath", b"GNU.sparse.major", b"hdrcharset")[recipe.number(5)]
        value = recipe.piece(recipe.number(24))
        record = b" %b=%b\n" % (key, value)
        length = len(record) + 2 + (len(record) > 97) + recipe.number(3) // 2
        records += b"%d" % length + record
    return records or b"long/" * recipe.number(60) + b"\0"


def _tar(data: bytes) -> None:
    made = forged_tar(Recipe(data))
    # Without a magic an archive is known at the start of a file only (docs/decoders.md).
    members = in_tar(made) if begins_tar(made) or MAGIC in made else iter(())
    compare(made, _unpacked(members), "a reader of tar archives")


def _tar_seeds() -> Iterable[bytes]:
    yield b""
    yield bytes((1, 0, 1, 0, 1, 2))
    yield bytes((2, 1, 11, 2, 0, 3)) + b"512" + bytes((0, 0, 1, 0, 1, 2))
    yield bytes((2, 1, 9, 0, 20, 0, 1, 0, 1, 2))


TARGETS: Final = (
    Target("forged-zip", "members are seen although headers lie", _zip, _zip_seeds, 512),
    Target("forged-tar", "members are seen although headers lie", _tar, _tar_seeds, 512),
)
