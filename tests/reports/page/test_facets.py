"""What findings are counted by: the answers, their order, and which finding has which."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.findings import Head, Severity
from scanner.pushed import Pushed
from scanner.reports.page.facets import UNKNOWN, facet, facets

REMOTE = "https://user:secret@git.example.com/team/app.git"


@pytest.fixture
def found(builders: Any) -> Any:
    """Return a function that makes a finding at some paths."""

    def make(*paths: str, **more: Any) -> Any:
        value = {"key_id": builders.Maker(len(paths)).key_id()}
        places = [builders.at("key_id", path, 1) for path in paths]
        return builders.finding(builders.KEY_ID, value, *places, **more)

    return make


def counts(findings: list[Any], name: str, heads: tuple[Head, ...] = ()) -> Any:
    made = facets(findings, heads, ["a key"] * len(findings))
    return next((dict(each.counts) for each in made if each.id == name), None)


def test_the_most_frequent_answer_comes_first_and_what_is_not_known_last() -> None:
    made = facet("x", "X", [("b",), ("a",), ("b", "c"), (UNKNOWN,), (UNKNOWN,), (UNKNOWN,), ()])
    assert made.counts == (("b", 2), ("a", 1), ("c", 1), (UNKNOWN, 3))
    assert made.of == ((0,), (1,), (0, 2), (3,), (3,), (3,), ())


def test_an_order_is_kept() -> None:
    made = facet("x", "X", [("low",), ("high",), ("low",)], ("high", "medium", "low"))
    assert made.counts == (("high", 1), ("low", 2))


def test_severity_kind_and_account_are_counted(found: Any) -> None:
    several = [found("a", account_id="1" * 12), found("b", severity=Severity.HIGH), found("c")]
    assert counts(several, "severity") == {"high": 1, "medium": 2}
    assert counts(several, "kind") == {"a key": 3}
    assert counts(several, "account") == {"1" * 12: 1, UNKNOWN: 2}
    assert counts(several[1:], "account") is None


def test_folders_are_those_at_the_top(found: Any) -> None:
    several = [found("a/b/c"), found("a/d", "e/f", "a/g"), found("h"), found("/srv/x/y.py")]
    assert counts(several, "folder") == {"a/": 2, "e/": 1, "./": 1, "/srv/x/": 1}


def test_one_repository_is_named_by_its_address_without_the_password(found: Any) -> None:
    several = [found("a/b"), found("c")]
    assert counts(several, "repository", (Head("", "f" * 40, REMOTE),)) == {
        "https://git.example.com/team/app.git": 2
    }
    assert counts(several, "repository", (Head("", "f" * 40, "/srv/git/x"),)) == {
        "the repository that was scanned": 2
    }
    assert counts(several, "repository") is None


def test_of_several_repositories_the_innermost_one_counts(found: Any) -> None:
    heads = (Head("app", "a" * 40), Head("app/vendor/lib", "b" * 40), Head("../tools", "c" * 40))
    several = [
        found("app/x.py"), found("app/vendor/lib/y.py", "app/z.py"), found("../tools/a/b"),
        found("elsewhere"),
    ]  # fmt: skip
    assert counts(several, "repository", heads) == {
        "app": 2, "app/vendor/lib": 1, "../tools": 1, UNKNOWN: 1,
    }  # fmt: skip


def test_people_and_exposure_are_those_of_a_history(builders: Any, found: Any) -> None:
    past = builders.past
    several = [
        found("a", history=past(1, in_head=True, pushed=Pushed.YES)),
        found("b", history=past(1)),
        found("c", history=past(None, pushed=Pushed.TAG)),
    ]
    assert counts(several, "person") == {"Ada Lovelace <ada@example.com>": 2, UNKNOWN: 1}
    assert counts(several, "exposure") == {
        "still in HEAD": 1, "not in HEAD": 2, "already pushed": 1,
        "not known whether pushed": 1, "on no remote branch": 1,
    }  # fmt: skip
    assert counts([found("a")], "person") is counts([found("a")], "exposure") is None
