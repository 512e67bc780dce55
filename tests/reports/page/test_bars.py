"""The scale of a history, and the picture of each credential on it."""

from __future__ import annotations

import re
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.findings import History, Moment
from scanner.pushed import Pushed
from scanner.reports.page.bars import axis, bar, marks, scale_of


def moment(date: str) -> Moment:
    return Moment("a" * 40, "Ada", date)


def found(
    first: str | None,
    last: str = "",
    removed: str = "",
    in_head: bool = False,
    pushed: Pushed = Pushed.NO,
) -> Any:
    moments = (moment(date) if date else None for date in (first, last, removed))
    return SimpleNamespace(history=History(*moments, in_head, pushed, 0, (), (), (), 1))


def positions(picture: str) -> tuple[float, float]:
    line = re.search(r'x1="([\d.]+)%" x2="([\d.]+)%" y1="12" y2="12"', picture)
    assert line, picture
    return float(line[1]), float(line[2])


def mark(picture: str) -> str:
    return "".join(re.findall(r"#mark-(\w+)", picture))


FIRST, MIDDLE, LAST = "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("what", "expected", "end", "kind"),
    [
        (found(FIRST, FIRST, LAST), (2, 96), "removed", "kept"),
        (
            found(FIRST, FIRST, "2025-01-01T00:00:00Z", pushed=Pushed.YES),
            (2, 49.06),
            "removed",
            "pushed",
        ),
        (found(FIRST, "2025-01-01T00:00:00Z"), (2, 49.06), "last", "kept"),
        (found("2025-01-01T00:00:00Z", in_head=True), (49.06, 96), "head", "kept"),
        # In HEAD again after it was removed: what counts is that it is there.
        (found(FIRST, LAST, FIRST, in_head=True), (2, 96), "head", "kept"),
        (found(FIRST), (2, 2), "", "kept"),
        (found(FIRST, "nonsense"), (2, 2), "", "kept"),
    ],
)
def test_a_bar_reaches_from_adding_to_the_end(
    what: Any, expected: tuple[float, float], end: str, kind: str
) -> None:
    scale = scale_of([found(FIRST, LAST)])
    assert scale
    picture = bar(what, scale)
    assert positions(picture) == pytest.approx(expected, abs=0.01)
    assert mark(picture) == end
    assert f"span {kind}" in picture
    assert not end or f'id="mark-{end}"' in marks()


@pytest.mark.parametrize(
    "date",
    ["", "nonsense", "1969-12-31T00:00:00Z", "0001-01-01", "9999-99", "9999-12-31T23:59:59Z"],
)
def test_without_a_date_that_can_be_there_is_no_picture(date: str) -> None:
    assert scale_of([found(date or None, date)]) is None
    scale = scale_of([found(FIRST, LAST)])
    assert scale
    assert bar(found(date or None, date), scale) == ""
    assert bar(SimpleNamespace(history=None), scale) == ""  # type: ignore[arg-type]


def test_one_moment_has_a_scale_as_well() -> None:
    scale = scale_of([found(FIRST, FIRST)])
    assert scale
    assert positions(bar(found(FIRST, FIRST), scale)) == (2, 2)


def test_what_is_still_there_lasts_beyond_the_last_event() -> None:
    newest = found(LAST, in_head=True)
    scale = scale_of([found(FIRST, FIRST), newest])
    assert scale
    left, right = positions(bar(newest, scale))
    assert (left, right) == (pytest.approx(2 + 94 * 16 / 17, abs=0.01), 96)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("2024-01-04T12:00:00Z", ["2024-01-02", "2024-01-03", "2024-01-04"]),
        ("2024-01-31T00:00:00Z", [f"2024-01-{day:02}" for day in (6, 11, 16, 21, 26, 31)]),
        ("2024-04-10T00:00:00Z", ["2024-01", "2024-02", "2024-03", "2024-04"]),
        ("2025-03-10T00:00:00Z", ["2024-01", "2024-04", "2024-07", "2024-10", "2025-01"]),
        ("2028-03-10T00:00:00Z", ["2024", "2025", "2026", "2027", "2028"]),
        ("2099-01-01T00:00:00Z", ["2040", "2060", "2080"]),
    ],
)
def test_marks_are_at_even_dates(last: str, expected: list[str]) -> None:
    scale = scale_of([found(FIRST, last)])
    assert scale
    assert [words for _, words in scale.ticks] == expected
    texts = re.findall(r'<text x="([\d.]+)%" y="14"(?: class="(\w+)")?>', axis(scale))
    for at, side in texts:  # no text sticks out of its column
        assert side == ("right" if float(at) < 6 else "left" if float(at) > 94 else "")
    assert [f">{words}</text>" in axis(scale) for words in expected] == [True] * len(expected)


@given(
    dates=st.lists(
        st.datetimes(datetime(1970, 1, 1), datetime(9998, 12, 31)).map(datetime.isoformat),
        min_size=1,
        max_size=5,
    )
)
def test_everything_has_its_place_on_the_scale(dates: list[str]) -> None:
    several = [found(min(dates), each, in_head=at % 2 == 0) for at, each in enumerate(dates)]
    scale = scale_of(several)
    assert scale
    assert len(scale.ticks) <= 8
    places = [float(at.rstrip("%")) for at, _ in scale.ticks]
    assert places == sorted(places)
    for each in several:
        for at in (*positions(bar(each, scale, grid=True)), *places):
            assert 2 <= at <= 96
