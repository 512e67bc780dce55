"""Which repositories are left out, for which reason."""

from __future__ import annotations

import json
from math import inf

import pytest

from scanner.fleet.forges.listing import Found
from scanner.fleet.selection import Selection, counted, matches, read, select, written
from scanner.fleet.sources import Target
from scanner.json_fields import Fields


@pytest.mark.parametrize(
    ("pattern", "label", "folds", "wanted"),
    [
        ("web-*", "acme/web-shop", False, True),
        ("web-*", "web-acme/shop", False, False),
        ("acme/web-*", "acme/web-shop", False, True),
        ("acme/*", "acme/team/shop", False, True),
        ("*/shop", "acme/team/shop", False, True),
        ("shop", "acme/shop-2", False, False),
        ("Shop", "acme/shop", False, False),
        ("ACME/Shop", "acme/shop", True, True),
        ("s[a-i]op", "acme/shop", False, True),
        ("*", "", False, True),
        ("*", "a\nb", False, True),
    ],
)
def test_a_pattern(pattern: str, label: str, folds: bool, wanted: bool) -> None:
    assert matches(pattern, label, folds=folds) is wanted


def test_each_is_left_out_for_one_reason() -> None:
    def listed(name: str, **facts: object) -> Target:
        found = Found(name, name)._replace(**{"pushed": inf, **facts})
        return Target(name, label=name, facts=found, owner="github+https://github.com/acme")

    targets = [
        Target("here", "here", label="here"),
        listed("acme/new"),
        listed("acme/old", pushed=99.0),
        listed("acme/fork", is_fork=True, is_archived=True),
        listed("acme/Archive", is_archived=True),
        listed("acme/docs", is_archived=True),
    ]
    wanted = Selection((), ("DOCS",), archived=False, forks=False, since=100)
    kept, reasons = select(targets, wanted)
    assert [each.name for each in kept] == ["here", "acme/new"]
    assert counted(reasons, 6) == (
        "left out 4 of 6 repositories: 2 archived, 1 by name, 1 without a later push"
    )
    assert select(targets, Selection())[0] == targets
    kept, _ = select(targets, Selection(include=("acme/*", "none"), exclude=("*o*",)))
    assert [each.name for each in kept] == ["acme/new", "acme/Archive"]


@pytest.mark.parametrize(
    "selection", [Selection(), Selection(("a", "b"), ("c",), False, False, 17)]
)
def test_it_is_remembered(selection: Selection) -> None:
    assert read(Fields(json.loads(json.dumps(written(selection))))) == selection
