"""Packs against git: every object once, with the bytes, the kind and the name that git has."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.git import delta, pack_heads
from scanner.git import pack as packs
from scanner.git.pack import Pack
from scanner.git.pack_heads import BLOB, KINDS, NONE
from scanner.git.pack_index import PackError


def same_as_git(root: Path, contents: Any, all_objects: Any, hash_size: int = 20) -> list[Pack]:
    """Compare all packs of a repository, of which nothing is loose, with what git reads."""
    expected = all_objects(root)
    read: dict[bytes, Any] = {}
    opened = []
    for path in sorted((root / ".git/objects/pack").glob("*.pack")):
        pack = Pack(str(path), hash_size)
        objects, unread = contents(pack)
        assert (len(objects), unread, pack.damaged) == (pack.number, {}, {})
        for name, (kind, data) in objects.items():
            algorithm = hashlib.sha1 if hash_size == 20 else hashlib.sha256
            assert algorithm(b"%b %d\0%b" % (kind.encode(), len(data), data)).digest() == name
            assert name not in read or read[name] == (kind, data)
            assert pack.holds(name)
        read |= objects
        opened.append(pack)
    assert read == expected
    return opened


def depth(pack: Pack) -> int:
    deepest = 0
    for entry in range(pack.number):
        steps = 0
        while pack.base(entry) != NONE:
            entry, steps = pack.base(entry), steps + 1
        deepest = max(deepest, steps)
    return deepest


def test_deep_deltas(filled: Any, contents: Any, all_objects: Any) -> None:
    repository = filled(commits=80)
    repository.git("repack", "-qadf", "--depth=50", "--window=50")
    (pack,) = same_as_git(repository.root, contents, all_objects)
    assert depth(pack) >= 8
    assert {pack.kinds[entry] for entry in range(pack.number)} >= {1, 2, 3}


@pytest.mark.parametrize("version", ["1", "2"])
def test_deltas_by_name(filled: Any, contents: Any, all_objects: Any, version: str) -> None:
    repository = filled()
    options = ("-c", "repack.useDeltaBaseOffset=false", "-c", f"pack.indexVersion={version}")
    repository.git(*options, "repack", "-qadf")
    (pack,) = same_as_git(repository.root, contents, all_objects)
    assert depth(pack) > 3
    assert pack.unproved == (version == "1")


def test_index_of_version_1(filled: Any, contents: Any, all_objects: Any) -> None:
    repository = filled()
    repository.git("-c", "pack.indexVersion=1", "repack", "-qadf")
    (pack,) = same_as_git(repository.root, contents, all_objects)
    assert pack.unproved


@pytest.mark.parametrize("version", ["1", "2"])
def test_sha256(filled: Any, contents: Any, all_objects: Any, version: str) -> None:
    repository = filled("other", "--object-format=sha256")
    repository.git("-c", f"pack.indexVersion={version}", "repack", "-qadf")
    same_as_git(repository.root, contents, all_objects, 32)
    options = ("-c", "repack.useDeltaBaseOffset=false", "-c", f"pack.indexVersion={version}")
    repository.git(*options, "repack", "-qadf")
    same_as_git(repository.root, contents, all_objects, 32)


def test_several_packs_and_a_multi_pack_index(filled: Any, contents: Any, all_objects: Any) -> None:
    repository = filled(commits=0)
    rng = random.Random(3)
    for branch in ("one", "two", "three"):
        texts = [{"same": b"x" * 5000, "own": rng.randbytes(3000).hex().encode()}]
        repository.commits(iter(texts), branch)
        repository.git("repack", "-qd")
    assert len(repository.packs()) == 3
    repository.git("multi-pack-index", "write")
    same_as_git(repository.root, contents, all_objects)


def test_unreachable_objects(filled: Any, contents: Any, all_objects: Any) -> None:
    repository = filled()
    repository.git("hash-object", "-w", "--stdin", given=b"nobody refers to this\n")
    repository.git("update-ref", "refs/heads/main", "refs/heads/main~20")
    # Keeps them in a pack of their own ("cruft"), as `git gc` does since version 2.41.
    repository.git("repack", "-qad", "--cruft")
    assert len(repository.packs()) == 2
    same_as_git(repository.root, contents, all_objects)


def test_small_big_file_threshold_and_large_contents(
    filled: Any, contents: Any, all_objects: Any
) -> None:
    repository = filled(commits=0)
    noise = random.Random(1).randbytes(3 << 20)

    def versions() -> Iterator[dict[str, bytes]]:
        for number in range(3):
            edited = noise[:70_000] + b"%d" % number + noise[90_000 * number :]
            yield {"noise": edited, "zeros": bytes(5 << 20) + b"%d" % number, "none": b""}

    repository.commits(versions())
    repository.git("repack", "-qadf")
    (pack,) = same_as_git(repository.root, contents, all_objects)
    assert depth(pack) > 0
    assert max(pack.size(entry) for entry in range(pack.number)) > 3 << 20
    repository.git("-c", "core.bigFileThreshold=1k", "repack", "-qadF")
    (pack,) = same_as_git(repository.root, contents, all_objects)
    blobs = [entry for entry in pack.roots() if pack.kinds[entry] == BLOB]
    assert len(blobs) == 7


def test_kinds_of_objects(filled: Any, contents: Any, all_objects: Any) -> None:
    repository = filled(commits=3)
    repository.git(
        "-c", "user.name=T", "-c", "user.email=t@t", "tag", "-a", "-m", "v", "v1", "main"
    )
    tree = repository.git("hash-object", "-w", "-t", "tree", "--stdin").decode().strip()
    commit = b"tree %b\nauthor T <t@t> 1 +0000\ncommitter T <t@t> 1 +0000\n\n" % tree.encode()
    name = repository.git("hash-object", "-w", "-t", "commit", "--stdin", given=commit)
    repository.git("update-ref", "refs/heads/empty", name.decode().strip())
    repository.git("repack", "-qad")
    (pack,) = same_as_git(repository.root, contents, all_objects)
    assert {pack.kinds[entry] for entry in range(pack.number)} == set(KINDS)


def test_an_empty_pack(tmp_path: Path, pack_format: Any, contents: Any) -> None:
    data, _ = pack_format.pack([])
    (tmp_path / "p.pack").write_bytes(data)
    (tmp_path / "p.idx").write_bytes(pack_format.index([], [], data))
    pack = Pack(str(tmp_path / "p.pack"), 20)
    assert (pack.number, pack.roots(), contents(pack)) == (0, [], ({}, {}))


# -- packs made by hand -------------------------------------------------------------------------


@pytest.fixture
def written(tmp_path: Path, pack_format: Any) -> Callable[..., Pack]:
    """Write entries with names; return the pack."""

    def write(entries: list[bytes], names: list[bytes], **options: Any) -> Pack:
        data, offsets = pack_format.pack(entries)
        (tmp_path / "p.pack").write_bytes(data)
        (tmp_path / "p.idx").write_bytes(pack_format.index(names, offsets, data, **options))
        return Pack(str(tmp_path / "p.pack"), 20)

    return write


def test_a_base_by_name_behind_its_delta(written: Any, pack_format: Any, contents: Any) -> None:
    base, result = b"base " * 50, b"base " * 50 + b"end"
    delta = pack_format.delta(base, result, pack_format.copy(0, 250) + pack_format.insert(b"end"))
    names = [pack_format.name("tag", result), pack_format.name("tag", base)]
    pack = written([pack_format.entry(7, delta, names[1]), pack_format.entry(4, base)], names)
    read, unread = contents(pack)
    assert read == {names[0]: ("tag", result), names[1]: ("tag", base)}
    assert unread == {}


def test_a_distance_of_many_digits(written: Any, pack_format: Any, contents: Any) -> None:
    base = b"first"
    noise = [random.Random(n).randbytes(40_000) for n in range(60)]
    entries = [pack_format.entry(3, each) for each in (base, *noise)]
    distance = sum(map(len, entries))
    assert distance > 1 << 21
    result = b"first!"
    delta = pack_format.delta(base, result, pack_format.copy(0, 5) + pack_format.insert(b"!"))
    entries.append(pack_format.entry(6, delta, pack_format.back(distance)))
    names = [pack_format.name("blob", each) for each in (base, *noise, result)]
    read, unread = contents(written(entries, names))
    assert unread == {}
    assert read[names[-1]] == ("blob", result)
    assert len(read) == 62


def test_large_offsets(written: Any, pack_format: Any, contents: Any) -> None:
    datas = [b"one", b"two", b"three"]
    names = [pack_format.name("blob", each) for each in datas]
    entries = [pack_format.entry(3, each) for each in datas]
    read, unread = contents(written(entries, names, large_from=20))
    assert read == {name: ("blob", data) for name, data in zip(names, datas, strict=True)}
    assert unread == {}


def test_windows_of_a_large_object(written: Any, pack_format: Any) -> None:
    data = random.Random(1).randbytes(70_000) + bytes(200_000)
    name = pack_format.name("blob", data)
    pack = written([pack_format.entry(3, b"before"), pack_format.entry(3, data)],
                   [pack_format.name("blob", b"before"), name])  # fmt: skip
    for step in (13, 1000, 4096, 1 << 20):
        pieces = list(pack.windows(1, step))
        assert b"".join(pieces) == data
        assert max(map(len, pieces)) <= step
    read = pack.reader(1, 5000)
    pieces = list(iter(lambda: read(777), b""))
    assert b"".join(pieces) == data
    assert {len(piece) for piece in pieces} <= set(range(1, 778))
    assert read(10) == b""


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("step", [50, 5000])
def test_windows_tell_of_damage(
    written: Any, pack_format: Any, tmp_path: Path, version: int, step: int
) -> None:
    data = b"".join(b"%d\n" % number for number in range(700))
    entry = pack_format.entry(3, data)
    pack = written([entry], [pack_format.name("blob", data)], version=version)
    assert b"".join(pack.windows(0, step)) == data
    whole = (tmp_path / "p.pack").read_bytes()
    silent = []
    for at in range(12, 12 + len(entry)):
        damaged = bytearray(whole)
        damaged[at] ^= 1 << at % 8
        (tmp_path / "p.pack").write_bytes(damaged)
        try:
            pack = Pack(str(tmp_path / "p.pack"), 20)
            is_blob = bool(pack.roots()) and pack.kinds[0] == BLOB
            if is_blob and (b"".join(pack.windows(0, step)) != data or version == 2):
                silent.append(at)
        except PackError:
            pass
    assert silent == []


def test_windows_of_what_is_longer_or_shorter_than_it_says(written: Any, pack_format: Any) -> None:
    data = b"x" * 5000
    for size in (4999, 5001, 0, 1 << 40):
        pack = written([pack_format.entry(3, data, size=size)], [pack_format.name("blob", data)])
        with pytest.raises(PackError):
            list(pack.windows(0, 1000))
        with pytest.raises(PackError):
            pack.inflate(0)


def test_bounds_of_what_is_inflated(
    written: Any, pack_format: Any, contents: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other sizes than the entry says, and objects beyond the largest one that is held."""
    data = random.Random(1).randbytes(3000)
    names = [pack_format.name("blob", data)]
    for size in (len(data), len(data) - 1, len(data) + 1):
        pack = written([pack_format.entry(3, data, size=size)], names)
        read, unread = contents(pack)
        assert (names[0] in read) == (size == len(data))
        assert (names[0] in unread) == (size != len(data))
    pack = written([pack_format.entry(3, data)], names)
    monkeypatch.setattr(packs, "LARGEST", len(data))
    assert pack.inflate(0) == data
    monkeypatch.setattr(packs, "LARGEST", len(data) - 1)
    with pytest.raises(PackError, match="more than"):
        pack.inflate(0)


def test_an_entry_with_much_behind_it_is_not_read_into_memory(
    written: Any, pack_format: Any
) -> None:
    pack = written(
        [pack_format.entry(3, b"data") + b"x" * 6000], [pack_format.name("blob", b"data")]
    )
    with pytest.raises(PackError, match="there is extra data after it"):
        pack.inflate(0)


@pytest.mark.parametrize("kind", [0, 5])
def test_an_unknown_kind(written: Any, pack_format: Any, contents: Any, kind: int) -> None:
    base = b"base"
    names = [b"\1" * 20, pack_format.name("blob", base + base)]
    delta = pack_format.delta(base, base + base, pack_format.copy(0, 4) * 2)
    entry = pack_format.entry(kind, base)
    pack = written([entry, pack_format.entry(6, delta, pack_format.back(len(entry)))], names)
    assert (pack.roots(), list(pack.damaged)) == ([], [0])
    with pytest.raises(PackError, match="of the unknown kind"):
        pack.resolve(1)


def test_circles_of_deltas(written: Any, pack_format: Any, contents: Any) -> None:
    names = [bytes((number,)) * 20 for number in range(5)]
    good = b"a good one"
    names.append(pack_format.name("blob", good))
    delta = pack_format.delta(b"", b"", b"")
    bases = [1, 2, 0, 3, 0]  # a circle of three, a delta on itself, one that leads into the circle
    entries = [pack_format.entry(7, delta, names[base]) for base in bases]
    pack = written([*entries, pack_format.entry(3, good)], names)
    read, unread = contents(pack)
    assert (read, unread) == ({names[5]: ("blob", good)}, {})
    assert {0, 1, 2, 3} <= set(pack.damaged)
    assert [pack.kinds[entry] for entry in range(6)] == [0, 0, 0, 0, 0, BLOB]
    for entry in range(5):
        with pytest.raises(PackError):
            pack.resolve(entry)


def test_a_base_that_is_elsewhere(written: Any, pack_format: Any, contents: Any) -> None:
    delta = pack_format.delta(b"x", b"x", pack_format.copy(0, 1))
    names = [b"\1" * 20, b"\2" * 20, b"\3" * 20, b"\4" * 20]
    by_name = pack_format.entry(7, delta, b"\7" * 20)
    by_offset = pack_format.entry(6, delta, pack_format.back(5))
    at_zero = pack_format.entry(6, delta, b"\0")
    on_it = pack_format.entry(7, delta, names[0])
    pack = written([by_name, by_offset, at_zero, on_it], names)
    assert contents(pack) == ({}, {})
    assert pack.damaged == dict.fromkeys(range(3), "the base of its delta is not in the pack")
    assert pack.roots() == []


def test_entries_that_share_a_place(tmp_path: Path, pack_format: Any, contents: Any) -> None:
    datas = [b"one", b"two"]
    names = [pack_format.name("blob", each) for each in datas]
    data, offsets = pack_format.pack([pack_format.entry(3, each) for each in datas])
    (tmp_path / "p.pack").write_bytes(data)
    index = pack_format.index(names, offsets, data)[:-48]
    for offset in offsets:
        twice = index + offset.to_bytes(4, "big") * 2 + data[-20:]
        (tmp_path / "p.idx").write_bytes(pack_format.sealed(twice))
        pack = Pack(str(tmp_path / "p.pack"), 20)
        read, unread = contents(pack)
        assert len({*read, *unread, *(pack.name(entry) for entry in pack.damaged)}) == 2
        assert all(read[name] == ("blob", datas[names.index(name)]) for name in read)
        assert list(pack.damaged.values()) == ["its index points to no entry"]


def test_a_pack_with_fewer_or_more_objects_than_its_index(tmp_path: Path, pack_format: Any) -> None:
    datas = [b"one", b"two", b"three"]
    names = [pack_format.name("blob", each) for each in datas]
    data, offsets = pack_format.pack([pack_format.entry(3, each) for each in datas])
    (tmp_path / "p.pack").write_bytes(data)
    (tmp_path / "p.idx").write_bytes(pack_format.index(names[1:], offsets[1:], data))
    with pytest.raises(PackError, match="another number of objects"):
        Pack(str(tmp_path / "p.pack"), 20)


@pytest.mark.parametrize(
    "data",
    [b"", b"PACK", b"PACK" + bytes(28), b"pack\0\0\0\2" + bytes(24), b"PACK\0\0\0\4" + bytes(24)],
)  # fmt: skip
def test_no_pack_at_all(tmp_path: Path, pack_format: Any, data: bytes) -> None:
    empty, _ = pack_format.pack([])
    (tmp_path / "p.idx").write_bytes(pack_format.index([], [], empty))
    (tmp_path / "p.pack").write_bytes(data)
    with pytest.raises(PackError):
        Pack(str(tmp_path / "p.pack"), 20)


def test_a_wrong_name_in_an_index_without_checksums(
    written: Any, pack_format: Any, contents: Any
) -> None:
    """Version 1 has no checksums: there each content has to be what its name is the hash of."""
    base, other = b"content", b"another"
    delta = pack_format.delta(base, other, pack_format.insert(other))
    entry = pack_format.entry(3, base)
    entries = [entry, pack_format.entry(6, delta, pack_format.back(len(entry)))]
    right = [pack_format.name("blob", each) for each in (base, other)]
    pack = written(entries, right, version=1)
    assert contents(pack)[1] == {}
    wrong = pack_format.name("tree", base)
    _, unread = contents(written(entries, [wrong, right[1]], version=1))
    assert set(unread) == {wrong, right[1]}  # with what is based on it
    read, unread = contents(written(entries, [right[0], wrong], version=1))
    assert (set(read), set(unread)) == ({right[0]}, {wrong})


# -- while it is read ---------------------------------------------------------------------------


def test_a_pack_that_is_removed_while_it_is_read(
    written: Any, pack_format: Any, tmp_path: Path, contents: Any
) -> None:
    pack = written([pack_format.entry(3, b"data")], [pack_format.name("blob", b"data")])
    (tmp_path / "p.pack").unlink()
    (tmp_path / "p.idx").unlink()
    read, unread = contents(pack)
    assert (len(read), unread) == (1, {})


def test_a_pack_that_is_cut_off_while_it_is_read(one_pack: Path, contents: Any) -> None:
    """Were it mapped into memory, this would end the process."""
    for size in (0, 1, 5000, 20_000):
        copy = one_pack / "cut.pack"
        copy.write_bytes((one_pack / "git.pack").read_bytes())
        (one_pack / "cut.idx").write_bytes((one_pack / "git.idx").read_bytes())
        pack = Pack(str(copy), 20)
        os.truncate(copy, size)
        read, unread = contents(pack)
        assert len(read) + len(unread) == pack.number
        assert unread
        if size > 10_000:
            assert read


def test_a_disk_that_fails(one_pack: Path, contents: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = Pack(str(one_pack / "git.pack"), 20)

    def fail(number: int, size: int, offset: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(packs, "pread", fail)
    monkeypatch.setattr(delta, "packs", None)  # it reads with that of the system
    read, unread = contents(pack)
    assert (len(read), len(unread)) == (0, pack.number)
    assert set(unread.values()) == {"Input/output error"}
    with pytest.raises(PackError, match="Input/output error"):
        list(pack.windows(pack.roots()[0], 1000))


def test_reading_where_there_is_no_pread(
    one_pack: Path, one_pack_objects: Any, contents: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "pread", pack_heads._read_at)
    monkeypatch.setattr(pack_heads, "pread", pack_heads._read_at)
    read, unread = contents(Pack(str(one_pack / "git.pack"), 20))
    assert (read, unread) == (one_pack_objects, {})


def test_closing(one_pack: Path, tmp_path: Path) -> None:
    for name in ("git.pack", "git.idx"):  # of its own: other tests need theirs
        (tmp_path / name).write_bytes((one_pack / name).read_bytes())
    pack = Pack(str(tmp_path / "git.pack"), 20)
    pack.close()
    (tmp_path / "git.pack").rename(tmp_path / "moved.pack")
    with pytest.raises(FileNotFoundError):
        pack.inflate(pack.roots()[0])
