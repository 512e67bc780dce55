"""Base64 with and without its padding, in both alphabets."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.aws.encoded import decode


@given(st.binary(max_size=200), st.integers(0, 2))
def test_both_alphabets_and_any_padding(raw: bytes, padding: int) -> None:
    for text in (base64.b64encode(raw), base64.urlsafe_b64encode(raw)):
        assert decode(text) == raw
        bare = text.rstrip(b"=")
        assert decode(bare + b"=" * min(padding, len(text) - len(bare))) == raw


@pytest.mark.parametrize(
    "text", [b"A", b"AAAAA", b"AA!A", b"AA A", b"AA\nAA", b"AA=A", b"\xff\xff"]
)
def test_what_is_not_base64(text: bytes) -> None:
    assert decode(text) is None
