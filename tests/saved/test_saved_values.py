"""The values of a saved report: shown as the report has them, printed redacted."""

from __future__ import annotations

import pytest

from scanner.saved.values import SavedValue


@pytest.mark.parametrize("text", ["AKIA****3EEG", "ab****yz", "****"])
def test_a_redacted_value_stays_as_it_is(text: str) -> None:
    value = SavedValue.of(text)
    assert value.shown(True) == value.redacted() == str(value) == text


def test_a_value_in_full_is_printed_redacted() -> None:
    text = "x" * 40
    value = SavedValue.of(text)
    assert value.shown(True) == text
    assert value.redacted() == "xx****xx"
    assert text not in f"{value} {value!r}"


def test_half_a_surrogate_pair_is_a_value_all_the_same() -> None:
    assert SavedValue.of("\ud800").redacted() == "****"
