"""The Markdown format: a report for a ticket, a comment on a merge request or a wiki.

It is CommonMark, without tables, which not every reader of Markdown has, and without HTML. Names
that a repository chose are in code spans, where neither Markdown nor HTML means anything and no
server reads `@name` or `#1` in them. Values are redacted even with `--show-secrets`, because such
texts are passed on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.findings import Severity
from scanner.reports.arrange import as_in_head, by_exposure, further, sightings, text_of
from scanner.reports.exposure import alive, decoy, exposed
from scanner.reports.interface import Format
from scanner.reports.markdown import code as code_span
from scanner.reports.names import file_name
from scanner.reports.repositories import by_exposure as by_exposure_there
from scanner.reports.repositories import show_command, state, tables
from scanner.reports.taken_away import taken_away
from scanner.reports.wording import (
    CANARY_STEPS,
    DATE,
    DIGITS,
    contents,
    credentials,
    effects,
    human_size,
    is_in_file,
    listed,
    no_file,
    plural,
    possible,
    reason_name,
    role_name,
    whence,
)
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.findings import Finding, Location, Notice, Report
    from scanner.reports.arrange import Sighting
    from scanner.reports.interface import View
    from scanner.rulebook.model import Rule

_COPIES: Final = 20
"""Other places of one credential that are listed without -v; all are counted."""
_MARKUP: Final = re.compile(r"[\\`*_~\[\]<>#|!&@$]")
"""What means something within a line, to CommonMark and to what GitHub and GitLab add to it."""


def render(report: Report, view: View) -> Iterator[str]:
    """Yield the report; in a history the most exposed findings come first."""
    yield f"# keycatch: {_verdict(report, view)}\n\n"
    yield from _summary(report, view)

    yield from _tables(report, view)
    rules = {rule.id: rule for rule in view.rules}
    found = [as_in_head(each) for each in by_exposure(report.findings, view.fail_on)]
    if found:
        yield "## Findings\n\n"
    for finding in found:
        yield from _finding(finding, rules, view)
    if found:
        yield "\n"
    if view.verbosity >= 0:
        yield from _remedies(found, rules)
    yield from _notices("Not read: credentials could be in there", report.incomplete)
    others = [notice for notice in report.tally.notices if not notice.hides]
    if view.verbosity > 0:
        yield from _notices("Also not read", others)


def _tables(report: Report, view: View) -> Iterator[str]:
    for table in tables(report, view, people=False):
        yield f"## {escaped(table.title)}\n\n"
        for answer, number in table.rows:
            yield f"- {code(answer)}: {plural(number, 'finding')}\n"
        if table.more:
            yield f"- and {table.more:,} more\n"
        yield "\n"


def _verdict(report: Report, view: View) -> str:
    counted = listed(report, view.fail_on)
    read = " in what was read" if report.incomplete and not counted else ""
    return f"{credentials(report, view.fail_on)}{read}"


def _summary(report: Report, view: View) -> Iterator[str]:
    yield f"Scanned {contents(report)}, {human_size(report.tally.bytes)}"
    notes = sum(finding.severity is Severity.NOTE for finding in report.findings)
    if below := len(report.findings) - len(listed(report, view.fail_on)):
        yield f"; {possible(below, view.fail_on)}"
    if notes:
        yield f"; {plural(notes, 'note')}"
    yield f"; exit code {view.exit_code}.\n\n"

    if report.incomplete:
        number = len(report.incomplete)
        subject = "1 place was" if number == 1 else f"{number:,} places were"
        yield f"**The scan is incomplete**: {subject} not fully read, see below.\n\n"
    if report.configuration and (taken := effects(report.configuration)):
        file = file_name(report.configuration.file)
        yield f"The configuration {code(f'{file} {taken}')}.\n\n"
    for sentence in taken_away(report):
        yield f"Taken away: {code(sentence)}.\n\n"
    for sentence in report.narrowed:
        yield f"Not all of the history: {code(sentence)}.\n\n"


def _finding(finding: Finding, rules: dict[str, Rule], view: View) -> Iterator[str]:
    copies = sightings(finding)
    copy = copies[0]
    fails = "" if finding.fails(view.fail_on) else ", does not fail the command"
    yield (
        f"- **{finding.severity.label}** {code(_where(copy.lead))}: "
        f"{code(_name(finding.rule_id, rules))}, {finding.confidence.label} confidence{fails}\n"
    )
    for row in _rows(finding, copies, view):
        yield f"  - {row}\n"


def _rows(finding: Finding, copies: list[Sighting], view: View) -> Iterator[str]:
    copy = copies[0]
    for part in (copy.lead, *copy.parts, *copy.elsewhere):
        yield _part(finding, part, copy.lead)
    if finding.account_id:
        yield f"AWS account {code(finding.account_id)}"
    if came := whence(copy.lead):
        yield f"in {code(came)}"
    if finding.history:
        yield f"**{code(exposed(finding))}**"
        if first := finding.history.first:
            # Without the author: such a text is passed on.
            yield f"added by {code(f'{first.commit[:DIGITS]}, {first.author_date[:DATE]}')}"
    yield from _repositories(finding, copy.lead, view)
    for fact in (alive(finding), decoy(finding)):
        if fact:
            yield f"**{code(fact)}**"
    for label, texts in _facts(finding):
        yield f"{label}: {', '.join(map(code, texts))}"

    others = further(copies)
    listed = others if view.verbosity > 0 else others[:_COPIES]
    for other in listed:
        yield f"also at {code(_where(other.lead))}"
    if len(listed) < len(others):
        yield f"and in {plural(len(others) - len(listed), 'more place')}"


def _repositories(finding: Finding, lead: Location, view: View) -> Iterator[str]:
    """Yield how exposed it is in each of several repositories, and how to look at it."""
    inside = by_exposure_there(finding)
    listed = inside if view.verbosity > 0 else inside[:_COPIES]
    yield from (f"in {code(state(each))}" for each in listed)
    if len(listed) < len(inside):
        yield f"and in {plural(len(inside) - len(listed), 'more repository', 'more repositories')}"
    if command := show_command(finding, lead):
        yield f"look at it: {code(command)}"


def _part(finding: Finding, part: Location, lead: Location) -> str:
    value = finding.values.get(part.role)
    shown = f" {code(value.redacted())}" if value is not None else ""
    where = ""
    if text_of(part) != text_of(lead):
        where = f" at {code(_where(part))}"
    elif part.start_line != lead.start_line:
        where = f" on line {part.start_line}"
    return f"{escaped(role_name(part.role))}{shown}{where}"


def _facts(finding: Finding) -> Iterator[tuple[str, list[str]]]:
    from scanner.reports.forensic import facts, reasons  # here: a clean scan never needs it

    for label, texts in facts(finding):
        if any(texts):
            yield label, [text for text in texts if text]
    if because := reasons(finding):
        yield "because", because


def _remedies(found: list[Finding], rules: dict[str, Rule]) -> Iterator[str]:
    """Yield what to do, once for all the rules that say the same; canaries first."""
    counts: dict[tuple[str, ...], dict[str, int]] = {}
    for finding in sorted(found, key=lambda each: not each.canary):
        rule = rules.get(finding.rule_id)
        steps = CANARY_STEPS if finding.canary else rule.remediation if rule else ()
        if steps and finding.severity is not Severity.NOTE:
            alike = counts.setdefault(steps, {})
            alike[finding.rule_id] = alike.get(finding.rule_id, 0) + 1
    if counts:
        yield "## What to do\n\n"
    for steps, alike in counts.items():
        names = ", ".join(code(_name(rule_id, rules)) for rule_id in alike)
        decoys = ", canary: a decoy" if steps is CANARY_STEPS else ""
        yield f"{names} ({plural(sum(alike.values()), 'finding')}{decoys}):\n\n"
        for number, step in enumerate(steps, 1):
            yield f"{number}. {step}\n"
        yield "\n"
    if counts:
        yield (
            "For a full response plan with exact commands: scan with "
            "`--output json=report.json`, then run `keycatch respond report.json`.\n"
        )


def _notices(title: str, notices: tuple[Notice, ...] | list[Notice]) -> Iterator[str]:
    if notices:
        yield f"\n## {title}\n\n"
    for notice in sorted(set(notices), key=lambda notice: (notice.path, notice)):
        path = code(file_name(notice.path)) if notice.path else "not in a file"
        yield f"- {path}: {escaped(reason_name(notice.reason))}\n"


def _name(rule_id: str, rules: dict[str, Rule]) -> str:
    return rules[rule_id].name if rule_id in rules else rule_id


def _where(location: Location) -> str:
    if not is_in_file(location):
        return no_file(location)
    member = f"!/{location.member}" if location.member else ""
    return f"{file_name(location.path)}{member}:{location.start_line}:{location.start_column}"


def code(text: str) -> str:
    """Return `text` as a code span, also harmless in the log of a CI job."""
    return code_span(printable(text))


def escaped(text: str) -> str:
    """Return words of ours with every sign escaped that Markdown could take for markup."""
    return _MARKUP.sub(r"\\\g<0>", printable(text))


FORMAT = Format(
    "markdown", "tickets, comments and wikis: CommonMark without tables and HTML", render
)
