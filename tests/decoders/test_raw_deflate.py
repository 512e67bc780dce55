"""Deflate without a head, in base64 near a call that reads it."""

from __future__ import annotations

import base64
import textwrap
import urllib.parse
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from scanner.decoders.interface import Budget


def deflated(content: bytes) -> str:
    """Return `content` deflated, without a head, in base64."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(packer.compress(content) + packer.flush()).decode()


def encode(content: bytes) -> bytes:
    """Return `content` as PHP reads it, for test_registry.py."""
    return f"<?php eval(gzinflate(base64_decode('{deflated(content)}')));\n".encode()


_VALUE = deflated(b"some words before VALUE")
EXAMPLE = (
    f"x\ngzinflate('{_VALUE}')\n".encode(),
    b"VALUE",
    (2, 12, 2, 12 + len(_VALUE.rstrip("="))),
)
CALLS = {
    "PHP": "eval(gzinflate(base64_decode('{}')));",
    "PowerShell": 'New-Object IO.Compression.DeflateStream([Convert]::FromBase64String("{}"))',
    "a variable": '$data = "{}"\n$s = [System.IO.Compression.DeflateStream]::new($m, 0)\n',
    "Node.js": "zlib.inflateRawSync(Buffer.from('{}', 'base64'))",
    "pako": "const text = pako.inflateRaw(atob(`{}`), {{ to: 'string' }});\r\n",
    "Python": "zlib.decompress(base64.b64decode(b'{}'), -15)",
    "named": "zlib.decompress(base64.b64decode('{}'), wbits=-zlib.MAX_WBITS)",
    "Ruby": 'Zlib::Inflate.new(-Zlib::MAX_WBITS).inflate(Base64.decode64("{}"))',
    "JSON": '{{"code": "pako.inflateRaw(\\"{}\\")"}}',
    "a diff": "+eval(gzinflate(base64_decode('{}')));",
    "a comment": "# gzinflate('{}')",
}


@pytest.mark.parametrize("call", CALLS)
def test_where_programs_read_it(
    revealed: Callable[[str], set[str]], profile: Callable[[str], tuple[set[str], str]], call: str
) -> None:
    values, text = profile(call)
    assert values <= revealed(CALLS[call].format(deflated(text.encode())))


def test_a_request_of_saml(
    revealed: Callable[[str], set[str]], profile: Callable[[str], tuple[set[str], str]]
) -> None:
    values, text = profile("request")
    request = urllib.parse.quote(deflated(f"<samlp:AuthnRequest>{text}".encode()), safe="")
    assert values <= revealed(f"https://login.example.com/?SAMLRequest={request}&RelayState=x\n")


def test_several_lines(
    revealed: Callable[[str], set[str]], profile: Callable[[str], tuple[set[str], str]]
) -> None:
    values, text = profile("lines")
    lines = textwrap.fill(deflated(text.encode()), 64)
    assert values <= revealed(f"const packed = `\n{lines}\n`;\npako.inflateRaw(packed);\n")


@pytest.mark.parametrize("seed", range(40))
def test_random_characters_are_no_text(peel: Any, secret: Any, seed: int) -> None:
    text = b"gzinflate('%b%b')\n" % (secret(seed), secret(seed + 1000))
    assert not [made for made in peel(text) if made.decoder == "raw-deflate"]


def test_without_a_call_nothing_is_inflated(peel: Any) -> None:
    text = f"x = '{deflated(b'some text or other, ' * 9)}'\n".encode()
    assert not [made for made in peel(text) if made.decoder == "raw-deflate"]


def test_a_bomb_is_a_limit(peel: Any, reasons: Any) -> None:
    budget = Budget(size=1 << 20)
    list(peel(encode(b"a" * (2 << 20)), budget))
    assert reasons(budget) == ["decoder-limit"]
