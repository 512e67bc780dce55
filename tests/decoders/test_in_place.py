"""In-place decoders together: a planted value leads back to its encoded characters."""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from scanner.content import Layer

Encode = Callable[[str], str]

PLAIN = st.text(
    string.ascii_letters + string.digits + " .,:;<>()[]{}#\t\n\r" + "é€😀", max_size=300
)
SEEDS = st.integers(0, 10_000)
ENCODERS: dict[str, Encode] = {
    "percent": lambda text: quote(text, safe=""),
    "json": lambda text: json.dumps(text).replace("/", "\\/"),
    "unicode": lambda text: "".join(f"\\u{ord(c):04x}" if c in "/+=" else c for c in text),
    "hexadecimal": lambda text: "".join(f"\\x{ord(c):02X}" if c in "/+=" else c for c in text),
}


def encode_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def spans(layers: list[Layer], value: bytes) -> set[tuple[int, int]]:
    """Return where `value` stands in the file, going by every layer that holds it."""
    found = set()
    for layer in layers:
        at = layer.data.find(value)
        while at >= 0:
            ground, start, end = layer.ground(at, at + len(value))
            assert ground.below is None
            found.add((start, end))
            at = layer.data.find(value, at + 1)
    return found


@pytest.mark.parametrize("name", ENCODERS)
@settings(max_examples=60, deadline=None)
@given(before=PLAIN, after=PLAIN, seed=SEEDS)
def test_escaped_secret_leads_back_to_its_escapes(peel, secret, name, before, after, seed):
    encode = ENCODERS[name]
    value = secret(seed)
    head = encode(f"{before} secret=").rstrip('"')
    middle = encode(value.decode()).strip('"')
    tail = encode(f" {after}").lstrip('"')
    source = f"x = {head}{middle}{tail}\n".encode()
    start = len(f"x = {head}".encode())
    assert spans(list(peel(source)), value) == {(start, start + len(middle))}


@pytest.mark.parametrize("outer", ENCODERS)
@pytest.mark.parametrize("inner", ENCODERS)
@settings(max_examples=25, deadline=None)
@given(before=PLAIN, after=PLAIN, seed=SEEDS)
def test_two_escapings_lead_back_through_both(peel, secret, outer, inner, before, after, seed):
    if outer == "percent" and inner in ("unicode", "hexadecimal"):
        return  # leaves no anchor: an escaped backslash is not looked for
    value = secret(seed)

    def twice(text: str) -> str:
        return ENCODERS[outer](ENCODERS[inner](text).strip('"')).strip('"')

    head, middle, tail = twice(f"{before} "), twice(value.decode()), twice(f" {after}")
    source = f"{head}{middle}{tail}".encode()
    start = len(head.encode())
    assert (start, start + len(middle)) in spans(list(peel(source)), value)


@pytest.mark.parametrize("outer", ENCODERS)
@settings(max_examples=40, deadline=None)
@given(before=PLAIN, after=PLAIN, seed=SEEDS, cut=st.integers(1, 90))
def test_base64_inside_escapes(peel, secret, key_id, outer, before, after, seed, cut):
    profile = f"{before} {key_id(seed).decode()}:{secret(seed).decode()} {after}"
    text = encode_base64(profile)
    lines = "\n".join(text[at : at + 76] for at in range(0, len(text), 76)) if cut > 45 else text
    encoded = ENCODERS[outer](f"/ {lines}").strip('"')
    source = f"'{encoded}'".encode()
    value = secret(seed)
    byte = len(f"{before} ".encode()) + 21
    first, last = byte * 8 // 6, -(-(byte + 40) * 8 // 6)
    # Where the characters that hold the bits of the secret stand: encode what is in front of them.
    start, end = (
        len(ENCODERS[outer](f"/ {lines[: _line_place(place, cut)]}").strip('"').encode()) + 1
        for place in (first, last - 1)
    )
    width = len(ENCODERS[outer](lines[_line_place(last - 1, cut)]).strip('"'))
    assert (start, end + width) in spans(list(peel(source)), value)


def _line_place(character: int, cut: int) -> int:
    return character + character // 76 if cut > 45 else character


@pytest.mark.parametrize("glue", [r"\n", r"\t", r"\r", r"\u003d", r"\u003E", r"\x3e", r"\x22"])
def test_escape_glued_to_a_credential(peel, secret, key_id, glue):
    for value in (key_id(1), secret(3).replace(b"/", b"a").replace(b"+", b"b"), secret(3)):
        source = b"['name%b%b\\n']" % (glue.encode(), value)
        start = source.index(value)
        layers = list(peel(source))
        assert spans(layers, value) == {(start, start + len(value))}
        assert any(not chr(layer.data[layer.data.index(value) - 1]).isalnum() for layer in layers)


@pytest.mark.parametrize("glue", ["%3D", "%3a", "%0A", "%22", "%253D"])
def test_percent_escape_glued_to_a_key_id(peel, key_id, glue):
    source = b"https://example.com/?key%b%b&x" % (glue.encode(), key_id(2))
    layers = list(peel(source))
    start = source.index(key_id(2))
    assert spans(layers, key_id(2)) == {(start, start + 20)}
    assert any(not chr(layer.data[layer.data.index(key_id(2)) - 1]).isalnum() for layer in layers)


def test_percent_escape_glued_to_a_plain_secret(peel, secret):
    value = secret(5).replace(b"/", b"a").replace(b"+", b"b")
    source = b"?aws_secret_access_key%3D" + value + b"%26"
    (layer,) = peel(source)
    assert b"aws_secret_access_key=" + value + b"&" in layer.data


def test_no_layer_for_text_that_only_looks_escaped(peel):
    assert not list(peel(rb"printf('%2d %20s \n', x); /^\d+\s\w*$/ \u0041 \x20 AKIA nAKIA"))


def test_escapes_that_stand_for_no_character(peel, secret):
    value = secret(6).replace(b"+", b"b")
    encoded = value.replace(b"/", b"\\/")
    source = rb'"\ud800 \udc00x \u{110000} \u{2603} \ud83d\ude00 %b"' % encoded
    (layer,) = peel(source)
    assert layer.data == '"? ?x ? \u2603 \U0001f600 '.encode() + value + b'"'
    start = source.index(encoded)
    assert spans([layer], value) == {(start, start + len(encoded))}
