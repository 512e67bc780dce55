"""A credential in several repositories, as every format shows it."""

from __future__ import annotations

import csv
import json
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.findings import Finding, InRepository, Report
from scanner.merging import Part, merge_reports
from scanner.pushed import Pushed
from scanner.reports import FORMATS, load
from scanner.reports.places import entries
from scanner.reports.repositories import (
    by_exposure,
    is_path,
    short_names,
    show_command,
    spread,
    tables,
)
from scanner.reports.step_summary import summary


@pytest.fixture
def several(make_case: Any) -> Any:
    """A pair in three repositories, each with another exposure, and a key in one of them."""
    return make_case("several_repositories")


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_names_every_repository(several: Any, format_name: str) -> None:
    text = "".join(load(format_name).render(several.report, several.view))
    for name in ("clones/shop.git", "clones/team/shop", "clones/my app"):
        assert name in text.replace("%20", " "), name


def test_the_summary_of_a_step_names_them(several: Any) -> None:
    text = summary(several.report, several.view, 100_000)
    assert "in 3 repositories" in text
    assert "**Findings by repository**" in text
    assert "Ada" not in text  # a text that is passed on


def test_what_is_said_of_a_place_is_what_its_repository_says(several: Any) -> None:
    expected = {
        "clones/shop.git": (True, True),
        "clones/team/shop": (True, None),
        "clones/my app": (False, False),
    }
    told = {
        each.lead.repository: (each.finding.history.in_head, each.finding.history.pushed.truth)
        for each in entries(several.report.findings[:1])
        if each.finding.history
    }
    assert told == expected

    log = json.loads("".join(load("sarif").render(several.report, several.view)))
    found = {
        each["properties"]["repository"]: (
            each["properties"]["inHead"], each["properties"]["pushed"],
        )
        for each in log["runs"][0]["results"][:3]
    }  # fmt: skip
    assert found == expected

    lines = "".join(load("csv").render(several.report, several.view)).splitlines()
    answer = {"yes": True, "no": False, "unknown": None}
    rows = {
        row["repository"]: (answer[row["in_head"]], answer[row["pushed"]])
        for row in list(csv.DictReader(lines))[:3]
    }
    assert rows == expected


def test_the_most_exposed_repository_is_named_first(several: Any) -> None:
    pair = several.report.findings[0]
    names = [each.repository for each in by_exposure(pair)]
    assert names == ["clones/shop.git", "clones/team/shop", "clones/my app"]
    assert spread(pair) == "in 3 repositories: clones/shop.git, clones/team/shop, clones/my app"
    assert spread(several.report.findings[1]) == ""


def test_tables_count_by_repository_account_person_and_kind(several: Any) -> None:
    made = {each.title: each.rows for each in tables(several.report, several.view)}
    assert made["Findings by repository"] == (("my app", 2), ("shop", 1), ("shop.git", 1))
    assert list(made) == [
        "Findings by repository", "Findings by AWS account", "Findings by who added them",
        "Findings by kind",
    ]  # fmt: skip
    assert len(tables(several.report, several.view, people=False)) == 3


def test_no_tables_for_a_single_repository(make_case: Any) -> None:
    report, view = make_case("history")
    assert tables(report, view) == []


@pytest.mark.parametrize(
    "name", ["a b", "it's", "$(touch x)", "-C", "a;b", "ünïcode", "*", "a\\b", "`x`"]
)
def test_the_repository_in_a_command_is_one_word(several: Any, name: str) -> None:
    finding = several.report.findings[1]
    inside = (InRepository(name, finding.repositories[0].history),)
    lead = finding.locations[0]._replace(repository=name)
    command = show_command(finding._replace(repositories=inside), lead)
    assert shlex.split(command) == ["git", "-C", name, "show", "8" * 12]


@pytest.mark.parametrize(
    "name", ["https://example.com/x", "example.com:a/b", "a\nb", "\x1b[2J", "a\udcff", "\u202e"]
)
def test_what_cannot_be_written_is_in_no_command(several: Any, name: str) -> None:
    assert not is_path(name)
    finding = several.report.findings[1]
    lead = finding.locations[0]._replace(repository=name)
    inside = (InRepository(name, finding.repositories[0].history),)
    assert show_command(finding._replace(repositories=inside), lead) == ""


NAMES = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join), max_size=9)


@given(NAMES)
def test_short_names_are_ends_that_no_other_has(names: list[str]) -> None:
    short = short_names(names)
    assert len(set(short.values())) == len(set(names))
    for name, end in short.items():
        assert name == end or name.endswith(f"/{end}")
        shorter = end.partition("/")[2]
        others = [other for other in short if other != name]
        assert not shorter or any(f"/{other}".endswith(f"/{shorter}") for other in others)


def test_a_credential_in_thousands_of_repositories(builders: Any, several: Any) -> None:
    """Each format takes time in proportion to the places: with a square this takes minutes."""
    made: Finding = several.report.findings[0]
    one = made._replace(repositories=(), history=builders.past(1, pushed=Pushed.YES))
    places = tuple(at._replace(repository="", path="key") for at in one.locations[:2])
    one = one._replace(locations=places)
    part = Report("history", (one,), builders.tally())
    report = merge_reports(Part(f"team/{number % 7}/r{number}", part) for number in range(1_000))
    for name in FORMATS:
        assert "".join(load(name).render(report, several.view))
