"""The words for whether something was pushed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.pushed import Pushed, most_exposed, totals

SCHEMA = Path(__file__).parent.parent / "docs" / "report.schema.json"


def test_the_schema_has_every_reason() -> None:
    history = json.loads(SCHEMA.read_text())["$defs"]["history"]["properties"]
    reasons = {each.value for each in Pushed if not each.is_known}
    assert set(history["pushed_unknown"]["enum"]) == reasons


@pytest.mark.parametrize("state", Pushed)
def test_what_is_not_known_says_why(state: Pushed) -> None:
    assert bool(state.why) == (state.truth is None)
    assert state.why in state.words
    assert state.answer == {True: "yes", False: "no", None: "unknown"}[state.truth]


def test_one_copy_that_was_pushed_is_enough() -> None:
    assert most_exposed([Pushed.NO, Pushed.TAG, Pushed.YES]) is Pushed.YES
    assert most_exposed([Pushed.NO, Pushed.TAG, Pushed.NO_REMOTE]) is Pushed.NO_REMOTE
    assert most_exposed([Pushed.NO]) is Pushed.NO


def test_totals() -> None:
    assert totals([Pushed.YES, Pushed.NO]) == "1 already pushed"
    assert totals([Pushed.TAG, Pushed.NO]) == "0 already pushed, 1 not known whether pushed"
