"""Values with their names: those of one Secret show together what they are."""

from __future__ import annotations

import base64
import binascii
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders.encoded_values import is_text, values_near
from scanner.decoders.encodings import BASE64
from scanner.decoders.interface import Budget

NAMES = ["user", "password", "id"]


def secret_of(values: list[bytes]) -> bytes:
    lines = [b"  %d: %b\n" % (at, base64.b64encode(value)) for at, value in enumerate(values)]
    return b"kind: Secret\ndata:\n" + b"".join(lines) + b"type: Opaque\n"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text("abcXYZ019-/+ \u00fc\n", min_size=6, max_size=60),
        min_size=2,
        max_size=5,
        unique=True,
    )
)
def test_all_values_come_out_in_their_lines_and_lead_back(values):
    encoded = [value.encode() for value in values]
    source = secret_of(encoded)
    (layer,) = values_near(Layer(source), [20], Budget(), BASE64)
    lines = [b"  %d: %b\n" % (at, value) for at, value in enumerate(encoded)]
    assert layer.data == b"kind: Secret\ndata:\n" + b"".join(lines) + b"type: Opaque\n"
    for at, value in enumerate(encoded):
        start = layer.data.index(b"  %d: " % at + value) + 5
        _, low, high = layer.ground(start, start + len(value))
        text = base64.b64encode(value).rstrip(b"=")
        assert source[low:high] == text
        _, low, high = layer.ground(start - 2, start + len(value))
        assert source[low:high] == b": " + text


def test_one_value_comes_out_with_its_name():
    (layer,) = values_near(Layer(secret_of([b"only one value"])), [20], Budget(), BASE64)
    assert layer.data == b"kind: Secret\ndata:\n  0: only one value\ntype: Opaque\n"


def test_a_block_of_several_lines_stays_as_it_is():
    source = secret_of([b"first value", b"second value"])
    line = base64.b64encode(b"a line of 57 bytes, as MIME wraps them in seventy-six letters")
    block = b"  %b\n  %b\n" % (line, line)
    span = (len(source) + 2, len(source + block))
    (layer,) = values_near(Layer(source + block), [20], Budget(), BASE64, [span])
    assert layer.data.endswith(block)
    assert b"second value" in layer.data


def test_words_and_binary_stay_as_they_are():
    source = secret_of([b"first value", b"second value"])
    source += b"  word: password\n  bytes: " + base64.b64encode(bytes(range(200))) + b"\n"
    (layer,) = values_near(Layer(source), [20], Budget(), BASE64)
    assert b"  word: password\n" in layer.data
    assert layer.data.endswith(source[source.index(b"  word") :])


def test_far_values_are_not_read_and_the_budget_is_kept():
    near = secret_of([b"first value", b"second value"])
    far = b"# filler\n" * 2000 + b"  far: " + base64.b64encode(b"third value") + b"\n"
    (layer,) = values_near(Layer(near + far), [20], Budget(), BASE64)
    assert b"third" not in layer.data
    budget = Budget(size=10)
    assert list(values_near(Layer(near), [20], budget, BASE64)) == []
    assert [reason for reason, _ in budget.left] == ["decoder-limit"]


def test_signs_near_one_another_give_one_layer():
    source = secret_of([b"first value", b"second value"])
    assert (
        len(list(values_near(Layer(source * 9), range(0, len(source) * 9, 40), Budget(), BASE64)))
        == 1
    )


def test_what_is_text():
    assert is_text("\u00fcml\u00e4ut\n".encode())
    assert not is_text(b"\xff\xfe")
    assert not is_text(b"a\0b")


@pytest.mark.parametrize("encode", [base64.b64encode, base64.b32encode, binascii.hexlify])
def test_a_value_in_an_archive_is_found_in_its_member_only(peel, secret, make_zip, encode):
    value = secret(4)
    content = b"AWS_SECRET_ACCESS_KEY=%b\n" % encode(value)
    source = make_zip({"a.env": content}, zipfile.ZIP_STORED)
    made = [layer for layer in peel(source) if value in layer.data]
    assert sum(layer.member == "a.env" for layer in made) == 1
    assert not any("zip" in layer.decoders[1:] for layer in made)
