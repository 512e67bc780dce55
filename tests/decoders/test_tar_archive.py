"""tar archives: every layout, links, holes, damage, and impossible sizes."""

from __future__ import annotations

import io
import tarfile

import pytest

from scanner.content import Layer
from scanner.decoders import tar_archive
from scanner.decoders.interface import Budget


def encode(content: bytes) -> bytes:
    """Return `content` as the member of a tar archive, for test_registry.py."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo("app/.env")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


EXAMPLE = (encode(b"# x\nkey: VALUE\n"), b"VALUE", (2, 6, 2, 11))


def filled(members):
    return {name: content for name, content in members.items() if content}


@pytest.mark.parametrize("layout", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_members(peel, layout, make_tar, contents, members):
    long = "d" * 90 + "/" + "e" * 90 + ("/" + "f" * 90 if layout != tarfile.USTAR_FORMAT else "")
    budget = Budget()
    assert contents(peel(make_tar({**members, long: b"x"}, layout), budget)) == {
        **filled(members),
        long: b"x",
    }
    assert not budget.left


def test_links_give_their_targets(peel, contents):
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


def test_sparse_member_of_gnu_tar(peel, make_tar, contents):
    header = tarfile.TarInfo("sparse")
    header.size = 512
    header.type = tarfile.GNUTYPE_SPARSE
    block = bytearray(header.tobuf(tarfile.GNU_FORMAT))
    block[482] = 1  # a further block with the map of the holes
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    data = bytes(block) + bytes(512) + b"x" * 512 + make_tar({"next": b"y"})
    assert contents(peel(data)) == {"sparse": b"x" * 512, "next": b"y"}


def test_truncated_tar(peel, make_tar, contents, reasons):
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
def test_tar_with_an_impossible_size_ends(peel, field, make_tar, reasons):
    data = bytearray(make_tar({"a": b"x" * 700, "b": b"y"}, tarfile.USTAR_FORMAT))
    data[124:136] = field
    data[148:156] = b"        "
    data[148:156] = b"%06o\0 " % sum(data[:512])
    budget = Budget()
    list(peel(bytes(data), budget))
    assert set(reasons(budget)) == {"damaged-archive"}


def test_tar_behind_a_tar(peel, make_tar, contents):
    data = make_tar({"a": b"x"}) + make_tar({"b": b"y"})
    assert contents(peel(data)) == {"a": b"x", "b": b"y"}


@pytest.mark.parametrize(("before", "members"), [(512, 1), (511, 0), (5120, 1), (513, 0)])
def test_an_archive_begins_at_a_block(before, members):
    layers = list(tar_archive.decode(Layer(b"x" * before + encode(b"content\n")), [], Budget()))
    assert [layer.member for layer in layers] == ["app/.env"] * members


def test_a_window_with_a_header_further_on_is_a_limit(reasons):
    budget = Budget()
    data = b"x" * 100 + encode(b"content\n")
    assert list(tar_archive.decode(Layer(data, is_part=True), [], budget)) == []
    assert reasons(budget) == ["decoder-limit"]


def test_a_file_that_only_names_the_magic_is_left_alone():
    budget = Budget()
    data = b"\0ustar" * 5000
    assert list(tar_archive.decode(Layer(data, is_part=True), [], budget)) == []
    assert budget.left == []


def without_magic(archive: bytes) -> bytes:
    """Return an archive of one member as V7 has it, with the checksum that it then has."""
    head = bytearray(archive[:512])
    head[257:265] = bytes(8)
    head[148:154] = b"%06o" % (sum(head) - sum(head[148:156]) + 8 * 32)
    return bytes(head) + archive[512:]


def test_an_archive_of_v7(peel, contents):
    assert contents(peel(without_magic(encode(b"content\n")))) == {"app/.env": b"content\n"}


@pytest.mark.parametrize("at", [0, 100, 148, 151, 156, 511])
def test_what_is_not_quite_a_header_of_v7_is_left_alone(at, peel):
    data = bytearray(without_magic(encode(b"content\n")))
    data[at] ^= 1
    assert list(peel(bytes(data))) == []


def test_a_value_in_an_archive_of_v7_is_found_once(secret, key_id):
    from scanner.engine.examine import Examiner
    from scanner.rulebook import load_rules

    pair = b"aws_access_key_id = %b\naws_secret_access_key = %b\n" % (key_id(1), secret(1))
    (finding,) = Examiner(load_rules((), ())).examine("a.tar", without_magic(encode(pair))).findings
    assert {at.member for at in finding.locations} == {"app/.env"}
