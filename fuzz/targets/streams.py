"""Compressed files: what comes out of a decompressor before the damage is seen."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from fuzz.interface import Target
from fuzz.planted import NOISE, PLANTED, compare
from fuzz.readers import decompressed

if TYPE_CHECKING:
    from collections.abc import Iterable


def _one(data: bytes) -> None:
    compare(data, (decompressed(data),), "a decompressor")


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
