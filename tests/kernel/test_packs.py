"""The compiled reading of packs against the one in Python, on whole and on hostile content."""

from __future__ import annotations

import platform
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.git import delta as deltas
from scanner.git.delta import LARGEST, packs
from scanner.git.pack_index import PackError

pytestmark = pytest.mark.skipif(packs is None, reason="it is not built: there is no compiler")

BASE = b"".join(number.to_bytes(2, "big") for number in range(40_000))

STARTS = b"\xff" * (1 << 13)
"""Any two bytes are the start of an ID that is looked for."""


def written(number: int) -> bytes:
    """Return a size as a delta has it."""
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*out, number))


def copied(source: int, length: int) -> bytes:
    """Return a copy with all of its bytes, those that are zero as well."""
    return b"\xff" + source.to_bytes(4, "little") + length.to_bytes(3, "little")


OFFSETS = st.one_of(
    st.integers(0, len(BASE) + 300), st.sampled_from([0xFFFF, 1 << 31, (1 << 32) - 1])
)
LENGTHS = st.one_of(
    st.integers(0, 300), st.sampled_from([0xFFFF, 0x10000, 0x10001, len(BASE), (1 << 24) - 1])
)
INSERTS = st.binary(min_size=1, max_size=127).map(lambda data: bytes((len(data),)) + data)
COPIES = st.builds(copied, OFFSETS, LENGTHS)
SIZES = st.one_of(
    st.integers(0, 500).map(written),
    st.sampled_from([written(len(BASE)), b"\x80" * 12 + b"\0", b"\xff" * 9, b"\xff" * 400 + b"\1"]),
    st.sampled_from([1 << 30, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, 1 << 64, 1 << 90]).map(
        written
    ),
)


@st.composite
def whole(draw: st.DrawFn) -> bytes:
    """Return a delta on `BASE` that can be applied."""
    operations, size = [], 0
    for operation in draw(st.lists(st.one_of(st.binary(min_size=1, max_size=127), OFFSETS))):
        if isinstance(operation, bytes):
            operations.append(bytes((len(operation),)) + operation)
            size += len(operation)
        else:
            length = min(draw(LENGTHS) or 0x10000, len(BASE) - operation)
            if length > 0:
                operations.append(copied(operation, length))
                size += length
    return written(len(BASE)) + written(size) + b"".join(operations)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return a delta of which a bit is wrong, or that is cut off."""
    delta = bytearray(draw(whole()))
    for _ in range(draw(st.integers(0, 2))):
        delta[draw(st.integers(0, len(delta) - 1))] ^= 1 << draw(st.integers(0, 7))
    return bytes(delta[: draw(st.integers(0, len(delta)))])


FORGED = st.builds(
    lambda *parts: b"".join((*parts[:2], *parts[2])),
    SIZES, SIZES, st.lists(st.one_of(INSERTS, COPIES, st.binary(max_size=3))),
)  # fmt: skip
MARGINS = st.sampled_from([0, 1, 64, 5000, (1 << 31) - 1])


@contextmanager
def python() -> Iterator[None]:
    """Do without the compiled code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deltas, "packs", None)
        yield


def answer(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except PackError as error:
        return str(error)


@given(whole(), MARGINS, st.lists(OFFSETS, max_size=5).map(sorted))
def test_whole_deltas(delta: bytes, margin: int, offsets: list[int]) -> None:
    compiled = [
        packs.apply(BASE, delta, LARGEST), packs.fresh(delta, margin),
        packs.copies(delta, None), packs.copies(delta, offsets),
    ]  # fmt: skip
    assert None not in compiled
    with python():
        assert compiled == [
            deltas.apply(BASE, delta), deltas.fresh(delta, margin),
            deltas.copies(delta), deltas.copies(delta, offsets),
        ]  # fmt: skip


@given(st.one_of(damaged(), FORGED, st.binary(max_size=40)), MARGINS)
def test_hostile_deltas(delta: bytes, margin: int) -> None:
    for base in (BASE, b"", b"a" * 100):
        made = answer(deltas.apply, base, delta)
        with python():
            assert answer(deltas.apply, base, delta) == made
        if isinstance(made, bytes):
            spans, copies = deltas.fresh(delta, margin), deltas.copies(delta)
            with python():
                assert (spans, copies) == (deltas.fresh(delta, margin), deltas.copies(delta))

    # No caller does this with a delta that cannot be applied, and it must not go wrong even so.
    packs.fresh(delta, margin)
    packs.copies(delta, [0, 5])


def test_every_place_where_a_delta_can_be_cut_off() -> None:
    delta = written(len(BASE)) + written(0x10000 + 3) + copied(7, 0) + b"\x03abc"
    assert packs.apply(BASE, delta, LARGEST) == BASE[7 : 7 + 0x10000] + b"abc"
    for end in range(len(delta)):
        assert packs.apply(BASE, delta[:end], LARGEST) is None
        assert packs.fresh(delta[:end], 64) is None
        assert packs.copies(delta[:end], None) is None


def test_a_base_that_is_smaller_or_larger_than_a_delta_says() -> None:
    delta = written(100) + written(50) + copied(50, 50)
    assert packs.apply(BASE[:100], delta, LARGEST) == BASE[50:100]
    assert packs.apply(BASE[:99], delta, LARGEST) is None
    assert packs.apply(BASE[:101], delta, LARGEST) is None
    assert packs.apply(BASE[:100], delta, 49) is None


def test_a_chain_of_ten_thousand_deltas() -> None:
    content = BASE[:100]
    for _ in range(10_000):
        content = packs.apply(
            content, written(100) + written(100) + copied(1, 99) + b"\1x", LARGEST
        )
    assert content == b"x" * 100


@given(
    st.one_of(whole(), damaged(), FORGED),
    st.lists(st.tuples(*[st.integers(-9, len(BASE) + 9)] * 3), max_size=3),
)
def test_places_in_hostile_trees(delta: bytes, places: list[tuple[int, int, int]]) -> None:
    """The places are not those of the base, and perhaps not even in their order."""
    made = answer(deltas.apply, BASE, delta)
    data = made if isinstance(made, bytes) else BASE[:200]
    before = array("q", [number for place in places for number in place]).tobytes()
    for dense, change in ((0, delta), (2, delta), (2, None)):
        found = packs.places({data[9:29]}, STARTS, 20, dense, data, change, before, bytearray())
        if found:
            for at in memoryview(found[0]).cast("q")[::3]:
                assert 0 <= at <= len(data) - 21


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("places", (set(), STARTS, 20, 2, b"", "delta", b"", bytearray())),
        ("places", (set(), STARTS, 7, 2, b"\0" * 9, None, b"", bytearray())),
        ("places", (1, STARTS, 20, 2, b"\0" * 30, None, b"", bytearray())),
        ("places", (set(), STARTS, 20, 2, b"\0" * 30, None, b"", b"")),
        ("places", (set(), STARTS[1:], 20, 2, b"\0" * 30, None, b"", bytearray())),
        ("apply", ("text", b"", 1)),
        ("apply", (b"", bytearray(2), 1)),
        ("apply", (b"",)),
        ("fresh", (b"\0\0", -1)),
        ("fresh", (None, 1)),
        ("copies", (b"\0\0", ["text"])),
        ("copies", (b"\0\0", [1 << 70])),
        ("copies", (b"\0\0", 3)),
    ],
)
def test_anything_but_deltas_is_refused(name: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises((TypeError, ValueError, OverflowError, SystemError)):
        getattr(packs, name)(*arguments)


_FAULTS = """
import resource
from scanner.git.delta import packs

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        contents = [b"x" * 100_000 for _ in range(100)]
        del contents
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

before = faults()
print(packs.keep_freed(), faults() * 2 < before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are not asked")
def test_memory_that_is_freed_is_kept() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FAULTS], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True"]
