"""Batches: what is joined, and which object each place belongs to, in Python and compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.git import delta as deltas
from scanner.history.objects.batch import Batch, new_batch

needs_compiler = pytest.mark.skipif(
    deltas.packs is None, reason="what reads packs is not compiled: there is no compiler"
)


def delta_of(base: int, start: int, length: int, inserted: bytes) -> tuple[bytes, bytes]:
    """Return a delta on `base` bytes, all of them zero, and its result: a copy and an insert."""
    length = min(length, base - start)
    copied = b"\x91" + bytes((start, length)) if length else b""
    insert = bytes((len(inserted),)) + inserted if inserted else b""
    return bytes((base, length + len(inserted))) + copied + insert, bytes(length) + inserted


DELTAS = st.builds(
    delta_of, st.just(100), st.integers(0, 99), st.integers(0, 100), st.binary(max_size=20)
)
OBJECTS = st.one_of(
    st.binary(max_size=30).map(lambda data: (None, data)),
    DELTAS.filter(lambda made: len(made[1]) < 128),
)


@pytest.mark.parametrize("make", [Batch, new_batch])
def test_places_belong_to_their_objects(make: Callable[[], Any]) -> None:
    batch = make()
    assert batch.joined() == b"\n\0\n"
    assert batch.piece_at(0) is None
    delta, data = delta_of(100, 0, 90, b"new")
    assert batch.add(0, b"", None, 2) == 0
    assert batch.add(1, b"first", None, 2) == 5
    assert batch.add(2, data, delta, 2) == 5
    buffer = batch.joined()
    assert batch.piece_at(buffer.index(b"first")) == (1, 0, 6, 5)
    assert batch.piece_at(buffer.index(b"first") + 4) == (1, 0, 6, 5)
    assert batch.piece_at(buffer.index(b"first") + 5) is None
    assert batch.piece_at(buffer.index(b"new")) == (2, 88, 14, 5)
    for offset in (-1, len(buffer) - 1, len(buffer), 1 << 60):
        assert batch.piece_at(offset) is None


@needs_compiler
@given(st.lists(OBJECTS, max_size=8), st.sampled_from([0, 1, 5, 1000]))
def test_both_are_the_same(objects: list[tuple[bytes | None, bytes]], margin: int) -> None:
    compiled, python = new_batch(), Batch()
    for position, (delta, data) in enumerate(objects):
        sizes = [each.add(position, data, delta, margin) for each in (compiled, python)]
        assert sizes[0] == sizes[1]
    buffer = compiled.joined()
    assert buffer == python.joined()
    for offset in range(-2, len(buffer) + 2):
        assert compiled.piece_at(offset) == python.piece_at(offset)


@needs_compiler
@given(st.binary(max_size=30), st.binary(max_size=60))
def test_a_delta_that_did_not_make_the_object_is_of_no_use(data: bytes, delta: bytes) -> None:
    """Then all of the object is searched, and nothing beyond it is read."""
    batch = new_batch()
    added = batch.add(0, data, delta, 64)
    assert added <= len(data)
    assert len(batch.joined()) <= 3 + len(data) + 3 * (len(delta) + 1)


@needs_compiler
def test_many_pieces() -> None:
    batch = new_batch()
    for position in range(3000):
        batch.add(position, b"%04d" % position, None, 0)
    buffer = batch.joined()
    assert buffer == b"\n\0\n" + b"".join(b"%04d\n\0\n" % position for position in range(3000))
    for position in (0, 1, 1499, 2999):
        assert batch.piece_at(3 + 7 * position)[0] == position


@needs_compiler
@pytest.mark.parametrize(
    "arguments", [(0, "text", None, 1), (0, b"", "text", 1), (0, b"", None), ("0", b"", None, 1)]
)
def test_anything_but_objects_is_refused(arguments: tuple[object, ...]) -> None:
    batch = new_batch()
    with pytest.raises(TypeError):
        batch.add(*arguments)
    with pytest.raises(TypeError):
        batch.piece_at("0")
    with pytest.raises(TypeError):
        deltas.packs.Batch(1)
