"""The JSON Lines format: what the JSON report has, one object a line.

The first line has the account of the scan, which says whether it is complete, and every other line
a finding. So a log collector can take each line for itself, and no reader needs all of it at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.about import NAME, VERSION
from scanner.reports.arrange import ordered
from scanner.reports.encoding import dumps
from scanner.reports.interface import Format
from scanner.reports.json_report import SCHEMA_VERSION, finding_object, scan_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.findings import Report
    from scanner.reports.interface import View


def render(report: Report, view: View) -> Iterator[str]:
    """Yield the account of the scan, then the findings, worst first."""
    head = {
        "record": "scan",
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": NAME, "version": VERSION, "rules": len(view.rules)},
        **scan_object(report),
    }
    yield f"{dumps(head)}\n"
    for finding in ordered(report.findings):
        yield f"{dumps({'record': 'finding', **finding_object(finding, view)})}\n"


FORMAT = Format(
    "jsonl",
    "log collectors and `jq`: the objects of the JSON report, one a line",
    render,
    shows_secrets=True,
    keeps_given_paths=True,
)
