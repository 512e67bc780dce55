"""Decompression piece by piece: no more than is asked for, with either library."""

from __future__ import annotations

import gzip
import random

import pytest

from scanner.content import Layer
from scanner.decoders import gzip_file, streams
from scanner.decoders.interface import Budget


def test_libraries_agree_without_igzip(peel, monkeypatch, reasons):
    content = random.Random(4).randbytes(70_000).hex().encode() + bytes(300_000)
    data = gzip.compress(content)
    monkeypatch.setattr(streams, "inflater", streams._Zlib)
    (layer,) = gzip_file.decode(Layer(data), [], Budget())
    assert layer.data == content
    budget = Budget()
    (layer,) = gzip_file.decode(Layer(data[:20_000]), [], budget)
    assert content.startswith(layer.data)
    assert len(layer.data) > 20_000
    assert reasons(budget) == ["damaged-archive"]


def test_bomb_is_not_unpacked_beyond_the_budget(reasons):
    bomb = gzip.compress(bytes(50_000_000))
    asked: list[int] = []

    class Watch:
        def __init__(self) -> None:
            self.real = streams._Zlib()

        def __getattr__(self, name: str) -> object:
            return getattr(self.real, name)

        def decompress(self, data: bytes, size: int) -> bytes:
            piece = self.real.decompress(data, size)
            asked.append(len(piece))
            return piece

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "inflater", Watch)
        budget = Budget(size=300_000)
        layers = list(gzip_file.decode(Layer(bomb), [], budget))
    assert sum(len(layer.data) for layer in layers) == 300_000
    assert sum(asked) <= 300_001
    assert budget.bytes == 0
    assert reasons(budget) == ["decoder-limit"]
