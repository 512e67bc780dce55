"""Tokens of Login with Amazon: `scanner.kinds.lwa_token`."""

from __future__ import annotations

import pytest

from scanner.findings import Severity
from scanner.kinds import lwa_token
from scanner.kinds.interface import Aside
from scanner.rulebook.generator import Generator
from scanner.secret import Secret

RULE = "aws-lwa-token"


@pytest.mark.parametrize(
    ("kind", "severity", "name"),
    [
        ("Atzr", Severity.HIGH, "refresh token of Login with Amazon"),
        ("Atza", Severity.LOW, "access token of Login with Amazon"),
    ],
)
@pytest.mark.parametrize("bar", ["|", "%7C", "%7c", "\\u007c"])
def test_each_token_with_each_bar(detect_one, kind, severity, name, bar: str) -> None:
    token = lwa_token.make_token(Generator(1), kind)
    part = detect_one(RULE, f'"token": "{token.replace("|", bar)}"')
    assert (part.value.reveal().decode(), part.severity) == (token, severity)
    assert lwa_token.tell("token", {"token": Secret(token.encode())}).kind == name


def test_a_masked_example_is_set_aside(detect) -> None:
    token = lwa_token.make_token(Generator(2), "Atza")
    [found] = detect(RULE, token[:60] + "X" * 8 + token[60:])
    assert isinstance(found, Aside)


@pytest.mark.parametrize("text", ["Atzr|IwEBI", "xAtzr|" + "aB3" * 60, "Atzx|", "Atzr" + "Q" * 90])
def test_what_is_no_token(detect, text: str) -> None:
    assert detect(RULE, text) == []
