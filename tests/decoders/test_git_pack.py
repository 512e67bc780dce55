"""Packs of git: what git itself writes, bundles, deltas of each kind, and packs that lie."""

from __future__ import annotations

import hashlib
import io
import subprocess
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decoders import git_pack, pack_objects
from scanner.decoders.interface import Budget

COMMON = b"".join(b"line %d of what is common\n" % number for number in range(30))


def entry(kind: int, content: bytes, base: bytes = b"") -> bytes:
    """Return an entry of a pack; `base` is what its head has after the size."""
    size, head = len(content) >> 4, [kind << 4 | len(content) & 15]
    while size:
        head[-1] |= 128
        head.append(size & 127)
        size >>= 7
    return bytes(head) + base + zlib.compress(content)


def pack(*entries: bytes) -> bytes:
    body = b"PACK" + (2).to_bytes(4, "big") + len(entries).to_bytes(4, "big") + b"".join(entries)
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def number(value: int) -> bytes:
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes((*made, value))


def delta(base: bytes, copied: int, text: bytes) -> bytes:
    """Return what copies the first bytes of `base` and then inserts `text`."""
    made = number(len(base)) + number(copied + len(text))
    made += b"\xb0" + copied.to_bytes(2, "little")
    return made + bytes((len(text),)) + text


def name_of(content: bytes) -> bytes:
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).digest()


def encode(content: bytes) -> bytes:
    """Return a bundle with `content` as its object, for test_registry.py."""
    head = b"# v2 git bundle\n%b refs/heads/main\n\n" % (b"0" * 40)
    return head + pack(entry(3, content))


EXAMPLE = (encode(b"# x\nkey: VALUE\n"), b"VALUE", (2, 6, 2, 11))


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    path = tmp_path_factory.mktemp("repository")

    def git(*words: str) -> None:
        identity = ("-c", "user.name=x", "-c", "user.email=x@example.com")
        subprocess.run(("git", *identity, *words), cwd=path, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    for number in range(12):
        (path / "a.txt").write_bytes(COMMON + b"version %d\n" % number + COMMON)
        git("add", "-A")
        git("commit", "-qm", f"change {number}")
    git("tag", "-am", "a tag", "v1")
    git("repack", "-adq")
    git("bundle", "create", "all.bundle", "--all")
    git("bundle", "create", "thin.bundle", "HEAD~3..main")
    return path


def versions(layers) -> set[bytes]:
    return {line for layer in layers for line in layer.data.split(b"\n") if b"version" in line}


def test_everything_that_git_writes(repository, peel, reasons):
    (path,) = (repository / ".git/objects/pack").glob("*.pack")
    for data in (path.read_bytes(), (repository / "all.bundle").read_bytes()):
        budget = Budget()
        layers = list(peel(data, budget, (git_pack.DECODER,)))
        assert versions(layers) == {b"version %d" % number for number in range(12)}
        assert reasons(budget) == []
        names = {layer.member.partition(" ")[0] for layer in layers}
        assert names == {"blob", "commit", "tree", "tag"}
        (latest,) = [layer for layer in layers if b"version 11\n" in layer.data]
        assert latest.member == f"blob {name_of(latest.data).hex()}"
        assert b"a.txt" in {layer.data for layer in layers}


def test_a_bundle_without_the_bases_of_its_deltas(repository, peel, reasons):
    budget = Budget()
    data = (repository / "thin.bundle").read_bytes()
    layers = list(peel(data, budget, (git_pack.DECODER,)))
    assert any(b"change 11" in layer.data for layer in layers)
    assert reasons(budget) == ["damaged-archive"]


def test_loose_objects_and_packs_of_a_repository_in_an_archive(repository, peel):
    (repository / "b.txt").write_bytes(b"version of a loose object\n")
    subprocess.run(("git", "add", "b.txt"), cwd=repository, check=True)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in (repository / ".git").rglob("*"):
            archive.write(path, path.relative_to(repository))
    found = b"\n".join(versions(peel(file.getvalue())))
    for each in (b"version 0\n", b"version 11\n", b"version of a loose object"):
        assert each in found + b"\n"


def test_a_base_after_its_delta(peel, reasons):
    budget = Budget()
    made = delta(COMMON, 50, b"inserted")
    data = pack(entry(7, made, name_of(COMMON)), entry(3, COMMON))
    layers = [layer.data for layer in peel(data, budget, (git_pack.DECODER,))]
    assert layers == [COMMON, COMMON[:50] + b"inserted"]
    assert reasons(budget) == []


def test_bases_that_are_not_held_are_read_again(peel, reasons, monkeypatch):
    monkeypatch.setattr(pack_objects, "_HELD", 1)
    entries = [entry(3, COMMON)]
    base = COMMON
    for step in range(20):
        made = delta(base, 50 + step, b"%02d" % step)
        entries.append(entry(6, made, bytes((len(entries[-1]),))))
        base = base[: 50 + step] + b"%02d" % step
    budget = Budget()
    layers = list(peel(pack(*entries), budget, (git_pack.DECODER,)))
    assert layers[-1].data == base
    assert reasons(budget) == []


HOSTILE = {
    "a delta on itself": pack(entry(6, delta(COMMON, 9, b"x"), b"\0")),
    "a base before the pack": pack(entry(6, delta(COMMON, 9, b"x"), b"\xff\x7f")),
    "a delta that says less": pack(
        entry(3, COMMON),
        entry(7, number(len(COMMON)) + number(3) + b"\xff" * 4096, name_of(COMMON)),
    ),
    "a kind that there is not": pack(entry(5, COMMON)),
    "more entries than there are": b"PACK\0\0\0\2\xff\xff\xff\xff" + entry(3, COMMON) + bytes(20),
    "a size that is too large": b"PACK\0\0\0\2\0\0\0\1\xbf" + b"\xff" * 8 + b"\x7f" + bytes(40),
    "a size that is too small": pack(b"\x31" + zlib.compress(COMMON)),
    "nothing": b"PACK\0\0\0\2\0\0\0\1",
    "no pack": b"# v2 git bundle\n\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_lies_is_damaged(peel, reasons, name):
    budget = Budget()
    list(peel(HOSTILE[name], budget, (git_pack.DECODER,)))
    assert reasons(budget) == ["damaged-archive"]


def test_a_delta_bomb_costs_its_budget(peel, reasons):
    # Each delta doubles what it is made of.
    entries = [entry(3, COMMON)]
    size = len(COMMON)
    for _ in range(40):
        copy = b"\xf0" + min(size, 0xFFFFFF).to_bytes(3, "little")
        made = number(size) + number(2 * min(size, 0xFFFFFF)) + copy * 2
        entries.append(entry(6, made, bytes((len(entries[-1]),))))
        size = 2 * min(size, 0xFFFFFF)
    budget = Budget(size=1 << 20)
    assert sum(len(layer.data) for layer in peel(pack(*entries), budget)) <= 1 << 20
    assert reasons(budget)[0] in ("decoder-limit", "damaged-archive")


def test_reading_the_same_bases_again_has_an_end(peel, reasons, monkeypatch):
    monkeypatch.setattr(pack_objects, "_HELD", 1)
    monkeypatch.setattr(pack_objects, "_EFFORT", 200_000)
    entries = [entry(3, COMMON)]
    for step in range(1, 200):
        made = delta(COMMON, 700, b"%03d" % step)[:2] + delta(COMMON, 700, b"%03d" % step)[2:]
        entries.append(entry(7, made, name_of(COMMON)))
    budget = Budget()
    list(peel(pack(*entries), budget, (git_pack.DECODER,)))
    assert reasons(budget) == ["decoder-limit"]


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_no_delta_raises_or_makes_more_than_it_may(base, commands):
    made = pack_objects.apply(base, commands, 1000)
    assert made is None or len(made) <= 1000
    pack_objects.inserted(commands)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=4))
def test_damage_anywhere(peel, at, piece):
    data = pack(entry(3, COMMON), entry(7, delta(COMMON, 50, b"x"), name_of(COMMON)))
    list(peel(data[:at] + piece + data[at + len(piece) :], Budget(size=1 << 20)))
