"""The file of a baseline: what goes in comes out, in one order, and damage is named."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.baseline.baseline_file import HEADER, Baseline, Line, added, is_date, parse, render
from scanner.baseline.entry import PART_DIGITS, Entry
from scanner.errors import ConfigError

FINGERPRINT = "0123456789abcdef" * 2
PART = "89abcdef01234567"

words = st.text(st.characters(categories=["L", "N", "P"], exclude_characters="#"), min_size=1)
digits = st.text("0123456789abcdef", min_size=PART_DIGITS, max_size=PART_DIGITS)
made = st.builds(
    Entry,
    fingerprint=st.text("0123456789abcdef", min_size=32, max_size=32),
    rule_id=st.sampled_from(["aws-access-key-pair", "own_rule", "X1"]),
    parts=st.lists(digits, max_size=3).map(tuple),
    path=st.one_of(st.just(""), st.just("a/b%20c.py")),
    owner=st.one_of(st.just(""), words),
    expires=st.one_of(st.just(""), st.dates().map(lambda day: day.isoformat())),
    reason=st.one_of(st.just(""), st.lists(words, min_size=1, max_size=4).map(" ".join)),
)


@given(st.lists(made, max_size=8, unique_by=lambda entry: entry.fingerprint), st.randoms())
def test_what_is_written_is_read_again(entries: list[Entry], rng: object) -> None:
    baseline = added(Baseline(), entries)
    text = render(baseline)
    again = parse(text.encode(), "x")
    assert set(again.entries) == set(entries)
    assert render(again) == text
    assert text == text.strip() + "\n"

    # The order of the lines, as after a merge of both sides, does not matter.
    head, lines = text[: len(HEADER)], text[len(HEADER) :].splitlines(keepends=True)
    assert head == HEADER
    assert render(parse((head + "".join(reversed(lines + lines))).encode(), "x")) == text


def test_comments_belong_to_the_entry_below() -> None:
    one, two = FINGERPRINT, "f" * 32
    text = f"# top\n\n# about two\n{two} r reason=b\n# about one\n# and more\n{one} r\n# last\n"
    again = render(parse(text.encode(), "x"))
    assert again == (
        f"# top\n\n# about one\n# and more\n{one} r\n# about two\n{two} r reason=b\n# last\n"
    )
    assert render(parse(again.encode(), "x")) == again


def test_line_ends_and_a_mark_at_the_start_are_taken() -> None:
    text = f"\ufeff# a\r\n{FINGERPRINT} rule owner=me\r\n"
    assert parse(text.encode(), "x").entries == (Entry(FINGERPRINT, "rule", owner="me"),)


def test_an_empty_file_is_a_baseline() -> None:
    assert parse(b"", "x").entries == ()
    assert parse(b"\n\n", "x").entries == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("<<<<<<< HEAD", "has a merge conflict marker (<<<<<<<)"),
        ("||||||| 1234567", "has a merge conflict marker"),
        ("=======", "has a merge conflict marker"),
        (">>>>>>> topic", "has a merge conflict marker"),
        ("nonsense", "does not begin with a fingerprint"),
        (FINGERPRINT.upper() + " rule", "does not begin with a fingerprint"),
        (FINGERPRINT, "has no rule"),
        (f"{FINGERPRINT} r=1", "has no rule"),
        (f"{FINGERPRINT} rule word", "has a field that is not known"),
        (f"{FINGERPRINT} rule colour=red", "has a field that is not known"),
        (f"{FINGERPRINT} rule owner=a owner=b", "has the field owner twice"),
        (f"{FINGERPRINT} rule owner= reason=x", "has nothing after owner="),
        (f"{FINGERPRINT} rule reason=", "has nothing after reason="),
        (f"{FINGERPRINT} rule parts=12", "has parts that are not 16"),
        (f"{FINGERPRINT} rule expires=soon", "expires on no day"),
        (f"{FINGERPRINT} rule expires=2026-02-30", "expires on no day"),
    ],
)
def test_damage_is_named(line: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f"# a\n\n{line}\n".encode(), "a\x1b.txt")
    message = str(caught.value)
    assert message.startswith("line 3 of the baseline a\\x1b.txt ")
    assert said in message
    assert message.isprintable()
    assert "nonsense" not in message
    assert "red" not in re.sub("hexadecimal", "", message).split()


def test_content_that_is_no_text() -> None:
    with pytest.raises(ConfigError, match="line 2 of the baseline x is not UTF-8"):
        parse(b"# a\n\xff\n", "x")


@given(st.binary(max_size=200))
def test_no_content_is_worse_than_an_error(content: bytes) -> None:
    with suppress(ConfigError):
        parse(content, "x")


def test_added_keeps_what_is_there() -> None:
    old = Entry(FINGERPRINT, "rule", reason="old")
    baseline = Baseline((Line(old, "# c\n"),))
    new = [old._replace(reason="new"), Entry("f" * 32, "rule"), Entry("f" * 32, "other")]
    assert added(baseline, new).lines == (Line(old, "# c\n"), Line(Entry("f" * 32, "other")))


@pytest.mark.parametrize("text", ["2026-11-28", "0001-01-01"])
def test_dates(text: str) -> None:
    assert is_date(text)


@pytest.mark.parametrize("text", ["", "2026-13-01", "2026-11-31", "28.11.2026", "2026-11-28T00"])
def test_no_dates(text: str) -> None:
    assert not is_date(text)
