"""The type that holds credentials: whatever is done with it by accident, nothing comes out."""

from __future__ import annotations

import copy
import json
import pickle
import re
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.secret import MASK, Secret, printable, visible


@given(st.binary(max_size=120))
def test_no_accident_prints_more_than_the_ends(value):
    secret = Secret(value)
    text = value.decode("latin-1")
    for printed in (
        repr(secret), str(secret), f"{secret}", f"{secret!r:>80}", f"{secret:.200}",
        "{}".format(secret),  # noqa: UP032 -- another way to format
        f"{secret!s}", repr([secret]), repr({"a": secret}), json.dumps(secret, default=str),
        ascii(secret), secret.redacted(), secret.shown(False),
    ):  # fmt: skip
        windows = {text[at : at + 5] for at in range(len(text) - 4)}
        # What the printed form has of its own is no part of the value.
        assert not [
            w for w in windows if w in printed and w not in f"Secret({MASK})" and MASK not in w
        ]


def test_not_in_a_traceback():
    secret = Secret(b"correct-horse-battery-staple")
    with pytest.raises(ValueError, match=r"\*\*\*\*") as caught:
        raise ValueError(f"cannot use {secret}")
    assert "horse" not in "".join(traceback.format_exception(caught.value))
    assert not hasattr(secret, "__dict__")


@pytest.mark.parametrize(
    ("length", "visible"), [(0, 0), (12, 0), (19, 0), (20, 8), (24, 8), (25, 4), (40, 4), (900, 4)]
)
def test_how_much_is_visible(length, visible):
    alphabet = [chr(65 + number % 26) for number in range(length)]
    redacted = Secret("".join(alphabet).encode()).redacted()
    assert len(redacted) == visible + len(MASK)
    half = visible // 2
    assert redacted == "".join(alphabet[:half]) + MASK + "".join(alphabet[length - half :])


def test_what_is_not_ascii_is_masked_whole():
    assert Secret("\u00e9".encode() * 30).redacted() == MASK
    assert Secret(b"\xff" * 40).redacted() == MASK


def test_control_characters_do_not_reach_a_terminal():
    assert Secret(b"\x1b[2J" + b"x" * 40).redacted() == f"\\x1b[{MASK}xx"


def test_shown_only_on_request():
    secret = Secret(b"x" * 40)
    assert secret.shown(True) == "x" * 40
    assert secret.shown(False) == f"xx{MASK}xx"
    assert Secret(b"caf\xe9").shown(True) == "caf\\xe9"
    assert secret.reveal() == b"x" * 40
    assert len(secret) == 40


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_equal_by_value_and_nothing_else(one, other):
    assert (Secret(one) == Secret(other)) == (one == other)
    assert hash(Secret(one)) == hash(Secret(bytes(one)))
    assert Secret(one) != one
    assert pickle.loads(pickle.dumps(Secret(one))) == Secret(one)
    assert copy.deepcopy(Secret(one)) == Secret(one)


@given(st.binary(max_size=60))
def test_printable_text_is_one_line_without_control_characters(raw):
    text = printable(raw.decode("utf-8", "surrogateescape"))
    assert text.isprintable()
    text.encode("utf-8")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"plain name", "plain name"),
        (b"line\nfeed", "line\\nfeed"),
        (b"\x1b[31m", "\\x1b[31m"),
        (b"caf\xe9", "caf\\xe9"),
        ("na\u00efve \U0001f511".encode(), "na\u00efve \U0001f511"),
        ("\u202eevil".encode(), "\\u202eevil"),
        (b"\xff\xfe", "\\xff\\xfe"),
    ],
)
def test_printable(raw, shown):
    assert printable(raw.decode("utf-8", "surrogateescape")) == shown


# What is printed may stand in the log of a CI job, whose runner reads commands in it. GitHub's
# takes `::name ...::` at the start of a line, behind white space, and `##[name]` anywhere in it
# (ActionCommand.cs of actions/runner); Azure Pipelines takes `##vso[` (logging commands), and
# `##[group]` and the like (formatting commands); TeamCity takes `##teamcity[` (service messages).
READ_AS_COMMAND = re.compile(r"^\s*::|##[A-Za-z]*\[")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("##[stop-commands]x.ini", "#\\x23[stop-commands]x.ini"),
        ("a##vso[task.setvariable]", "a#\\x23vso[task.setvariable]"),
        ("##VSO[task]", "#\\x23VSO[task]"),
        ("##teamcity[message]", "#\\x23teamcity[message]"),
        ("###[x", "##\\x23[x"),
        ("####[x", "###\\x23[x"),
        ("##[##[", "#\\x23[#\\x23["),
        ("::stop-commands::x", "\\x3a:stop-commands::x"),
        ("  ::echo::on", "  \\x3a:echo::on"),
        # A line that is broken for the terminal may begin with any of its words.
        ("a ::echo::on", "a \\x3a:echo::on"),
        (":::a::b", "\\x3a::a::b"),
        # What no runner reads stays as it is.
        ("## title", "## title"),
        ("a#[b]", "a#[b]"),
        ("Foo::Bar.3pm", "Foo::Bar.3pm"),
        ("a: :b", "a: :b"),
        ("fe80::1", "fe80::1"),
    ],
)
def test_printable_is_no_command_of_a_runner(raw, shown):
    assert printable(raw) == shown
    assert printable(shown) == shown
    assert visible(raw) == raw


@given(st.text("#:[] vsoVSO\n\x1b\u2028\xa0a", max_size=16))
def test_printable_never_has_a_command(text):
    for line in printable(text).split(" "):
        assert not READ_AS_COMMAND.search(line), text


@given(st.text("#:[] vso", max_size=12))
def test_printable_twice_is_printable_once(text):
    assert printable(printable(text)) == printable(text)


def test_the_search_for_commands_finds_them():
    """The tests above can fail: they do for text that is not taken apart."""
    assert all(map(READ_AS_COMMAND.search, (visible("##[a]"), visible(" ::a::"), "x##vso[a]")))
