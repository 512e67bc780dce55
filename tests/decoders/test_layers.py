"""From a stream to layers: windows of large content, and the budget."""

from __future__ import annotations

import gzip
import itertools
import random

import pytest

from scanner.content import Layer
from scanner.decoders import gzip_file, interface
from scanner.decoders import layers as module
from scanner.decoders.interface import Budget


@pytest.fixture
def small(monkeypatch):
    """Make layers and their overlap small enough for a test."""
    monkeypatch.setattr(interface, "MAX_LAYER_BYTES", 10_000)
    monkeypatch.setattr(module, "OVERLAP", 1000)


@pytest.mark.usefixtures("small")
def test_large_member_comes_in_windows_with_right_positions(peel, make_zip):
    lines = [f"line {number} \u20ac{'x' * (number % 40)}" for number in range(1000)]
    text = "\r\n".join(lines).encode()
    layers = list(peel(make_zip({"big.log": text})))
    assert len(layers) > 3
    assert all(len(layer.data) <= 10_000 for layer in layers)
    found = set()
    for layer in layers:
        layer.data.decode()  # no window begins inside a character
        for number in range(1000):
            at = layer.data.find(b"line %d \xe2" % number)
            if at >= 0 and (at == 0 or layer.data[at - 1] == 10):
                assert layer.place(at, at + 4) == (number + 1, 1, number + 1, 5)
                found.add(number)
    assert found == set(range(1000))
    for before, after in itertools.pairwise(layers):
        assert before.data[-990:] in after.data[:1010]


@pytest.mark.usefixtures("small")
def test_large_tar_is_walked_while_it_is_decompressed(peel, make_zip, make_tar, contents):
    members = {f"{number}.txt": random.Random(number).randbytes(1500) for number in range(40)}
    budget = Budget()
    layers = list(
        peel(gzip.compress(make_tar({**members, "z.zip": make_zip({"in": b"x"})})), budget)
    )
    assert contents(layers) | members == contents(layers)
    assert [layer.decoders for layer in layers if layer.data == b"x"] == [("gzip", "tar", "zip")]
    assert not budget.left


@pytest.mark.usefixtures("small")
def test_large_archive_that_cannot_be_walked_is_left(peel, make_zip, reasons):
    data = gzip.compress(make_zip({"a": random.Random(1).randbytes(30_000)}))
    budget = Budget()
    list(peel(data, budget))
    assert "decoder-limit" in reasons(budget)


def test_content_of_exactly_the_budget_is_whole():
    budget = Budget(size=500)
    (layer,) = gzip_file.decode(Layer(gzip.compress(b"x" * 500)), [], budget)
    assert len(layer.data) == 500
    assert not budget.left
