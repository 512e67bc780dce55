"""xz: padding between streams, and the memory that a file asks for."""

from __future__ import annotations

import lzma

from scanner.content import Layer
from scanner.decoders import xz
from scanner.decoders.interface import Budget


def encode(content: bytes) -> bytes:
    """Return `content` in xz, for test_registry.py."""
    return lzma.compress(content)


EXAMPLE = (encode(b"# x\nkey: VALUE\n"), b"VALUE", (2, 6, 2, 11))


def test_padding_between_xz_streams(peel):
    (layer,) = peel(lzma.compress(b"one") + bytes(8) + lzma.compress(b"two"))
    assert layer.data == b"onetwo"


def test_xz_that_asks_for_too_much_memory(monkeypatch, reasons):
    monkeypatch.setattr(xz, "_MEMORY", 1 << 20)
    budget = Budget()
    assert not list(xz.decode(Layer(lzma.compress(b"x" * 9999)), [], budget))
    assert reasons(budget) == ["decoder-limit"]
