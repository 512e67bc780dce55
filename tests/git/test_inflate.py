"""Inflating: how much can come out of how little."""

from __future__ import annotations

import zlib

from scanner.git.inflate import DENSEST, decompress


def test_no_data_is_denser() -> None:
    """The library is told to expect so much; what comes close to it is inflated all the same."""
    data = bytes(20 << 20)
    packed = zlib.compress(data, 9)
    assert DENSEST - 10 < len(data) / len(packed) <= DENSEST
    assert decompress(packed, 15, len(data)) == data
