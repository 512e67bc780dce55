from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.line_hash import line_hash, line_hashes

GREETINGS = [
    "e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1", "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1",
]  # fmt: skip

# The vectors that GitHub's upload action publishes in its own tests.
PUBLISHED = [
    (b"", ["c129715d7a2bc9a3:1"]),
    (
        b" a\nb\n  \t\tc\n d",
        ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
    ),
    (
        b" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
        [
            "8b7cf3e952e7aeb2:1", "b1ae1287ec4718d9:1", "bff680108adb0fcc:1",
            "c6805c5e1288b612:1", "b86d3392aea1be30:1", "e6ceba753e1a442:1",
        ],
    ),
    (b" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", GREETINGS),
    (b" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", GREETINGS),
    (b" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", GREETINGS),
    (b" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", GREETINGS),
    (
        b"Lorem ipsum dolor sit amet.\n" * 10,
        [
            *(f"a7f2ff13bc495cf2:{number}" for number in range(1, 7)),
            "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1",
            "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), PUBLISHED)
def test_published_vectors(data, expected):
    assert line_hashes(data) == dict(enumerate(expected, 1))


def by_definition(data: bytes) -> dict[int, str]:
    """The definition, word for word and slowly."""
    text = data.decode("utf-8", "replace")
    raw = text.encode("utf-16-le")
    units = [int.from_bytes(raw[at : at + 2], "little") for at in range(0, len(raw), 2)]
    kept: list[int] = []
    before = None
    for unit in units:
        if not (unit == 10 and before == 13) and unit not in (9, 32):
            kept.append(10 if unit == 13 else unit)
        before = unit
    kept += [65535] + [0] * 100
    starts = [0] + [at + 1 for at, unit in enumerate(kept) if unit == 10]
    seen: dict[int, int] = {}
    hashes = {}
    for line, start in enumerate(starts, 1):
        value = sum(kept[start + i] * 37 ** (99 - i) for i in range(100)) % 2**64
        seen[value] = seen.get(value, 0) + 1
        hashes[line] = f"{value:x}:{seen[value]}"
    return hashes


FRAGMENTS = st.sampled_from(
    [
        b"\n", b"\r", b"\r\n", b" ", b"\t", b"a", b"b" * 40, b"x" * 99, "é€😀".encode(), b"\xff",
        b"\xe2\x82", "\ufeff".encode(), b"\0", "\uffff".encode(), b"same line\n",
        b"another line of text\n",
    ]
)  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=60).map(b"".join), st.sets(st.integers(-1, 40)))
def test_equals_the_definition(data, wanted):
    expected = by_definition(data)
    assert line_hashes(data) == expected
    assert line_hashes(data, wanted) == {n: expected[n] for n in wanted if n in expected}


def test_for_the_engine_uses_the_lines_of_the_layer():
    data = b"a\nb\na\nb\n"
    window = Layer(data, base_line=11)
    other = Layer(b"something else\n")
    expected = line_hashes(data)
    assert [line_hash(window, line) for line in (11, 12)] == [expected[1], expected[2]]
    assert line_hash(other, 1) == line_hashes(other.data)[1]
    assert line_hash(window, 13) == expected[3]
    assert line_hash(window, 99) == line_hash(window, 10) == ""
