"""ZIP archives: methods, ZIP64, damage, encryption, and members that overlap."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib

import pytest

from scanner.content import Layer
from scanner.decoders import zip_archive
from scanner.decoders.interface import Budget

METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


def encode(content: bytes) -> bytes:
    """Return `content` as the member of a zip, for test_registry.py."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("app/.env"), content)
    return file.getvalue()


EXAMPLE = (encode(b"# x\nkey: VALUE\n"), b"VALUE", (2, 6, 2, 11))


def filled(members):
    return {name: content for name, content in members.items() if content}


@pytest.mark.parametrize("method", METHODS)
def test_zip_members(peel, method, make_zip, contents, members):
    budget = Budget()
    assert contents(peel(make_zip(members, method), budget)) == filled(members)
    assert not budget.left


def test_encrypted_member_is_left(peel, make_zip, contents):
    data = bytearray(make_zip({"secret.txt": b"x" * 99, "open.txt": b"y"}))
    data[data.index(b"secret.txt") + 10] ^= 0xFF  # what is encrypted makes no sense
    for mark, at in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        data[data.index(mark) + at] |= 1
    budget = Budget()
    assert contents(peel(bytes(data), budget)) == {"open.txt": b"y"}
    assert budget.left == [("encrypted-archive", "zip: secret.txt")]


def test_unknown_method_is_a_limit(peel, make_zip):
    data = bytearray(make_zip({"new.txt": b"x" * 99}))
    for mark, at in ((b"PK\1\2", 10), (b"PK\3\4", 8)):
        data[data.index(mark) + at] = 93
    budget = Budget()
    assert not list(peel(bytes(data), budget))
    assert budget.left == [("decoder-limit", "zip compression method 93: new.txt")]


def test_zip64_and_prefix(peel, contents):
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w") as archive,
        archive.open("big", "w", force_zip64=True) as member,
    ):
        member.write(b"content")
    plain = file.getvalue()
    assert contents(peel(plain)) == {"big": b"content"}
    # The same archive with its end, sizes and offsets in the 64-bit records.
    end = plain.rindex(b"PK\5\6")
    start = plain.index(b"PK\1\2")
    entry = bytearray(plain[start:end])
    packed, size = struct.unpack_from("<LL", entry, 20)
    struct.pack_into("<LL", entry, 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<L", entry, 42, 0xFFFFFFFF)
    struct.pack_into("<H", entry, 30, 28)
    entry += struct.pack("<HHQQQ", 1, 24, size, packed, 0)
    end64 = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(entry), start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + len(entry), 1)
    tail = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 1, 1, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    data = plain[:start] + bytes(entry) + end64 + locator + tail
    budget = Budget()
    assert contents(peel(data, budget)) == {"big": b"content"}
    assert not budget.left
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("big") == b"content"


def test_truncated_zip_gives_what_is_left(peel, make_zip, contents, reasons):
    noise = random.Random(1).randbytes(5000).hex().encode()
    members = {"a.txt": b"first", "b.txt": noise, "c.txt": b"third"}
    whole = make_zip(members)
    data = whole[: whole.index(b"c.txt") - 1200]
    budget = Budget()
    found = contents(peel(data, budget))
    assert found["a.txt"] == b"first"
    assert 2000 < len(found["b.txt"]) < len(noise)
    assert noise.startswith(found["b.txt"])
    assert set(reasons(budget)) == {"damaged-archive"}


def test_streamed_zip_without_directory(peel, contents, reasons):
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError

    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        file = Pipe()
        with zipfile.ZipFile(file, "w", method) as archive:
            archive.writestr("a.txt", b"first " * 50)
            archive.writestr("b.txt", b"second " * 50)
        data = file.getvalue()
        assert contents(peel(data)) == {"a.txt": b"first " * 50, "b.txt": b"second " * 50}
        budget = Budget()
        cut = data[: data.index(b"PK\1\2")]
        assert contents(peel(cut, budget)) == {"a.txt": b"first " * 50, "b.txt": b"second " * 50}
        assert reasons(budget) == ["damaged-archive"]


def test_overlapping_members_cost_their_budget_once():
    """A kernel of zeros that every member shares, as in the bombs of David Fifield (2019)."""
    packed = zlib.compress(bytes(1_000_000), 9)[2:-4]
    head = struct.pack("<4sHHHHHLLLHH", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(packed), 1_000_000, 1, 0)
    body = head + b"k" + packed
    entry = struct.pack(
        "<4sHHHHHHLLLHHHHHLL", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(packed), 1_000_000, 1, 0, 0, 0,
        0, 0, 0,
    )  # fmt: skip
    directory = b"".join(entry + bytes((65 + number % 26,)) for number in range(500))
    end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 500, 500, len(directory), len(body), 0)
    layers = list(zip_archive.decode(Layer(body + directory + end), [], Budget()))
    assert sum(len(layer.data) for layer in layers) == 1_000_000


def test_members_that_overlap_and_give_nothing_are_stopped():
    # Each header lies in the empty blocks of those before it.
    empty = b"\0\0\0\xff\xff" * 40
    number = 600
    size = 31 + len(empty)
    body = b"".join(
        struct.pack("<4sHHHHHLLLHH", b"PK\3\4", 20, 8, 8, 0, 0, 0, 0, 0, 1, 0) + b"n" + empty
        for _ in range(number)
    )
    packed = len(empty)
    entries = b"".join(
        struct.pack(
            "<4sHHHHHHLLLHHHHHLL", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, len(body) - at * size - 31, 0,
            1, 0, 0, 0, 0, 0, at * size,
        )
        + b"n"
        for at in range(number)
    )  # fmt: skip
    end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 0, 0, len(entries), len(body), 0)
    budget = Budget()
    layers = list(zip_archive.decode(Layer(body + entries + end), [], budget))
    assert packed
    assert len(layers) < 20
    assert ("decoder-limit", "overlapping members in a zip: content") in budget.left


@pytest.mark.parametrize(
    "head", [b"#!/usr/bin/env python3\n", b"MZ\x90\0" + bytes(9000), b"\x7fELF"]
)
def test_an_archive_behind_a_program(peel, members, make_zip, contents, reasons, head):
    budget = Budget()
    found = contents(peel(head + make_zip(members), budget, (zip_archive.DECODER,)))
    assert found == {name: content for name, content in members.items() if content}
    assert reasons(budget) == []


def test_the_signature_of_an_end_alone_is_no_archive(peel, reasons):
    budget = Budget()
    assert list(peel(b"text PK\5\6 and more text" * 9, budget)) == []
    assert reasons(budget) == []
