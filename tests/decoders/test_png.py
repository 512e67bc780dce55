"""PNG: texts that nobody sees in the bytes of the file."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decoders import png
from scanner.decoders.interface import Budget


def picture(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a picture with `chunks` before its pixels."""
    made = b"\x89PNG\r\n\x1a\n"
    for kind, content in ((b"IHDR", bytes(13)), *chunks, (b"IDAT", bytes(99)), (b"IEND", b"")):
        made += struct.pack(">I", len(content)) + kind + content
        made += struct.pack(">I", zlib.crc32(kind + content))
    return made


def encode(content: bytes) -> bytes:
    """Return a picture with `content` in a compressed text, for test_registry.py."""
    return picture((b"zTXt", b"Comment\0\0" + zlib.compress(content)))


EXAMPLE = (encode(b"# x\nkey: VALUE\n"), b"VALUE", (2, 6, 2, 11))


def test_each_hidden_text_is_a_text(peel, contents):
    data = picture(
        (b"tEXt", b"Software\0an editor"),
        (b"zTXt", b"one\0\0" + zlib.compress(b"first")),
        (b"iTXt", b"two\0\1\0de\0zwei\0" + zlib.compress(b"second")),
        (b"iTXt", b"plain\0\0\0\0\0for everyone"),
        (b"tEXt", b"mxfile\0%3Cmxfile%3E"),
    )
    assert contents(peel(data, decoders=(png.DECODER,))) == {
        "text one": b"first",
        "text two": b"second",
        "text mxfile": b"%3Cmxfile%3E",
    }


@pytest.mark.parametrize(
    "data", [picture(), picture((b"tEXt", b"Software\0x")), picture()[:20], picture()[:8]]
)
def test_a_picture_without_hidden_texts_is_not_decoded(data):
    assert png.DECODER.applies is not None
    assert not png.DECODER.applies(data)


@given(st.integers(8, 200), st.sampled_from([b"\0", b"\xff", b"\x7f"]))
def test_lengths_that_lie(peel, at, byte):
    data = encode(b"some content " * 5)
    hostile = data[:at] + byte * 4 + data[at + 4 :]
    list(peel(hostile, Budget(size=1 << 16), (png.DECODER,)))


def test_a_bomb_costs_its_budget(peel, reasons):
    budget = Budget(size=1000)
    assert sum(len(layer.data) for layer in peel(encode(bytes(10_000_000)), budget)) <= 1000
    assert reasons(budget) == ["decoder-limit"]


def test_a_cut_off_text_is_damaged(peel, reasons):
    budget = Budget()
    list(peel(encode(b"some content " * 5)[:66], budget, (png.DECODER,)))
    assert reasons(budget) == ["damaged-archive"]
