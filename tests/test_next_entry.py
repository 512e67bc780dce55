"""Where entries of a pack begin: what was put between random bytes, and work within bounds."""

from __future__ import annotations

import random
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.borrowed import of_tests
from scanner import next_entry
from scanner.next_entry import NextEntry

FORMAT: Any = of_tests("git/conftest.py").Format()
CHUNK = 1 << 10
HEADS = {1: b"", 3: b"", 6: FORMAT.back(70_000), 7: bytes(range(128, 148))}


def search(data: bytes, end: int = -1) -> NextEntry:
    return NextEntry(lambda at, size: data[at : at + size], len(data) if end < 0 else end, 20)


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("level", range(10))
def test_each_kind_at_each_level(kind: int, level: int) -> None:
    content = random.Random(level).randbytes(500) + bytes(3000)
    entry = FORMAT.head(kind, len(content)) + HEADS[kind] + zlib.compress(content, level)
    data = b"\x7fdamage" + entry
    assert search(data).after(0) == 7
    assert search(data).after(7) == 7
    assert search(data).after(8) == -1


@given(st.integers(0, 3 * CHUNK), st.sampled_from(sorted(HEADS)), st.integers(0, 2000))
def test_at_any_place_between_random_bytes(place: int, kind: int, size: int) -> None:
    """Also where the head is on both sides of a limit of what is read at once."""
    noise = random.Random(place)
    content = noise.randbytes(size + 20)
    entry = FORMAT.head(kind, len(content)) + HEADS[kind] + zlib.compress(content)
    data = noise.randbytes(place) + entry + noise.randbytes(99)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(next_entry, "_CHUNK", CHUNK)
        assert search(data).after(0) == place


def test_an_entry_of_nothing() -> None:
    data = b"\xff" * 9 + FORMAT.entry(3, b"")
    assert search(data).after(0) == 9


@pytest.mark.parametrize("entry", [
    FORMAT.entry(3, b"text", size=5), FORMAT.entry(3, b"text", size=3),
    FORMAT.entry(3, b"text")[:-1], FORMAT.entry(3, b"text")[:-1] + b"\0", FORMAT.entry(5, b"text"),
    FORMAT.entry(0, b"text"), b"",
])  # fmt: skip
def test_what_is_no_entry(entry: bytes) -> None:
    assert search(b"\xff" * 9 + entry).after(0) == -1


def test_it_ends_where_entries_end() -> None:
    entry = FORMAT.entry(3, b"text")
    data = b"\xff" * 9 + entry + b"\0" * 40
    assert search(data, 9 + len(entry)).after(0) == 9
    assert search(data, 8 + len(entry)).after(0) == -1


BOMB = FORMAT.head(3, 60 << 20) + zlib.compress(bytes(60 << 20))[:-1]
MASSES = {
    "heads of streams": b"\x35\x78\x9c" * 70_000,
    "heads of streams without one of an entry": b"\xff\x78\x9c" * 70_000,
    "streams that fail at their end": (FORMAT.entry(3, bytes(2000))[:-1] + b"\0") * 9000,
    "streams in streams": b"\xbf\xff\x01" + b"\x78\x01\0\xff\xff\0\0" * 30_000,
    "bombs": BOMB * 4,
}


@pytest.mark.parametrize("what", MASSES)
def test_what_was_made_to_fail_has_a_limit(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = MASSES[what]
    made = 0
    inflater = zlib.decompressobj

    class Counted:
        def __init__(self) -> None:
            nonlocal made
            made += 1 << 10
            self._real = inflater()

        def decompress(self, fed: bytes, most: int) -> bytes:
            nonlocal made
            piece = self._real.decompress(fed, most)
            made += len(piece) + len(fed) - len(self._real.unconsumed_tail)
            return piece

        def __getattr__(self, name: str) -> object:
            return getattr(self._real, name)

    monkeypatch.setattr(zlib, "decompressobj", Counted)
    looking = search(data)
    assert looking.after(0) == -1
    assert looking.has_given_up
    assert made < 18 * len(data) + (4 << 20)
