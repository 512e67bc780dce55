"""Tests for `scanner.commands.plain`: without an option the arguments are as parsed."""

from __future__ import annotations

import pytest

from scanner.commands.parser import arguments_of
from scanner.commands.plain import plain
from scanner.errors import UsageError


@pytest.mark.parametrize(
    "line",
    [
        "staged", "staged a b", "scan", "scan -", "scan a - b", "commit-msg file", "push",
        "push origin", "push origin https://example.com/x.git",
    ],
)  # fmt: skip
def test_it_is_as_the_parser_makes_it(line: str) -> None:
    name, *arguments = line.split()
    found = plain(name, arguments)
    assert found is not None
    assert vars(found) == vars(arguments_of(name, arguments))


@pytest.mark.parametrize(
    "line",
    [
        "staged -q", "staged a -v", "scan -- a", "scan a --exclude=b", "scan -1", "history a",
        "commit-msg", "commit-msg a b", "push a b c", "help",
    ],
)  # fmt: skip
def test_anything_else_is_for_the_parser(line: str) -> None:
    name, *arguments = line.split()
    assert plain(name, arguments) is None


def test_no_list_is_shared() -> None:
    first, second = plain("scan", ["a"]), plain("scan", ["a"])
    assert first is not None
    assert second is not None
    first.exclude.append("x")
    first.paths.append("y")
    assert (second.exclude, second.paths) == ([], ["a"])
    again = plain("scan", ["a"])
    assert again is not None
    assert again.exclude == []


def test_errors_are_those_of_the_parser(keycatch) -> None:
    with pytest.raises(UsageError) as wrong:
        arguments_of("commit-msg", ["a", "b"])
    assert keycatch("commit-msg", "a", "b").stderr == f"keycatch: {wrong.value}\n"
