"""The summary of a step on GitHub Actions: Markdown that is shown on the page of the run.

It goes to the file that `GITHUB_STEP_SUMMARY` names, in addition to the report. The
runner uploads at most 1 MiB of that file and nothing of a larger one (`FileCommandManager.cs` of
actions/runner 258d6c85), and other commands of the step may write to it as well.

Names that a repository chose are in code spans, where neither Markdown nor HTML means anything.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.findings import Severity
from scanner.reports.arrange import as_in_head, further, ordered, sightings
from scanner.reports.exposure import alive, decoy, exposed
from scanner.reports.forensic import ending
from scanner.reports.markdown import code, escaped
from scanner.reports.names import file_name
from scanner.reports.repositories import spread, tables
from scanner.reports.taken_away import taken_away
from scanner.reports.wording import (
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

    from scanner.findings import Finding, Location, Report
    from scanner.reports.interface import View

LIMIT: Final = 1 << 20
"""Bytes of the file that the runner takes."""
ROOM: Final = 64 << 10
"""Bytes that are left for others: a test runner or a linter in the same step."""
_NOTICES: Final = 50
"""Notices that are listed; all are counted."""


def append(report: Report, view: View, path: str) -> str:
    """Append the summary of `report` to the file at `path`.

    Returns an empty string, or a sentence for standard error where nothing could be written: a
    summary that is lost must not cost the report.
    """
    try:
        size = os.path.getsize(path) if os.path.exists(path) else 0
        text = summary(report, view, LIMIT - ROOM - size).encode("utf-8", "backslashreplace")
        if not text:
            return "no step summary was written: GITHUB_STEP_SUMMARY names a file that is full"
        with open(path, "ab") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return f"no step summary was written to {printable(path)}: {printable(reason)}"
    return ""


def summary(report: Report, view: View, room: int) -> str:
    """Return the summary as Markdown of at most `room` bytes, worst findings first.

    What does not fit is left out and counted; without room for that there is nothing.
    """
    head = "".join(_head(report, view))
    items = [*_tables(report, view), *_findings(report, view), *_notices(report)]
    whole = f"{head}{''.join(items)}\n"
    if len(whole.encode("utf-8", "backslashreplace")) <= room:
        return whole

    # The line that counts the rest gets its room first, at its longest.
    used = len(head.encode()) + len(_cut(len(items)).encode())
    if used > room:
        return ""
    kept = 0
    for item in items:
        used += len(item.encode("utf-8", "backslashreplace"))
        if used > room:
            break
        kept += 1
    return f"{head}{''.join(items[:kept])}{_cut(len(items) - kept)}"


def _tables(report: Report, view: View) -> Iterator[str]:
    """Yield how many findings each repository, account and kind has, of several."""
    for table in tables(report, view, people=False):
        rows = "".join(f"- {number:,} {code(answer)}\n" for answer, number in table.rows)
        more = f"- and {table.more:,} more\n" if table.more else ""
        yield f"**{table.title}**\n\n{rows}{more}\n"


def _cut(number: int) -> str:
    return f"\n{plural(number, 'more line')}: too long for a step summary.\n\n"


def _head(report: Report, view: View) -> Iterator[str]:
    counted = listed(report, view.fail_on)
    yield f"### keycatch: {credentials(report, view.fail_on)}\n\n"
    yield f"Scanned {contents(report)}, {human_size(report.tally.bytes)}"
    if below := len(report.findings) - len(counted):
        yield f"; {possible(below, view.fail_on)}"
    if notes := sum(finding.severity is Severity.NOTE for finding in counted):
        yield f"; {plural(notes, 'note')}"
    yield f"; exit code {view.exit_code}.\n\n"

    taken = effects(report.configuration)
    if report.configuration and taken:
        name = code(file_name(report.configuration.file))
        yield f"The configuration {name} {escaped(taken)}.\n\n"
    for sentence in taken_away(report):
        yield f"Taken away: {code(sentence)}.\n\n"
    for remark in report.remarks:
        yield f"**For the review**: {escaped(remark.text)}.\n"
        for path, line in remark.places[:_NOTICES]:
            if line:
                yield f"- {code(f'{file_name(path)}:{line}')}\n"
        yield "\n"
    if report.narrowed:
        yield f"**Not all of the history**: {escaped('; '.join(report.narrowed))}.\n\n"
    if report.incomplete:
        items = plural(len(report.incomplete), "item")
        yield (
            f"**The scan is incomplete**: {items} could not be fully read, and credentials could "
            "be in there.\n\n"
        )


def _findings(report: Report, view: View) -> Iterator[str]:
    rules = {rule.id: rule for rule in view.rules}
    for finding in map(as_in_head, ordered(report.findings)):
        rule = rules.get(finding.rule_id)
        name = rule.name if rule is not None else finding.rule_id
        yield f"- {_finding(finding, name)}\n"


def _finding(finding: Finding, name: str) -> str:
    copies = sightings(finding)
    copy = copies[0]

    words = [f"**{finding.severity.label}** {code(_where(copy.lead))}: {code(name)}"]
    value = finding.values.get(copy.lead.role)
    if value is not None:
        words.append(code(value.redacted()))
    if finding.account_id:
        words.append(f"of account {code(finding.account_id)}")
    if came := whence(copy.lead):
        words.append(f"in {escaped(came)}")

    words += [
        f"{'and' if number else 'with'} the {escaped(role_name(part.role))} at {code(_where(part))}"
        for number, part in enumerate((*copy.parts, *copy.elsewhere))
    ]
    if others := len(further(copies)):
        words.append(f"and in {plural(others, 'more place')}")

    if finding.history:
        words.append(f"**{escaped(exposed(finding))}**")
    if where := spread(finding):
        words.append(escaped(where))
    words += [f"**{escaped(fact)}**" for fact in _facts(finding) if fact]
    return f"{' '.join(words)} ({finding.confidence.label} confidence)"


def _facts(finding: Finding) -> tuple[str, ...]:
    return ending(finding), alive(finding), decoy(finding)


def _where(location: Location) -> str:
    if not is_in_file(location):
        return no_file(location)
    member = f"!/{location.member}" if location.member else ""
    return f"{file_name(location.path)}{member}:{location.start_line}:{location.start_column}"


def _notices(report: Report) -> Iterator[str]:
    notices = sorted(set(report.incomplete), key=lambda notice: (notice.path, notice))
    for notice in notices[:_NOTICES]:
        path = code(file_name(notice.path)) if notice.path else "not in a file"
        yield f"- not read: {path}, {escaped(reason_name(notice.reason))}\n"
    if len(notices) > _NOTICES:
        yield f"- not read: {len(notices) - _NOTICES:,} more\n"
