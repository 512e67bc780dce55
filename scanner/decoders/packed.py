"""What compressed content begins with, for the decoders of text in which it is encoded.

Some of these signatures have two bytes, and a hash or a random word begins with them too. So the
first bytes have to decompress before a layer is made of them.
"""

from __future__ import annotations

from typing import Final

GZIP: Final = b"\x1f\x8b\x08"  # RFC 1952, section 2.3
ZIP: Final = b"PK\3\4"  # APPNOTE 6.3.10, section 4.3.7
BZIP2: Final = b"BZh"
XZ: Final = b"\xfd7zXZ\0"  # The .xz File Format, section 2.1.1.1
ZSTD: Final = b"\x28\xb5\x2f\xfd"  # RFC 8878, section 3.1.1
ZLIB: Final = (b"x\x01", b"x^", b"x\x9c", b"x\xda")
"""By the level of compression, with a window of 32 KiB: RFC 1950, section 2.2."""
LZMA: Final = b"\x5d\0\0"  # with the usual properties: LZMA SDK, lzma-specification.txt
_SURE: Final = (GZIP, ZIP, XZ, ZSTD)
_BLOCK: Final = b"1AY&SY"
"""The head of each block of bzip2, after the digit of its size."""
SAMPLE: Final = 48
"""Bytes that show whether content is compressed, or all of it where it is shorter."""


def is_packed(first: bytes) -> bool:
    """Return whether content that begins with `first`, `SAMPLE` bytes of it, is compressed."""
    if first.startswith(_SURE):
        return True
    if first.startswith(BZIP2):
        return first.startswith(_BLOCK, len(BZIP2) + 1)
    if first.startswith(LZMA):
        from scanner.decoders.xz import applies

        return applies(first)
    return first.startswith(ZLIB) and _inflates(first)


def _inflates(first: bytes) -> bool:
    import zlib

    try:
        zlib.decompressobj().decompress(first)
    except zlib.error:
        return False
    return True
