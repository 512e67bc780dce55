"""Base32 of text: of values and of whole files."""

from __future__ import annotations

import base64
import bz2
import gzip
import lzma
import textwrap
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders import base32
from scanner.decoders.interface import Budget


def encode(content: bytes) -> bytes:
    """Return `content` in base32 as coreutils wraps it, for test_registry.py."""
    head = b"text in base32 to begin with: "
    lines = textwrap.wrap(base64.b32encode(head + content).decode(), 76)
    return "\n".join(["", *lines, ""]).encode()


# Thirty bytes before the value are 48 characters, and its five bytes are eight.
EXAMPLE = (
    b"# x\ndata: " + base64.b32encode(b"thirty bytes before the value:VALUE"),
    b"VALUE",
    (2, 55, 2, 63),
)


@pytest.mark.parametrize("name", [b"AWS_SECRET_ACCESS_KEY=", b'"key": "', b"<key>"])
def test_a_value_keeps_its_name(peel, secret, name):
    source = b"a=1\n" + name + base64.b32encode(secret(3)) + b"\nb=2\n"
    layers = [made for made in peel(source) if name + secret(3) in made.data]
    assert layers
    start = layers[0].data.index(secret(3))
    low = 4 + len(name)
    assert layers[0].ground(start, start + 40)[1:] == (low, low + 64)


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_key_id_next_to_its_secret(peel, secret, key_id, end):
    source = b"id: %b\nsecret: %b\n" % (
        base64.b32encode(key_id(1) + end), base64.b32encode(secret(1) + end),
    )  # fmt: skip
    assert any(key_id(1) in made.data and secret(1) in made.data for made in peel(source))


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=25, max_size=300))
def test_every_text_comes_out(peel, text):
    source = b"x: " + base64.b32encode(text.encode()) + b"\n"
    assert any(text.encode() in made.data for made in peel(source) if made.decoder == "base32")


@pytest.mark.parametrize(
    "text",
    [
        b"A" * 64,
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 2,
        b"MKTAYIAKQRQISFVKSHFSRQLEERLGLIELIQTVNFTK",
    ],
)
def test_what_is_no_text_stays(peel, text):
    assert not [made for made in peel(b"x: " + text + b"\n") if made.decoder == "base32"]


def test_the_budget_is_kept(key_id):
    text = base64.b32encode(key_id(1) * 100)
    budget = Budget(size=100)
    assert list(base32.decode(Layer(text), [0], budget)) == []
    assert [reason for reason, _ in budget.left] == ["decoder-limit"]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize(
    "form", ["x: {}\n", '"{}",\r\n', "    {}\n", '{{"data": "{}"}}', "+data={}\n", "# {}\n"]
)
def test_what_is_compressed_in_it(revealed, profile, form, pack):
    values, text = profile(form)
    assert values <= revealed(form.format(base64.b32encode(pack(text.encode())).decode()))


def test_compressed_lines(revealed, profile):
    values, text = profile("lines")
    lines = textwrap.fill(base64.b32encode(gzip.compress(text.encode())).decode(), 76)
    assert values <= revealed(f"x:\n{textwrap.indent(lines, '  ')}\n")


@pytest.mark.parametrize(
    "form", ["x = '{}'\n", "{}\r\n", "  {}", '{{"id": "{}"}}', "+{}\n", "# {}", "https://x/{}/y"]
)
def test_a_key_id_alone(revealed, profile, form):
    values, _ = profile(form)
    (key_id,) = [each for each in values if each.startswith("AKIA")]
    assert key_id in revealed(form.format(base64.b32encode(key_id.encode()).decode()))
