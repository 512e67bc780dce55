"""Lines and columns, and the way from decoded content back to the file, against slow versions."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from scanner import content
from scanner.content import Layer, Segments, count_lines, line_end, line_start

TEXTS = st.lists(
    st.sampled_from(
        [
            b"\n",
            b"\r",
            b"\r\n",
            b"a",
            b"bc",
            "\u00e9".encode(),
            "\U0001f511".encode(),
            b"\xff",
            b"\xc3",
            b"\x80",
        ]
    ),
    max_size=40,
).map(b"".join)


def naive_position(data: bytes, offset: int) -> tuple[int, int]:
    """Walk over the bytes: a line feed ends a line, a carriage return too unless one follows."""
    line, begin = 1, 0
    for at in range(offset):
        ends = data[at : at + 1] == b"\n" or (
            data[at : at + 1] == b"\r" and data[at + 1 : at + 2] != b"\n"
        )
        if ends:
            line, begin = line + 1, at + 1
    return line, 1 + len(data[begin:offset].decode("utf-8", "surrogateescape"))


def boundaries(data: bytes) -> list[int]:
    """Return the offsets that no character of valid UTF-8 stands astride."""
    offsets, at = [0], 0
    for character in data.decode("utf-8", "surrogateescape"):
        at += len(character.encode("utf-8", "surrogateescape"))
        offsets.append(at)
    return offsets


@given(TEXTS, st.data())
def test_positions_in_any_order(data, draw):
    layer = Layer(data)
    offsets = draw.draw(st.lists(st.sampled_from(boundaries(data)), max_size=10))
    for offset in offsets:
        assert layer.position(offset) == naive_position(data, offset)


@given(TEXTS)
def test_positions_in_ascending_order(data):
    layer = Layer(data)
    for offset in boundaries(data):
        expected = naive_position(data, offset)
        assert layer.count_position(offset) == expected
        assert layer.position(offset) == expected


@given(TEXTS, st.integers(1, 99), st.integers(1, 99))
def test_a_window_goes_on_from_its_base(data, line, column):
    layer = Layer(data, base_line=line, base_column=column)
    for offset in boundaries(data):
        found, where = naive_position(data, offset)
        assert layer.position(offset) == (
            (line + found - 1, where) if found > 1 else (line, column + where - 1)
        )


@given(TEXTS, st.data())
def test_count_lines(data, draw):
    start = draw.draw(st.integers(0, len(data)))
    end = draw.draw(st.integers(start, len(data)))
    whole = naive_position(data, end)[0] - naive_position(data, start)[0]
    assert count_lines(data, start, end) == whole


@given(TEXTS, st.data())
def test_line_start_and_end(data, draw):
    offset = draw.draw(st.sampled_from(boundaries(data)))
    begin, finish = line_start(data, offset), line_end(data, offset)
    # The line is what stands between two line ends; the pair of both counts as one.
    ends = [match.span() for match in re.finditer(rb"\r\n|\r|\n", data)]
    assert begin == max((end for _, end in ends if end <= offset), default=0)
    assert (
        finish
        == min(
            (start for start, end in ends if start >= offset or offset == start + 1 < end),
            default=len(data),
        )
        or data[offset - 1 : offset + 1] == b"\r\n"
    )


def test_floor_and_ceiling_bound_a_line():
    data = b"first\n" + b"x" * 100 + b"\nlast"
    assert line_start(data, 60, 40) == 40
    assert line_start(data, 60, 2) == 6
    assert line_end(data, 20, 30) == 30
    assert line_end(data, 20, 500) == 106


def test_counting_goes_on_from_where_it_was(monkeypatch):
    """Many positions in one file cost one pass over it, whatever ends its lines."""
    looked_at = 0

    def counted(data, start, end):
        nonlocal looked_at
        looked_at += end - start
        return count_lines(data, start, end)

    reached = []

    def floored(data, offset, floor=0):
        reached.append(offset - floor)
        return line_start(data, offset, floor)

    monkeypatch.setattr(content, "count_lines", counted)
    monkeypatch.setattr(content, "line_start", floored)
    for end in (b"\n", b"\r", b"\r\n"):
        looked_at = 0
        reached.clear()
        layer = Layer((b"some words" + end) * 1000)
        for offset in range(0, len(layer.data), 100):
            layer.position(offset)
        assert looked_at <= len(layer.data)
        assert sum(reached) <= len(layer.data)


# -- layers ---------------------------------------------------------------------------------------


def test_member_names_and_decoders():
    file = Layer(b"")
    archive = Layer(b"", below=file, decoder="zip", member="lib.jar")
    inner = Layer(b"", below=archive, decoder="zip", member="a/b.txt")
    text = Layer(b"", below=inner, decoder="base64", offsets=Segments([0], [0]))
    assert (file.member, archive.member, inner.member) == ("", "lib.jar", "lib.jar!/a/b.txt")
    assert text.member == "lib.jar!/a/b.txt"
    assert (file.decoders, text.decoders) == ((), ("zip", "zip", "base64"))
    assert [layer.depth for layer in (file, archive, inner, text)] == [0, 1, 2, 3]


def test_ground_stops_at_text_of_its_own():
    file = Layer(b"x" * 100)
    member = Layer(b"one\ntwo %41", below=file, decoder="zip", member="m")
    decoded = Layer(
        b"two A", below=member, decoder="percent", offsets=Segments([0, 4, 5], [4, 8, 11])
    )
    assert decoded.ground(4, 5) == (member, 8, 11)
    assert decoded.place(4, 5) == (2, 5, 2, 8)
    assert decoded.place(0, 3) == (2, 1, 2, 4)


@given(st.text(alphabet="ab%/", max_size=30), st.data())
def test_segments_map_spans_back_to_their_escapes(plain, draw):
    pieces = [f"%{ord(character):02X}" if character in "%/" else character for character in plain]
    source = "".join(pieces)
    starts = [sum(map(len, pieces[:n])) for n in range(len(pieces) + 1)]
    segments = Segments(list(range(len(plain) + 1)), starts)
    start = draw.draw(st.integers(0, len(plain)))
    end = draw.draw(st.integers(start, len(plain)))
    begin, finish = segments.source(start, end)
    assert source[begin:finish] == "".join(pieces[start:end])


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 8)), min_size=1, max_size=10), st.data()
)
def test_segments_of_several_bytes(lengths, draw):
    """Stretches of the same length on both sides are mapped byte for byte, others as a whole."""
    decoded, source = [0], [10]
    for plain, escaped in lengths:
        if plain > 1:
            escaped = plain
        decoded.append(decoded[-1] + plain)
        source.append(source[-1] + escaped)
    segments = Segments(decoded, source)
    for number, (plain, _) in enumerate(lengths):
        first, behind = segments.source(decoded[number], decoded[number] + plain)
        assert (first, behind) == (source[number], source[number + 1])
        if plain > 1:
            offset = draw.draw(st.integers(0, plain - 1))
            at = decoded[number] + offset
            assert segments.source(at, at + 1) == (
                source[number] + offset,
                source[number] + offset + 1,
            )
