"""The summary of a page: the figures that matter, and a table for each facet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.reports.page.elements import Html, block, element
from scanner.reports.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.reports.page.facets import Facet

_ROWS: Final = 10
"""Rows of a table; more are counted, and the filter has them."""
_BAR: Final = 100
"""Units of the longest bar."""


def figures(named: Iterable[tuple[str, int, bool]]) -> Html:
    """Return numbers as a list: the name of each, and whether it is bad when there are any."""
    return block(
        "ul",
        *(
            element(
                "li",
                element("b", f"{number:,}"),
                " ",
                name,
                class_="bad" if is_bad and number else None,
            )
            for name, number, is_bad in named
        ),
        class_="figures",
    )


def tables(made: Sequence[Facet], total: int) -> Iterator[Html]:
    """Yield a table of counts for each facet of `total` findings; nothing for a single one."""
    if total < 2:
        return
    yield block("div", *(_table(facet, total) for facet in made), class_="tables")


def _table(facet: Facet, total: int) -> Html:
    shown = facet.counts[:_ROWS]
    rows = [
        element(
            "tr",
            element("th", answer, scope="row", data_facet=facet.id, data_value=str(place)),
            element("td", f"{number:,}"),
            element("td", _bar(number, total), class_="share"),
        )
        for place, (answer, number) in enumerate(shown)
    ]
    parts = [
        element("caption", facet.title),
        element(
            "thead",
            element(
                "tr",
                element("th", facet.title, scope="col"),
                element("th", "Findings", scope="col"),
                element("td", class_="share"),
            ),
        ),
        block("tbody", *rows),
    ]
    if more := len(facet.counts) - len(shown):
        rest = f"and {plural(more, 'more row')}: the filter below has them"
        parts.append(element("tfoot", element("tr", element("td", rest, colspan="3"))))
    return block("table", *parts, class_="counts")


def _bar(number: int, total: int) -> Html:
    """Return the share of `number` as a picture, which says no more than the number next to it."""
    width = max(1, round(_BAR * number / total))
    rect = element("rect", width=str(width), height="8", rx="2")
    return element("svg", rect, viewBox=f"0 0 {_BAR} 8", class_="bar", aria_hidden="true")
