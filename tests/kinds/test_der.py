"""Elements of DER: `scanner.kinds.der`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.kinds import der


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=9))
def test_what_is_encoded_can_be_read(numbers: list[bytes]) -> None:
    raw = der.encode(der.SEQUENCE, b"".join(der.encode(der.INTEGER, each) for each in numbers))
    assert der.integers(raw) == numbers
    assert der.whole_sequence(raw) == (len(raw) - len(raw[der.whole_sequence(raw)[0] :]), len(raw))


@given(st.binary(max_size=80))
def test_any_bytes_can_be_read(raw: bytes) -> None:
    assert isinstance(der.integers(raw), list)
    for at in (0, 1, 79, 200):
        der.element(raw, at, der.SEQUENCE)


def test_what_is_cut_short_is_no_sequence() -> None:
    raw = der.encode(der.SEQUENCE, der.encode(der.INTEGER, b"1" * 200))
    assert der.integers(raw)
    assert der.integers(raw[:-1]) == []
    assert der.integers(raw + b"x") == []
    assert der.element(b"\x30\x84\1\1\1\1", 0, der.SEQUENCE) is None
