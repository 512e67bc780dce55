"""What holds for all archives and compressed files: nesting, several streams, limits, damage."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import tarfile
import zipfile

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders import (
    DECODERS,
    gzip_file,
    streams,
    tar_archive,
    zip_archive,
)
from scanner.decoders.interface import Budget

COMPRESSORS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("name", COMPRESSORS)
def test_compressed_file_with_several_streams_and_rubbish_behind(peel, name, reasons):
    compress = COMPRESSORS[name]
    data = compress(b"one\n" * 500) + compress(b"") + compress(b"two\n")
    budget = Budget()
    list(peel(data + bytes(2048), budget))
    assert not budget.left
    (layer,) = peel(data + b"\0\0\0\0rubbish", budget)
    assert layer.data == b"one\n" * 500 + b"two\n"
    assert (layer.decoder, layer.offsets, layer.member) == (name, None, "")
    assert reasons(budget) == ["damaged-archive"]


@pytest.mark.parametrize("name", COMPRESSORS)
def test_archive_in_archive_in_compression(peel, name, make_zip, make_tar):
    inner = make_zip({"deep.txt": b"found"})
    data = COMPRESSORS[name](make_tar({"in.zip": inner, "top.txt": b"top"}))
    layers = list(peel(data))
    (deep,) = [layer for layer in layers if layer.data == b"found"]
    assert deep.member == "in.zip!/deep.txt"
    assert deep.decoders == (name, "tar", "zip")
    assert any(layer.data == b"top" for layer in layers)


def test_names_that_are_not_text(peel, make_zip, make_tar, contents):
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


@pytest.mark.parametrize("name", COMPRESSORS)
def test_truncated_stream_gives_what_is_left(peel, name, reasons):
    content = random.Random(2).randbytes(600_000).hex().encode()  # two blocks of bzip2
    data = COMPRESSORS[name](content)
    budget = Budget()
    layers = list(peel(data[: len(data) * 9 // 10], budget))
    found = b"".join(layer.data for layer in layers if layer.decoder == name)
    assert content.startswith(found)
    assert len(found) >= len(content) // 2
    assert reasons(budget) == ["damaged-archive"]


def test_number_of_members_is_limited(monkeypatch, make_zip, make_tar, reasons):
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
    (layer,) = gzip_file.decode(Layer(gzip.compress(b"x", mtime=0) * 5), [], budget)
    assert layer.data == b"xx"
    assert budget.left == [("decoder-limit", "too many gzip members: content")]
    monkeypatch.setattr(tar_archive, "_MAX_BLOCKS", 3)
    budget = Budget()
    data = make_tar({f"{number}.txt": b"x" for number in range(9)}, tarfile.USTAR_FORMAT)
    assert len(list(tar_archive.decode(Layer(data), [], budget))) == 3
    assert budget.left == [("decoder-limit", "too many tar headers: content")]


VARIANTS = ("zip", "zip-lzma", "zip-bzip2", "tar", "tar-gnu", "gzip", "bzip2", "xz")
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 40)), min_size=1, max_size=5
)


@pytest.fixture(scope="session")
def variants(members, make_zip, make_tar):
    """Return a function that gives a small archive of each kind by its name.

    They have no date of today in them: an input that fails has to fail again tomorrow.
    """
    filled = {name: content for name, content in members.items() if content}
    made = (
        make_zip(filled),
        make_zip(filled, zipfile.ZIP_LZMA),
        make_zip(filled, zipfile.ZIP_BZIP2),
        make_tar({name: content[:200] for name, content in filled.items()})[:-8000],
        make_tar({"d" * 120: b"x", "e": b"y"}, tarfile.GNU_FORMAT)[:-8000],
        gzip.compress(b"content\n" * 30, mtime=0),
        bz2.compress(b"content\n" * 30),
        lzma.compress(b"content\n" * 30),
    )
    return dict(zip(VARIANTS, made, strict=True)).__getitem__


@pytest.mark.parametrize("name", VARIANTS)
@settings(max_examples=settings().max_examples, deadline=None)
@given(changes=CHANGES)
def test_damage_is_no_error(peel, variants, name, changes):
    data = variants(name)
    for place, piece, removed in changes:
        at = int(place * len(data))
        data = data[:at] + piece + data[at + removed :]
    note(f"bytes.fromhex({data.hex()!r})")
    budget = Budget(layers=200, size=1 << 20)
    layers = list(peel(data, budget))
    assert len(layers) <= 200 - budget.layers
    assert sum(len(layer.data) for layer in layers) <= (1 << 20) - budget.bytes


@settings(max_examples=settings().max_examples * 3, deadline=None)
@given(st.sampled_from([m for d in DECODERS for m in d.magics]), st.binary(max_size=2000))
def test_nothing_behind_a_signature_raises(magic, data):
    at, mark = magic
    layer = Layer(data[:at].ljust(at, b"\0") + mark + data[at:])
    for decoder in DECODERS:
        for made in decoder.decode(layer, [], Budget()):
            made.position(len(made.data))
            if made.data:
                made.ground(0, len(made.data))


@settings(max_examples=settings().max_examples * 2, deadline=None)
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
