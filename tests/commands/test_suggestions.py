"""Misspelt commands, options and values: what was meant is named, and it exists."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from scanner.commands import COMMANDS, suggestions
from scanner.commands.parser import parser_of

pytestmark = pytest.mark.usefixtures("clean_environment")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sacn", "did you mean scan?"),
        ("SCAN", "did you mean scan?"),
        ("Hstory", "did you mean history?"),
        ("protect", "did you mean keycatch staged?"),
        ("audit", "did you mean keycatch baseline check?"),
        ("help sacn", "did you mean scan?"),
        ("scan --formt json", "did you mean --format?"),
        ("scan --formt=json", "did you mean --format?"),
        ("scan --FORMAT json", "did you mean --format?"),
        ("scan --excl vendor/", "did you mean --exclude?"),
        ("scan . --fail_on high", "did you mean --fail-on?"),
        ("scan --json .", "did you mean --format json?"),
        ("scan --report-path a", "did you mean --output?"),
        ("staged --no-mark", "did you mean --no-marks?"),
        ("scan --format jsn", "did you mean json?"),
        ("scan --format JSON", "did you mean json?"),
        ("scan --fail-on hihg", "did you mean high?"),
        ("baseline craete", "did you mean create?"),
        ("baseline create --forse", "did you mean --force?"),
        ("baseline import a --form gitleaks", "did you mean --from?"),
        ("rules lst", "did you mean list?"),
        ("rules list --rule a", "did you mean --rules?"),
        ("rules show aws-acces-key-id", "did you mean `aws-access-key-id`?"),
        ("scan --disable aws-acces-key-id", "--disable: there is no rule `aws-acces-key-id`; did "),
        ("install --uninstall", "did you mean --undo?"),
        ("completion bsh", "did you mean bash?"),
    ],
)
def test_what_was_meant_is_named(keycatch: Any, tmp_path: Any, line: str, said: str) -> None:
    done = keycatch(*line.split(), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("option", ["--qqq", "-x", "-5", "--no-verification", "--\x1b[31m"])
def test_nothing_is_guessed(keycatch: Any, option: str) -> None:
    done = keycatch("scan", option)
    assert done.returncode == 2
    assert "did you mean" not in done.stderr
    assert "\x1b" not in done.stderr


def options(parser: argparse.ArgumentParser) -> set[str]:
    return {name for action in parser._actions for name in action.option_strings}


def test_what_other_tools_have_is_something_that_exists_here() -> None:
    for meant in suggestions._COMMANDS.values():
        assert meant.partition(" ")[0] in COMMANDS
    known = options(parser_of("scan")) | options(parser_of("install"))
    for other, meant in suggestions._OPTIONS.items():
        assert not meant or meant.partition(" ")[0] in known
        assert other not in known
