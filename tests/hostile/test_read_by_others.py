"""Damage and limits: what another program reads to its end is read, or named as a limit."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from scanner.decoders import interface
from scanner.kinds.examples import expand

PAIR = "aws_access_key_id = {{access_key_id}}\naws_secret_access_key = {{secret_access_key}}\n"
Verdict = Callable[..., str]
Pack = Callable[[bytes], bytes]
PLANTED = expand(PAIR, "planted").encode()
NOISE = random.Random(7).randbytes(3000)


def gz(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def corrupted(data: bytes, at: int) -> bytes:
    """Return `data` with a byte at `at` from its end that nothing of the format allows."""
    changed = bytearray(data)
    changed[at] ^= 0xFF
    return bytes(changed)


def deflate_with_bad_block(content: bytes) -> bytes:
    """A deflate stream that gives `content`, and then has a block of a kind that there is not."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH) + b"\x07" + bytes(9)


def xz(content: bytes, dictionary: int = 1 << 20, check: int = lzma.CHECK_CRC64) -> bytes:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": dictionary}]
    return lzma.compress(content, lzma.FORMAT_XZ, check, filters=filters)


def xz_of_large_dictionary() -> bytes:
    body = bytearray(xz(PLANTED))
    size = (body[12] + 1) * 4
    body[body.index(b"\x21\1", 12) + 2] = 40
    body[12 + size - 4 : 12 + size] = struct.pack("<L", zlib.crc32(body[12 : 12 + size - 4]))
    return bytes(body)


def zipped(method: int, content: bytes = PLANTED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("a.env", content)
    return file.getvalue()


GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\3"

STREAMS: dict[str, Callable[[], bytes]] = {
    "gzip: a second member": lambda: gz(b"one\n") + gz(PLANTED),
    "gzip: a second member after zeros": lambda: gz(b"one\n") + bytes(7) + gz(PLANTED),
    "gzip: a second member after a block of zeros": lambda: gz(b"x") + bytes(512) + gz(PLANTED),
    "gzip: a third member after zeros twice": lambda: (
        gz(b"x") + bytes(3) + gz(b"y") + bytes(1) + gz(PLANTED)
    ),
    "gzip: an empty member and zeros first": lambda: gz(b"") + bytes(99) + gz(PLANTED),
    "gzip: a wrong checksum": lambda: corrupted(gz(PLANTED), -8),
    "gzip: a wrong size": lambda: corrupted(gz(PLANTED), -4),
    "gzip: no trailer": lambda: gz(PLANTED)[:-8],
    "gzip: a bad block after it": lambda: GZIP_HEAD + deflate_with_bad_block(PLANTED),
    "gzip: noise and a bad block after it": lambda: (
        GZIP_HEAD + deflate_with_bad_block(NOISE + PLANTED)
    ),
    "gzip: unused flags": lambda: gz(PLANTED)[:3] + b"\xe0" + gz(PLANTED)[4:],
    "gzip: a member after one with a wrong checksum": lambda: corrupted(gz(b"x"), -8) + gz(PLANTED),
    "bzip2: a second stream after rubbish": lambda: bz2.compress(b"x") + bz2.compress(PLANTED),
    "xz: a large dictionary": xz_of_large_dictionary,
    "xz: a wrong check": lambda: xz_with_wrong_check(),
    "xz: a wrong index": lambda: corrupted(xz(PLANTED), -20),
    "xz: a wrong footer": lambda: corrupted(xz(PLANTED), -1),
    "xz: no footer": lambda: xz(PLANTED)[:-12],
    "xz: a second stream after padding": lambda: xz(b"x") + bytes(8) + xz(PLANTED),
    "zlib: a wrong checksum": lambda: corrupted(zlib.compress(PLANTED), -1),
    "zlib: a bad block after it": lambda: b"x\x9c" + deflate_with_bad_block(PLANTED),
    "zip: a bad block after it": lambda: zip_with_bad_block(),
    "zip: xz with a wrong check": lambda: zip_of(95, xz_with_wrong_check()),
    "zip: xz of a large dictionary": lambda: zip_of(95, xz_of_large_dictionary()),
    "zip: lzma of a large dictionary": lambda: zip_lzma_dictionary(),
}


def xz_with_wrong_check() -> bytes:
    body = xz(PLANTED)
    # The check of the only block is before the index: its size is in the footer (2.1.2.2).
    index = (struct.unpack_from("<L", body, len(body) - 8)[0] + 1) * 4
    return corrupted(body, len(body) - 12 - index - 8)


def zip_of(method: int, body: bytes, size: int = len(PLANTED)) -> bytes:
    crc = zlib.crc32(PLANTED)
    local = struct.pack(
        "<4sHHHHHLLLHH", b"PK\3\4", 20, 0, method, 0, 33, crc, len(body), size, 1, 0
    )
    data = local + b"a" + body
    entry = struct.pack(
        "<4sHHHHHHLLLHHHHHLL", b"PK\1\2", 20, 20, 0, method, 0, 33, crc, len(body), size, 1, 0, 0,
        0, 0, 0, 0,
    ) + b"a"  # fmt: skip
    return data + entry + struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 1, 1, len(entry), len(data), 0)


def zip_with_bad_block() -> bytes:
    return zip_of(8, deflate_with_bad_block(PLANTED))


def zip_lzma_dictionary() -> bytes:
    data = bytearray(zipped(zipfile.ZIP_LZMA))
    # Version, size of the properties, one byte of three numbers, the dictionary: 5.8.8.
    at = data.index(b"a.env") + 5 + 5
    data[at : at + 4] = b"\xff\xff\xff\xff"
    return bytes(data)


@pytest.mark.parametrize("attack", sorted(STREAMS))
def test_stream(attack: str, verdict: Verdict) -> None:
    assert verdict(STREAMS[attack]()) != "clean"


@pytest.mark.parametrize("attack", [name for name in sorted(STREAMS) if "dictionary" not in name])
def test_stream_is_read(attack: str, verdict: Verdict) -> None:
    assert verdict(STREAMS[attack]()) == "found"


@pytest.mark.parametrize("pack", [gz, bz2.compress, xz, zlib.compress])
def test_damage_at_every_byte(pack: Pack, verdict: Verdict) -> None:
    """What is in front of the damage is read, however little there is of it."""
    whole = pack(PLANTED)
    damaged = [corrupted(whole, at) for at in range(0, len(whole), 7)]
    readable = [data for data in damaged if _before_damage(data, pack)]
    assert readable
    assert {verdict(data) for data in readable} == {"found"}


def _before_damage(data: bytes, pack: Pack) -> bool:
    """Return whether a reader that takes byte after byte gives the credential."""
    makers: dict[Pack, Callable[[], Any]] = {
        gz: lambda: zlib.decompressobj(31),
        bz2.compress: bz2.BZ2Decompressor,
        xz: lzma.LZMADecompressor,
        zlib.compress: zlib.decompressobj,
    }
    reader, out = makers[pack](), b""
    with contextlib.suppress(OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
        for at in range(len(data)):
            out += reader.decompress(data[at : at + 1])
    return PLANTED in out


# -- archives without a magic, and what is not stored as it is -----------------------------------


def v7(name: str, content: bytes, mode: bytes = b"0000644\0", end: bytes = b"\0 ") -> bytes:
    """A member with a header of V7, which has no magic and no owner by name."""
    head = bytearray(512)
    head[: len(name)] = name.encode()
    fields = (mode, b"0001750\0", b"0001750\0", b"%011o\0" % len(content), b"14000000000\0")
    head[100:148] = b"".join(fields)
    head[148:156] = b" " * 8
    head[148:156] = b"%06o" % sum(head) + end
    return bytes(head) + content + bytes(-len(content) % 512)


def pax_sparse(entries: int = 1) -> bytes:
    """A sparse file in the format 1.0 of GNU: its map is in front of its data."""
    content = gz(PLANTED)
    numbers = [entries, *([len(content), 0] * (entries - 1)), 0, len(content)]
    sparse_map = b"".join(b"%d\n" % number for number in numbers)
    sparse_map += bytes(-len(sparse_map) % 512)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo("GNUSparseFile.0/a.gz")
        entry.size = len(sparse_map + content)
        entry.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.name": "a.gz"}
        archive.addfile(entry, io.BytesIO(sparse_map + content))
    return stream.getvalue()


def lzma_alone(content: bytes = PLANTED, **options: int) -> bytes:
    filters = [{"id": lzma.FILTER_LZMA1, **options}]
    return lzma.compress(content, lzma.FORMAT_ALONE, filters=filters)


OLD: dict[str, Callable[[], bytes]] = {
    "V7": lambda: v7("a.gz", gz(PLANTED)) + bytes(1024),
    "V7: a second member": lambda: v7("a", NOISE) + v7("b.gz", gz(PLANTED)) + bytes(1024),
    "V7: no end": lambda: v7("a.gz", gz(PLANTED)),
    "V7: the mode of Unix": lambda: v7("a.gz", gz(PLANTED), b"100644 \0", b" \0") + bytes(1024),
    "V7: spaces": lambda: v7("a.gz", gz(PLANTED), b"   644 \0") + bytes(1024),
    "V7 before ustar": lambda: v7("a", NOISE) + ustar("b.gz", gz(PLANTED)),
    "V7 in gzip": lambda: gz(v7("a.gz", gz(PLANTED)) + bytes(1024)),
    "V7 in zip": lambda: zipped(zipfile.ZIP_DEFLATED, v7("a.gz", gz(PLANTED)) + bytes(1024)),
    "a sparse file": pax_sparse,
    "a sparse file of many pieces": lambda: pax_sparse(200),
    "lzma": lzma_alone,
    "lzma: a large dictionary": lambda: lzma_alone(dict_size=96 << 20),
    "lzma: cut off": lambda: lzma_alone(PLANTED + NOISE)[:-50],
    "lzma in a tar": lambda: ustar("a.lzma", lzma_alone()),
}


def ustar(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


@pytest.mark.parametrize("attack", OLD)
def test_old_formats(attack: str, verdict: Verdict) -> None:
    assert verdict(OLD[attack]()) == "found"


@pytest.mark.parametrize("size", [300, 40_000])
def test_a_window_of_an_archive_of_v7(size: int, monkeypatch: Any, verdict: Verdict) -> None:
    """One that is larger than a layer is walked through while it is decompressed."""
    monkeypatch.setattr(interface, "MAX_LAYER_BYTES", 140_000)
    noise = random.Random(1).randbytes(size) * 5
    data = gz(v7("a", noise) + v7("b.gz", gz(PLANTED)) + bytes(1024))
    assert verdict(data) == "found"


@pytest.mark.parametrize("changed", [100, 103, 120, 150])
def test_what_only_looks_like_v7_is_no_archive(changed: int, verdict: Verdict) -> None:
    data = bytearray(v7("a.gz", gz(PLANTED)) + bytes(1024))
    data[changed] ^= 1
    assert verdict(bytes(data)) == "clean"
