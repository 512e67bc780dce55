"""The HTML format: a page for a person who is not at a terminal, in one file.

A summary, the timeline of a history, every finding with its evidence, what to do, and what was not
read. `scanner/reports/page/` has the parts, which the page of a response shares.

Values are redacted even with `--show-secrets`, because pages are sent around.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.about import NAME
from scanner.findings import Severity, threshold_name
from scanner.pushed import NOT_KNOWN, PUSHED, Pushed
from scanner.reports.arrange import by_exposure
from scanner.reports.interface import Format
from scanner.reports.page.account import account, banners
from scanner.reports.page.bars import marks, scale_of
from scanner.reports.page.document import Section, banner, document
from scanner.reports.page.elements import Html, element
from scanner.reports.page.facets import facets
from scanner.reports.page.findings import entry_of, findings, named
from scanner.reports.page.steps import in_short, remedies, what_to_do
from scanner.reports.page.summary import figures, tables
from scanner.reports.page.timeline import timeline
from scanner.reports.wording import contents, credentials, human_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.findings import Finding, Report
    from scanner.reports.interface import View


def render(report: Report, view: View) -> Iterator[str]:
    """Yield the page, worst findings first."""
    yield from document(_title(report, view), _lead(report, view), _sections(report, view))


def _title(report: Report, view: View) -> str:
    sure = tuple(each for each in report.findings if not _is_possible(each, view))
    possible = len(report.findings) - len(sure)
    found = credentials(report._replace(findings=sure))
    return f"{NAME}: {found}{f', {possible:,} possible' if possible else ''}"


def _lead(report: Report, view: View) -> Iterator[Html]:
    scanned = f"{contents(report)}, {human_size(report.tally.bytes)}"
    yield element(
        "p",
        "Scanned ",
        element("b", scanned),
        " with ",
        element("code", f"keycatch {report.kind}"),
        f"; exit code {view.exit_code}.",
    )
    if not report.findings and not report.incomplete:
        yield banner("calm", "Nothing found.", "Everything was read.")
    yield from banners(report)


def _sections(report: Report, view: View) -> Iterator[Section]:
    if report.findings:
        yield from _of_findings(report, view)
    yield Section("account", "What was scanned", account(report))


def _of_findings(report: Report, view: View) -> Iterator[Section]:
    rules = {rule.id: rule for rule in view.rules}
    ranked = by_exposure(report.findings, view.fail_on)
    names = [rules[each.rule_id].name if each.rule_id in rules else each.rule_id for each in ranked]
    made = facets(ranked, report.heads, names)
    known = remedies(ranked, rules, view.fail_on)
    entries = [
        entry_of(
            each, name, _state(each, view), its_id,
            in_short(each, known, rules, view.fail_on),
        )
        for each, name, its_id in zip(ranked, names, named(ranked), strict=True)
    ]  # fmt: skip
    scale = scale_of(ranked)

    yield Section("summary", "Summary", [_figures(report, view), *tables(made, len(ranked))])
    if scale:
        yield Section("timeline", "Timeline", [marks(), *timeline(entries, scale)])
    yield Section("findings", "Findings, worst first", findings(entries, made, scale))
    if known:
        yield Section(
            "steps",
            "What to do",
            what_to_do([each for each in ranked if each.fails(view.fail_on)], known, view),
        )


def _state(finding: Finding, view: View) -> str:
    possible = _is_possible(finding, view)
    return f"possible, below --fail-on {threshold_name(view.fail_on)}" if possible else ""


def _is_possible(finding: Finding, view: View) -> bool:
    """Return whether `finding` is below the threshold; a note is for information, however sure."""
    return not finding.fails(view.fail_on) and finding.severity > Severity.NOTE


def _figures(report: Report, view: View) -> Html:
    found = report.findings
    histories = [each.history for each in found if each.history]
    shown = [
        ("finding" if len(found) == 1 else "findings", len(found), False),
        ("to act on", sum(each.fails(view.fail_on) for each in found), True),
    ]
    if histories:
        shown += [("still in HEAD", sum(each.in_head for each in histories), True)]
        pushed = [each.pushed for each in histories]
        shown += [(PUSHED, pushed.count(Pushed.YES), True)]
        if unknown := sum(not each.is_known for each in pushed):
            shown += [(NOT_KNOWN, unknown, True)]
    if any(each.liveness for each in found):
        shown += [("live", sum(each.is_live for each in found), True)]
    notes = sum(each.severity is Severity.NOTE for each in found)
    if notes:
        shown += [("for information", notes, False)]
    return figures(shown)


FORMAT = Format(
    "html",
    "readers without a terminal: one page to open, filter, print and share",
    render,
)
