"""Pieces of something longer: the tests on any bytes, and texts that only look alike.

`tests/engine/test_ciphertexts.py` has the hashes, ciphertexts and encodings themselves.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.kinds.encoded_places import (
    begins_in_escape,
    follows_chunk,
    in_address,
    is_hash_or_ciphertext,
    is_percent_encoded,
)
from scanner.kinds.wrapped_lines import in_wrapped_lines
from scanner.rulebook.generator import Generator

TESTS = (in_address, in_wrapped_lines, is_hash_or_ciphertext, is_percent_encoded)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_around(before, after):
    data = before + b"V" * 40 + after
    for test in TESTS:
        assert test(data, len(before), len(before) + 40) in (True, False)
    assert follows_chunk(data, len(before)) in (True, False)
    assert begins_in_escape(data, len(before)) in (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "secret=S", "cost $5 S", "echo $1 S", "a{b}S", "ENC[x] S", "v1: S", "vault:v1: S", "x}S",
        "https://I:S@host.example.org/", "https://a.example.org/?key=S", "s3://I:S@bucket/",
        "https://example.org/ S", "100% S", "S%3D", "S%0A", "S\nS", "S\n\nS\nS",
    ],
)  # fmt: skip
def test_a_secret_of_its_own(text):
    made = Generator(text)
    data = b"".join(
        made.secret_access_key().encode() if piece == "S" else piece.encode()
        for piece in re.split(r"(S)", text)
    )
    values = list(re.finditer(rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/])", data))
    assert values
    for found in values:
        for test in TESTS:
            assert not test(data, *found.span()), test.__name__
