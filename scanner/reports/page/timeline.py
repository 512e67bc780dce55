"""The timeline of a history: when each credential was added and removed, and what is still there.

A table, whose words say all that its pictures show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.pushed import NOT_KNOWN, NOT_PUSHED, PUSHED, Pushed
from scanner.reports.page.bars import axis, bar
from scanner.reports.page.elements import Html, block, element
from scanner.reports.page.findings import link
from scanner.reports.wording import DATE, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.findings import Moment
    from scanner.reports.page.bars import Scale
    from scanner.reports.page.findings import Entry

ROWS: Final = 50
"""Credentials in the table: what a person looks at. All others have their picture in the list."""


def timeline(entries: Sequence[Entry], scale: Scale) -> Iterator[Html]:
    """Yield the legend and the table of `entries`, which come worst first."""
    dated = [each for each in entries if each.finding.history and each.finding.history.first]
    yield _legend()
    rows = (_row(entry, scale) for entry in dated[:ROWS])
    columns = ("Credential", "Added", "", "Removed", "Pushed")
    head = (
        element("th", name, scope="col") if name else element("td", axis(scale), class_="picture")
        for name in columns
    )
    table = block(
        "table",
        element("caption", "When each credential was in the history"),
        element("thead", element("tr", *head)),
        block("tbody", *rows),
        class_="timeline",
    )
    # A table that is wider than the window is moved by the keyboard as well.
    yield block(
        "div", table, class_="scroll", tabindex="0", role="region", aria_label="Timeline table"
    )
    left = len(dated) - ROWS
    if left > 0:
        yield element("p", f"And {plural(left, 'more credential')}, in the list below.")


def _row(entry: Entry, scale: Scale) -> Html:
    history = entry.finding.history
    removed = _when(history.removed) if history else ()
    if history and history.in_head:
        removed = (element("strong", "still in HEAD", class_="bad"),)
    elif history and not history.removed:
        removed = ("not in HEAD, last in it ", *_when(history.last))
    pushed = history.pushed if history else Pushed.NO
    return element(
        "tr",
        element("th", link(entry), scope="row"),
        element("td", *(_when(history.first) if history else ())),
        element("td", bar(entry.finding, scale, grid=True), class_="picture"),
        element("td", *removed),
        element(
            "td", element("strong", "yes", class_="bad") if pushed is Pushed.YES else pushed.answer
        ),
    )


def _when(moment: Moment | None) -> tuple[str, ...]:
    if moment is None:
        return ()
    day = element("span", moment.author_date[:DATE] or "no date", class_="day")
    return (day, " ", element("span", moment.author, class_="who")) if moment.author else (day,)


def _legend() -> Html:
    def sample(*shapes: Html) -> Html:
        return element("svg", *shapes, class_="sample", viewBox="0 0 24 24", aria_hidden="true")

    def line(name: str) -> Html:
        return element("line", x1="2", x2="22", y1="12", y2="12", class_=f"span {name}")

    def use(name: str) -> Html:
        return element("use", href=f"#mark-{name}", x="12", y="12")

    added = element("circle", cx="12", cy="12", r="4", class_="added")
    items = (
        (sample(added), "added"),
        (sample(use("removed")), "removed"),
        (sample(use("head")), "still in HEAD"),
        (sample(use("last")), "last seen"),
        (sample(line("pushed")), PUSHED),
        (sample(line("unsure")), NOT_KNOWN),
        (sample(line("kept")), NOT_PUSHED),
    )
    # For eyes only: the table says the same in words.
    shown = (element("li", picture, " ", words) for picture, words in items)
    return block("ul", *shown, class_="legend", aria_hidden="true")
