"""Windows: every byte is in one, nothing that matters is cut, positions are those of the whole."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.sources.interface import Window
from scanner.sources.windows import OVERLAP, windows

SIZE = 2 * OVERLAP + 1000

PIECES = st.sampled_from(
    [b"\n", b"\r", b"\r\n", b" ", b"a", b"=", "\u00fc".encode(), "\u20ac".encode(), b"\0",
     "\U0001f600".encode(), b"AKIA", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", b"x" * 5000,
     "\u4e2d".encode() * 3000, b"word " * 700, b"\r" * 300]
)  # fmt: skip


def content_of(pieces: list[bytes]) -> bytes:
    """Return content that takes several windows, made by repeating `pieces`."""
    once = b"".join(pieces) or b"."
    return once * (3 * SIZE // len(once) + 1)


def split(content: bytes, at_once: int = 1 << 30, size: int = SIZE) -> list[Window]:
    stream = io.BytesIO(content)
    return list(windows(lambda number: stream.read(min(number, at_once)), size))


@settings(deadline=None, max_examples=60)
@given(st.lists(PIECES, max_size=12), st.integers(0, 3))
def test_windows_overlap_and_cover_everything(pieces: list[bytes], more: int) -> None:
    content = content_of(pieces)[: 2 * SIZE + more]
    at = 0
    for number, window in enumerate(split(content)):
        data = window.layer.data
        shared = len(data) - window.fresh
        assert content[at - shared : at + window.fresh] == data
        assert len(data) <= SIZE
        assert (shared >= OVERLAP // 2) if number else (shared == 0)
        at += window.fresh
    assert at == len(content)


@settings(deadline=None, max_examples=60)
@given(st.lists(PIECES, min_size=1, max_size=12), st.data())
def test_positions_are_those_of_the_whole(pieces: list[bytes], data: Any) -> None:
    content = content_of(pieces)
    whole = Layer(content)
    at = 0
    for window in split(content):
        start = at - (len(window.layer.data) - window.fresh)
        for offset in sorted(
            {0, 1, data.draw(st.integers(0, len(window.layer.data)), "offset"), window.fresh}
        ):
            if (content[start + offset : start + offset + 1] or b"x")[0] & 0xC0 == 0x80:
                continue  # within a character there is no column
            assert window.layer.position(offset) == whole.position(start + offset)
        at += window.fresh


@pytest.mark.parametrize("extra", [-1, 0, 1, -OVERLAP, OVERLAP, SIZE])
@pytest.mark.parametrize("at_once", [1 << 30, 4096])
def test_content_of_about_one_window(extra: int, at_once: int) -> None:
    content = b"0123456789 abcde\n" * (2 * SIZE // 17 + 1)
    content = content[: SIZE + extra]
    found = split(content, at_once)
    assert sum(window.fresh for window in found) == len(content)
    assert len(found) == 1 if extra < 0 else len(found) > 1


def test_no_content_gives_no_window() -> None:
    assert split(b"") == []


@pytest.mark.parametrize("filler", [b"x", b" ", b"\n", b"ab cd\n", b"\xff", b"\xe4\xb8\xad", b"/+"])
def test_a_value_at_any_place_is_whole_in_a_window(filler: bytes) -> None:
    """Not cut in two, and bounded on both sides by what bounds it in the content."""
    needle = b"|" + b"k" * 40 + b"|"
    body = filler * (3 * SIZE // len(filler))
    for at in (*range(SIZE - 120, SIZE + 80, 7), *range(SIZE - OVERLAP - 50, SIZE - OVERLAP, 5)):
        content = body[:at] + needle + body[at:]
        assert any(needle in window.layer.data for window in split(content)), at


def test_memory_is_bounded() -> None:
    """Windows of a source without an end are given out one by one."""
    line = b"0123456789 abcdef\n" * 1000
    given_out = 0

    def read(number: int) -> bytes:
        nonlocal given_out
        given_out += len(line[:number])
        return line[:number]

    endless = windows(read, SIZE)
    for _ in range(10):
        window = next(endless)
        assert len(window.layer.data) <= SIZE
    assert given_out <= 11 * SIZE
