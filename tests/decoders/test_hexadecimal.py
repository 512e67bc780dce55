"""Hexadecimal of text: of values and of whole files."""

from __future__ import annotations

import hashlib
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def encode(content: bytes) -> bytes:
    """Return `content` as `xxd -p` writes it, for test_registry.py."""
    lines = textwrap.wrap((b"text to begin with: " + content).hex(), 60)
    return "\n".join(["", *lines, ""]).encode()


# Twenty bytes before the value are 40 digits, and its five bytes are ten.
EXAMPLE = (
    b"# x\ndata: " + b"twenty bytes before:VALUE".hex().encode(),
    b"VALUE",
    (2, 47, 2, 57),
)


@pytest.mark.parametrize("form", ["0x%s", "X'%s'", "\\x%s", "'\\x%s'::bytea", '"%s"', "%s"])
@pytest.mark.parametrize("capital", [False, True])
def test_a_value_keeps_its_name(peel, secret, form, capital):
    digits = secret(3).hex().upper() if capital else secret(3).hex()
    source = f"a=1\nAWS_SECRET_ACCESS_KEY={form % digits}\nb=2\n".encode()
    made = next(
        made for made in peel(source) if b"ACCESS_KEY=" in made.data and secret(3) in made.data
    )
    start = made.data.index(secret(3))
    low = source.index(digits.encode())
    assert made.ground(start, start + 40)[1:] == (low, low + 80)


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_key_id_next_to_its_secret(peel, secret, key_id, end):
    pair = (key_id(1) + end).hex(), (secret(1) + end).hex()
    source = b"id: %s\nsecret: %s\n" % tuple(each.encode() for each in pair)
    assert any(key_id(1) in made.data and secret(1) in made.data for made in peel(source))


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=20, max_size=300))
def test_every_text_comes_out(peel, text):
    source = b"x: " + text.encode().hex().encode() + b"\n"
    assert any(text.encode() in made.data for made in peel(source) if made.decoder == "hex")


def test_text_of_windows(peel, key_id):
    content = "id = " + key_id(2).decode()
    source = b"0x" + content.encode("utf-16-le").hex().encode()
    assert any(made.data == content.encode() for made in peel(source))


def test_hashes_stay(peel):
    hashes = [hashlib.sha1(b"%d" % at).hexdigest() for at in range(2000)]
    assert list(peel("\n".join(hashes).encode())) == []


@pytest.mark.parametrize("size", range(56, 64))
def test_a_short_last_line_belongs_to_the_block(peel, size):
    content = bytes(33 + at % 90 for at in range(size))
    source = "\n".join(textwrap.wrap(content.hex(), 60)).encode() + b"\n"
    assert any(made.data == content for made in peel(source))
