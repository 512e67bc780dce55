"""The code quality format of GitLab, which every tier shows in merge requests.

It is the part of Code Climate's issues that GitLab reads: `description`, `check_name`,
`fingerprint`, `severity` and `location` (GitLab Docs, "Code Quality", "Code Quality report
format"). GitLab stops reading at the first entry that lacks one of them, and of entries with one
fingerprint it keeps the first. Nothing in the format is about the scan itself, so what was not
read, and what the configuration or an option took away, are entries as well. Values are redacted
even with `--show-secrets`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scanner.findings import Severity
from scanner.reports.encoding import dumps
from scanner.reports.interface import Format
from scanner.reports.names import file_name
from scanner.reports.places import described, entries
from scanner.reports.taken_away import taken_away
from scanner.reports.wording import effects, reason_name
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.findings import Notice, Report
    from scanner.reports.interface import View
    from scanner.reports.places import PathEntry
    from scanner.rulebook.model import Rule

SEVERITIES: Final = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.NOTE: "info",
}
NOT_READ: Final = "keycatch-not-read"
"""The check of an entry about something that was not read."""
TAKEN_AWAY: Final = "keycatch-configuration"
"""The check of an entry about what the configuration took away."""
NARROWED: Final = "keycatch-narrowed"
"""The check of an entry about what options left out of a history."""


def render(report: Report, view: View) -> Iterator[str]:
    """Yield one array, an entry a line: what was not read, then the findings, worst first."""
    rules = {rule.id: rule for rule in view.rules}
    yield "["
    separator = "\n"
    for entry in _entries(report, rules):
        yield separator + dumps(entry)
        separator = ",\n"
    yield "\n]\n"


def _entries(report: Report, rules: dict[str, Rule]) -> Iterator[dict[str, Any]]:
    for notice in sorted(set(report.incomplete), key=lambda notice: (notice.path, notice)):
        yield _not_read(notice)
    if report.configuration and (taken := effects(report.configuration)):
        file = file_name(report.configuration.file)
        text = f"The configuration {file} {taken}"
        yield _about_the_scan(TAKEN_AWAY, text, Severity.NOTE, file, "")
    for sentence in taken_away(report):
        text = f"Taken away: {sentence}"
        yield _about_the_scan(TAKEN_AWAY, text, Severity.NOTE, "_taken_away", sentence)
    for sentence in report.narrowed:
        text = f"Not all of the history was scanned: {sentence}"
        yield _about_the_scan(NARROWED, text, Severity.NOTE, "_history", sentence)
    for entry in entries(report.findings):
        yield _found(entry, rules)


def _found(entry: PathEntry, rules: dict[str, Rule]) -> dict[str, Any]:
    begin, end = entry.lines
    finding = entry.finding
    return {
        "type": "issue",
        "check_name": finding.rule_id,
        "categories": ["Security"],
        "description": f"{described(entry, rules)} ({finding.confidence.label} confidence)",
        "fingerprint": entry.identity(),
        "severity": SEVERITIES[finding.severity],
        "location": {"path": entry.path, "lines": {"begin": begin, "end": end}},
    }


def _not_read(notice: Notice) -> dict[str, Any]:
    path = file_name(notice.path)
    text = (
        f"The scan is incomplete: {path if notice.path else 'something'} could not be fully read, "
        f"and credentials could be in there: {reason_name(notice.reason)}"
    )
    own = f"{notice.reason}\0{notice.path}\0{notice.detail}"
    return _about_the_scan(NOT_READ, text, Severity.MEDIUM, path, own)


def _about_the_scan(
    check: str, text: str, severity: Severity, path: str, own: str
) -> dict[str, Any]:
    """Return an entry of the `check`; `own` is what distinguishes it from others of that check."""
    from hashlib import blake2b

    name = f"{check}\0{own}".encode("utf-8", "surrogatepass")
    return {
        "type": "issue",
        "check_name": check,
        "categories": ["Security"],
        "description": printable(text),
        "fingerprint": blake2b(name, digest_size=16, person=b"keycatch/path/1").hexdigest(),
        "severity": SEVERITIES[severity],
        "location": {"path": path, "lines": {"begin": 1, "end": 1}},
    }


FORMAT = Format("codequality", "merge requests on every tier of GitLab, as code quality", render)
