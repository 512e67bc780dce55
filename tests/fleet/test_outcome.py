"""What is written of an outcome is read again, and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.fleet.outcome import Outcome, State, read, written

NAMES = st.text(st.characters(codec="utf-8"), min_size=1)
DIGEST = "0" * 64


REPORTS = st.sampled_from(("", f"{'0' * 32}-{DIGEST}"))
KEYS = st.sampled_from(("", DIGEST))


@settings(max_examples=settings().max_examples // 4)
@given(st.builds(Outcome, NAMES, st.sampled_from(State), st.text(), KEYS, REPORTS, st.text()))
def test_it_comes_back(outcome: Outcome) -> None:
    assert read(written(outcome)) == outcome


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2}, {"version": "1"}, {"name": ""}, {"name": None}, {"state": "good"},
        {"key": "../x"}, {"report": "../../x"}, {"report": f"{'0' * 32}-"}, {"detail": ["x"]},
    ],
)  # fmt: skip
def test_anything_else_is_damaged(change: dict[str, object]) -> None:
    fields = json.loads(written(Outcome("name", State.CLEAN)))
    assert read(json.dumps(fields).encode())
    assert read(json.dumps(fields | change).encode()) is None


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_no_json_is_damaged(content: bytes) -> None:
    assert read(content) is None
