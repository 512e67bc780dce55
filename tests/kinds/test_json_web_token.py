"""JSON Web Tokens: `scanner.kinds.json_web_token`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.kinds import json_web_token
from scanner.rulebook.generator import Generator

NAMES = st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=8)
CLAIMS = st.dictionaries(NAMES, st.integers() | st.text(max_size=20), min_size=1, max_size=5)


@given(CLAIMS)
def test_what_was_made_can_be_read(claims: dict[str, object]) -> None:
    text = json_web_token.make(Generator(1), {"alg": "RS256"}, claims).encode()
    token = json_web_token.parse(text)
    assert token is not None
    assert (token.header, token.claims) == ({"alg": "RS256"}, claims)


@given(st.binary(max_size=60))
def test_any_bytes_can_be_read(text: bytes) -> None:
    json_web_token.parse(text)
    json_web_token.json_object(text)


@pytest.mark.parametrize("text", [b"", b"a.b", b"eyJ.eyJ.x", b"e30.e30.AAAA", b"e30.e30.e30.e30"])
def test_other_text_is_no_token(text: bytes) -> None:
    assert json_web_token.parse(text) is None


@pytest.mark.parametrize("content", [b"[1]", b"{", b"1", b'{"a":' * 100_000])
def test_other_json_is_no_object(content: bytes) -> None:
    assert json_web_token.json_object(content) is None


@pytest.mark.parametrize(
    ("seconds", "time"),
    [
        (1_771_061_400, "2026-02-14T09:30:00Z"),
        (0, ""),
        (-1, ""),
        (1 << 40, ""),
        (True, ""),
        (1.5, ""),
        ("1771061400", ""),
        (None, ""),
    ],
)
def test_only_a_number_of_seconds_is_a_time(seconds: object, time: str) -> None:
    assert json_web_token.iso(seconds) == time
