from __future__ import annotations

import pytest

from scanner.pushed import Pushed
from scanner.reports.exposure import exposed, exposure, moment, reach, span


@pytest.mark.parametrize(
    ("known", "alarming", "calm"),
    [
        ({"in_head": True, "pushed": Pushed.YES}, ["still in HEAD", "already pushed"], []),
        ({"in_head": True}, ["still in HEAD"], ["on no remote branch"]),
        ({"pushed": Pushed.YES}, ["already pushed"], ["not in HEAD"]),
        ({"branches": ("a",)}, [], ["not in HEAD", "on no remote branch"]),
        (
            {"branches": ("a",), "pushed": Pushed.NO_REMOTE},
            [],
            ["not in HEAD", "not known whether pushed (no remote is configured)"],
        ),
        ({"tags": ("a",)}, [], ["not in HEAD", "on no remote branch"]),
        ({"held_by": ("reflog of a",)}, [], ["not in HEAD", "on no remote branch", "on no branch"]),
        ({}, [], ["not in HEAD", "on no remote branch", "on no branch"]),
    ],
)
def test_exposure(builders, known, alarming, calm):
    assert exposure(builders.past(1, **known)) == (alarming, calm)


@pytest.mark.parametrize(
    ("first", "removed", "days", "words"),
    [
        (1, None, 30, "30 days, since 2026-05-01"), (1, None, 1, "1 day, since 2026-05-01"),
        (1, None, 0, "since 2026-05-01"), (1, 4, 3, "3 days, 2026-05-01 to 2026-05-04"),
        (1, 1, 0, "on 2026-05-01"), (1, 4, 1200, "1,200 days, 2026-05-01 to 2026-05-04"),
        (None, None, 0, ""),
    ],
)  # fmt: skip
def test_span(builders, first, removed, days, words):
    assert span(builders.past(first, 0, removed, days=days)) == words


def test_moment(builders):
    at = builders.moment(3, "A <a@b>")
    assert moment(at) == "88888888, 2026-05-03, A <a@b>"
    assert moment(at._replace(author="")) == "88888888, 2026-05-03"


def test_reach_and_exposed(builders, make_case):
    found = make_case("history").report.findings[-1]
    assert reach(found) == "6 paths, 11 objects"
    assert exposed(found) == "still in HEAD, already pushed, 30 days, since 2026-05-01"
    lost = found._replace(locations=tuple(each._replace(path="") for each in found.locations))
    assert reach(lost) == "11 objects"
    other = make_case("pair").report.findings[0]
    assert (reach(other), exposed(other)) == ("", "")
