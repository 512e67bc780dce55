"""UTF-16: whole files, strings in binaries, and what is only similar."""

from __future__ import annotations

import base64
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders import utf16
from scanner.decoders.interface import Budget


def encode(content: bytes) -> bytes:
    """Return `content` in UTF-16 as Windows writes it, for test_registry.py."""
    return ("\ufeff" + content.decode()).encode("utf-16-le")


EXAMPLE = (encode(b"# x\nkey: VALUE\n"), b"VALUE", (2, 6, 2, 11))
TEXT = "Zeile eins\r\nzwei é € 😀\r\n{} = {}\r\n" + "drei " * 50


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_file_with_a_mark_is_text_of_its_own(peel, secret, key_id, codec):
    text = TEXT.format(key_id(1).decode(), secret(1).decode())
    (layer, *_) = peel(("\ufeff" + text).encode(codec))
    assert layer.data.decode() == text
    assert layer.offsets is None
    start = layer.data.index(secret(1))
    assert layer.place(start, start + 40) == (3, 24, 3, 64)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("size", [1, 50, 5000])
def test_file_without_a_mark_is_recognised(peel, secret, codec, size):
    text = f"aws_secret_access_key={secret(2).decode()}\r\n" + "näher\r\n" * size
    (layer,) = peel(text.encode(codec))
    assert layer.data.decode() == text
    assert layer.offsets is None


def test_binary_is_left_alone():
    chance = random.Random(1)
    samples = [
        b"\0" * 9000,
        b"\0\1" * 5000,
        b"a\0\0\1" * 5000,
        b"\0asm\1\0\0\0" + chance.randbytes(9000),
        b"M\0" + chance.randbytes(9000),
        b"".join(
            chance.randrange(-200, 200).to_bytes(2, "little", signed=True) for _ in range(9000)
        ),
        "text ".encode("utf-16-le") * 2000 + chance.randbytes(9000),
    ]
    for sample in samples:
        assert not list(utf16.decode(Layer(sample), [], Budget()))


@settings(max_examples=settings().max_examples * 3 // 2, deadline=None)
@given(
    before=st.binary(max_size=40),
    between=st.binary(max_size=40),
    after=st.binary(max_size=40),
    big=st.booleans(),
    seed=st.integers(0, 999),
)
def test_strings_of_a_binary_lead_back(peel, secret, key_id, before, between, after, big, seed):
    codec = "utf-16-be" if big else "utf-16-le"
    # A length before each string and a flag behind it, as in the heap of a .NET assembly.
    parts = [before, b"\x29", key_id(seed).decode().encode(codec), b"\x01", between, b"\x51"]
    data = b"".join([*parts, secret(seed).decode().encode(codec), b"\x01", after])
    pad = b"\x80\x81\x82" * 20
    data = pad + data + pad
    layers = list(peel(data))
    for value in (key_id(seed), secret(seed)):
        encoded = value.decode().encode(codec)
        spans = set()
        for layer in layers:
            if value in layer.data:
                at = layer.data.index(value)
                spans.add(layer.ground(at, at + len(value))[1:])
        start = data.index(encoded)
        assert (start, start + len(encoded)) in spans


@pytest.mark.parametrize(
    "ends", [(b"\0\0", b"\0\0"), (b"\7\0", b"Q"), (b"\0\0", b"Qw"), (b"", b"")]
)
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("shift", [0, 1])
def test_key_id_stands_alone_in_one_of_the_lines(peel, key_id, ends, big, shift):
    text = key_id(3).decode().encode("utf-16-be" if big else "utf-16-le")
    data = b"\x90" * (200 + shift) + ends[0] + text + ends[1] + b"\x90" * 200
    assert any(key_id(3) in layer.data.split(b"\n") for layer in peel(data))


@settings(max_examples=settings().max_examples * 2, deadline=None)
@given(
    st.sampled_from([b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"", b"\0", b"a\0"]), st.binary()
)
def test_no_bytes_raise(peel, head, tail):
    for data in (head + tail, head + b"A\0K\0I\0A\0" * 12 + tail, head + tail * 40):
        for layer in peel(data):
            layer.data.decode("utf-8", "strict" if layer.offsets is None else "replace")
            assert len(layer.data) <= 3 * len(data)


def test_size_is_bounded_by_the_budget():
    data = b"\xff\xfe" + "€uro".encode("utf-16-le") * 1000
    budget = Budget(size=1000)
    (layer,) = utf16.decode(Layer(data), [], budget)
    assert len(layer.data) == 1000
    assert [reason for reason, _ in budget.left] == ["decoder-limit"]


def test_many_strings_exceed_the_budget():
    data = b"\x90" * 9999 + "AK".encode("utf-16-le") + b"I\0A\0" + b"b\0" * 900 + b"\x90" * 9
    budget = Budget(size=100)
    assert not list(utf16.decode(Layer(data), [9999], budget))
    assert [reason for reason, _ in budget.left] == ["decoder-limit"]


@pytest.mark.parametrize("codec", ["utf-32-le", "utf-32-be"])
def test_utf_32_without_a_mark(peel, codec):
    text = "id = 1\nname = \u00fcml\u00e4ut\n" * 40
    (layer,) = peel(text.encode(codec))
    assert layer.data == text.encode()
    assert layer.offsets is None


@settings(max_examples=60, deadline=None)
@given(st.text("ab\u00fc\u20ac\U0001f600\n", max_size=30), st.sampled_from([True, False]))
def test_text_inside_base64_leads_back(peel, secret, key_id, before, marked):
    codec = "utf-16" if marked else "utf-16-le"
    content = f"plain text {before}{key_id(3).decode()} and more plain text".encode(codec)
    source = b"-enc " + base64.b64encode(content) + b"\n"
    value = key_id(3)
    found = [layer for layer in peel(source) if value in layer.data and layer.decoder == "utf16"]
    encoded = value.decode().encode("utf-16-le")
    for layer in found:
        at = layer.data.index(value)
        ground, low, high = layer.ground(at, at + 20)
        assert ground.data == source
        start = content.index(encoded)
        assert (low, high) == (5 + start * 8 // 6, 5 + -(-(start + 40) * 8 // 6))


@pytest.mark.parametrize("rest", [b"", b"\x90"])
def test_strings_of_a_binary_stay_inside_of_it(rest, key_id):
    data = b"\x90\x91" * 99 + key_id(1).decode().encode("utf-16-le") + rest
    (layer,) = utf16.decode(Layer(data), [198], Budget())
    _, low, high = layer.ground(0, len(layer.data))  # with the line feed that is only ours
    assert (low, high) == (198, len(data))
