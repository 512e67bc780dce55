"""Places of gzip inside base64: the compressed bytes whose codes gave a piece of text."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.decoders import gzip_file
from scanner.decoders.inflated import InflatedMap
from scanner.decoders.interface import Budget


class InPlace:
    """A map that says that a layer is in place, one to one."""

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return what it is given."""
        return start, end


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.binary(min_size=1, max_size=60), st.binary(max_size=300))
def test_the_span_holds_all_that_the_piece_needs(before, piece, after):
    data = gzip.compress(before, mtime=0) + gzip.compress(piece, mtime=0)
    data += gzip.compress(after, mtime=0)
    low, high = InflatedMap(data).source(len(before), len(before) + len(piece))
    assert 0 <= low < high <= len(data)
    # What is before the end of the span is enough to read the piece.
    got = b""
    rest = data[:high]
    while rest:
        inflater = zlib.decompressobj(31)
        got += inflater.decompress(rest)
        rest = inflater.unused_data
    assert got.startswith(before + piece)


def test_places_of_two_values_are_two_places(key_id, secret):
    content = b"a\n" * 40 + key_id(1) + b" " + secret(1) + b"\n"
    found = InflatedMap(gzip.compress(content, mtime=0))
    at, then = content.index(key_id(1)), content.index(secret(1))
    one, other = found.source(at, at + 20), found.source(then, then + 40)
    assert one[0] < other[0]
    assert one[1] < other[1]


@pytest.mark.parametrize("in_place", [True, False])
def test_only_what_is_in_place_has_such_a_map(in_place):
    below = Layer(b"x" * 100)
    data = gzip.compress(b"content\n" * 9, mtime=0)
    layer = Layer(data, below=below, decoder="base64", offsets=InPlace() if in_place else None)
    (made,) = gzip_file.decode(layer, [], Budget())
    assert isinstance(made.offsets, InflatedMap) is in_place


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 80), st.integers(0, 200), st.integers(0, 200))
def test_what_is_cut_off_has_places_within_it(size, start, length):
    data = gzip.compress(b"some content of a file\n" * 9, mtime=0)[: size + 11]
    low, high = InflatedMap(data).source(start, start + length)
    assert 0 <= low < high <= len(data)
