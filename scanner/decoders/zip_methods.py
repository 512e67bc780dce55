"""The methods of compression in ZIP archives: PKWARE APPNOTE 6.3.10, sections 4.4.5 and 5.8."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DEFLATE, _BZIP2, _LZMA, _XZ = 8, 12, 14, 95
COMPRESSED = (_DEFLATE, _BZIP2, _LZMA, _XZ)
"""Methods that `decompressor` knows; 9 (deflate64), 93 (zstd) and 98 (PPMd) are hardly in use."""
_MAX_DICTIONARY = 128 << 20
"""Bytes of a dictionary of LZMA, which is memory: a file can ask for 4 GiB."""
_MEMORY = 2 * _MAX_DICTIONARY
_SMALLEST_DICTIONARY = 4096
"""Bytes; liblzma refuses less (LZMA_DICT_SIZE_MIN in lzma/lzma12.h)."""


def decompressor(data: bytes, method: int, start: int) -> tuple[Any, int]:
    """Return a decompressor for `method` and the data at `start`, and where its input begins."""
    if method == _DEFLATE:
        from scanner.decoders.streams import inflater

        return inflater(), start
    if method == _BZIP2:
        from bz2 import BZ2Decompressor

        return BZ2Decompressor(), start

    import lzma

    if method == _XZ:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY), start

    # 5.8.8: version (2 bytes), size of the properties (2), then those of LZMA: one byte of three
    # numbers, and the size of the dictionary, which need not be larger than the content.
    numbers = int.from_bytes(data[start + 4 : start + 5], "little")
    literal, positions = numbers % 9, numbers // 9
    dictionary = min(int.from_bytes(data[start + 5 : start + 9], "little"), _MAX_DICTIONARY)
    properties = {
        "id": lzma.FILTER_LZMA1,
        "lc": literal,
        "lp": positions % 5,
        "pb": positions // 5,
        "dict_size": max(dictionary, _SMALLEST_DICTIONARY),
    }

    begin = start + 4 + int.from_bytes(data[start + 2 : start + 4], "little")
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[properties]), begin


def needs_memory(failure: str, data: bytes, method: int, start: int) -> bool:
    """Return whether a decompressor failed, by what it said, because it needs more memory.

    That of LZMA does not say so: it goes back further than its dictionary was made.
    """
    if method == _LZMA:
        return int.from_bytes(data[start + 5 : start + 9], "little") > _MAX_DICTIONARY
    return "Memory" in failure
