"""draw.io: a file as it is, in SVG and HTML exports, and in a PNG."""

from __future__ import annotations

import base64
import struct
import zlib
from html import escape
from urllib.parse import quote

import pytest

from scanner.decoders.interface import Budget
from scanner.engine import scan_bytes
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import Generator

MARKS = "~()*!.'"
"""What `encodeURIComponent` leaves as it is."""


def page(content: bytes) -> bytes:
    """Return `content` as draw.io stores a page."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(quote(content, safe=MARKS).encode()) + packer.flush()
    return base64.b64encode(packed)


def encode(content: bytes) -> bytes:
    """Return a file with `content` as its page, for test_registry.py."""
    return (
        b'<mxfile host="app.diagrams.net">\n<diagram id="a" name="1">%b</diagram></mxfile>'
        % page(content)
    )


EXAMPLE = (encode(b"# x\nkey: VALUE\n"), b"VALUE", (2, 26, 2, 26 + len(page(b"# x\nkey: VALUE\n"))))


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a picture with `chunks` before its pixels."""
    made = b"\x89PNG\r\n\x1a\n"
    for kind, content in ((b"IHDR", bytes(13)), *chunks, (b"IDAT", bytes(99)), (b"IEND", b"")):
        made += struct.pack(">I", len(content)) + kind + content
        made += struct.pack(">I", zlib.crc32(kind + content))
    return made


def percent(file: bytes) -> bytes:
    return quote(file, safe=MARKS).encode()


FORMS = {
    "file": lambda file: file,
    "xml": lambda file: b'<?xml version="1.0" encoding="UTF-8"?>\n' + file,
    "svg": lambda file: b'<svg xmlns="x" content="%b"><g/></svg>' % escape(file.decode()).encode(),
    "html": lambda file: (
        b'<!--[if IE]><meta><![endif]-->\n<!DOCTYPE html>\n<div data-mxgraph="%b"></div>'
        % escape(
            '{"xml":"' + file.decode().replace('"', '\\"').replace("\n", "\\n") + '"}'
        ).encode()
    ),
    "tEXt": lambda file: png((b"tEXt", b"mxfile\0" + percent(file))),
    "zTXt": lambda file: png((b"zTXt", b"mxfile\0\0" + zlib.compress(percent(file)))),
    "iTXt": lambda file: png((b"iTXt", b"mxfile\0\1\0en\0x\0" + zlib.compress(percent(file)))),
    "plain iTXt": lambda file: png((b"iTXt", b"mxfile\0\0\0\0\0" + file)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(3))
def test_a_pair_in_a_diagram(form, seed):
    made = Generator(f"{form} {seed}")
    key_id, secret = made.access_key_id(), made.secret_access_key()
    cell = f'<mxCell value="AWS_ACCESS_KEY_ID={key_id}&lt;br&gt;AWS_SECRET_ACCESS_KEY={secret}"/>'
    data = FORMS[form](encode(f"<mxGraphModel>{cell}</mxGraphModel>".encode()))
    (finding,) = scan_bytes(data, "", shipped_rules())
    assert finding.rule_id == "aws-access-key-pair"
    assert finding.values["secret"].reveal() == secret.encode()
    assert len({at.decoded for at in finding.locations}) == 1


def test_a_mark_on_the_line_of_the_page_counts():
    made = Generator("marked")
    cell = f"a: {made.access_key_id()} b: {made.secret_access_key()}"
    data = encode(cell.encode()) + b" <!-- keycatch:allow -->\n"
    assert list(scan_bytes(data, "", shipped_rules())) == []


def test_damage_and_limits(peel, reasons):
    budget = Budget()
    list(
        peel(
            encode(b"text of a page " * 9).replace(
                page(b"text of a page " * 9), b"Y2Fubm90IGJlIGluZmxhdGVk"
            ),
            budget,
        )
    )
    assert reasons(budget) == ["damaged-archive"]
    budget = Budget(size=1000)
    assert sum(len(layer.data) for layer in peel(encode(bytes(100_000)), budget)) <= 1000
    assert reasons(budget) == ["decoder-limit"]
