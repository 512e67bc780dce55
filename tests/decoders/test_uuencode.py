"""uuencode: what its writers write, wherever it is kept, and what only looks like it."""

from __future__ import annotations

import binascii
import gzip
from collections.abc import Callable
from typing import Any

import pytest


def written(content: bytes, *, zero: bytes = b"`", mode: str = "644") -> str:
    """Return `content` as `uuencode` writes it: with a backquote or a blank for zero."""
    lines = [
        binascii.b2a_uu(content[at : at + 45], backtick=zero == b"`")
        for at in range(0, len(content), 45)
    ]
    end = zero.decode() if zero == b"`" else " "
    return f"begin {mode} a file.bin\n{b''.join(lines).decode()}{end}\nend\n"


def encode(content: bytes) -> bytes:
    """Return `content` in uuencode, for test_registry.py."""
    return b"x\n" + written(content).encode()


EXAMPLE = (b"x\n" + written(b"VALUE\n").encode(), b"VALUE", (3, 1, 3, 10))


def test_wherever_it_is_kept(
    revealed: Callable[[str], set[str]],
    profile: Callable[[str], tuple[set[str], str]],
    dress: Callable[[str], str],
) -> None:
    values, text = profile("uuencode")
    assert values <= revealed(dress(written(b"a line\n" + text.encode())))


@pytest.mark.parametrize("mode", ["644", "666", "755", "600", "444"])
@pytest.mark.parametrize("zero", [b"`", b" "])
def test_what_its_writers_write(peel: Any, zero: bytes, mode: str) -> None:
    content = bytes(n * n % 251 for n in range(333)) + b"\0" * 60 + b"END"
    text = written(content, zero=zero, mode=mode)
    # Editors take blanks off the end of a line.
    trimmed = "\n".join(line.rstrip(" ") for line in text.split("\n"))
    for each in (text, trimmed):
        assert content in [made.data for made in peel(each.encode()) if made.decoder == "uuencode"]


def test_the_sum_of_a_line_is_no_part_of_it(peel: Any) -> None:
    lines = written(b"x" * 90 + b"END").split("\n")
    text = "\n".join([lines[0], *(f"{line}!" for line in lines[1:4]), *lines[4:]])
    assert b"x" * 90 + b"END" in [made.data for made in peel(text.encode())]


@pytest.mark.parametrize("size", [1, 2, 4, 40, 41, 43])
def test_what_fills_the_last_group_need_not_be_zero(peel: Any, size: int) -> None:
    content = b"x" * size
    line = chr(32 + size) + binascii.b2a_uu(content + b"yy"[: -size % 3]).decode()[1:]
    found = [made.data for made in peel(f"begin 644 x\n{line}`\nend\n".encode())]
    assert content in found


def test_what_is_compressed_in_it(
    revealed: Callable[[str], set[str]], profile: Callable[[str], tuple[set[str], str]]
) -> None:
    values, text = profile("packed")
    assert values <= revealed(written(gzip.compress(text.encode(), mtime=0)))


def test_what_comes_before_damage(peel: Any) -> None:
    lines = written(b"a" * 45 + b"b" * 45 + b"c" * 45).split("\n")
    lines[3] = "no uuencode here"
    made = [each.data for each in peel("\n".join(lines).encode()) if each.decoder == "uuencode"]
    assert made == [b"a" * 45 + b"b" * 45]


@pytest.mark.parametrize(
    "text",
    [
        "begin 644 name",
        "begin 644 name\n",
        "begin 644 name\nnothing of it\n",
        "begin 600 years ago\n\nM",
        "begin 6 things\n",
        "begin 644 name\n`\nend\n",
        "begin 999 name\nM1234\n",
        '"begin 644 name\\nlower case\\n"',
    ],
)
def test_what_only_looks_like_it(peel: Any, text: str) -> None:
    assert not any(made.data.strip() for made in peel(text.encode()))


def test_a_string_without_an_end_is_read_in_part(peel: Any) -> None:
    text = written(b"VALUE " * 40).replace("\n", "\\n")
    made = [each for each in peel(f'x = "{text}'.encode()) if each.decoder == "uuencode"]
    assert [each.data for each in made] == [b"VALUE " * 40]
