"""Tests for `scanner.git.entry_head`: heads are read as they were written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.git.entry_head import read_head
from scanner.git.pack_heads import KINDS, NAME_DELTA, OFFSET_DELTA
from scanner.git.pack_index import PackError

CONTENT = b"\xff" * 40
"""What follows a head: as if each number went on."""


@given(
    kind=st.sampled_from([*KINDS, OFFSET_DELTA, NAME_DELTA]),
    size=st.integers(0, (1 << 62) - 1),
    back=st.integers(0, 1 << 62),
    base=st.binary(min_size=32, max_size=32),
    hash_size=st.sampled_from([20, 32]),
)
def test_any_head(
    pack_format: Any, kind: int, size: int, back: int, base: bytes, hash_size: int
) -> None:
    back = back if kind == OFFSET_DELTA else 0
    base = base[:hash_size] if kind == NAME_DELTA else b""
    whole = pack_format.head(kind, size)
    whole += pack_format.back(back) if kind == OFFSET_DELTA else base
    assert read_head(whole + CONTENT, hash_size) == (kind, len(whole), size, back, base)
    for end in range(len(whole)):
        with pytest.raises(PackError, match="its header has no end"):
            read_head(whole[:end], hash_size)


@pytest.mark.parametrize("kind", [0, 5])
def test_an_unknown_kind(pack_format: Any, kind: int) -> None:
    with pytest.raises(PackError, match=f"it is of the unknown kind {kind}"):
        read_head(pack_format.head(kind, 9) + CONTENT, 20)


def test_a_size_that_nothing_has(pack_format: Any) -> None:
    with pytest.raises(PackError, match="its header does not fit"):
        read_head(pack_format.head(3, 1 << 62) + CONTENT, 20)
