"""The fast search against a slow one that cannot be wrong."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import kernel
from scanner.engine import anchor_search, anchors
from scanner.engine.anchors import EDGE, AnchorIndex
from scanner.rulebook.model import ENCODED_RUN, Anchor

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@pytest.fixture(scope="module", params=["compiled", "python"], autouse=True)
def implementation(request):
    """Run every test of this module with both searches, where both are there."""
    compiled = kernel.anchors
    if request.param == "compiled" and compiled is None:
        pytest.skip("the compiled search is not built: there is no compiler")
    kernel.anchors = compiled if request.param == "compiled" else None
    yield
    kernel.anchors = compiled


def case_of(run: bytes) -> str:
    small = any(byte in b"abcdefghijklmnopqrstuvwxyz" for byte in run)
    capital = any(byte in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ" for byte in run)
    return {(True, True): "mixed", (True, False): "lower", (False, True): "upper"}.get(
        (small, capital), "none"
    )


def has_case(case: str, run: bytes) -> bool:
    signs, digits = {*run} & {*b"+/"}, {*run} & {*b"0123456789"}
    if case == "varied":
        return case_of(run) == "mixed" and bool(digits) and not signs
    return case in ("", case_of(run)) and (case in ("", "mixed") or not signs)


def is_identifier(run: bytes) -> bool:
    return run.isalpha() and run.count(b"A") / len(run) < 1 / 5


def naive(data: bytes, wanted: list[Anchor]) -> list[tuple[int, int]]:
    return [
        (at, number)
        for at in range(len(data))
        for number, anchor in enumerate(wanted)
        if at + (size := len(anchor.literal) or anchor.run or ENCODED_RUN) <= len(data)
        and holds(anchor, data, at, at + size)
    ]


def holds(anchor: Anchor, data: bytes, start: int, end: int) -> bool:
    if anchor.literal and data[start:end] != anchor.literal:
        return False
    if anchor.literal and not anchor.encoded:
        return True
    first, last = start, start if anchor.head else end
    while first > 0 and data[first - 1] in ALPHABET:
        first -= 1
    while last < len(data) and data[last] in ALPHABET:
        last += 1
    if anchor.encoded:
        run = data[first:last]
        return len(run) >= ENCODED_RUN and case_of(run) != "lower" and not is_identifier(run)
    if anchor.head:
        is_head = re.match(anchor.head, data[start:]) is not None
        run = data[first:last]
        counts = not is_identifier(run) if case_of(run) != "lower" else run[0] in anchor.first
        return is_head and counts and first == start and len(run) >= ENCODED_RUN
    run = data[start:end]
    # Where the content begins and ends, the edge of the buffer stands.
    before, after = data[max(0, start - 1) : start] or EDGE, data[end : end + 1] or EDGE
    return (
        (first, last) == (start, end)
        and all(byte in ALPHABET for byte in run)
        and (not anchor.before or before in anchor.before)
        and (not anchor.after or after in anchor.after)
        and (not anchor.first or run[0] in anchor.first)
        and all(byte in allowed for byte, allowed in zip(run[1:], anchor.then, strict=False))
        and has_case(anchor.case, run)
    )


BUFFERS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                b"AKIA",
                b"AKIAKIA",
                b"a1B",
                b"7",
                b"aba",
                b"ababa",
                b"\0",
                b"\n",
                b"A\0K\0",
                b"+",
                b"/",
            ]
        ),
        st.sampled_from([b"a" * n for n in range(1, 9)] + [b"a" * n for n in range(18, 30)]),
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
        st.sampled_from(
            [
                Anchor(run=3, before=b".\0"),
                Anchor(run=2, after=b"\n=\0"),
                Anchor(run=4, first=b"A"),
                Anchor(run=7, case="mixed"),
                Anchor(run=3, case="lower"),
                Anchor(run=4, case="upper"),
                Anchor(run=8, case="varied"),
                Anchor(run=5, then=(b"Ka", b"I")),
            ]
        ),
        st.sampled_from([Anchor(b"aba", encoded=True), Anchor(b"AKIA", encoded=True)]),
        st.just(Anchor(head=rb"aba|[ab]{3}|A[IK]", first=b"a")),
    ),
    min_size=1,
    max_size=6,
    unique=True,
)


@settings(max_examples=settings().max_examples * 3)
@given(BUFFERS, WANTED)
def test_equal_to_a_naive_search(data, wanted):
    index = AnchorIndex(wanted)
    assert index.search_bytes(data) == naive(data, wanted)
    assert index.search(EDGE + data + EDGE) == naive(data, wanted)


@settings(max_examples=settings().max_examples * 3)
@given(BUFFERS, WANTED, st.integers(1, 12))
def test_pieces_give_the_same(data, wanted, piece):
    index = AnchorIndex(wanted)
    before = anchors.PIECE
    anchors.PIECE = piece
    try:
        found = set(index.search_bytes(data))
    finally:
        anchors.PIECE = before
    expected = set(naive(data, wanted))
    assert expected <= found
    # A run that a piece cuts off may be long enough, or have a digit further on, or not: what it
    # holds and how it begins is looked at.
    assert all(wanted[number].encoded or wanted[number].head for _, number in found - expected)


def test_of_two_heads_the_first_counts():
    index = AnchorIndex([Anchor(head=b"aB"), Anchor(head=b"a"), Anchor(run=41)])
    data = b"%b %b %b" % (b"aB1+" * 10, b"aA1+" * 10, b"aA1" * 13)
    assert index.search_bytes(data) == [(0, 0), (41, 1)]


def test_head_of_a_run_without_capitals_counts_where_its_first_byte_may_begin_one():
    index = AnchorIndex([Anchor(head=b"4[0-9]", first=b"4"), Anchor(head=b"5", case="mixed")])
    data = b"%b %b %b" % (b"41aa" * 10, b"51aa" * 10, b"41AA" * 10)
    assert index.search_bytes(data) == [(0, 0), (82, 0)]


def test_runs_and_literals_across_the_border_of_a_piece():
    for shift in range(-45, 5):
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
        assert index.search_bytes(bytes(data)) == expected, shift


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


ALIKE = [
    b"AKIA", b"ASIA", b"ACCA", b"%2B", b"%2f", b"%252", b"eyJ", b"eyMate", b"QUtJQ", b"QVNJQ",
    b"AK", b"A", b"%2Bx", b"amzn.", b"amzn1.",
]  # fmt: skip


@settings(max_examples=settings().max_examples * 3)
@given(
    st.lists(st.sampled_from([*ALIKE, b"A", b"%2", b"ey", b"B", b"b", b"\n"]), max_size=12),
    st.lists(st.sampled_from(ALIKE), unique=True, max_size=len(ALIKE)),
)
def test_literals_that_are_alike_stay_apart(pieces, literals):
    data, wanted = b"".join(pieces), [Anchor(literal) for literal in literals]
    assert AnchorIndex(wanted).search_bytes(data) == naive(data, wanted)


def test_literals_that_are_alike_are_looked_for_at_once(monkeypatch):
    asked = []
    real = anchor_search.find
    monkeypatch.setattr(kernel, "anchors", None)
    monkeypatch.setattr(anchor_search, "find", lambda *a: asked.append(a[1]) or real(*a))
    AnchorIndex(map(Anchor, ALIKE[:3])).search_bytes(b"no")
    assert len(asked) == 1
    asked.clear()
    AnchorIndex(map(Anchor, [b"AKIA", b"AK"])).search_bytes(b"no")
    assert len(asked) == 2


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
