"""The text format: what a person reads in a terminal or in the log of a job.

A clean scan is one line and imports nothing beyond this module, since a hook prints it on every
commit. Everything else is in `text_findings`, `text_passed_over` and `text_summary`.
"""

from __future__ import annotations

from scanner.reports.interface import Format
from scanner.reports.wording import (
    COMMIT_KINDS,
    INDEX_KIND,
    contents,
    effects,
    human_size,
    is_unopened,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.findings import Finding, Report
    from scanner.reports.ansi import Paint
    from scanner.reports.interface import View


def render(report: Report, view: View) -> Iterator[str]:
    """Yield the report as text; quiet: one line per finding and what was not read, if anything."""
    hidden: list[Finding] = []
    if report.findings:
        from scanner.reports.text_possible import split

        report, hidden = split(report, view)
    if not report.findings and not report.incomplete and view.verbosity <= 0:
        if view.verbosity == 0:
            yield _clean(report)
            if report.tally.set_aside or any(map(is_unopened, report.tally.skipped)):
                from scanner.reports.text_passed_over import ignored, unopened

                yield from ignored(report)
                yield from unopened(report)
            if effects(report.configuration):
                from scanner.reports.text_summary import configured

                yield from configured(report)
            if report.narrowed:
                from scanner.reports.text_summary import narrowed

                yield from narrowed(report)
        if hidden:
            from scanner.reports.text_possible import counted

            yield f"{counted(hidden, view)}\n"
        if report.remarks:
            from scanner.reports.text_remarks import remarks

            yield from remarks(report, only_refused=view.verbosity < 0)
        return
    from scanner.reports.ansi import Paint
    from scanner.reports.text_findings import brief
    from scanner.reports.text_passed_over import ignored, set_aside
    from scanner.reports.text_possible import counted
    from scanner.reports.text_summary import incomplete, noted, totals

    paint = Paint(view.color)
    if view.verbosity < 0:
        yield from brief(report, view)
        if hidden:
            yield f"{counted(hidden, view)}\n"
        if any(remark.is_refused for remark in report.remarks):
            from scanner.reports.text_remarks import remarks

            yield from remarks(report, only_refused=True)
    else:
        yield from _found(report, view, paint)
        yield from totals(report, view, paint, hidden)
        if report.findings:
            from scanner.reports.text_summary import by_repository

            yield from by_repository(report, view, paint)
        if not report.findings and view.verbosity == 0:
            yield from ignored(report)
    if view.verbosity > 0:
        yield from set_aside(report, paint)
        yield from noted(report, paint)
    if report.incomplete and view.verbosity >= 0:
        yield "\n"
    yield from incomplete(report, view, paint)


def _found(report: Report, view: View, paint: Paint) -> Iterator[str]:
    """Yield the findings and what to do: for what is stopped, to take them out of it."""
    from scanner.reports.text_findings import findings, remedies
    from scanner.reports.text_history import next_steps

    stop = view.stopped() if view.stopped else None
    if stop is None:
        yield from findings(report, view, paint)
        yield from remedies(report, view, paint)
        yield from next_steps(report, view, paint)
        return
    from scanner.reports.text_stopped import headline, what_to_do

    failing = [finding for finding in report.findings if finding.fails(view.fail_on)]
    yield from headline(stop, failing, view, paint)
    yield from findings(report, view, paint)
    yield from what_to_do(stop, failing, paint)


def _clean(report: Report) -> str:
    tally = report.tally
    if report.kind in (INDEX_KIND, *COMMIT_KINDS) and not (tally.blobs or tally.bytes):
        line = f"nothing to scan: {contents(report)}"
    else:
        line = f"no AWS credentials found in {contents(report)} ({human_size(tally.bytes)})"
    left = [
        f"{sum(counts.values()):,} {what}"
        for what, counts in (("skipped", tally.skipped), ("set aside", tally.set_aside))
        if counts
    ]
    return f"{line}; {', '.join(left)}\n" if left else f"{line}\n"


FORMAT = Format(
    "text",
    "people, in a terminal or a job log",
    render,
    shows_secrets=True,
    says_incomplete=True,
    for_people=True,
)
