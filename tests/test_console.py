"""Colour, messages and the progress bar."""

from __future__ import annotations

import io
import itertools
import os
import sys
from typing import Any

import pytest

from scanner import console
from scanner.console import ProgressBar, say, wants_color

pytestmark = pytest.mark.usefixtures("clean_environment")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variables", "on_terminal", "elsewhere"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": "0"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, False, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "true"}, True, True),
        ({"FORCE_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": "false"}, False, False),
        ({"CLICOLOR_FORCE": "1"}, True, True),
        ({"CLICOLOR_FORCE": "0"}, True, False),
        ({"CLICOLOR_FORCE": ""}, True, False),
        ({"CLICOLOR": "0"}, False, False),
        ({"CLICOLOR": "1"}, True, False),
        ({"CLICOLOR": "0", "CLICOLOR_FORCE": "1"}, True, True),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
        ({"TERM": "xterm"}, True, False),
    ],
)
def test_the_environment_decides_on_colour(
    monkeypatch: Any, variables: dict[str, str], on_terminal: bool, elsewhere: bool
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert wants_color("auto", Terminal()) is on_terminal
    assert wants_color("auto", io.StringIO()) is elsewhere
    for stream in (Terminal(), io.StringIO(), None):
        assert wants_color("always", stream) is True
        assert wants_color("never", stream) is False


def test_a_closed_stream_is_no_terminal() -> None:
    stream = Terminal()
    stream.close()
    assert wants_color("auto", None) is False
    closed = io.StringIO()
    closed.close()
    assert wants_color("auto", closed) is False


def test_a_message_is_one_harmless_line(capsys: Any) -> None:
    say("name \x1b[31m\n\udcff end")
    assert capsys.readouterr().err == "name \\x1b[31m\\n\\xff end\n"


class Broken(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")

    def fileno(self) -> int:
        raise io.UnsupportedOperation


@pytest.mark.parametrize("stream", [None, Broken()])
def test_a_message_that_nobody_can_read_is_no_error(monkeypatch: Any, stream: Any) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    say("text")


# -- the bar ------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: Any) -> Any:
    """Let a second pass at every look at the clock."""
    seconds = itertools.count()
    monkeypatch.setattr(console, "monotonic", lambda: float(next(seconds)))
    return seconds


@pytest.mark.parametrize(
    ("stream", "variables", "expected"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"CI": "true"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
        (None, {}, False),
    ],
)
def test_where_a_bar_is_useful(
    monkeypatch: Any, stream: Any, variables: dict[str, str], expected: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ProgressBar.useful() is expected


def test_a_bar_is_drawn_and_leaves_nothing(clock: Any) -> None:
    stream = Terminal()
    bar = ProgressBar(stream)
    bar(1, 4, 3_000_000)
    drawn = "[#######---------------------] 1 of 4 files, 3 MB/s, 3 s left"
    assert stream.getvalue() == f"\r\x1b[2K{drawn}"
    bar(1000, 1000, 3_000_000)
    bar.clear()
    assert stream.getvalue().endswith("] 1,000 of 1,000 files, 2 MB/s\r\x1b[2K")
    written = stream.getvalue()
    bar.clear()
    assert stream.getvalue() == written


@pytest.mark.parametrize(
    ("done", "total", "left"),
    [
        (999, 1000, ", 1 s left"),
        (1, 60, ", 59 s left"),
        (1, 61, ", 1 min left"),
        (1, 100_000, ", 1,666 min left"),
        (1000, 1000, "MB/s"),
        (0, 1000, "MB/s"),
    ],
)
def test_a_bar_tells_how_long_it_will_take(clock: Any, done: int, total: int, left: str) -> None:
    stream = Terminal()
    ProgressBar(stream)(done, total, 1_000_000)
    assert stream.getvalue().endswith(left)


def test_a_short_scan_shows_no_bar(monkeypatch: Any) -> None:
    monkeypatch.setattr(console, "monotonic", lambda: 1.0)
    stream = Terminal()
    bar = ProgressBar(stream)
    bar(1, 2, 3)
    bar.clear()
    assert stream.getvalue() == ""


def test_a_bar_of_no_files(clock: Any) -> None:
    stream = Terminal()
    ProgressBar(stream)(0, 0, 0)
    assert "] 0 of 0 files" in stream.getvalue()


def test_a_line_where_the_total_is_not_known(clock: Any) -> None:
    stream = Terminal()
    ProgressBar(stream, noun="repositories listed")(1200, 0, 0)
    assert stream.getvalue() == "\r\x1b[2K1,200 repositories listed"


@pytest.mark.parametrize(("columns", "width"), [(40, 39), (10, 9), (200, 61), (0, 61)])
def test_a_bar_never_wraps(monkeypatch: Any, clock: Any, columns: int, width: int) -> None:
    class Narrow(Terminal):
        def fileno(self) -> int:
            return 2

    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((columns, 24)))
    stream = Narrow()
    ProgressBar(stream)(1, 4, 3_000_000)
    assert len(stream.getvalue().removeprefix("\r\x1b[2K")) == width


def test_a_terminal_that_goes_away_does_not_stop_the_scan(clock: Any) -> None:
    bar = ProgressBar(Broken())
    bar(1, 2, 3)
    bar.clear()
