"""The lines around a value: never a piece of the value's own line."""

from __future__ import annotations

import pytest

from scanner.kinds.surroundings import neighbour_lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_every_kind(end: str) -> None:
    data = end.join(["first", "above", "the value here", "below", "last"]).encode()
    start = data.index(b"value")
    assert neighbour_lines(data, start, start + 5) == (b"above", b"below")


def test_the_edges_of_the_data() -> None:
    assert neighbour_lines(b"value", 0, 5) == (b"", b"")
    assert neighbour_lines(b"\nvalue\n", 1, 6) == (b"", b"")


@pytest.mark.parametrize("size", [399, 400, 401, 5000])
def test_the_rest_of_a_long_line_is_no_neighbour(size: int) -> None:
    data = b"above\n" + b"x" * size + b"value" + b"y" * size + b"\nbelow"
    start = data.index(b"value")
    above, below = neighbour_lines(data, start, start + 5)
    assert above in (b"", b"above")
    assert below in (b"", b"below")
    if size > 400:
        assert (above, below) == (b"", b"")
