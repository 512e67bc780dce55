"""Compressed files: what comes out of a decompressor before the damage is seen."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from fuzz.interface import Target
from fuzz.planted import NOISE, PLANTED, examine, require_seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MOST: Final = 1 << 20
"""Bytes that are made of one input; the credential is in the first ones, or in none."""


def _zstd() -> Any:
    from backports import zstd

    return zstd.ZstdDecompressor()


_READERS: Final[tuple[tuple[bytes, Callable[[], Any]], ...]] = (
    (b"\x1f\x8b", lambda: zlib.decompressobj(31)),
    (b"BZh", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\0", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=256 << 20)),
    (b"\x28\xb5\x2f\xfd", _zstd),
    (b"\x78", zlib.decompressobj),
)
"""The first bytes of a stream, and what reads it."""


def _one(data: bytes) -> None:
    if PLANTED in _shown(data):
        require_seen(data, "a decompressor")
    else:
        examine(data)


def _shown(data: bytes) -> bytes:
    """Return what a reader gives that takes byte after byte and stream after stream."""
    out, at = b"", 0
    begin = next((begin for head, begin in _READERS if data.startswith(head)), None)
    while begin and at < len(data) and len(out) < _MOST:
        reader, start = begin(), at
        with suppress(Exception):  # each library has errors of its own
            while at < len(data) and not reader.eof and len(out) < _MOST:
                out += reader.decompress(data[at : at + 1])
                at += 1
        if not reader.eof or at == start:
            break
        while begin is _READERS[0][1] and at < len(data) and not data[at]:
            at += 1  # gzip(1) takes zeros between members
        out += b"\n"
    return out


def _seeds() -> Iterable[bytes]:
    yield from map(_gzip, (PLANTED, NOISE + PLANTED))
    yield _gzip(b"first\n") + bytes(9) + _gzip(PLANTED)
    yield from (bz2.compress(PLANTED), bz2.compress(b"x") + bz2.compress(PLANTED))
    yield from (
        lzma.compress(PLANTED, check=check) for check in (lzma.CHECK_NONE, lzma.CHECK_CRC64)
    )
    yield lzma.compress(b"x") + bytes(8) + lzma.compress(PLANTED)
    yield from (zlib.compress(PLANTED, level) for level in (0, 1, 9))
    with suppress(ImportError):
        from backports import zstd

        yield zstd.compress(PLANTED)
        yield zstd.compress(b"x" * 3000) + zstd.compress(PLANTED)


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


TARGETS: Final = (
    Target(
        "streams", "what gzip, bzip2, xz, zstd and zlib give before damage is seen", _one, _seeds
    ),
)
