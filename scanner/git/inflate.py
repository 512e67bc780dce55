"""Inflating what git has deflated, with the fastest library that the platform has."""

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
"""Bytes that a byte of deflated data can become at the most."""


def decompressobj() -> Any:
    """Return an object that inflates piece by piece, as `zlib.decompressobj` does."""
    return _zlib.decompressobj()
