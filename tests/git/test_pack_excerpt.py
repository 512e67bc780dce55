"""Some objects of a pack, against all of it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from scanner.git.pack import Pack
from scanner.git.pack_excerpt import PackExcerpt

pytestmark = pytest.mark.usefixtures("implementation")


def asked(excerpt: PackExcerpt, contents: Any) -> tuple[dict[bytes, Any], dict[bytes, str]]:
    """Return what is read, and what is not, of the objects that were asked for."""
    read, unread = contents(excerpt)
    for found in (read, unread):
        found.pop(b"", None)  # what something is based on
    return read, unread


def test_as_the_whole_pack(one_pack: Path, one_pack_objects: Any, contents: Any) -> None:
    path = str(one_pack / "git.pack")
    whole = Pack(path, 20)
    names = sorted(one_pack_objects)
    rng = random.Random(1)
    for number in (0, 1, 5, 40, len(names)):
        some = rng.sample(names, number)
        excerpt = PackExcerpt(path, 20, [*some, bytes(20)])
        assert asked(excerpt, contents) == ({name: one_pack_objects[name] for name in some}, {})
        assert excerpt.names() == sorted(some)
        entries = {whole.name(entry): entry for entry in range(whole.number)}
        needed = set()
        for name in some:
            entry = entries[name]
            while entry >= 0:
                needed.add(entry)
                entry = whole.base(entry)
        assert sum(map(bool, excerpt.kinds)) == len(needed)


@pytest.fixture
def build(tmp_path: Path, pack_format: Any) -> Any:
    """Return a writer of a pack and its index, from entries by their names, and what opens it."""

    def make(
        entries: dict[bytes, bytes], wanted: list[bytes] | None = None, largest: int = 1 << 20
    ) -> PackExcerpt:
        content, offsets = pack_format.pack(list(entries.values()))
        (tmp_path / "made.pack").write_bytes(content)
        index = pack_format.index(list(entries), offsets, content)
        (tmp_path / "made.idx").write_bytes(index)
        path = str(tmp_path / "made.pack")
        return PackExcerpt(path, 20, list(entries) if wanted is None else wanted, largest)

    return make


def test_a_name_of_something_else(build: Any, contents: Any, pack_format: Any) -> None:
    """The index gives a name to other content: that is not what was asked for."""
    right, wrong = b"what was pushed", b"what the index shows"
    name = pack_format.name("blob", right)
    excerpt = build({name: pack_format.entry(3, wrong), b"\1" * 20: pack_format.entry(3, right)})
    read, unread = asked(excerpt, contents)
    assert read == {}
    assert set(unread.values()) == {"its content does not match its object ID"}


def test_deltas_by_name(build: Any, contents: Any, pack_format: Any) -> None:
    """Bases that come after their deltas, that are in a circle, and that are not there."""
    base, made = b"base" * 40, b"base" * 39 + b"more"
    delta = pack_format.delta(base, made, pack_format.copy(0, 156) + pack_format.insert(b"more"))
    names = [pack_format.name("blob", data) for data in (base, made)]
    circle = [bytes((1, number)) * 10 for number in range(3)]
    entries = {
        names[1]: pack_format.entry(7, delta, names[0]),
        circle[0]: pack_format.entry(7, delta, circle[1]),
        circle[1]: pack_format.entry(7, delta, circle[2]),
        circle[2]: pack_format.entry(7, delta, circle[0]),
        bytes(20): pack_format.entry(7, delta, b"\xff" * 20),
        b"\1" * 20: pack_format.entry(5, b"of a kind that there is not"),
        names[0]: pack_format.entry(3, base),
    }
    excerpt = build(entries)
    assert excerpt.names() == sorted(names)
    read, unread = asked(excerpt, contents)
    assert ({name: each.data for name, each in read.items()}, unread) == (
        dict(zip(names, (base, made), strict=True)), {},
    )  # fmt: skip


@pytest.mark.parametrize("size", [0, 1, 5000, 70_000, 300_000])
def test_what_cannot_be_compressed(build: Any, contents: Any, pack_format: Any, size: int) -> None:
    """Where an entry ends is not known, and enough is read of each."""
    data = random.Random(size).randbytes(size)
    name = pack_format.name("blob", data)
    others = {bytes((number,)) * 20: pack_format.entry(3, b"x" * number) for number in range(3)}
    for entries in ({name: pack_format.entry(3, data), **others}, {**others, name:
                    pack_format.entry(3, data)}):  # fmt: skip
        read, unread = asked(build(entries, [name]), contents)
        assert (read[name].data, unread) == (data, {})


def test_what_is_large(build: Any, pack_format: Any) -> None:
    """Git reads it, in windows, and whatever is based on it."""
    large, small = b"x" * 1001, b"x" * 1000
    delta = pack_format.delta(large, small, pack_format.copy(0, 1000))
    names = [pack_format.name("blob", data) for data in (large, small)]
    entries = {names[0]: pack_format.entry(3, large), bytes(20): pack_format.entry(3, small)}
    entries[names[1]] = pack_format.entry(7, delta, names[0])
    assert build(entries, largest=1000).names() == [bytes(20)]
