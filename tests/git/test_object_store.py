"""Where objects are: alternates, packs, loose files; and what should be there and is not."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import zlib
from pathlib import Path
from typing import Any

import pytest

from scanner.git import object_store
from scanner.git.object_store import ObjectStore, read_loose
from scanner.git.pack import Pack
from scanner.git.pack_heads import KINDS
from scanner.git.pack_index import PackError
from scanner.git.walk import walk

LARGEST = 1 << 30


def loose_names(store: ObjectStore) -> list[str]:
    return [each.name for each in store.loose()]


def all_of(store: ObjectStore, hash_size: int = 20) -> dict[bytes, tuple[str, bytes]]:
    """Return every object of the store."""
    found: dict[bytes, tuple[str, bytes]] = {}
    for name, path in store.loose():
        kind, size, data = read_loose(path, LARGEST)
        assert data is not None
        assert len(data) == size
        found[bytes.fromhex(name)] = kind, data
    for path in store.packs():
        pack = Pack(path, hash_size)
        for entry, _, data, _ in walk(pack, pack.roots(), 1 << 20, lambda *each: pytest.fail(each)):
            found[pack.name(entry)] = KINDS[pack.kinds[entry]], data
    return found


def test_loose_and_packed(filled: Any, all_objects: Any) -> None:
    repository = filled()
    store = ObjectStore(str(repository.root / ".git/objects"), 40)
    rng = random.Random(1)
    for size in (0, 1, 10, 25, 31, 32, 33, 100, 5000, 300_000):
        for content in (rng.randbytes(size), b"a" * size, b"line %d\n" % size * (size // 8)):
            repository.git("hash-object", "-w", "--stdin", given=content)
    repository.git("hash-object", "-w", "-t", "tree", "--stdin")
    assert len(loose_names(store)) > 20
    assert len(store.packs()) == 1
    assert all_of(store) == all_objects(repository.root)
    repository.git(
        "unpack-objects", "-q", given=b"".join(p.read_bytes() for p in repository.packs())
    )
    assert store.problems == []


def test_unpacked(filled: Any, all_objects: Any, tmp_path: Path) -> None:
    packed = filled("packed")
    repository = filled("unpacked", commits=0)
    repository.git("unpack-objects", "-q", given=packed.packs()[0].read_bytes())
    store = ObjectStore(str(repository.root / ".git/objects"), 40)
    assert store.packs() == []
    assert loose_names(store) == sorted(loose_names(store))
    assert all_of(store) == all_objects(repository.root) == all_objects(packed.root)


def test_sha256(filled: Any, all_objects: Any) -> None:
    repository = filled("other", "--object-format=sha256")
    repository.git("hash-object", "-w", "--stdin", given=b"loose\n")
    store = ObjectStore(str(repository.root / ".git/objects"), 64)
    assert len(loose_names(store)) == 1
    assert all_of(store, 32) == all_objects(repository.root)


@pytest.mark.parametrize(
    "name", ["plain", "with space", 'quo"ted', "back\\slash", "new\nline", "tab\t"]
)
@pytest.mark.parametrize("how", ["absolute", "relative", "quoted"])
def test_alternates(filled: Any, all_objects: Any, name: str, how: str) -> None:
    base = filled(name, commits=10, seed=1)
    middle = filled("middle", commits=10, seed=2)
    top = filled("top", commits=10, seed=3)

    def borrow(one: Any, other: Any) -> None:
        path = str(other.root / ".git/objects")
        if how == "relative":
            path = os.path.relpath(path, one.root / ".git/objects")
        line = os.fsencode(path)
        if how == "quoted" or b"\n" in line:
            for plain, escaped in ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n")):
                line = line.replace(plain, escaped)
            line = b'"' + line.replace(b"\t", b"\\011") + b'"'
        (one.root / ".git/objects/info/alternates").write_bytes(b"# a remark\n\n" + line + b"\n")

    borrow(middle, base)
    borrow(top, middle)
    store = ObjectStore(str(top.root / ".git/objects"), 40)
    assert len(store.directories) == 3
    assert store.problems == []
    assert all_of(store) == all_objects(top.root)
    assert len(all_objects(top.root)) > len(all_objects(base.root))


def test_a_path_of_bytes_that_are_no_text(filled: Any, all_objects: Any, tmp_path: Path) -> None:
    base = filled("base", commits=5)
    there = os.path.join(os.fsencode(tmp_path), b"\xff\xfe caf\xc3\xa9")
    try:
        os.rename(os.fsencode(base.root), there)
    except OSError:
        pytest.skip("the file system takes no such names")
    path = os.path.join(there, b".git/objects")
    for number, line in enumerate((path, b'"' + path.replace(b"\xff", b"\\377") + b'"')):
        top = filled(f"top{number}", commits=3, seed=2)
        (top.root / ".git/objects/info/alternates").write_bytes(line)
        store = ObjectStore(str(top.root / ".git/objects"), 40)
        assert (len(store.directories), store.problems) == (2, [])
        assert all_of(store) == all_objects(top.root)


def test_alternates_of_the_environment(
    filled: Any, all_objects: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = filled("one", commits=4, seed=1), filled(f"o{os.pathsep}ther", commits=4, seed=2)
    top = filled("top", commits=4, seed=3)
    paths = [str(each.root / ".git/objects") for each in (one, other)]
    others = os.pathsep.join((paths[0], f'"{paths[1]}"', "", paths[0]))
    store = ObjectStore(str(top.root / ".git/objects"), 40, others)
    assert store.problems == []
    monkeypatch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", others)
    assert all_of(store) == all_objects(top.root)
    assert [os.path.realpath(each) for each in store.directories[1:]] == paths


def test_alternates_in_a_circle(filled: Any) -> None:
    one, other = filled("one", commits=1), filled("other", commits=1)
    for here, there in ((one, other), (other, one)):
        (here.root / ".git/objects/info/alternates").write_text(f"{there.root}/.git/objects\n")
    (one.root / ".git/objects/info/alternates").write_text(
        f"{one.root}/.git/objects\n{other.root}/.git/objects\n{other.root}/.git/../.git/objects\n"
    )
    store = ObjectStore(str(one.root / ".git/objects"), 40)
    assert (len(store.directories), store.problems) == (2, [])


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (b'"x\\8"', b'"x\\8"'),
        (b'"x\\400"', b'"x\\400"'),
        (b'"x\\12"', b'"x\\12"'),
        (b'"x\\q"', b'"x\\q"'),
        (b'"x', b'"x'),
        (b'"x\\\\\\"\\141"', b'x\\"a'),
        (b'"x\\000y"', b"x"),
    ],
)
def test_a_path_in_quotes_is_what_git_makes_of_it(line: bytes, read: bytes, tmp_path: Path) -> None:
    (tmp_path / "info").mkdir()
    (tmp_path / "info/alternates").write_bytes(line + b"\n")
    (problem,) = ObjectStore(str(tmp_path), 40).problems
    assert os.fsencode(problem[0]) == os.fsencode(tmp_path) + b"/" + read


def test_alternates_that_are_gone(filled: Any, tmp_path: Path) -> None:
    top = filled("top", commits=1)
    alternates = top.root / ".git/objects/info/alternates"
    alternates.write_text(f"{tmp_path}/gone\n")
    objects = str(top.root / ".git/objects")
    store = ObjectStore(objects, 40, f"{tmp_path}/gone too")
    assert [path for path, _ in store.problems] == [f"{tmp_path}/gone", f"{tmp_path}/gone too"]
    alternates.unlink()
    alternates.mkdir()
    (problem,) = ObjectStore(objects, 40).problems
    assert problem[0] == str(alternates)


def test_more_alternates_than_are_followed(
    filled: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_store, "_MOST_ALTERNATES", 3)
    top = filled("top", commits=1)
    paths = [tmp_path / f"a{number}" for number in range(4)]
    for path in paths:
        path.mkdir()
    lines = "".join(f"{path}\n" for path in paths)
    (top.root / ".git/objects/info/alternates").write_text(lines)
    store = ObjectStore(str(top.root / ".git/objects"), 40)
    assert len(store.directories) == 3
    assert [reason for _, reason in store.problems] == [
        "more than 3 directories of objects are not followed"
    ]


def test_packs_without_index_and_indexes_without_pack(filled: Any) -> None:
    repository = filled(commits=3)
    repository.git("repack", "-qad")
    (pack,) = repository.packs()
    directory = pack.parent
    shutil.copy(pack, directory / "alone.pack")
    shutil.copy(pack, directory / "tmp_pack_x.pack")  # git is writing these two
    shutil.copy(pack, directory / ".tmp-12-pack-x.pack")
    shutil.copy(pack.with_suffix(".idx"), directory / "lonely.idx")
    repository.git("multi-pack-index", "write")
    store = ObjectStore(str(repository.root / ".git/objects"), 40)
    assert store.packs() == [str(directory / "alone.pack"), str(pack)]
    problems = dict(store.problems)
    assert "gone" in problems.pop(str(directory / "lonely.idx"))
    assert problems == {}


def test_files_that_are_no_objects(filled: Any) -> None:
    repository = filled(commits=0)
    name = repository.git("hash-object", "-w", "--stdin", given=b"x").decode().strip()
    objects = repository.root / ".git/objects"
    for other in ("tmp_obj_x", "0" * 37, "0" * 39, "G" * 38, "A" * 38):
        (objects / name[:2] / other).write_bytes(b"")
    (objects / "zz").mkdir()
    (objects / "zz" / ("0" * 38)).write_bytes(b"")
    store = ObjectStore(str(objects), 40)
    assert loose_names(store) == [name]
    assert store.problems == []


def test_directories_that_cannot_be_listed(filled: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = filled(commits=1)
    repository.git("hash-object", "-w", "--stdin", given=b"x")
    objects = str(repository.root / ".git/objects")
    real = os.listdir
    repository.git("repack", "-qad")
    (one,) = ObjectStore(objects, 40).loose()
    name = one.name
    for refused in ("pack", name[:2], "."):

        def listed(path: str, refused: str = refused) -> list[str]:
            if os.path.relpath(path, objects) == refused:
                raise PermissionError(13, "Permission denied")
            return real(path)

        monkeypatch.setattr(object_store.os, "listdir", listed)
        store = ObjectStore(objects, 40)
        assert len(store.packs()) + len(store.loose()) == 1
        assert [reason for _, reason in store.problems] == ["Permission denied"]
    # A file in the place of a directory is a problem as well.
    monkeypatch.setattr(object_store.os, "listdir", real)
    shutil.rmtree(f"{objects}/{name[:2]}")
    Path(f"{objects}/{name[:2]}").write_text("")
    store = ObjectStore(objects, 40)
    assert store.loose() == []
    assert [path for path, _ in store.problems] == [f"{objects}/{name[:2]}"]


def test_an_object_in_two_directories_is_listed_once(filled: Any) -> None:
    one, other = filled("one", commits=0), filled("other", commits=0)
    for each in (one, other):
        each.git("hash-object", "-w", "--stdin", given=b"same")
    (one.root / ".git/objects/info/alternates").write_text(f"{other.root}/.git/objects\n")
    assert len(ObjectStore(str(one.root / ".git/objects"), 40).loose()) == 1


# -- one loose object -----------------------------------------------------------------------------


def loose(content: bytes, level: int = 6) -> bytes:
    return zlib.compress(content, level)


@pytest.mark.parametrize("level", [0, 1, 9])
@pytest.mark.parametrize("size", [0, 1, 20, 24, 25, 26, 31, 32, 33, 1000, 1 << 20, (3 << 20) + 1])
def test_sizes(tmp_path: Path, size: int, level: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = random.Random(size).randbytes(size // 2) + bytes(size - size // 2)
    path = tmp_path / "object"
    path.write_bytes(loose(b"blob %d\0%b" % (size, data), level))
    for step in (50, 1 << 20):
        monkeypatch.setattr(object_store, "_STEP", step)
        assert read_loose(str(path), size) == ("blob", size, data)
    if size:
        assert read_loose(str(path), size - 1) == ("blob", size, None)


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"no zlib",
        loose(b""),
        loose(b"blob 4"),
        loose(b"blob 04\0data"),
        loose(b"blob -4\0data"),
        loose(b"bulb 4\0data"),
        loose(b"blob 99999999999999999999999999999999\0data"),
        loose(b"blob 4\0dat"),
        loose(b"blob 4\0datum"),
        loose(b"blob 0\0d"),
        loose(b"blob 4\0data")[:-1],
        loose(b"blob 4\0data")[:-4],
        loose(b"blob 4\0data")[:9],
        loose(b"tree 1000000\0" + bytes(10)),
    ],
)
def test_damage(tmp_path: Path, stored: bytes) -> None:
    path = tmp_path / "object"
    path.write_bytes(stored)
    with pytest.raises(PackError):
        read_loose(str(path), LARGEST)


def test_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "object"
    path.write_bytes(loose(b"blob 10\0" + bytes(64 << 20)))
    with pytest.raises(PackError):
        read_loose(str(path), LARGEST)
    path.write_bytes(loose(b"blob %d\0" % (1 << 40) + bytes(64 << 20)))
    assert read_loose(str(path), LARGEST) == ("blob", 1 << 40, None)


def test_every_flipped_bit(tmp_path: Path) -> None:
    """What is read all the same has another hash than the name says, or is what it was."""
    content = b"blob 300\0" + b"a text, " * 37 + b"abcd"
    stored = loose(content)
    path = tmp_path / "object"
    for bit in range(8 * len(stored)):
        damaged = bytearray(stored)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            kind, size, data = read_loose(str(path), LARGEST)
        except PackError:
            continue
        assert hashlib.sha1(b"%b %d\0%b" % (kind.encode(), size, data or b"")).digest() == (
            hashlib.sha1(content).digest()
        )


def test_a_list_of_alternates_without_an_end(tmp_path: Path) -> None:
    for number in range(1001):
        directory = tmp_path / str(number) / "info"
        directory.mkdir(parents=True)
        (directory / "alternates").write_text(f"{tmp_path}/{number + 1}\n")
    store = ObjectStore(str(tmp_path / "0"), 40)
    assert len(store.directories) == 1000
    (problem,) = store.problems
    assert "more than 1000 directories of objects are not followed" in problem[1]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"/nowhere\0\n", "a line of it is no path"),
        (b"\0", "a line of it is no path"),
        (b"x" * (1 << 20) + b"\n", "it is larger than 1 MiB, too large for a list"),
        (b"#" * (1 << 21), "it is larger than 1 MiB, too large for a list"),
    ],
)
def test_a_list_that_is_none(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "info/alternates"
    path.parent.mkdir()
    path.write_bytes(content)
    store = ObjectStore(str(tmp_path), 40)
    assert store.directories == [str(tmp_path)]
    assert store.problems == [(str(path), reason)]


def test_a_list_of_what_is_gone_has_an_end(tmp_path: Path) -> None:
    path = tmp_path / "info/alternates"
    path.parent.mkdir()
    path.write_text("".join(f"/gone/{number}\n" for number in range(50_000)))
    problems = ObjectStore(str(tmp_path), 40).problems
    assert len(problems) <= 1000
    assert "are not followed" in problems[-1][1]
