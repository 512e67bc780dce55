"""The CSV format: a table to sort, to filter and to hand out in a spreadsheet.

There is a row for each place of a credential, since that is what somebody has to go to; rows of one
credential have the same `fingerprint`. What was not read, and what the configuration took away, are
rows as well (see `record`), so that a table without findings is not taken for a clean scan. Quoting
is that of RFC 4180; a line ends with a line feed, as in every other format.

Values are redacted even with `--show-secrets`, because tables are sent around. A cell that a
spreadsheet would take for a formula begins with an apostrophe, which Excel, LibreOffice and Google
Sheets then take for text: OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any, Final

from scanner.reports.arrange import ordered, sightings, text_of
from scanner.reports.exposure import decoy
from scanner.reports.interface import Format
from scanner.reports.repositories import at_place, histories
from scanner.reports.taken_away import taken_away
from scanner.reports.wording import DATE, effects, is_in_file, no_file, reason_name, role_name
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.findings import Finding, Location, Notice, Report
    from scanner.reports.arrange import Sighting
    from scanner.reports.interface import View

COLUMNS: Final = (
    # finding, not read (a credential could hide there), skipped, configuration, taken away,
    # narrowed
    "record",
    "severity", "confidence",
    "fails",  # whether it makes the command fail: yes or no
    "rule_id", "part", "value", "account_id", "path", "member", "line", "column",
    "other_parts",  # where the rest of the credential is
    "commit", "date",  # those of the place, in scans of commits
    "in_head", "pushed",  # in scans of a history: yes or no, and `unknown` of the second
    "liveness", "owner", "expires",
    "detail",  # of a finding its evidence, of everything else what was the matter
    "fingerprint",
    "canary",  # known or configured, of a credential that is a decoy; what to do is in the detail
    "repository",  # of the path, in a report of several
)  # fmt: skip
"""In the order of the table. Readers go by name: new columns come at the end."""
_FORMULA: Final = re.compile(r"(?:^|(?<=[;,|\"]))(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where a cell begins with a sign that starts a formula, the full-width forms included.

A program whose language separates cells by semicolons splits the cell there, so what follows a
separator or a quotation mark counts as a beginning. A tab, carriage return or line feed cannot:
`printable` has escaped them.
"""


class _Line:
    """What a writer of the standard library writes to: it gives each line back."""

    def write(self, text: str) -> str:
        return text


def render(report: Report, view: View) -> Iterator[str]:
    """Yield the table, worst findings first."""
    writer = csv.DictWriter(
        _Line(), COLUMNS, restval="", quoting=csv.QUOTE_ALL, lineterminator="\n"
    )
    yield writer.writeheader()
    for row in _rows(report, view):
        yield writer.writerow({column: cell(value) for column, value in row.items()})


def cell(value: Any) -> str:
    """Return `value` as the text of a cell in which no spreadsheet sees a formula."""
    return _FORMULA.sub("'", printable(str(value)))


def _rows(report: Report, view: View) -> Iterator[dict[str, Any]]:
    for finding in ordered(report.findings):
        known = histories(finding)
        for copy in sightings(finding):
            yield _finding_row(at_place(finding, copy.lead, known), copy, view)

    notices = sorted(set(report.tally.notices), key=lambda notice: (notice.path, notice))
    for notice in sorted(notices, key=lambda notice: not notice.hides):
        yield _notice_row(notice)

    if report.configuration and (taken := effects(report.configuration)):
        yield {"record": "configuration", "detail": f"{report.configuration.file} {taken}"}
    for sentence in taken_away(report):
        yield {"record": "taken away", "detail": sentence}
    for sentence in report.narrowed:
        yield {"record": "narrowed", "detail": sentence}


def _finding_row(finding: Finding, copy: Sighting, view: View) -> dict[str, Any]:
    lead = copy.lead
    history = finding.history
    value = finding.values.get(lead.role)
    others = (*copy.parts, *copy.elsewhere)

    return {
        "record": "finding",
        "severity": finding.severity.label,
        "confidence": finding.confidence.label,
        "fails": _yes(finding.fails(view.fail_on)),
        "rule_id": finding.rule_id,
        "part": role_name(lead.role),
        "value": value.redacted() if value else "",
        "account_id": finding.account_id,
        "path": lead.path if is_in_file(lead) else no_file(lead),
        "member": lead.member,
        "line": lead.start_line,
        "column": lead.start_column,
        "other_parts": "; ".join(_other_part(part, lead) for part in others),
        "commit": lead.commit,
        "date": lead.author_date[:DATE],
        "in_head": _yes(history.in_head) if history else "",
        "pushed": history.pushed.answer if history else "",
        "liveness": finding.liveness.state if finding.liveness else "",
        "owner": finding.owner,
        "expires": finding.forensics.expires if finding.forensics else "",
        "detail": "; ".join(filter(None, (decoy(finding), *finding.evidence))),
        "fingerprint": finding.fingerprint,
        "canary": finding.canary,
        "repository": lead.repository,
    }


def _other_part(part: Location, lead: Location) -> str:
    where = "" if text_of(part) == text_of(lead) else f" of {part.path}"
    return f"{role_name(part.role)} on line {part.start_line}{where}"


def _notice_row(notice: Notice) -> dict[str, Any]:
    said = (reason_name(notice.reason), notice.detail)
    return {
        "record": "not read" if notice.hides else "skipped",
        "path": notice.path,
        "detail": ", ".join(filter(None, said)),
    }


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


FORMAT = Format(
    "csv",
    "spreadsheets: a row for each place of a credential, and for what was not read",
    render,
)
