"""A line chart as SVG, written as text: no library is needed to look at a benchmark."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SVG: Final = "http://www.w3.org/2000/svg"
_WIDTH, _HEIGHT = 720, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 24, 92, 60
"""The space around the drawing, for the labels."""
_STYLES: Final = (("#0b62a4", ""), ("#c2410c", "7 4"), ("#3f7d20", "2 4"), ("#6b21a8", "9 3 2 3"))
"""Colours that differ in lightness too, and dashes for people who do not see them."""
_INK, _PALE = "#1f2328", "#d0d7de"
_MARGIN: Final = 1.35
"""How far the axis goes on to both sides of the points, as a factor: for their labels."""
_STEPS: Final = 6
"""About so many lines of the grid there are on the axis upwards."""


class Series(NamedTuple):
    """A line of the chart."""

    name: str
    points: Sequence[tuple[float, float]]
    """From left to right; both coordinates above 0, the first the same in all series."""


def line_chart(title: str, across: str, upwards: str, series: Sequence[Series]) -> str:
    """Return a chart of `series` whose axis `across` is logarithmic; `upwards` begins at 0."""
    values = [x for x, _ in series[0].points]
    least, most = min(values) / _MARGIN, max(values) * _MARGIN
    step = _step(max(y for each in series for _, y in each.points))
    lines = math.ceil(max(y for each in series for _, y in each.points) / step)

    def place(x: float, y: float) -> tuple[float, float]:
        share = math.log(x / least) / math.log(most / least)
        height = y / (lines * step) * (_HEIGHT - _TOP - _BOTTOM)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - height

    bottom = _HEIGHT - _BOTTOM
    turned = f"translate(20 {(_TOP + bottom) / 2:.0f}) rotate(-90)"
    look = f'font-family="sans-serif" font-size="13" fill="{_INK}"'
    parts = [
        f'<svg xmlns="{_SVG}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" {look}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        _text(_LEFT, 28, title, "start", ' font-size="16" font-weight="bold"'),
        _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 14, across),
        f'<g transform="{turned}">{_text(0, 0, upwards)}</g>',
    ]
    for number in range(lines + 1):
        y = place(least, number * step)[1]
        stroke = f'stroke="{_PALE if number else _INK}"'
        parts.append(_straight(_LEFT, y, _WIDTH - _RIGHT, y, stroke))
        parts.append(_text(_LEFT - 8, y + 4, f"{number * step:,.10g}", "end"))
    for value in values:
        x = place(value, 0)[0]
        parts.append(_straight(x, bottom, x, bottom + 5, f'stroke="{_INK}"'))
        parts.append(_text(x, bottom + 20, f"{value:,.0f}"))

    legend = float(_LEFT)
    for each, (colour, dashes) in zip(series, _STYLES, strict=False):
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        stroke = f'stroke="{colour}" stroke-width="2"{dashed}'
        parts.append(_straight(legend, 54, legend + 28, 54, stroke))
        parts.append(_text(legend + 34, 58, each.name, "start"))
        # SVG does not say how wide a text is: 7.2 is about a character of 13 pixels.
        legend += 34 + 7.2 * len(each.name) + 24
        parts += _line([place(*point) for point in each.points], each, colour, stroke)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _step(top: float) -> float:
    """Return a distance of 1, 2 or 5 times a power of ten for the grid up to `top`."""
    power: float = 10.0 ** math.floor(math.log10(top / _STEPS))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit * _STEPS >= top)


def _line(
    places: Sequence[tuple[float, float]], series: Series, colour: str, stroke: str
) -> Iterator[str]:
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline points="{drawn}" fill="none" {stroke}/>'
    for (x, y), (_, value) in zip(places, series.points, strict=True):
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
        yield _text(x, y - 9, f"{value:,.3g}", "middle", f' font-size="11" fill="{colour}"')


def _straight(x1: float, y1: float, x2: float, y2: float, stroke: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {stroke}/>'


def _text(x: float, y: float, text: str, anchor: str = "middle", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>'
