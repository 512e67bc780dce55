"""The account of a scan: what was read, what was not, and what was set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.reports.page.document import banner
from scanner.reports.page.elements import Html, block, code, described, element, joined, spans
from scanner.reports.wording import (
    contents,
    effects,
    human_size,
    places,
    plural,
    reason_name,
    role_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.findings import Configuration, Report
    from scanner.tally import Notice, SetAside

_NOTICES: Final = 1000
"""Notices of each sort that are listed; all are counted."""


def banners(report: Report) -> Iterator[Html]:
    """Yield why there can be more than the page shows; nothing where there cannot."""
    if report.incomplete:
        number = len(report.incomplete)
        was = "1 place was" if number == 1 else f"{number:,} places were"
        yield banner(
            "warning",
            "The scan is incomplete.",
            f"{was} not fully read, and credentials could hide there: ",
            element("a", "see what was not read", href="#account"),
            ".",
        )
    yield from narrowed(report.narrowed)
    if taken := _taken(report.configuration):
        yield banner("warning", "The configuration took something away.", taken, ".")


def narrowed(sentences: Iterable[str]) -> Iterator[Html]:
    """Yield what options left out of a history; nothing for the whole of it."""
    if sentences:
        yield banner("warning", "Not all of the history.", spans(f"{'; '.join(sentences)}."))


def _taken(configuration: Configuration | None) -> str:
    taken = effects(configuration)
    return f"{configuration.file} {taken}" if configuration and taken else ""


def account(report: Report) -> Iterator[Html]:
    """Yield what was scanned and what was passed over, each with its reason."""
    tally = report.tally
    rows: list[tuple[str, str]] = [
        ("Command", code(f"keycatch {report.kind}")),
        ("Scanned", _scanned(report)),
    ]
    rows += [
        ("Commit of HEAD", joined((code(head.commit), f" of {head.repository}")))
        if head.repository
        else ("Commit of HEAD", code(head.commit))
        for head in report.heads
    ]
    if taken := _taken(report.configuration):
        rows.append(("Configuration", taken))
    yield described((label, [value]) for label, value in rows)

    for title, counts in (("Skipped", tally.skipped), ("Set aside", tally.set_aside)):
        if counts:
            yield _counts(title, counts)

    notices = sorted(set(tally.notices), key=lambda notice: (notice.path, notice))
    hiding = [each for each in notices if each.hides]
    yield from _notices("Not read: a credential could hide there", hiding)
    yield from _notices("Passed over", [each for each in notices if not each.hides])
    yield from _set_aside(places(report), sum(tally.set_aside.values()))


def _scanned(report: Report) -> Html:
    return joined((f"{contents(report)}, {human_size(report.tally.bytes)}",))


def _counts(title: str, counts: dict[str, int]) -> Html:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return _table(
        title,
        ("Reason", "Number"),
        ((reason_name(reason), f"{number:,}") for reason, number in ranked),
    )


def _notices(title: str, notices: list[Notice]) -> Iterator[Html]:
    if not notices:
        return
    listed = notices[:_NOTICES]
    yield _table(
        title,
        ("Place", "Reason", "Detail"),
        (
            (code(each.path) if each.path else "not in a file", reason_name(each.reason),
             each.detail)
            for each in listed
        ),
    )  # fmt: skip
    if len(listed) < len(notices):
        yield element("p", f"And {len(notices) - len(listed):,} more.")


def _set_aside(known: list[SetAside], total: int) -> Iterator[Html]:
    if not known:
        return
    yield _table(
        "Where values were set aside",
        ("Place", "Reason", "Would be"),
        ((code(_where(each)), reason_name(each.reason), role_name(each.role)) for each in known),
    )
    if len(known) < total:
        yield element("p", f"And {plural(total - len(known), 'more value')}.")


def _where(each: SetAside) -> str:
    member = f"!/{each.member}" if each.member else ""
    return f"{each.path}{member}:{each.line}:{each.column}"


def _table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Html:
    head = element("tr", *(element("th", name, scope="col") for name in columns))
    body = (element("tr", *(element("td", cell) for cell in row)) for row in rows)
    table = block("table", element("caption", title), element("thead", head), block("tbody", *body))
    return element("div", table, class_="scroll", tabindex="0", role="region", aria_label=title)
