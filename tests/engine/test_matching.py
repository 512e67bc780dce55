"""Running patterns around anchors: windows, their edges, and the time limit of users' patterns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine import matching
from scanner.engine.matching import PatternTimeout, Spent, find
from scanner.kinds.interface import Match
from scanner.rulebook.checking import check

if TYPE_CHECKING:
    from scanner.rulebook.model import Rule


def rule(pattern: str, *, shipped: bool = True, **changes: object) -> Rule:
    mapping = {
        "id": "acme",
        "name": "ACME",
        "summary": "ACME.",
        "severity": "low",
        "anchors": [{"literal": "acme"}],
        "pattern": pattern,
        **changes,
    }
    return check(mapping, "acme.yaml", shipped=shipped).rule


BOTH = pytest.mark.parametrize("shipped", [True, False])


@BOTH
def test_the_group_called_value_is_the_match(shipped: bool) -> None:
    data = b"x acme=12345 y"
    assert find(rule("acme=([0-9]{5})", shipped=shipped), data, 2) == Match(2, 12)
    assert find(rule("acme=(?P<value>[0-9]{5})", shipped=shipped), data, 2) == Match(7, 12)


@BOTH
def test_a_match_before_the_anchor_does_not_count(shipped: bool) -> None:
    data = b"acme1 acme2 acme3"
    numbered = rule("acme[0-9]", shipped=shipped)
    assert find(numbered, data, 0) == Match(0, 5)
    assert find(numbered, data, 6) == Match(6, 11)
    assert find(numbered, data, 8) == Match(6, 11)  # covers the anchor
    assert find(numbered, data, 11) == Match(12, 17)  # comes after it
    assert find(numbered, data, 17) is None


@BOTH
def test_an_empty_value_is_no_match(shipped: bool) -> None:
    assert find(rule("acme=(?P<value>[0-9]{0,5})", shipped=shipped), b"acme=", 0) is None


@BOTH
def test_a_value_that_takes_no_part_is_no_match(shipped: bool) -> None:
    assert find(rule("acme(?:=(?P<value>[0-9]))?", shipped=shipped), b"acme;", 0) is None


@BOTH
def test_the_window_before_the_anchor(shipped: bool) -> None:
    data = b"(" + b"-" * 10 + b"acme)"
    near = rule(r"\(-{0,20}acme\)", shipped=shipped, before=11)
    far = rule(r"\(-{0,20}acme\)", shipped=shipped, before=10)
    assert find(near, data, 11) == Match(0, 16)
    assert find(far, data, 11) is None


@BOTH
def test_look_behind_sees_what_is_before_the_window(shipped: bool) -> None:
    bounded = rule("(?<![a-z])[a-z]{0,9}acme", shipped=shipped, before=3)
    assert find(bounded, b"bbbbbacme", 5) is None
    assert find(bounded, b"-bbbacme", 4) == Match(1, 8)


@BOTH
@pytest.mark.parametrize("after", [1, 60, 200, 1000])
@pytest.mark.parametrize("size", [50, 150, 5000])
def test_a_long_match_is_followed_beyond_the_window(shipped: bool, after: int, size: int) -> None:
    long = rule("acme[0-9]{0,9000}(?![0-9a-z])", shipped=shipped, after=after + 4)
    data = b"acme" + b"7" * size
    assert find(long, data + b" " * 9000, 0) == Match(0, 4 + size)
    # ... and what stands behind the window can rule a match out.
    assert find(long, data + b"z" * 9000, 0) in (None, Match(0, 4))


@BOTH
def test_the_end_of_the_window_is_not_the_end_of_the_data(shipped: bool) -> None:
    ended = rule(r"acme[0-9]{4}\Z", shipped=shipped, after=8)
    assert find(ended, b"acme1234", 0) == Match(0, 8)
    assert find(ended, b"acme1234 ", 0) is None
    word = rule(r"acme[0-9]{4}\b", shipped=shipped, after=8)
    assert find(word, b"acme1234x", 0) is None


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 200), st.integers(0, 60))
def test_windows_give_what_the_whole_data_gives(
    before: int, gap: int, after: int, digits: int
) -> None:
    pattern = "(?<![0-9])acme[0-9]{3,40}(?![0-9])"
    data = b" " * gap + b"acme" + b"7" * digits + b" " * gap
    found = find(rule(pattern, before=before, after=after + 48), data, gap)
    expected = re.search(pattern.encode(), data)
    assert found == (Match(*expected.span()) if expected else None)


def test_a_hostile_pattern_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "TIME_LIMIT", 0.02)
    slow = rule("acme(?:a|aa|aaa)+$", shipped=False)
    data = b"acme" + b"a" * 200 + b"b"
    with pytest.raises(PatternTimeout, match="the pattern of rule acme was stopped") as caught:
        find(slow, data, 0)
    assert caught.value.rule is slow


def test_the_time_of_a_rule_is_counted_for_each_content(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100))
    monkeypatch.setattr("time.monotonic", lambda: next(clock) * 0.06)
    first, second = rule("acme1", shipped=False), rule("acme2", shipped=False, id="other")
    data = b"acme1 acme2 " * 9
    # Each search takes 0.06 seconds by this clock: after the fourth, 0.2 seconds are used up.
    for _ in range(4):
        assert find(first, data, 0) == Match(0, 5)
    with pytest.raises(PatternTimeout):
        find(first, data, 0)
    assert find(second, data, 0) == Match(6, 11)  # another rule has time of its own
    assert find(first, bytes(bytearray(data)), 0) == Match(0, 5)  # and so has another content


def test_the_time_of_all_rules_is_counted_for_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10_000))
    monkeypatch.setattr("time.monotonic", lambda: next(clock) * 0.19)
    rules = [rule("acme1", shipped=False), rule("acme1", shipped=False, id="other")]
    run = Spent()
    stopped = []
    for number in range(400):
        try:
            find(rules[number % 2], b"acme1 %d" % number, 0, run)
        except PatternTimeout:
            stopped.append(number)
    # 60 seconds are over after 316 searches of 0.19 seconds, however many contents there are.
    assert stopped == list(range(316, 400))
    assert find(rules[0], b"acme1", 0, Spent()) == Match(0, 5)


def test_shipped_patterns_need_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.monotonic", None)
    assert find(rule("acme1"), b"acme1", 0) == Match(0, 5)


def test_users_patterns_have_the_additions_of_the_library() -> None:
    with_property = rule(r"acme(?<num>\p{N}{2})", shipped=False)
    assert find(with_property, b"acme12", 0) == Match(0, 6)


@BOTH
def test_without_a_window_before_a_match_begins_at_the_anchor(shipped: bool) -> None:
    exact = rule("(?<![a-z])acme[0-9]{1,9}", shipped=shipped, before=0, after=70)
    assert find(exact, b"-acme1", 1) == Match(1, 6)
    assert find(exact, b"xacme1", 1) is None
    assert find(exact, b"acme- acme1", 0) is None
    assert find(exact, b"acme" + b"1" * 9 + b" " * 90, 0) == Match(0, 13)
