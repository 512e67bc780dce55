"""What stands around a candidate, against slow and simple versions."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.kinds.surroundings import (
    encoded_run,
    is_bare,
    label,
    long_run,
    neighbour_lines,
    url_safe_tails,
)

TEXTS = st.text(alphabet="aZ9+/-_=. \n\r", max_size=80).map(str.encode)


@given(TEXTS, TEXTS, st.integers(0, 600))
def test_runs_on_both_sides(before, after, more):
    before, after = b"a" * more + before, after + b"a" * more
    data = before + b"VALUE" + after
    start, end = len(before), len(before) + 5
    run = encoded_run(data, start, end)
    left = re.search(rb"[A-Za-z0-9+/]*\Z", before[-512:])[0]
    right = re.match(rb"[A-Za-z0-9+/]*", after[:512])[0]
    assert run == (start - len(left), end + len(right))
    left = re.search(rb"[A-Za-z0-9_-]*\Z", before[-512:])[0]
    right = re.match(rb"[A-Za-z0-9_-]*", after[:512])[0]
    assert url_safe_tails(data, start, end) == (left, right)


VALUE = b"V" * 40


def label_of(text: str) -> bytes:
    data = text.encode() + VALUE
    return label(data, len(text.encode()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", b""),
        ("name = ", b"name = "),
        ("other\nname = ", b"name = "),
        ("name\r\n", b"name\r\n"),
        ("<name>secret</name>\n  <value>", b"<name>secret</name>\n  <value>"),
        ("name: secret\nvalue: ", b"name: secret\nvalue: "),
        ("a\nb\n", b"b\n"),
        ("one = " + "x" * 40 + " two = ", b" two = "),
        ("key\n" + "x" * 300 + " name=", b" name="),
        ("id AKIA" + "QRSTUVWXYZ234567 is ", b"id " + b"0" * 20 + b" is "),
    ],
)
def test_label(text, expected):
    assert label_of(text) == expected


def test_label_reaches_160_bytes():
    assert len(label_of("a b " * 100)) == 160
    assert label_of("n=" + "a b " * 100) == b"a b " * 40


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_neighbour_lines(end):
    text = f"one{end}two{end}x VALUE y{end}four{end}five"
    start = text.index("VALUE")
    assert neighbour_lines(text.encode(), start, start + 5) == (b"two", b"four")


def test_neighbour_lines_at_the_edges():
    assert neighbour_lines(b"VALUE", 0, 5) == (b"", b"")
    assert neighbour_lines(b"a\nVALUE", 2, 7) == (b"a", b"")
    assert neighbour_lines(b"VALUE\nb", 0, 5) == (b"", b"b")
    assert neighbour_lines(b"\nVALUE\n", 1, 6) == (b"", b"")


def test_neighbour_lines_of_a_very_long_line():
    data = b"a" * 5000 + b"VALUE" + b"b" * 5000
    above, below = neighbour_lines(data, 5000, 5005)
    assert len(above) <= 400
    assert len(below) <= 400


@pytest.mark.parametrize(
    ("line", "length"),
    [
        ("", 0),
        ("words", 0),
        ("a" * 39, 0),
        ("a" * 40, 40),
        ("  " + "a" * 64, 64),
        ('"' + "a" * 64 + '\\n" +', 64),
        ("key = " + "a" * 64, 64),
        ("a sentence with a value in it, such as " + "a" * 40 + " here.", 0),
    ],
)
def test_long_run(line, length):
    assert len(long_run(line.encode())) == length


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("", True),
        ("  ", True),
        ('  "', True),
        ("a\n  - ", True),
        ("a ", False),
        ("\nx=", False),
        ("1. ", False),
    ],
)
def test_is_bare(text, bare):
    assert is_bare(text.encode() + VALUE, len(text)) is bare
