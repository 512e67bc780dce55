"""The end of the text report: totals, and what was not read."""

from __future__ import annotations

from scanner.decoders.interface import RAISED_BY_SIZE
from scanner.findings import Notice, Report, Severity
from scanner.reports.exposure import liveness_totals
from scanner.reports.repositories import tables
from scanner.reports.text_history import exposed_totals
from scanner.reports.text_layout import WIDTH, wrapped
from scanner.reports.text_possible import counted
from scanner.reports.text_remarks import accepted, remarks
from scanner.reports.wording import (
    contents,
    credentials,
    effects,
    human_size,
    listed,
    plural,
    possible,
    reason_name,
)
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from scanner.findings import Finding
    from scanner.reports.ansi import Paint
    from scanner.reports.interface import View

_NOTICES: Final = 20
"""Notices that are listed without -v: what fits on a screen with the totals."""


def totals(
    report: Report, view: View, paint: Paint, hidden: Sequence[Finding] = ()
) -> Iterator[str]:
    """Yield what was found, and what it was looked for in; `hidden` is counted."""
    tally = report.tally
    yield f"{paint('bold', _verdict(report, view))}\n"
    yield f"  scanned    {contents(report)}, {human_size(tally.bytes)}\n"
    for label, counts in (("skipped", tally.skipped), ("set aside", tally.set_aside)):
        if counts:
            yield from wrapped(f"  {label:<11}", _by_reason(counts))

    yield from accepted(report)
    yield from configured(report)
    yield from narrowed(report)
    yield from remarks(report)
    if counts_of_exposed := exposed_totals(report):
        yield f"  exposed    {counts_of_exposed}\n"
    if states := liveness_totals(report):
        yield f"  liveness   {states}\n"

    counting = listed(report, view.fail_on)
    if notes := sum(finding.severity is Severity.NOTE for finding in counting):
        why = f"{plural(notes, 'note')} {'does' if notes == 1 else 'do'} not count"
        yield f"  failing    {len(counting) - notes:,} of {len(counting):,}: {why}\n"
    if below := len(report.findings) - len(counting):
        yield from wrapped("  possible   ", f"{possible(below, view.fail_on)}, listed above")
    if hidden:
        yield from wrapped("  possible   ", counted(hidden, view))


def by_repository(report: Report, view: View, paint: Paint) -> Iterator[str]:
    """Yield how many findings each repository, account, person and kind has, of several."""
    for table in tables(report, view):
        yield f"\n{paint('bold', table.title)}\n"
        for answer, number in table.rows:
            yield f"  {number:>9,}  {printable(answer)}\n"
        if table.more:
            yield f"             and {table.more:,} more\n"


def configured(report: Report) -> Iterator[str]:
    """Yield what the configuration took away from the scan; nothing if it took nothing."""
    taken = effects(report.configuration)
    if report.configuration and taken:
        yield from wrapped("  configured ", printable(f"{report.configuration.file} {taken}"))


def narrowed(report: Report) -> Iterator[str]:
    """Yield what options left out of a history; nothing for the whole of it."""
    for number, sentence in enumerate(report.narrowed):
        label = "narrowed" if number == 0 else ""
        yield from wrapped(f"  {label:<11}", printable(sentence))


def _verdict(report: Report, view: View) -> str:
    counting = listed(report, view.fail_on)
    found = credentials(report, view.fail_on)
    if not counting:
        return f"{found}{' in what was read' if report.incomplete else ''}"
    counts = []
    for severity in sorted(Severity, reverse=True):
        number = sum(finding.severity is severity for finding in counting)
        if number:
            many = "s" if severity is Severity.NOTE and number > 1 else ""
            counts.append(f"{number:,} {severity.label}{many}")
    return f"{found}: {', '.join(counts)}"


def _by_reason(counts: dict[str, int]) -> str:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{printable(reason_name(reason))} ({number:,})" for reason, number in ranked]
    return f"{sum(counts.values()):,}: {', '.join(parts)}"


def incomplete(report: Report, view: View, paint: Paint) -> Iterator[str]:
    """Yield what was not read and could hide a credential; nothing for a complete scan."""
    if not report.incomplete:
        return
    number = len(report.incomplete)
    yield (
        f"{paint('warning', 'INCOMPLETE')}: {plural(number, 'item')} could not be fully read; "
        "credentials could be in there\n"
    )
    yield from _listed(report.incomplete, view.verbosity > 0)
    yield from _remedies(report.incomplete)


def _remedies(notices: Sequence[Notice]) -> Iterator[str]:
    """Yield what to do about content that a limit left unread: a commit can always be made."""
    limited = [notice for notice in notices if notice.reason == "decoder-limit"]
    if not limited:
        return
    if any(words in notice.detail for notice in limited for words in RAISED_BY_SIZE):
        yield from wrapped(
            "  to read it: ",
            'scan with a larger limit, `--decode-limit 1G`, or write `decode-limit = "1G"` into '
            "the configuration, .keycatch.toml",
        )
    path = limited[0].path
    if path.isprintable() and '"' not in path and "\\" not in path:
        yield from wrapped(
            "  to leave it out: ",
            f'write `exclude = ["{printable(path)}"]` into the configuration, .keycatch.toml; '
            "the report counts it as excluded",
        )


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

        # A path is never wrapped, so that it can be clicked: what does not fit goes below it.
        line = f"  {path}: {text}"
        if not path:
            yield from wrapped("  ", text)
        elif len(line) <= WIDTH:
            yield f"{line}\n"
        else:
            yield f"  {path}:\n"
            yield from wrapped("    ", text)

    if len(listed) < len(ranked):
        yield f"  and {len(ranked) - len(listed):,} more (-v lists all)\n"
