"""What other programs show of archives, compressed files and databases, however damaged.

A scan is compared with them: what they show, others can read as well. None of them raises, and each
gives a megabyte of a member at most; the credential is in front of that, or not there at all.
"""

from __future__ import annotations

import bz2
import io
import lzma
import sqlite3
import struct
import tarfile
import zipfile
import zlib
from contextlib import closing, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MOST: Final = 1 << 20
_MEMBERS: Final = 50
"""Members, tables or streams that are read of a file."""
_ROWS: Final = 200
_STEPS: Final = 100_000
"""Instructions of a query of SQLite: the pages of a damaged table can lead in a circle."""


_ENCRYPTED, _SIZES_LATER = 1, 8
"""Flags of a member (4.4.4)."""


def in_zip(data: bytes) -> Iterator[bytes]:
    """Yield the members of a zip archive as each sort of reader sees them."""
    yield from _listed_in_zip(data)
    yield from _streamed_in_zip(data)


def _listed_in_zip(data: bytes) -> Iterator[bytes]:
    """Yield the members that the directory names, whatever their checksums: zipfile."""
    with suppress(Exception):
        archive = zipfile.ZipFile(io.BytesIO(data))
        for entry in archive.infolist()[:_MEMBERS]:
            content = b""
            with suppress(Exception):
                member: Any = archive.open(entry)
                member._expected_crc = None  # `unzip -p` prints what has another one as well
                while len(content) < _MOST and (piece := member.read1(256)):
                    content += piece
            yield content


def _streamed_in_zip(data: bytes) -> Iterator[bytes]:
    """Yield the members from the start on, by their local headers alone (APPNOTE 6.3.10, 4.3.7).

    Readers of streams, such as Java's ZipInputStream, see an archive in this way.
    """
    at = 0
    while data.startswith(b"PK\3\4", at) and len(data) >= at + 30:
        flags, method = struct.unpack_from("<HH", data, at + 6)
        packed, _, name, extra = struct.unpack_from("<LLHH", data, at + 18)
        at += 30 + name + extra
        if flags & _ENCRYPTED:
            return
        if method == zipfile.ZIP_DEFLATED:
            reader = zlib.decompressobj(-15)
            content, at = _in_steps(reader, data, at)
            yield content
            if not reader.eof:
                return
            if flags & _SIZES_LATER:  # in a descriptor, with its signature or without (4.3.9)
                at += 16 if data.startswith(b"PK\7\x08", at) else 12
        elif method == zipfile.ZIP_STORED and not flags & _SIZES_LATER:
            yield data[at : at + packed]
            at += packed
        else:
            return


def in_tar(data: bytes) -> Iterator[bytes]:
    """Yield the regular files of a tar archive: tarfile."""
    for zeros in (False, True):
        with suppress(Exception):
            whole = io.BytesIO(data)
            archive = tarfile.open(fileobj=whole, mode="r:", ignore_zeros=zeros)  # noqa: SIM115
            for entry in islice(archive, _MEMBERS):
                with suppress(Exception):
                    file = archive.extractfile(entry) if entry.isreg() else None
                    yield file.read(_MOST) if file else b""


def _zstd() -> Any:
    from backports import zstd

    return zstd.ZstdDecompressor()


_STREAMS: Final[tuple[tuple[bytes, Callable[[], Any]], ...]] = (
    (b"\x1f\x8b", lambda: zlib.decompressobj(31)),
    (b"BZh", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\0", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=256 << 20)),
    (b"\x28\xb5\x2f\xfd", _zstd),
    (b"\x78", zlib.decompressobj),
)
"""The first bytes of a compressed file, and what reads a stream of it."""
_PADDED: Final = (b"\x1f\x8b", b"\xfd7zXZ\0")
"""gzip(1) and xz(1) take zeros between streams."""
_ALONE: Final = b"\x78"
"""zlib has no file format of several streams."""


def decompressed(data: bytes) -> bytes:
    """Return what a reader gives that takes byte after byte and stream after stream."""
    begin = next((begin for head, begin in _STREAMS if data.startswith(head)), None)
    out, at = b"", 0
    for _ in range(_MEMBERS):
        if not begin or at >= len(data) or len(out) > _MOST:
            break
        reader = begin()
        content, at = _in_steps(reader, data, at)
        out += content + b"\n"
        if not reader.eof:
            break
        if data.startswith(_ALONE):
            break
        while data.startswith(_PADDED) and data.startswith(b"\0", at):
            at += 1
    return out


def _in_steps(reader: Any, data: bytes, at: int) -> tuple[bytes, int]:
    """Return what comes out from `at` on, up to the damage or the end, and where that is."""
    pieces: list[bytes] = []
    made = 0
    with suppress(Exception):  # each library has errors of its own
        while at < len(data) and not reader.eof and made < _MOST:
            pieces.append(reader.decompress(data[at : at + 1]))
            made += len(pieces[-1])
            at += 1
    return b"".join(pieces), at


def in_database(data: bytes) -> Iterator[bytes]:
    """Yield the values of all tables that SQLite can read."""
    if len(data) < 512 or not data.startswith(b"SQLite format 3\0"):
        return
    # The module raises errors of its own, and others where SQLite quotes what is no UTF-8.
    with suppress(Exception), closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(data)
        base.text_factory = bytes
        base.execute("pragma journal_mode = off")
        base.set_progress_handler(lambda: 1, _STEPS)
        tables = "select name from sqlite_master where type = 'table'"
        for (name,) in base.execute(tables).fetchmany(_MEMBERS):
            quoted = name.decode("utf-8", "replace").replace('"', '""')
            with suppress(Exception):
                for row in islice(base.execute(f'select * from "{quoted}"'), _ROWS):
                    yield from (value for value in row if isinstance(value, bytes))
