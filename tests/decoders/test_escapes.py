"""The neighbourhoods of escapes: what is decoded together, and how much of it."""

from __future__ import annotations

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders.escapes import (
    GAP,
    LARGEST,
    REACH,
    EscapeMap,
    decode_escapes,
    neighbourhoods,
)
from scanner.decoders.interface import Budget

ESCAPE = re.compile(rb"%[0-9A-F]{2}")


def replace(match: re.Match[bytes]) -> bytes:
    return bytes.fromhex(match[0][1:].decode())


def test_spans_hold_their_lines_and_the_neighbouring_ones():
    data = b"zero\none\ntwo\nthree %2F\nfour\nfive\n"
    assert list(neighbourhoods(data, [data.index(b"%")])) == [(5, data.index(b"\nfive"))]


def test_spans_stop_at_the_reach_and_never_inside_a_run():
    data = b"a" * 100 + b" " + b"b" * REACH + b"-" * 50 + b"%2F" + b"-" * 50 + b"c" * 9000
    at = data.index(b"%")
    ((begin, end),) = neighbourhoods(data, [at])
    assert begin == data.index(b"-")
    assert end == data.index(b"c")


def test_near_spans_become_one_and_far_ones_do_not():
    line = b"%2F\n"
    near = line + b"x" * (GAP - 2) + b"\n\n" + line
    assert len(list(neighbourhoods(near, [0, near.rindex(b"%")]))) == 1
    far = line + b"x\n" * GAP + line
    assert len(list(neighbourhoods(far, [0, far.rindex(b"%")]))) == 2


def test_a_long_line_of_escapes_is_decoded_about_once():
    data = b"/%2F0" * 600_000
    spans = list(neighbourhoods(data, range(1, len(data), 5)))
    assert spans[0][0] == 0
    assert spans[-1][1] == len(data)
    assert all(after[0] < before[1] for before, after in itertools.pairwise(spans))
    assert all(end - begin <= LARGEST + 3 * REACH for begin, end in spans)
    assert sum(end - begin for begin, end in spans) < len(data) * 1.02


@given(st.lists(st.sampled_from([b"%2F", b"%2B", b"%", b"ab", b"\n", b"%41%42", "é".encode()])))
def test_map_agrees_with_decoding_byte_by_byte(pieces):
    data = b"".join(pieces)
    decoded = ESCAPE.sub(replace, data)
    offsets = EscapeMap(data, 0, len(data), ESCAPE, replace)
    at = 0
    for place in range(len(decoded)):
        width = 3 if ESCAPE.match(data, at) else 1
        assert offsets.source(place, place + 1) == (at, at + width)
        assert offsets.source(place, len(decoded)) == (at, len(data))
        at += width


def test_budget_is_taken_before_and_what_exceeds_it_is_left():
    layer = Layer(b"%2F" + b"x\n" * 5000 + b"%2F")
    budget = Budget(layers=1)
    made = decode_escapes(layer, [0, len(layer.data) - 3], budget, "percent", ESCAPE, replace)
    assert len(list(made)) == 1
    assert [reason for reason, _ in budget.left] == ["decoder-limit"]


@given(
    st.lists(st.sampled_from([b"%2F", b"-", b"ab", b"%41%42", b"0123456789"]), max_size=14),
    st.integers(0, 20),
    st.integers(0, 20),
)
def test_a_place_at_the_head_is_known_without_the_rest(pieces, start, size):
    """Also where an escape leaves nothing, as a colour does."""
    data = b"".join(pieces)
    for replaced in (replace, lambda _: b""):
        decoded = ESCAPE.sub(replaced, data)
        if start + size > len(decoded):
            continue
        span = start, start + size
        whole = EscapeMap(data, 0, len(data), ESCAPE, replaced)._build()
        assert EscapeMap(data, 0, len(data), ESCAPE, replaced).source(*span) == whole.source(*span)


def test_what_begins_like_an_archive_is_not_mapped_to_its_end():
    """A drawing in an image has a hundred thousand escapes, and nothing is found in most."""
    seen = []
    offsets = EscapeMap(b"%2F" * 1000, 0, 3000, ESCAPE, lambda match: seen.append(1) or b"/")
    assert offsets.source(0, 1) == (0, 3)
    assert len(seen) < 5
