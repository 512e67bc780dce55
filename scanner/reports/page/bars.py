"""Pictures of the time in which a credential was in a history: SVG, all of a page on one scale.

Positions are percentages, so a picture is as wide as there is room without being distorted. The
scale ends with the last event of the history that is known, not with the day of the scan: the same
findings give the same page. Screen readers pass over pictures, since words next to each say it all.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf
from typing import TYPE_CHECKING, Final

from scanner.dates import instant
from scanner.records import NamedTuple
from scanner.reports.page.elements import Html, element

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.findings import Finding, History, Moment

_DAY: Final = 86_400
_LEFT: Final = 2
_RIGHT: Final = 96
"""Percentages between which positions are, so that no mark is cut off."""
_MIDDLE: Final = "12"
_TICKS: Final = 6
"""Marks on the scale at most."""
_REST: Final = 16
"""The last event is followed by this part of the time, in which what is still there is seen."""
_EDGE: Final = 6
"""Percentages from either end at which the text of a mark would stick out of its column."""
_YEAR: Final = 12
_STEPS: Final = (1, 2, 3, 6, *(_YEAR * each for each in (1, 2, 5, 10, 20, 50, 100, 500, 2000)))
"""Steps between marks in months."""
_LATEST: Final = 253_370_764_800
"""The first second of the year 9999. A later date is a mistake, and `datetime` ends a year later.

None of git's is before 1970.
"""


class Scale(NamedTuple):
    """Times in seconds since 1970 to positions."""

    start: float
    end: float
    ticks: tuple[tuple[str, str], ...]
    """Position and text of each mark."""

    def at(self, time: float) -> str:
        """Return the position of `time`."""
        return self.percent((time - self.start) / (self.end - self.start))

    @staticmethod
    def percent(share: float) -> str:
        """Return a position as a percentage of two decimals, which is below a pixel."""
        return f"{_LEFT + (_RIGHT - _LEFT) * min(1.0, max(0.0, share)):.2f}%"


def scale_of(findings: Sequence[Finding]) -> Scale | None:
    """Return the scale on which everything that is known has its place; None without a date."""
    moments = (each for finding in findings for each in _moments(finding.history))
    times = [time for each in moments if (time := _time(each)) is not None]
    if not times:
        return None
    start, end = min(times), max(times)
    if any(finding.history and finding.history.in_head for finding in findings):
        end = min(end + (end - start) / _REST, _LATEST + _DAY)
    if end - start < _DAY:
        end = start + _DAY
    return Scale(start, end, tuple(_marks(start, end)))


def _moments(history: History | None) -> list[Moment]:
    return [each for each in history[:3] if each] if history else []


def _time(moment: Moment | None) -> float | None:
    """Return when `moment` was in seconds since 1970; None where its date cannot be right."""
    time = instant(moment.author_date) if moment else inf
    return time if 0 <= time < _LATEST else None


def _marks(start: float, end: float) -> Iterator[tuple[str, str]]:
    """Yield marks at even days, months or years between `start` and `end`."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    first, last = (epoch + timedelta(seconds=each) for each in (start, end))
    share = Scale(start, end, ())

    days = (last - first).days
    if days <= 31:
        step = timedelta(days=max(1, -(-days // _TICKS)))
        at = first.replace(hour=0, minute=0, second=0, microsecond=0)
        while (at := at + step) <= last:
            yield share.at((at - epoch).total_seconds()), f"{at:%Y-%m-%d}"
        return

    months = _YEAR * (last.year - first.year) + last.month - first.month
    every = next(each for each in _STEPS if months / each <= _TICKS)
    # From a month that is a multiple, so that years begin in January.
    number = _YEAR * first.year + first.month - 1
    number += -number % every
    while number // _YEAR <= last.year:
        at = datetime(number // _YEAR, number % _YEAR + 1, 1, tzinfo=UTC)
        if first <= at <= last:
            words = f"{at.year}" if every >= _YEAR else f"{at:%Y-%m}"
            yield share.at((at - epoch).total_seconds()), words
        number += every


def bar(finding: Finding, scale: Scale, grid: bool = False) -> Html:
    """Return the picture of the time in which `finding` has been in the history.

    Empty where no date of it is known. It is hidden from screen readers: words next to it say it.
    """
    history = finding.history
    added = _time(history.first) if history else None
    if history is None or added is None:
        return Html()

    left = scale.at(added)
    right, mark = _end(history, scale, left)
    pushed = ("pushed", "unsure", "kept")[history.pushed.rank]
    parts = [
        *((_line(at) for at, _ in scale.ticks) if grid else ()),
        element("line", x1=left, x2=right, y1=_MIDDLE, y2=_MIDDLE, class_=f"span {pushed}"),
        element("circle", cx=left, cy=_MIDDLE, r="4", class_="added"),
        *([element("use", href=f"#{mark}", x=right, y=_MIDDLE)] if mark else ()),
    ]
    return element("svg", *parts, class_="time", aria_hidden="true")


def _end(history: History, scale: Scale, left: str) -> tuple[str, str]:
    """Return where the time of a credential ends, and the mark that is there."""
    if history.in_head:
        return scale.percent(1), "mark-head"
    time = _time(history.removed or history.last)
    if time is None:
        return left, ""
    return scale.at(time), "mark-removed" if history.removed else "mark-last"


def _line(at: str) -> Html:
    return element("line", x1=at, x2=at, y1="0", y2="100%", class_="grid")


def axis(scale: Scale) -> Html:
    """Return the head of a column of pictures: when each line of the grid is."""
    texts = (element("text", words, x=at, y="14", class_=_side(at)) for at, words in scale.ticks)
    return element("svg", *texts, class_="time axis", aria_hidden="true")


def _side(at: str) -> str | None:
    """Return on which side of its mark at the position `at` a text is; None for its middle."""
    place = float(at.rstrip("%"))
    return "right" if place < _EDGE else "left" if place > 100 - _EDGE else None


def marks() -> Html:
    """Return the marks that pictures use; it shows nothing by itself."""
    head = element("path", d="M-8-6 3 0-8 6Z")
    removed = element("path", d="M-4-4 4 4M-4 4 4-4")
    last = element("circle", r="3.5")
    named = (("head", head), ("removed", removed), ("last", last))
    symbols = (element("g", shape, id=f"mark-{name}", class_=name) for name, shape in named)
    return element("svg", element("defs", *symbols), class_="marks", aria_hidden="true")
