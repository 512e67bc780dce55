"""gzip: options in the header, damage inside the compressed data."""

from __future__ import annotations

import gzip
import random
import struct

from scanner.content import Layer
from scanner.decoders import gzip_file
from scanner.decoders.interface import Budget


def encode(content: bytes) -> bytes:
    """Return `content` in gzip, for test_registry.py."""
    return gzip.compress(content, mtime=0)


EXAMPLE = (encode(b"# x\nkey: VALUE\n"), b"VALUE", (2, 6, 2, 11))


def test_gzip_header_with_every_option(peel):
    plain = gzip.compress(b"content", mtime=0)
    extra = struct.pack("<H", 3) + b"abc"
    data = plain[:3] + b"\x1f" + plain[4:10] + extra + b"name\0" + b"comment\0" + b"xx" + plain[10:]
    assert [layer.data for layer in peel(data)] == [b"content"]


def test_damage_inside_deflate_costs_little():
    content = random.Random(3).randbytes(100_000).hex().encode()
    data = bytearray(gzip.compress(content, mtime=0))
    place = len(data) * 3 // 4
    data[place : place + 200] = bytes(200)
    budget = Budget()
    (layer,) = gzip_file.decode(Layer(bytes(data)), [], budget)
    assert len(layer.data) > len(content) // 2
    assert content[: len(content) // 2] == layer.data[: len(content) // 2]
