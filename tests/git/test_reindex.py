"""Packs without a usable index, against `git index-pack` and what is known of made-up ones."""

from __future__ import annotations

import random
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from scanner.git.pack import Pack
from scanner.git.pack_index import PackError
from scanner.git.reindex import open_pack, reindexed

BASE = b"0123456789" * 5


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "p.pack"


def chain(pack_format: Any, number: int) -> tuple[list[bytes], list[bytes]]:
    """Return entries that are deltas by name, each on the next one, and their names; a whole one
    comes last."""
    contents = [BASE + b"x" * at for at in range(number + 1)]
    names = [pack_format.name("blob", content) for content in contents]
    entries = [pack_format.entry(3, BASE)]
    for base, content, name in zip(contents, contents[1:], names, strict=False):
        operations = pack_format.copy(0, len(base)) + pack_format.insert(b"x")
        entries.append(pack_format.entry(7, pack_format.delta(base, content, operations), name))
    return entries[::-1], names[::-1]


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_the_index_that_git_makes(filled: Any, algorithm: str) -> None:
    repository = filled("here", f"--object-format={algorithm}")
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.com")
    repository.git(*identity, "tag", "-a", "-m", "a tag", "v1", "main")
    size = 20 if algorithm == "sha1" else 32
    for options in ((), ("-c", "repack.useDeltaBaseOffset=false")):
        repository.git(*options, "repack", "-qadf")
        (path,) = repository.packs()
        made = reindexed(str(path), size, "Why")
        assert made.content == path.with_suffix(".idx").read_bytes()
        assert made.nameless == ()
        what = "all of its objects were read without it: run `git index-pack` on it"
        assert made.complaint == f"Why; {what}"


def test_offsets_of_eight_bytes(
    one_pack: Path, monkeypatch: pytest.MonkeyPatch, contents: Any, one_pack_objects: Any
) -> None:
    path = str(one_pack / "git.pack")
    monkeypatch.setattr("scanner.git.reindex._LARGE", 40)
    monkeypatch.setattr("scanner.git.pack_index._LARGE", 40)
    assert contents(Pack(path, 20, 1, reindexed(path, 20, "")))[0] == one_pack_objects


def test_deltas_by_name_in_any_order(place: Path, pack_format: Any, contents: Any) -> None:
    entries, names = chain(pack_format, 30)
    order = random.Random(1).sample(range(len(entries)), len(entries))
    for some in (range(len(entries)), order):
        content, offsets = pack_format.pack([entries[at] for at in some])
        place.write_bytes(content)
        made = reindexed(str(place), 20, "")
        assert made.content == pack_format.index([names[at] for at in some], offsets, content)
        assert set(contents(Pack(str(place), 20, 1, made))[0]) == set(names)


def test_deltas_without_a_base(place: Path, pack_format: Any, contents: Any) -> None:
    """On each other, on nothing that is there, on one of these, and one that fits no base."""
    delta = pack_format.delta(BASE, BASE[:20], pack_format.copy(0, 20))
    whole = pack_format.name("blob", BASE)
    entries = [
        pack_format.entry(7, delta, b"\1" * 20),
        pack_format.entry(7, delta, b"\2" * 20),
        pack_format.entry(3, BASE),
        pack_format.entry(7, delta[:-1], whole),
        pack_format.entry(7, delta, whole),
    ]
    entries.append(pack_format.entry(6, delta, pack_format.back(len(entries[-1]))))
    place.write_bytes(pack_format.pack(entries)[0])
    pack = open_pack(str(place), 20)
    assert pack.nameless == {0, 1, 3, 5}
    assert pack.complaint.startswith("it has no index; only 2 of its 6 objects could be read")
    read = contents(pack)[0]
    assert {stored.data for stored in read.values()} == {BASE, BASE[:20]}


@pytest.mark.parametrize("said", [0, 2, 9])
def test_a_number_that_is_not_that_of_the_entries(
    place: Path, pack_format: Any, contents: Any, said: int
) -> None:
    blobs = [b"one", b"two", b"three"]
    content = pack_format.pack([pack_format.entry(3, blob) for blob in blobs])[0][:-20]
    place.write_bytes(pack_format.sealed(content[:8] + struct.pack(">I", said) + content[12:]))
    pack = open_pack(str(place), 20)
    assert {stored.data for stored in contents(pack)[0].values()} == set(blobs)
    assert ("only 3 of its 9" if said == 9 else f"it says that it has {said}") in pack.complaint


def test_damage(one_pack: Path, one_pack_objects: Any, place: Path, contents: Any) -> None:
    """What is read is right, and all before the damage is read."""
    whole = (one_pack / "git.pack").read_bytes()
    known = Pack(str(one_pack / "git.pack"), 20)
    rng = random.Random(1)
    for _ in range(12):
        at = rng.randrange(12, len(whole) - 20)
        changed = whole[:at]
        if rng.random() < 0.5:
            changed += bytes((whole[at] ^ 1 << rng.randrange(8),)) + whole[at + 1 :]
        place.write_bytes(changed)
        try:
            pack = open_pack(str(place), 20)
        except PackError:  # the first object is damaged
            continue
        read = contents(pack)[0]
        assert all(one_pack_objects[name] == stored for name, stored in read.items())
        before = [entry for entry in range(known.number) if known._offsets[entry + 1] <= at - 20]
        assert pack.number >= len(before)
        assert "its own checksum is wrong" in pack.complaint


def test_what_says_that_it_is_larger_than_it_is(place: Path, pack_format: Any) -> None:
    zeros = zlib.compress(bytes(8 << 20), 9)
    for head in (pack_format.head(3, 1 << 62), pack_format.head(3, 10)):
        first = pack_format.entry(3, BASE)
        place.write_bytes(pack_format.pack([first, head + zeros])[0])
        pack = open_pack(str(place), 20)
        assert pack.number == 1
        assert "only 1 of its 2 objects" in pack.complaint


def test_deltas_that_make_too_much(place: Path, pack_format: Any) -> None:
    """Each of a few bytes makes two million; together they may make what zeros could."""
    base = bytes(1 << 16)
    delta = pack_format.delta(base, base * 32, pack_format.copy(0, 0x10000) * 32)
    name = pack_format.name("blob", base)
    entries = [pack_format.entry(3, base), *[pack_format.entry(7, delta, name)] * 200]
    place.write_bytes(pack_format.pack(entries)[0])
    made = reindexed(str(place), 20, "")
    assert 0 < len(made.nameless) < 200


def test_no_pack_at_all(place: Path) -> None:
    for content in (b"", b"PACK", b"no pack at all, but long enough to be one", bytes(9999)):
        place.write_bytes(content)
        with pytest.raises(PackError):
            open_pack(str(place), 20)
    place.unlink()
    with pytest.raises(FileNotFoundError):
        open_pack(str(place), 20)
