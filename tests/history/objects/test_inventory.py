"""What tells one pack or loose object from another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.git.object_store import ObjectStore
from scanner.history.objects.inventory import (
    Inventory,
    ObjectIds,
    ids_in,
    inventory,
    is_whole_loose,
    is_whole_pack,
)


@given(st.sets(st.binary(min_size=4, max_size=4)), st.binary(min_size=4, max_size=4))
def test_names(names: set[bytes], other: bytes) -> None:
    found = ObjectIds(b"".join(sorted(names)), 4)
    assert len(found) == len(names)
    assert list(found) == sorted(names)
    assert all(name in found for name in names)
    assert (other in found) == (other in names)
    assert "text" not in found


def take(repository: Any) -> Inventory:
    found = inventory(ObjectStore(str(repository.root / ".git/objects"), 40), 20)
    assert found
    return found


@pytest.fixture
def packed(repository: Any) -> Any:
    repository.write("a", "text\n" * 500)
    repository.commit("b")
    repository.git("repack", "-qad")
    return repository


def test_an_inventory(packed: Any) -> None:
    before = take(packed)
    assert len(before.packs) == 1
    assert before.loose == {}
    packed.commit("c")
    after = take(packed)
    # Git has touched the pack, which has a tree that it would have written again.
    marks = [{each.checksums for each in found.packs.values()} for found in (before, after)]
    assert marks[0] == marks[1]
    assert len(after.loose) == 2
    assert after.paths.keys() == after.loose.keys()
    names = packed.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    listed = ids_in(after.packs, 20)
    assert {*(each.hex() for each in listed), *after.loose} == {*names}


def test_names_of_several_packs(packed: Any) -> None:
    packed.commit("c")
    packed.git("repack", "-q")
    found = take(packed)
    assert len(found.packs) == 2
    names = packed.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    assert [each.hex() for each in ids_in(found.packs, 20)] == sorted(names)


@pytest.mark.parametrize("end", ["pack", "idx"])
def test_a_pack_that_has_been_changed(packed: Any, end: str) -> None:
    (pack,) = take(packed).packs
    assert is_whole_pack(pack, 20)
    path = Path(pack.replace(".pack", f".{end}"))
    path.chmod(0o644)
    content = path.read_bytes()
    for at in range(8, len(content), max(1, len(content) // 40)):
        path.write_bytes(content[:at] + bytes((content[at] ^ 4,)) + content[at + 1 :])
        assert not is_whole_pack(pack, 20), at
    for shorter in (content[:-1], content[:40], b""):
        path.write_bytes(shorter)
        assert not is_whole_pack(pack, 20)
        assert inventory(ObjectStore(str(packed.root / ".git/objects"), 40), 20) is None


def test_a_time_makes_another_pack(packed: Any) -> None:
    before = take(packed)
    (pack,) = before.packs
    os.utime(pack, (1, 1))
    assert take(packed).packs != before.packs


def test_a_pack_without_an_index(packed: Any) -> None:
    (pack,) = take(packed).packs
    os.unlink(pack.replace(".pack", ".idx"))
    assert inventory(ObjectStore(str(packed.root / ".git/objects"), 40), 20) is None


def test_a_loose_object(repository: Any) -> None:
    repository.commit("a")
    found = take(repository)
    (first, *_), paths = sorted(found.paths), found.paths
    assert all(is_whole_loose(name, path) for name, path in paths.items())
    other = next(name for name in paths if name != first)
    assert not is_whole_loose(first, paths[other])
    path = Path(paths[first])
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    assert not is_whole_loose(first, paths[first])
