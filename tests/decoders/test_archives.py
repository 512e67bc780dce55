"""Archives and compressed files: members, damage, limits, and bombs."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import lzma
import random
import struct
import tarfile
import time
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders import (
    DECODERS,
    gzip_file,
    interface,
    streams,
    tar_archive,
    unpack,
    xz,
    zip_archive,
)
from scanner.decoders.interface import Budget

MEMBERS = {
    "a.txt": b"alpha\n" * 40,
    "dir/b.bin": bytes(range(256)) * 9,
    "dir/\u00fcml\u00e4ut.py": "\u00fc = 1\n".encode() * 9,
    "evil\x1b[31m\n.txt": b"content",
    "e/empty": b"",
}
METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
COMPRESSORS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}


def make_zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def make_tar(members: dict[str, bytes], layout: int = tarfile.PAX_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=layout) as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def reasons(budget: Budget) -> list[str]:
    return [reason for reason, _ in budget.left]


def contents(layers) -> dict[str, bytes]:
    return {layer.member: layer.data for layer in layers}


FILLED = {name: content for name, content in MEMBERS.items() if content}


@pytest.mark.parametrize("method", METHODS)
def test_zip_members(peel, method):
    budget = Budget()
    assert contents(peel(make_zip(MEMBERS, method), budget)) == FILLED
    assert not budget.left


@pytest.mark.parametrize("layout", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_members(peel, layout):
    long = "d" * 90 + "/" + "e" * 90 + ("/" + "f" * 90 if layout != tarfile.USTAR_FORMAT else "")
    budget = Budget()
    assert contents(peel(make_tar({**MEMBERS, long: b"x"}, layout), budget)) == {
        **FILLED,
        long: b"x",
    }
    assert not budget.left


@pytest.mark.parametrize("name", COMPRESSORS)
def test_compressed_file_with_several_streams_and_rubbish_behind(peel, name):
    compress = COMPRESSORS[name]
    data = compress(b"one\n" * 500) + compress(b"") + compress(b"two\n")
    budget = Budget()
    list(peel(data + bytes(2048), budget))
    assert not budget.left
    (layer,) = peel(data + b"\0\0\0\0rubbish", budget)
    assert layer.data == b"one\n" * 500 + b"two\n"
    assert (layer.decoder, layer.offsets, layer.member) == (name, None, "")
    assert reasons(budget) == ["damaged-archive"]


def test_padding_between_xz_streams(peel):
    (layer,) = peel(lzma.compress(b"one") + bytes(8) + lzma.compress(b"two"))
    assert layer.data == b"onetwo"


def test_gzip_header_with_every_option(peel):
    plain = gzip.compress(b"content", mtime=0)
    extra = struct.pack("<H", 3) + b"abc"
    data = plain[:3] + b"\x1f" + plain[4:10] + extra + b"name\0" + b"comment\0" + b"xx" + plain[10:]
    assert [layer.data for layer in peel(data)] == [b"content"]


@pytest.mark.parametrize("name", COMPRESSORS)
def test_archive_in_archive_in_compression(peel, name):
    inner = make_zip({"deep.txt": b"found"})
    data = COMPRESSORS[name](make_tar({"in.zip": inner, "top.txt": b"top"}))
    layers = list(peel(data))
    (deep,) = [layer for layer in layers if layer.data == b"found"]
    assert deep.member == "in.zip!/deep.txt"
    assert deep.decoders == (name, "tar", "zip")
    assert any(layer.data == b"top" for layer in layers)


def test_links_give_their_targets(peel):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for kind, name in ((tarfile.SYMTYPE, "s"), (tarfile.LNKTYPE, "h"), (tarfile.DIRTYPE, "d")):
            entry = tarfile.TarInfo(name)
            entry.type = kind
            entry.linkname = "target/" + name * 150
            archive.addfile(entry)
    assert contents(peel(file.getvalue())) == {
        "s": b"target/" + b"s" * 150,
        "h": b"target/" + b"h" * 150,
    }


def test_sparse_member_of_gnu_tar(peel):
    header = tarfile.TarInfo("sparse")
    header.size = 512
    header.type = tarfile.GNUTYPE_SPARSE
    block = bytearray(header.tobuf(tarfile.GNU_FORMAT))
    block[482] = 1  # a further block with the map of the holes
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    data = bytes(block) + bytes(512) + b"x" * 512 + make_tar({"next": b"y"})
    assert contents(peel(data)) == {"sparse": b"x" * 512, "next": b"y"}


def test_names_that_are_not_text(peel):
    data = make_zip({"n\u00e9.txt": b"x"})
    raw = data.replace("n\u00e9".encode(), b"n\xe9\xe8")
    assert contents(peel(raw)) == {"n\u0398\u03a6.txt": b"x"}
    tar = bytearray(make_tar({"nn.txt": b"x"}))
    tar[0:2] = b"\xff\xfe"
    tar[148:156] = b"        "
    tar[148:156] = b"%06o\0 " % sum(tar[:512])
    assert "\udcff\udcfe.txt".encode("utf-8", "surrogateescape") == b"\xff\xfe.txt"
    (layer,) = tar_archive.decode(Layer(bytes(tar)), [], Budget())
    assert layer.member == "\udcff\udcfe.txt"


def test_encrypted_member_is_left(peel):
    data = bytearray(make_zip({"secret.txt": b"x" * 99, "open.txt": b"y"}))
    for mark, at in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        data[data.index(mark) + at] |= 1
    budget = Budget()
    assert contents(peel(bytes(data), budget)) == {"open.txt": b"y"}
    assert budget.left == [("encrypted-archive", "zip: secret.txt")]


def test_unknown_method_is_a_limit(peel):
    data = bytearray(make_zip({"new.txt": b"x" * 99}))
    data[data.index(b"PK\1\2") + 10] = 93
    budget = Budget()
    assert not list(peel(bytes(data), budget))
    assert budget.left == [("decoder-limit", "zip compression method 93: new.txt")]


def test_zip64_and_prefix(peel):
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


def test_truncated_zip_gives_what_is_left(peel):
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


def test_streamed_zip_without_directory(peel):
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


@pytest.mark.parametrize("name", COMPRESSORS)
def test_truncated_stream_gives_what_is_left(peel, name):
    content = random.Random(2).randbytes(1_000_000).hex().encode()  # several blocks of bzip2
    data = COMPRESSORS[name](content)
    budget = Budget()
    layers = list(peel(data[: len(data) * 9 // 10], budget))
    found = b"".join(layer.data for layer in layers if layer.decoder == name)
    assert content.startswith(found)
    assert len(found) >= len(content) // 2
    assert reasons(budget) == ["damaged-archive"]


def test_damage_inside_deflate_costs_little():
    content = random.Random(3).randbytes(100_000).hex().encode()
    data = bytearray(gzip.compress(content))
    place = len(data) * 3 // 4
    data[place : place + 200] = bytes(200)
    budget = Budget()
    (layer,) = gzip_file.decode(Layer(bytes(data)), [], budget)
    assert len(layer.data) > len(content) // 2
    assert content[: len(content) // 2] == layer.data[: len(content) // 2]


def test_truncated_tar(peel):
    data = make_tar({"a": b"x" * 700, "b": b"y" * 700})
    data = data[: data.index(b"yyy") + 399]
    budget = Budget()
    assert contents(peel(data, budget)) == {
        "a": b"x" * 700,
        "b": b"y" * 399,
    }
    assert reasons(budget) == ["damaged-archive"]


@pytest.mark.parametrize(
    "field", [b"-0000000010\0", b"\xff" * 12, b"\x80" + b"\xff" * 11, b"99999999999\0"]
)
def test_tar_with_an_impossible_size_ends(peel, field):
    data = bytearray(make_tar({"a": b"x" * 700, "b": b"y"}, tarfile.USTAR_FORMAT))
    data[124:136] = field
    data[148:156] = b"        "
    data[148:156] = b"%06o\0 " % sum(data[:512])
    budget = Budget()
    list(peel(bytes(data), budget))
    assert reasons(budget) == ["damaged-archive"]


def test_tar_behind_a_tar(peel):
    data = make_tar({"a": b"x"}) + make_tar({"b": b"y"})
    assert contents(peel(data)) == {"a": b"x", "b": b"y"}


def test_libraries_agree_without_igzip(peel, monkeypatch):
    content = random.Random(4).randbytes(70_000).hex().encode() + bytes(300_000)
    data = gzip.compress(content)
    monkeypatch.setattr(streams, "inflater", streams._Zlib)
    (layer,) = gzip_file.decode(Layer(data), [], Budget())
    assert layer.data == content
    budget = Budget()
    (layer,) = gzip_file.decode(Layer(data[:20_000]), [], budget)
    assert content.startswith(layer.data)
    assert len(layer.data) > 20_000
    assert reasons(budget) == ["damaged-archive"]


def test_bomb_is_not_unpacked_beyond_the_budget():
    bomb = gzip.compress(bytes(50_000_000))
    asked: list[int] = []

    class Watch:
        def __init__(self) -> None:
            self.real = streams._Zlib()

        def __getattr__(self, name: str) -> object:
            return getattr(self.real, name)

        def decompress(self, data: bytes, size: int) -> bytes:
            piece = self.real.decompress(data, size)
            asked.append(len(piece))
            return piece

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "inflater", Watch)
        budget = Budget(size=300_000)
        layers = list(gzip_file.decode(Layer(bomb), [], budget))
    assert sum(len(layer.data) for layer in layers) == 300_000
    assert sum(asked) <= 300_001
    assert budget.bytes == 0
    assert reasons(budget) == ["decoder-limit"]


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
    assert budget.left == [("decoder-limit", "overlapping members in a zip: content")]


def test_number_of_members_is_limited(monkeypatch):
    budget = Budget(layers=3)
    data = make_zip({f"{number}.txt": b"x" for number in range(9)})
    assert len(list(zip_archive.decode(Layer(data), [], budget))) == 3
    assert reasons(budget) == ["decoder-limit"]
    monkeypatch.setattr(zip_archive, "MAX_LAYERS", 4)
    budget = Budget()
    assert len(list(zip_archive.decode(Layer(data), [], budget))) == 4
    assert budget.left == [("decoder-limit", "too many members in a zip: content")]
    monkeypatch.setattr(streams, "MAX_STREAMS", 2)
    budget = Budget()
    (layer,) = gzip_file.decode(Layer(gzip.compress(b"x") * 5), [], budget)
    assert layer.data == b"xx"
    assert budget.left == [("decoder-limit", "too many gzip members: content")]
    monkeypatch.setattr(tar_archive, "_MAX_BLOCKS", 3)
    budget = Budget()
    data = make_tar({f"{number}.txt": b"x" for number in range(9)}, tarfile.USTAR_FORMAT)
    assert len(list(tar_archive.decode(Layer(data), [], budget))) == 3
    assert budget.left == [("decoder-limit", "too many tar headers: content")]


def test_xz_that_asks_for_too_much_memory(monkeypatch):
    monkeypatch.setattr(xz, "_MEMORY", 1 << 20)
    budget = Budget()
    assert not list(xz.decode(Layer(lzma.compress(b"x" * 9999)), [], budget))
    assert reasons(budget) == ["decoder-limit"]


@pytest.fixture
def small(monkeypatch):
    """Make layers and their overlap small enough for a test."""
    monkeypatch.setattr(interface, "MAX_LAYER_BYTES", 10_000)
    monkeypatch.setattr(unpack, "OVERLAP", 1000)


@pytest.mark.usefixtures("small")
def test_large_member_comes_in_windows_with_right_positions(peel):
    lines = [f"line {number} \u20ac{'x' * (number % 40)}" for number in range(1000)]
    text = "\r\n".join(lines).encode()
    layers = list(peel(make_zip({"big.log": text})))
    assert len(layers) > 3
    assert all(len(layer.data) <= 10_000 for layer in layers)
    found = set()
    for layer in layers:
        layer.data.decode()  # no window begins inside a character
        for number in range(1000):
            at = layer.data.find(b"line %d \xe2" % number)
            if at >= 0 and (at == 0 or layer.data[at - 1] == 10):
                assert layer.place(at, at + 4) == (number + 1, 1, number + 1, 5)
                found.add(number)
    assert found == set(range(1000))
    for before, after in itertools.pairwise(layers):
        assert before.data[-990:] in after.data[:1010]


@pytest.mark.usefixtures("small")
def test_large_tar_is_walked_while_it_is_decompressed(peel):
    members = {f"{number}.txt": random.Random(number).randbytes(1500) for number in range(40)}
    budget = Budget()
    layers = list(
        peel(gzip.compress(make_tar({**members, "z.zip": make_zip({"in": b"x"})})), budget)
    )
    assert contents(layers) | members == contents(layers)
    assert [layer.decoders for layer in layers if layer.data == b"x"] == [("gzip", "tar", "zip")]
    assert not budget.left


@pytest.mark.usefixtures("small")
def test_large_archive_that_cannot_be_walked_is_left(peel):
    data = gzip.compress(make_zip({"a": random.Random(1).randbytes(30_000)}))
    budget = Budget()
    list(peel(data, budget))
    assert "decoder-limit" in reasons(budget)


def test_content_of_exactly_the_budget_is_whole():
    budget = Budget(size=500)
    (layer,) = gzip_file.decode(Layer(gzip.compress(b"x" * 500)), [], budget)
    assert len(layer.data) == 500
    assert not budget.left


SEEDS = {
    "zip": make_zip(FILLED),
    "zip-lzma": make_zip(FILLED, zipfile.ZIP_LZMA),
    "zip-bzip2": make_zip(FILLED, zipfile.ZIP_BZIP2),
    "tar": make_tar({name: content[:200] for name, content in FILLED.items()})[:-8000],
    "tar-gnu": make_tar({"d" * 120: b"x", "e": b"y"}, tarfile.GNU_FORMAT)[:-8000],
    "gzip": gzip.compress(b"content\n" * 30),
    "bzip2": bz2.compress(b"content\n" * 30),
    "xz": lzma.compress(b"content\n" * 30),
}
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 40)), min_size=1, max_size=5
)


@pytest.mark.parametrize("name", SEEDS)
@settings(max_examples=300, deadline=None)
@given(changes=CHANGES)
def test_no_change_to_an_archive_raises(peel, name, changes):
    data = SEEDS[name]
    for place, piece, removed in changes:
        at = int(place * len(data))
        data = data[:at] + piece + data[at + removed :]
    budget = Budget(layers=200, size=1 << 20)
    began = time.process_time()
    total = sum(len(layer.data) for layer in peel(data, budget))
    assert total <= (1 << 20) - budget.bytes
    assert time.process_time() - began < 60


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([m for d in DECODERS for m in d.magics]), st.binary(max_size=2000))
def test_nothing_behind_a_signature_raises(magic, data):
    at, mark = magic
    layer = Layer(data[:at].ljust(at, b"\0") + mark + data[at:])
    for decoder in DECODERS:
        for made in decoder.decode(layer, [], Budget()):
            made.position(len(made.data))
            if made.data:
                made.ground(0, len(made.data))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.data())
def test_no_offsets_raise(data, draw):
    anchor = draw.draw(st.sampled_from([a for d in DECODERS for a in d.anchors if a.literal]))
    at = draw.draw(st.integers(0, len(data)))
    data = data[:at] + anchor.literal + data[at:]
    offsets = sorted({at, *draw.draw(st.lists(st.integers(0, len(data) - 1), max_size=9))})
    for decoder in DECODERS:
        for made in decoder.decode(Layer(data), offsets, Budget()):
            for start in range(len(made.data)):
                _, low, high = made.ground(start, start + 1)
                assert made.offsets is None or 0 <= low < high <= len(data)
