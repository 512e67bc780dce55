"""Key IDs that somebody typed."""

from __future__ import annotations

import random

import pytest

from scanner.aws.typed import words_in


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("UNITTESTACCESSKY", ("UNIT", "TEST", "ACCESS")),
        ("THISISNOTAREALID", ("THIS", "NOT", "REAL")),
        ("Q3EGU2NX4JKLP7RT", ()),
        ("Q3EGKEYX4JKLP7RT", ()),
    ],
)
def test_words(body, words):
    assert words_in(body.encode()) == words


def test_random_ids():
    rng = random.Random(11)
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    assert not [body for _ in range(50_000) if words_in(body := bytes(rng.choices(alphabet, k=16)))]
