"""Deltas: applying them, and telling what of a result the base has not got."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.git import delta as deltas
from scanner.git.delta import apply, copies, fresh, sizes
from scanner.git.pack_index import PackError

pytestmark = pytest.mark.usefixtures("implementation")


OPERATION = st.one_of(
    st.binary(min_size=1, max_size=300),
    st.tuples(st.integers(0, 1 << 20), st.integers(1, 300)),
    # Lengths around that of a copy of size zero, and offsets of three bytes.
    st.tuples(st.integers(0, 1 << 20), st.sampled_from((0xFFFF, 0x10000, 0x10001, 70_000))),
    st.just("on"),
    st.just("all"),
)
OPERATIONS = st.lists(OPERATION, max_size=12)


LARGE = b"".join(number.to_bytes(4, "big") for number in range(50_000))
"""A base no two stretches of which are alike."""


def build(pack_format: Any, base: bytes, operations: list[Any]) -> tuple[bytes, bytes, list[int]]:
    """Return result, delta, and for each byte of the result where in the base it is from or -1."""
    written, result, origins = [], [], []
    source = 0
    for operation in operations:
        if isinstance(operation, bytes):
            written.append(pack_format.insert(operation))
            result.append(operation)
            origins += [-1] * len(operation)
            continue
        if operation == "on":  # goes on where the last copy ended
            start, length = source, 50
        elif operation == "all":
            start, length = 0, len(base)
        else:
            start, length = operation
        start = min(start, len(base))
        end = min(start + length, len(base))
        source = end
        at = start
        while at < end:
            step = min(end - at, 0x10000)
            written.append(pack_format.copy(at, step))
            at += step
        result.append(base[start:end])
        origins += range(start, end)
    data = b"".join(result)
    return data, pack_format.delta(base, data, b"".join(written)), origins


def check(base: bytes, result: bytes, delta: bytes, origins: list[int], margin: int) -> None:
    """Check all that is promised of a delta."""
    assert apply(base, delta) == result
    assert sizes(delta)[:2] == (len(base), len(result))
    spans = fresh(delta, margin)
    for begin, end in spans:
        assert 0 <= begin <= end <= len(result)
    for (_, end), (begin, _) in pairwise(spans):
        assert end < begin
    # Between the spans: copied in one piece, with the margin around it; at the edges of the
    # result, from the edges of the base.
    uncovered = 0
    for begin, end in [*spans, (len(result), len(result))]:
        if uncovered < begin:
            low, high = max(0, uncovered - margin), min(len(result), begin + margin)
            first = origins[low]
            assert first >= 0
            assert origins[low:high] == list(range(first, first + high - low))
            if uncovered == 0:
                assert first == 0
            if begin == len(result):
                assert origins[-1] == len(base) - 1
        uncovered = end
    # And nothing beyond what is needed: every span is within `margin` of something new.
    new = [0] if origins and origins[0] != 0 else []
    new += [at for at in range(len(origins)) if origins[at] < 0]
    new += [at for at in range(1, len(origins)) if origins[at] != origins[at - 1] + 1]
    if not origins or origins[-1] != len(base) - 1:
        new.append(len(result))
    near: list[bool] = [False] * (len(result) + 1)
    for at in new:
        near[max(0, at - margin) : at + margin + 1] = [True] * len(
            near[max(0, at - margin) : at + margin + 1]
        )
    for begin, end in spans:
        assert all(near[begin:end])
    found = copies(delta)
    assert found == merged(origins)
    for start, end, source in found:
        assert result[start:end] == base[source : source + end - start]


def merged(origins: list[int]) -> list[tuple[int, int, int]]:
    """Return the copies that the origins of the bytes come to."""
    found: list[tuple[int, int, int]] = []
    for at, origin in enumerate(origins):
        start, end, source = found[-1] if found else (0, -1, 0)
        if origin >= 0 and end == at and source + at - start == origin:
            found[-1] = start, at + 1, source
        elif origin >= 0:
            found.append((at, at + 1, origin))
    return found


@settings(max_examples=25)
@given(operations=OPERATIONS, margin=st.sampled_from((1, 64, 1000)))
def test_any_delta(pack_format: Any, operations: Any, margin: int) -> None:
    result, delta, origins = build(pack_format, LARGE, operations)
    if len(result) < 160_000:
        check(LARGE, result, delta, origins, margin)


@given(
    base=st.binary(max_size=40),
    operations=st.lists(
        st.one_of(
            st.binary(min_size=1, max_size=4),
            st.tuples(st.integers(0, 40), st.integers(1, 20)),
            st.just("all"),
        ),
        max_size=8,
    ),
    margin=st.integers(1, 5),
)
def test_small_deltas(pack_format: Any, base: bytes, operations: Any, margin: int) -> None:
    numbered = bytes(range(len(base)))  # so that places in it are told apart
    result, delta, origins = build(pack_format, numbered, operations)
    check(numbered, result, delta, origins, margin)


def test_offsets_of_four_bytes(pack_format: Any) -> None:
    base = bytes(0x1000000) + b"end of the base"
    delta = pack_format.delta(base, b"end", pack_format.copy(0x1000000, 3))
    assert apply(base, delta) == b"end"
    assert copies(delta) == [(0, 3, 0x1000000)]
    assert fresh(delta, 64) == [(0, 3)]


def test_lengths_of_three_bytes(pack_format: Any) -> None:
    base = bytes(0x20001)
    delta = pack_format.delta(base, base, pack_format.copy(0, 0x20001))
    assert apply(base, delta) == base
    assert copies(delta) == [(0, 0x20001, 0)]
    assert fresh(delta, 64) == []


def test_what_was_cut_off_is_new_at_the_end(pack_format: Any) -> None:
    base = bytes(1000)
    delta = pack_format.delta(base, base[:900], pack_format.copy(0, 900))
    assert fresh(delta, 64) == [(836, 900)]
    delta = pack_format.delta(base, base[100:], pack_format.copy(100, 900))
    assert fresh(delta, 64) == [(0, 64)]


BASE = b"0123456789" * 10
DAMAGED = {
    "no head": b"",
    "half a head": b"\x64",
    "a head without end": b"\xff" * 300,
    "the operation zero": b"\x64\x01\x00a",
    "a copy from beyond the base": b"\x64\x32\x91\x50\x32",
    "a copy that the delta cuts off": b"\x64\x32\xff\x01\x02",
    "an insert that the delta cuts off": b"\x64\x32\x32a",
    "too little": b"\x64\x08\x05hello",
    "too much": b"\x64\x03\x05hello",
    "an insert after the result": b"\x64\x05\x05hello\x78",
    "a copy after the result": b"\x64\x05\x05hello\x91\x00\x05",
    "another base": b"\x63\x05\x05hello",
    "terabytes": b"\x64" + b"\x80" * 6 + b"\x01" + b"\x05hello",
    "more than any number has room for": b"\x64" + b"\x80" * 30 + b"\x01" + b"\x05hello",
}


@pytest.mark.parametrize("delta", DAMAGED.values(), ids=DAMAGED)
def test_damage(delta: bytes) -> None:
    with pytest.raises(PackError):
        apply(BASE, delta)


@pytest.mark.parametrize("size", [(1 << 30) + 1, 1 << 60])
def test_no_delta_makes_more_than_a_gigabyte(size: int, pack_format: Any) -> None:
    delta = pack_format.size(0) + pack_format.size(size)
    with pytest.raises(PackError, match="more than 1024 MiB"):
        apply(b"", delta)


def test_a_bomb_takes_no_memory(pack_format: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deltas, "LARGEST", 1 << 20)
    delta = pack_format.delta(BASE, bytes((1 << 20) + 1), b"")
    tracemalloc.start()
    try:
        with pytest.raises(PackError, match="more than 1 MiB"):
            apply(BASE, delta)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
    whole = bytes(1 << 20)
    assert (
        len(apply(whole, pack_format.delta(whole, whole, pack_format.copy(0, 1 << 20)))) == 1 << 20
    )


@given(delta=st.binary(max_size=60), size=st.integers(0, 200))
def test_random_bytes(delta: bytes, size: int) -> None:
    base = bytes(size)
    try:
        result = apply(base, delta)
    except PackError:
        return
    assert sizes(delta)[1] == len(result)
    fresh(delta, 64)
    copies(delta)


@settings(max_examples=60)
@given(data=st.data(), operations=OPERATIONS)
def test_damaged_deltas(pack_format: Any, data: Any, operations: Any) -> None:
    _, whole, _ = build(pack_format, LARGE, operations)
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = bytearray(whole)
    damaged[at] ^= 1 << data.draw(st.integers(0, 7))
    damaged = damaged[: data.draw(st.integers(0, len(damaged)))]
    try:
        changed = apply(LARGE, bytes(damaged))
    except PackError:
        return
    for begin, end in fresh(bytes(damaged), 64):
        assert 0 <= begin <= end <= len(changed)
    for start, end, source in copies(bytes(damaged)):
        assert changed[start:end] == LARGE[source : source + end - start]
