"""Percent-encoding: what calls for it, and what only looks like it."""

from __future__ import annotations

from urllib.parse import quote

import pytest


def encode(content: bytes) -> bytes:
    """Return `content` percent-encoded, for test_registry.py."""
    return quote(content, safe="").encode()


EXAMPLE = (b"# x\nu?key=a%2Fb%2Bc&x\n", b"a/b+c", (2, 7, 2, 16))


@pytest.mark.parametrize("glue", ["%3D", "%3a", "%0A", "%22", "%253D"])
def test_an_escape_glued_to_a_key_id(peel, key_id, glue):
    source = b"https://example.com/?key%b%b&x" % (glue.encode(), key_id(2))
    layers = [layer for layer in peel(source) if key_id(2) in layer.data]
    assert any(not chr(layer.data[layer.data.index(key_id(2)) - 1]).isalnum() for layer in layers)
    for layer in layers:
        start = layer.data.index(key_id(2))
        at = source.index(key_id(2))
        assert layer.ground(start, start + 20)[1:] == (at, at + 20)


def test_an_escape_glued_to_a_secret_without_any_other(peel, secret):
    value = secret(5).replace(b"/", b"a").replace(b"+", b"b")
    source = b"?aws_secret_access_key%3D" + value + b"%26"
    (layer,) = peel(source)
    assert b"aws_secret_access_key=" + value + b"&" in layer.data


@pytest.mark.parametrize("text", [b"100%25 AKIA", b"printf('%2d %20s')", b"%20AKI", b"50%", b"%"])
def test_what_leads_to_no_credential_is_left_alone(peel, text):
    assert list(peel(text)) == []
