"""The fast search against a slow one that cannot be wrong."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine import anchors
from scanner.engine.anchors import EDGE, AnchorIndex
from scanner.rulebook.model import Anchor

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def naive(data: bytes, wanted: list[Anchor]) -> list[tuple[int, int]]:
    found = []
    for number, anchor in enumerate(wanted):
        size = len(anchor.literal) or anchor.run
        for at in range(len(data) - size + 1):
            piece = data[at : at + size]
            if anchor.literal:
                if piece == anchor.literal:
                    found.append((at, number))
                continue
            before, after = data[max(0, at - 1) : at], data[at + size : at + size + 1]
            # Where the content begins and ends, the edge of the buffer stands.
            before, after = before or EDGE, after or EDGE
            inside = all(byte in ALPHABET for byte in piece)
            wanted_here = (not anchor.before or before in anchor.before) and (
                not anchor.after or after in anchor.after
            )
            if inside and wanted_here and before not in ALPHABET and after not in ALPHABET:
                found.append((at, number))
    return sorted(found)


BUFFERS = st.lists(
    st.one_of(
        st.sampled_from(
            [b"AKIA", b"AKIAKIA", b"aba", b"ababa", b"\0", b"\n", b"A\0K\0", b"+", b"/"]
        ),
        st.sampled_from([b"a" * n for n in range(1, 9)]),
        st.binary(max_size=6),
    ),
    max_size=30,
).map(b"".join)
WANTED = st.lists(
    st.one_of(
        st.sampled_from(
            [Anchor(literal) for literal in (b"AKIA", b"aba", b"aa", b"\0K\0", b"A", b"\n", b"a\n")]
        ),
        st.sampled_from([Anchor(run=run) for run in (1, 2, 3, 5, 8)]),
        st.sampled_from([Anchor(run=3, before=b".\0"), Anchor(run=2, after=b"\n=\0")]),
    ),
    min_size=1,
    max_size=6,
    unique=True,
)


@given(BUFFERS, WANTED)
def test_equal_to_a_naive_search(data, wanted):
    index = AnchorIndex(wanted)
    assert index.search_bytes(data) == naive(data, wanted)
    assert index.search(EDGE + data + EDGE) == naive(data, wanted)


@given(BUFFERS, WANTED, st.integers(1, 12))
def test_pieces_give_the_same(data, wanted, piece):
    index = AnchorIndex(wanted)
    before = anchors.PIECE
    anchors.PIECE = piece
    try:
        assert index.search_bytes(data) == naive(data, wanted)
    finally:
        anchors.PIECE = before


@pytest.mark.parametrize("shift", range(-45, 5))
def test_runs_and_literals_across_the_border_of_a_piece(shift):
    wanted = [Anchor(b"AKIA"), Anchor(run=40)]
    index = AnchorIndex(wanted)
    run = ALPHABET[:40]
    data = bytearray(b"." * (2 * anchors.PIECE + 500))
    for border in (anchors.PIECE, 2 * anchors.PIECE):
        data[border + shift : border + shift + 40] = run
        data[border + shift - 100 : border + shift - 96] = b"AKIA"
    expected = [
        (border + shift + offset, number)
        for border in (anchors.PIECE, 2 * anchors.PIECE)
        for offset, number in ((-100, 0), (0, 1))
    ]
    assert index.search_bytes(bytes(data)) == expected


def test_runs_at_the_very_edges():
    index = AnchorIndex([Anchor(run=40)])
    run = ALPHABET[:40]
    assert index.search_bytes(run) == [(0, 0)]
    assert index.search_bytes(run + b"=") == [(0, 0)]
    assert index.search_bytes(b":" + run) == [(1, 0)]
    assert index.search_bytes(run + b"," + run) == [(0, 0), (41, 0)]
    assert index.search_bytes(run + b"a") == []
    assert index.search_bytes(run[:39]) == []
    assert index.search_bytes(b"") == []


def test_overlapping_literals_are_all_found():
    index = AnchorIndex([Anchor(b"AKIA"), Anchor(b"KIAK")])
    assert index.search_bytes(b"AKIAKIAKIA") == [(0, 0), (1, 1), (3, 0), (4, 1), (6, 0)]


def test_an_anchor_given_twice_counts_once():
    index = AnchorIndex([Anchor(b"AKIA"), Anchor(run=5), Anchor(b"AKIA")])
    assert index.anchors == (Anchor(b"AKIA"), Anchor(run=5))
    assert index.search_bytes(b"AKIA") == [(0, 0)]


def test_content_is_left_as_it_is():
    rng = random.Random(1)
    data = bytes(rng.choices(ALPHABET + b"\n ", k=100_000))
    copy = bytes(bytearray(data))
    AnchorIndex([Anchor(b"AKIA"), Anchor(run=40)]).search_bytes(data)
    assert data == copy


def test_without_anchors_nothing_is_found():
    assert AnchorIndex([]).search_bytes(b"AKIA" * 20) == []
