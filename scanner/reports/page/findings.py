"""The list of findings: one line each, which opens; with a filter where a script may run.

Everything is in the page, open or not: it can be searched by the browser, printed, and read without
a script. Only what is near the window is laid out (`content-visibility`), so that 25,000 findings
are a page as well.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from scanner.records import NamedTuple
from scanner.reports.arrange import as_in_head, sightings
from scanner.reports.page.details import details, place, short_facts
from scanner.reports.page.elements import Html, block, code, element, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.findings import Finding
    from scanner.reports.arrange import Sighting
    from scanner.reports.page.bars import Scale
    from scanner.reports.page.facets import Facet

OPEN: Final = 3
"""Findings up to which each is open from the beginning: a list that short is read as a whole."""
_CHOICES: Final = 200
"""Answers that a field of the filter offers; what is rarer is found by the search."""


class Entry(NamedTuple):
    """A finding as it is in the list."""

    finding: Finding
    copies: tuple[Sighting, ...]
    name: str
    """What it is."""
    state: str
    """What to think of it, in a word or two next to its name; empty for nothing."""
    id: str
    """The name of its element, unique in the page."""
    steps: Html
    """What to do about it."""
    number: str = ""
    """Its number, where others refer to it."""


def entry_of(
    finding: Finding, name: str, state: str, its_id: str, steps: Html, number: str = ""
) -> Entry:
    """Return the entry of `finding`, at its places in HEAD where it is still there."""
    now = as_in_head(finding)
    return Entry(now, tuple(sightings(now)), name, state, its_id, steps, number)


def named(findings: Sequence[Finding]) -> list[str]:
    """Return a name for the element of each finding, which the next report uses as well."""
    seen: Counter[str] = Counter()
    names = []
    for finding in findings:
        seen[finding.fingerprint] += 1
        again = seen[finding.fingerprint]
        # A credential that two rules find is two findings.
        names.append(f"f-{finding.fingerprint}{f'-{again}' if again > 1 else ''}")
    return names


def link(entry: Entry) -> Html:
    """Return a link to `entry` that says which credential it is."""
    lead = entry.copies[0].lead
    value = entry.finding.values.get(lead.role)
    shown = code(value.redacted()) if value else ""
    return element("a", entry.name, " ", shown, href=f"#{entry.id}")


def findings(
    entries: Sequence[Entry], made: Sequence[Facet], scale: Scale | None
) -> Iterator[Html]:
    """Yield the filter and the list of `entries`."""
    if len(entries) > 1:
        yield _filter(made, len(entries))
    yield Html('<ol class="findings" role="list">')
    for number, entry in enumerate(entries):
        answers = {f"data_{facet.id}": _answers(facet.of[number]) for facet in made}
        is_open = len(entries) <= OPEN
        yield _item(entry, scale, is_open, answers)
    yield Html("</ol>")


def _answers(places: tuple[int, ...]) -> str | None:
    return " ".join(map(str, places)) or None


def _item(entry: Entry, scale: Scale | None, is_open: bool, answers: dict[str, str | None]) -> Html:
    severity = entry.finding.severity.label
    return element(
        "li",
        element(
            "details",
            element("summary", _line(entry)),
            element("div", details(entry.finding, entry.copies, scale), entry.steps, class_="body"),
            open=is_open,
        ),
        id=entry.id,
        class_=severity,
        **answers,
    )


def _line(entry: Entry) -> Html:
    finding = entry.finding
    lead = entry.copies[0].lead
    value = finding.values.get(lead.role)
    chips = [
        element("span", words, class_="chip bad" if alarming else "chip")
        for words, alarming in short_facts(finding)
        if words not in entry.state
    ]
    if entry.state:
        chips.insert(0, element("span", entry.state, class_="chip"))
    head = (
        element("span", finding.severity.label, class_="severity"),
        element("b", f"{entry.number}. {entry.name}" if entry.number else entry.name),
        code(value.redacted()) if value else "",
        element("span", f"account {finding.account_id}") if finding.account_id else "",
        *chips,
    )
    return joined((element("h3", joined(filter(None, head), " ")), " ", code(place(lead))))


def _filter(made: Sequence[Facet], total: int) -> Html:
    """Return the filter, which is hidden until a script that can use it shows it."""
    fields = [
        element("label", "Search ", element("input", type="search", name="search")),
        *(
            element("label", f"{facet.title} ", _choice(facet))
            for facet in made
            if len(facet.counts) > 1
        ),
        element("button", "Show all", type="reset"),
        element("button", "Open all", type="button", data_open="true"),
        element("button", "Close all", type="button", data_open="false"),
        element("p", f"{total:,} findings", role="status", class_="status"),
    ]
    return block("form", *fields, id="filter", role="search", aria_label="Findings", hidden=True)


def _choice(facet: Facet) -> Html:
    options = [
        element("option", f"{answer} ({number:,})", value=str(at))
        for at, (answer, number) in enumerate(facet.counts[:_CHOICES])
    ]
    return block("select", element("option", "all", value=""), *options, name=facet.id)
