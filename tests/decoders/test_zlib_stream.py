"""zlib: loose objects of git, streams of PDF, and text that only begins like a stream."""

from __future__ import annotations

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decoders import zlib_stream
from scanner.decoders.interface import Budget


def encode(content: bytes) -> bytes:
    """Return `content` as a loose object of git, for test_registry.py."""
    return zlib.compress(b"blob %d\0" % len(content) + content)


EXAMPLE = (encode(b"# x\nkey: VALUE\n"), b"VALUE", (2, 6, 2, 11))
PDF = b"%%PDF-1.7\n1 0 obj\n<< /Filter /FlateDecode >>\nstream\r\n%b\nendstream\nendobj\n"


@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_every_level(peel, level):
    content = b"tree 1\nsome content\n" * 9
    assert [layer.data for layer in peel(zlib.compress(content, level))] == [content]


def test_each_stream_of_a_pdf_is_a_text(peel, reasons):
    budget = Budget()
    data = PDF % zlib.compress(b"BT (first) Tj ET") + PDF[10:] % b"q 1 0 0 1 0 0 cm Q"
    data += PDF[10:] % zlib.compress(b"BT (third) Tj ET", 3)
    found = {layer.member: layer.data for layer in peel(data, budget)}
    assert found == {"stream 1": b"BT (first) Tj ET", "stream 3": b"BT (third) Tj ET"}
    assert reasons(budget) == []


def test_text_that_begins_like_a_stream_is_no_damage(peel, reasons):
    budget = Budget()
    assert list(peel(b"x^2 + y^2 = z^2\n" * 9, budget)) == []
    assert reasons(budget) == []


@given(st.integers(12, 200))
def test_what_is_cut_off_gives_what_is_there(peel, reasons, size):
    content = bytes(range(32, 127)) * 4
    data = zlib.compress(content)[:size]
    budget = Budget()
    got = b"".join(layer.data for layer in peel(data, budget, (zlib_stream.DECODER,)))
    assert content.startswith(got)
    assert reasons(budget) in ([], ["damaged-archive"])
    if got and got != content:
        assert reasons(budget) == ["damaged-archive"]


def test_a_bomb_costs_its_budget(peel, reasons):
    budget = Budget(size=1000)
    data = zlib.compress(bytes(10_000_000))
    assert sum(len(layer.data) for layer in peel(data, budget)) <= 1000
    assert "decoder-limit" in reasons(budget)


@pytest.mark.parametrize("wrapcol", [0, 72])
@pytest.mark.parametrize("end", [b"~>", b"~>\r\n", b"~>\n"])
def test_streams_in_ascii85(revealed, profile, end, wrapcol):
    """ReportLab writes all of them like that."""
    values, text = profile("page")
    page = base64.a85encode(zlib.compress(text.encode()), wrapcol=wrapcol) + end
    other = base64.a85encode(text.encode(), wrapcol=wrapcol) + end
    assert values <= revealed(PDF % page)
    assert values <= revealed(PDF % other)


def test_zeros_in_ascii85_are_budgeted_before_they_are_made(peel, reasons):
    budget = Budget(size=1 << 20)
    assert list(peel(PDF % (b"z" * (1 << 20) + b"~>"), budget)) == []
    assert reasons(budget) == ["decoder-limit"]
