"""The screen of a stopped commit or push: its sections for each kind of finding."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.findings import Confidence, Report, Severity
from scanner.reports import load
from scanner.reports.interface import Remedy, Stop

STOP = Stop("commit", (Remedy("Unstage it:", ("git restore --staged -- a.py",)),))


def screen(builders: Any, *findings: Any, stop: Stop = STOP, **more: Any) -> str:
    view = builders.view(stopped=lambda: stop, exit_code=1)._replace(**more)
    report = Report("staged", findings, builders.tally())
    return "".join(load("text").render(report, view))


def found(builders: Any, rule: Any, path: str = "a.py", **more: Any) -> Any:
    make = builders.Maker()
    role = rule.role or "secret"
    return builders.finding(
        rule, {role: make.secret()}, builders.at(role, path, more.pop("line", 3)),
        **{"confidence": Confidence.HIGH, "severity": Severity.HIGH, **more},
    )  # fmt: skip


def test_the_order_of_the_screen(builders: Any) -> None:
    text = screen(builders, found(builders, builders.PAIR))
    places = [
        text.index(part)
        for part in (
            "Commit stopped: 1 AWS credential in a.py\n", "HIGH      a.py:3:",
            "Take it out of the commit\n  Unstage it:\n    git restore --staged -- a.py\n",
            "Allow it\n", "    a.py:3   # keycatch:allow aws-access-key-pair: REASON\n",
            "Was it shared before? Only then revoke it\n",
            "    keycatch rules show aws-access-key-pair\n", "  scanned",
        )
    ]  # fmt: skip
    assert places == sorted(places)


def test_a_canary_is_not_taken_out_and_not_revoked(builders: Any) -> None:
    text = screen(builders, found(builders, builders.PAIR, canary="known"), stop=Stop("commit", ()))
    assert "Do not use it, do not deactivate it, do not remove it." in text
    assert "Take it out" not in text
    assert "revoke" not in text.lower()
    assert "# keycatch:allow" in text


def test_a_canary_next_to_another_one(builders: Any) -> None:
    text = screen(
        builders, found(builders, builders.PAIR, canary="known"),
        found(builders, builders.PAIR, "b.py", rule_id="other"),
    )  # fmt: skip
    assert "Commit stopped: 2 AWS credentials in 2 places\n" in text
    assert "leave it alone" in text
    assert "keycatch rules show other" in text
    assert "rules show aws-access-key-pair" not in text


def test_a_key_id_alone_is_not_to_be_revoked(builders: Any) -> None:
    text = screen(builders, found(builders, builders.KEY_ID))
    assert text.startswith("Commit stopped: 1 AWS access key ID in a.py\n")
    assert "It grants nothing without its secret" in text
    assert "Only then revoke" not in text
    assert "no secret found with it" in text


@pytest.mark.parametrize("path", ["a.json", "credentials"])
def test_a_file_without_comments(builders: Any, path: str) -> None:
    text = screen(builders, found(builders, builders.PAIR, path))
    assert f"{path} cannot have a comment there" in text
    assert "REASON" not in text


def test_marks_are_listed_once_and_not_without_end(builders: Any) -> None:
    many = [found(builders, builders.PAIR, line=line) for line in range(1, 12)]
    text = screen(builders, *many, *many)
    assert text.count("REASON") == 6
    assert "and on 5 more lines" in text


def test_what_is_only_possible_is_not_part_of_it(builders: Any) -> None:
    guess = found(builders, builders.PAIR, "guess.py", confidence=Confidence.LOW)
    sure = found(builders, builders.PAIR)
    text = screen(builders, sure, guess)
    assert "guess.py" not in text
    assert text.startswith("Commit stopped: 1 AWS credential in a.py\n")
    shown = screen(builders, sure, guess, show=Confidence.LOW)
    assert "guess.py:3:" in shown
    assert "guess.py:3   #" not in shown


def test_a_push_needs_the_mark_in_the_same_commit(builders: Any) -> None:
    text = screen(builders, found(builders, builders.PAIR), stop=STOP._replace(what="push"))
    assert "in the same commit" in text
    assert "git add" not in text


def test_quiet_is_one_line_for_each(builders: Any) -> None:
    text = screen(builders, found(builders, builders.PAIR), verbosity=-1)
    assert text.count("\n") == 1


def test_other_formats_do_not_ask_git(builders: Any) -> None:
    def fail() -> Stop:
        raise AssertionError

    report = Report("staged", (found(builders, builders.PAIR),), builders.tally())
    for name in ("json", "sarif", "csv", "github"):
        assert "".join(load(name).render(report, builders.view(stopped=fail, exit_code=1)))
