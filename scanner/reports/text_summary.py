"""The end of the text report: totals, and what was not read."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from scanner.findings import Notice, Report, Severity
from scanner.reports.text_findings import WIDTH
from scanner.reports.wording import human_size, plural, reason_name
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.reports.ansi import Paint
    from scanner.reports.interface import View

_NOTICES: Final = 20
"""Notices that are listed without -v."""


def totals(report: Report, view: View, paint: Paint) -> Iterator[str]:
    """Yield what was found, and what it was looked for in."""
    tally = report.tally
    yield f"{paint('bold', _verdict(report))}\n"
    yield f"  scanned    {plural(tally.blobs, 'file')}, {human_size(tally.bytes)}\n"
    for label, counts in (("skipped", tally.skipped), ("set aside", tally.set_aside)):
        if counts:
            yield from _wrapped(f"  {label:<11}", _by_reason(counts))
    failing = sum(finding.confidence >= view.fail_on for finding in report.findings)
    if failing < len(report.findings):
        yield from _wrapped(
            "  failing    ",
            f"{failing:,} of {len(report.findings):,}: the others are below --fail-on "
            f"{view.fail_on.label}",
        )


def _verdict(report: Report) -> str:
    if not report.findings:
        read = " in what was read" if report.incomplete else ""
        return f"no AWS credentials found{read}"
    counts = [
        f"{number:,} {severity.label}"
        for severity in sorted(Severity, reverse=True)
        if (number := sum(finding.severity is severity for finding in report.findings))
    ]
    return f"{plural(len(report.findings), 'AWS credential')} found: {', '.join(counts)}"


def _by_reason(counts: dict[str, int]) -> str:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{printable(reason_name(reason))} ({number:,})" for reason, number in ranked]
    return f"{sum(counts.values()):,}: {', '.join(parts)}"


def _wrapped(head: str, text: str) -> Iterator[str]:
    for line in wrap(
        text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False
    ):
        yield f"{line}\n"


def incomplete(report: Report, view: View, paint: Paint) -> Iterator[str]:
    """Yield what was not read and could hide a credential; nothing for a complete scan."""
    if not report.incomplete:
        return
    number = len(report.incomplete)
    subject = "1 place was" if number == 1 else f"{number:,} places were"
    yield (
        f"{paint('warning', 'INCOMPLETE')}: {subject} not read to the end; "
        "credentials could hide there\n"
    )
    yield from _listed(report.incomplete, view.verbosity > 0)


def noted(report: Report, paint: Paint) -> Iterator[str]:
    """Yield what was not read and cannot hide a credential."""
    harmless = tuple(notice for notice in report.tally.notices if not notice.hides)
    if harmless:
        yield f"{paint('bold', 'Also not read')}\n"
        yield from _listed(harmless, everything=True)


def _listed(notices: tuple[Notice, ...], everything: bool) -> Iterator[str]:
    ranked = sorted(set(notices), key=lambda notice: (notice.path, notice.reason, notice.detail))
    listed = ranked if everything else ranked[:_NOTICES]
    for notice in listed:
        path, text = printable(notice.path), printable(reason_name(notice.reason))
        if notice.detail:
            text = f"{text}, {printable(notice.detail)}"
        line = f"  {path}: {text}"
        if not path:
            yield from _wrapped("  ", text)
        elif len(line) <= WIDTH:
            yield f"{line}\n"
        else:
            yield f"  {path}:\n"
            yield from _wrapped("    ", text)
    if len(listed) < len(ranked):
        yield f"  and {len(ranked) - len(listed):,} more (-v lists all)\n"
