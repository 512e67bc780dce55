"""bzip2: what is one, and what only begins like one."""

from __future__ import annotations

import bz2

import pytest

from scanner.content import Layer
from scanner.decoders import bzip2
from scanner.decoders.interface import Budget


def encode(content: bytes) -> bytes:
    """Return `content` in bzip2, for test_registry.py."""
    return bz2.compress(content)


EXAMPLE = (encode(b"# x\nkey: VALUE\n"), b"VALUE", (2, 6, 2, 11))


@pytest.mark.parametrize("level", [1, 9])
def test_every_block_size_is_read(peel, level):
    assert [layer.data for layer in peel(bz2.compress(b"content", level))] == [b"content"]


@pytest.mark.parametrize("text", [b"BZh", b"BZh9", b"BZh9 is no block", b"BZh0" + b"1AY&SY" * 9])
def test_text_that_begins_like_bzip2_is_left_alone(text):
    budget = Budget()
    assert not list(bzip2.decode(Layer(text), [], budget))
    assert not budget.left
