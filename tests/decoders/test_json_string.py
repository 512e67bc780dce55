"""Escapes of string literals: what calls for them, and what they stand for."""

from __future__ import annotations

import json

import pytest


def encode(content: bytes) -> bytes:
    """Return `content` as PHP writes it in JSON, for test_registry.py."""
    return json.dumps({"text": content.decode()}).replace("/", "\\/").encode()


EXAMPLE = (b'{\n  "key": "a\\/b\\u002bc"\n}', b"a/b+c", (2, 11, 2, 22))


@pytest.mark.parametrize("glue", [r"\n", r"\t", r"\r", r"\u003d", r"\u003E", r"\x3e", r"\x22"])
def test_an_escape_glued_to_a_credential(peel, secret, key_id, glue):
    for value in (key_id(1), secret(3).replace(b"/", b"a").replace(b"+", b"b"), secret(3)):
        source = b"['name%b%b\\n']" % (glue.encode(), value)
        at = source.index(value)
        layers = [layer for layer in peel(source) if value in layer.data]
        for layer in layers:
            start = layer.data.index(value)
            assert layer.ground(start, start + len(value))[1:] == (at, at + len(value))
        assert any(not chr(layer.data[layer.data.index(value) - 1]).isalnum() for layer in layers)


def test_escapes_that_stand_for_no_character(peel, secret):
    value = secret(6).replace(b"+", b"b")
    encoded = value.replace(b"/", b"\\/")
    source = rb'"\ud800 \udc00x \u{110000} \u{2603} \ud83d\ude00 %b"' % encoded
    (layer,) = peel(source)
    assert layer.data == '"? ?x ? \u2603 \U0001f600 '.encode() + value + b'"'
    at, start = source.index(encoded), layer.data.index(value)
    assert layer.ground(start, start + 40)[1:] == (at, at + len(encoded))


def test_what_leads_to_no_credential_is_left_alone(peel):
    assert list(peel(rb"printf('%2d \n', x); /^\d+\s\w*$/ \u0041 \x20 AKIA nAKIA")) == []


CODES = {
    "octal": lambda c: f"\\{ord(c):03o}",
    "braces": lambda c: f"\\u{{{ord(c):x}}}",
    "hexadecimal": lambda c: f"\\x{ord(c):02x}",
    "unicode": lambda c: f"\\u{ord(c):04x}",
}


@pytest.mark.parametrize("name", CODES)
def test_slashes_and_signs_in_other_spellings(peel, secret, name):
    value = secret(8)
    encoded = "".join(CODES[name](c) if c in "/+=" else c for c in value.decode()).encode()
    source = b"AKIA secret\\075 '" + encoded + b"'"
    assert (17, 17 + len(encoded)) in {
        layer.ground(at, at + 40)[1:]
        for layer in peel(source)
        if (at := layer.data.find(value)) >= 0
    }
