"""A line chart as SVG, in text of our own: no library is needed to look at a benchmark."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SVG: Final = "http://www.w3.org/2000/svg"
_WIDTH, _HEIGHT = 720, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 24, 92, 60
_STYLES: Final = (("#0b62a4", ""), ("#c2410c", "7 4"), ("#3f7d20", "2 4"), ("#6b21a8", "9 3 2 3"))
"""Colours that differ in lightness too, and dashes for those who do not see them."""
_MARGIN: Final = 1.35
"""How far the axis goes on to both sides of the points, as a factor."""
_STEPS: Final = 6
"""About so many lines of the grid there are on the axis upwards."""


class Series(NamedTuple):
    """A line of the chart."""

    name: str
    points: Sequence[tuple[float, float]]
    """From left to right; both coordinates above 0."""


def line_chart(title: str, across: str, upwards: str, series: Sequence[Series]) -> str:
    """Return a chart of `series` whose axis `across` is logarithmic; `upwards` begins at 0."""
    points = [point for each in series for point in each.points]
    least, most = min(x for x, _ in points), max(x for x, _ in points)
    axes = _Axes(least / _MARGIN, most * _MARGIN, _rounded(max(y for _, y in points)))
    look = 'font-family="sans-serif" font-size="13" fill="#1f2328"'
    turned = f"translate(20 {(_TOP + _HEIGHT - _BOTTOM) / 2:.0f}) rotate(-90)"
    parts = [
        f'<svg xmlns="{_SVG}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" {look}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        _text(_LEFT, 28, title, "start", ' font-size="16" font-weight="bold"'),
        *_grid(axes),
        _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 14, across),
        f'<g transform="{turned}">{_text(0, 0, upwards)}</g>',
    ]
    for number, each in enumerate(series):
        parts += _line(axes, number, each)
    parts += _legend(series)
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Axes(NamedTuple):
    least: float
    most: float
    top: float

    def x(self, value: float) -> float:
        share = math.log(value / self.least) / math.log(self.most / self.least)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return _HEIGHT - _BOTTOM - value / self.top * (_HEIGHT - _TOP - _BOTTOM)


def _step(top: float) -> float:
    """Return a distance of 1, 2 or 5 times a power of ten for the grid up to `top`."""
    power: float = 10.0 ** math.floor(math.log10(top / _STEPS))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit * _STEPS >= top)


def _rounded(top: float) -> float:
    step = _step(top)
    return math.ceil(top / step) * step


def _grid(axes: _Axes) -> Iterator[str]:
    step = _step(axes.top)
    for number in range(round(axes.top / step) + 1):
        y = axes.y(number * step)
        yield (
            f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}"'
            f' stroke="{"#1f2328" if not number else "#d0d7de"}"/>'
        )
        yield _text(_LEFT - 8, y + 4, f"{number * step:,.10g}", "end")
    for power in range(math.floor(math.log10(axes.least)), math.ceil(math.log10(axes.most)) + 1):
        for digit in (1, 3):
            value = digit * 10.0**power
            if axes.least <= value <= axes.most:
                x, bottom = axes.x(value), _HEIGHT - _BOTTOM
                yield (
                    f'<line x1="{x:.1f}" y1="{bottom}" x2="{x:.1f}" y2="{bottom + 5}"'
                    ' stroke="#1f2328"/>'
                )
                yield _text(x, bottom + 20, f"{value:,.0f}")


def _line(axes: _Axes, number: int, series: Series) -> Iterator[str]:
    colour, dashes = _STYLES[number % len(_STYLES)]
    places = [(axes.x(x), axes.y(y)) for x, y in series.points]
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    yield f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'
    for (x, y), (_, value) in zip(places, series.points, strict=True):
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
        yield _text(x, y - 9, f"{value:,.3g}", "middle", f' font-size="11" fill="{colour}"')


def _legend(series: Sequence[Series]) -> Iterator[str]:
    x = float(_LEFT)
    for number, each in enumerate(series):
        colour, dashes = _STYLES[number % len(_STYLES)]
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        yield (
            f'<line x1="{x:.0f}" y1="54" x2="{x + 28:.0f}" y2="54" stroke="{colour}"'
            f' stroke-width="2"{dashed}/>'
        )
        yield _text(x + 34, 58, each.name, "start")
        x += 34 + 7.2 * len(each.name) + 24


def _text(x: float, y: float, text: str, anchor: str = "middle", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>'
