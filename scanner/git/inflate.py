"""Inflating what git has deflated, with the fastest library that is installed.

To inflate all objects of a pack takes 1.43 s with `isal` and 2.39 s with the standard library's
zlib (`docs/benchmarks.md`). Both have the same functions and give the same results.
"""

from __future__ import annotations

import zlib
from typing import Any, Final

_zlib: Any = zlib
try:
    from isal import isal_zlib

    _zlib = isal_zlib
except ImportError:  # a platform without a wheel
    pass

crc32 = _zlib.crc32
decompress = _zlib.decompress

FAILURES: Final[tuple[type[BaseException], ...]] = (
    zlib.error,
    _zlib.error,
    EOFError,
    MemoryError,
    OverflowError,
)
"""What damaged data can raise."""
DENSEST: Final = 1032
"""Bytes that one byte of deflated data can become at most.

The densest code is a match of 258 bytes in two bits (RFC 1951; zlib's "Technical Details").
"""


def decompressobj() -> Any:
    """Return an object that inflates piece by piece, as `zlib.decompressobj` does."""
    return _zlib.decompressobj()
