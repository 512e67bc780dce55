"""API keys of Amazon Location Service: `scanner.kinds.location_key`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.kinds.location_key import is_key, make_key
from scanner.rulebook.generator import Generator

RULE = "aws-location-api-key"


@pytest.mark.parametrize("text", ["apiKey = '{}'", "https://maps.example/x?key={}&y=1", '"{}"'])
def test_a_key(detect_one, text: str) -> None:
    key = make_key(Generator(1))
    assert detect_one(RULE, text.format(key)).value.reveal().decode() == key


@given(st.integers(0, 1 << 30))
def test_every_key_is_recognised(seed: int) -> None:
    key = make_key(Generator(seed)).encode()
    assert is_key(key)
    assert not is_key(key[:-40])


@given(st.binary(max_size=200))
def test_any_text_can_be_read(text: bytes) -> None:
    is_key(text)
    is_key(b"v1.public." + text)


def test_what_is_no_key(detect) -> None:
    key = make_key(Generator(2))
    assert detect(RULE, "x" + key) == []
    assert detect(RULE, key.removeprefix("v1.public.")) == []
    assert detect(RULE, "v2" + key.removeprefix("v1")) == []
