"""gitleaks: `.gitleaksignore`, and reports as JSON or CSV, which it takes as baselines.

A line of the ignore file is `COMMIT:PATH:RULE:LINE` or, for all commits, `PATH:RULE:LINE`; the
commit may be abbreviated. A report has the same facts in fields, and the value unless it was
redacted. Source: the README of gitleaks 8, and `report/finding.go` of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.baseline.imports.interface import (
    OTHER_RULE,
    UNREADABLE,
    Claim,
    Imported,
    Importer,
    is_of_another,
    number_of,
    text_of,
    value_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from scanner.baseline.imports.interface import Content

IGNORED: Final = re.compile(
    r"(?:(?P<commit>[0-9a-f]{7,64}):)?(?P<path>.+):(?P<rule>[\w.-]+):(?P<line>\d+)", re.ASCII
)
"""A line of the ignore file."""
_COLUMNS: Final = ("RuleID", "File", "StartLine")
"""What both forms of a report have."""


def read(content: Content) -> Imported | None:
    """Return what is in an ignore file or a report; None for anything else."""
    if isinstance(content.document, list):
        return of_report(content.document)
    if content.document is not None or content.records:
        return None
    if content.text.startswith("RuleID,"):
        import csv

        return of_report(list(csv.DictReader(content.text.splitlines())))
    return of_ignore_file(content)


def of_report(records: list[Any]) -> Imported | None:
    """Return what is in the records of a report; None if they are not those of gitleaks."""
    if records and not any(
        isinstance(each, dict) and all(map(each.__contains__, _COLUMNS)) for each in records
    ):
        return None
    found = Imported([], {})
    for each in records:
        if isinstance(each, dict) and text_of(each, "File"):
            found.claims.append(_of_record(each))
        else:
            found.lose(UNREADABLE)
    return found


def _of_record(record: Mapping[str, Any]) -> Claim:
    def number(key: str) -> int:
        text = text_of(record, key)  # of CSV
        is_number = text.isascii() and text.isdigit() and len(text) < 10
        return int(text) if is_number else number_of(record, key)

    return Claim(
        path=text_of(record, "File"),
        line=number("StartLine"),
        end_line=number("EndLine"),
        commit=text_of(record, "Commit"),
        value=value_of(text_of(record, "Secret")),
    )


def of_ignore_file(content: Content) -> Imported | None:
    """Return what is in an ignore file; None if none of its lines has the form of one."""
    found = Imported([], {})
    for line, comment in content.lines():
        match = IGNORED.fullmatch(line)
        if match is None:
            found.lose(UNREADABLE)
            continue
        claim = Claim(
            path=match["path"],
            line=int(match["line"][:9]),
            commit=match["commit"] or "",
            reason=comment,
        )
        if is_of_another(match["rule"]):
            found.lose(OTHER_RULE)
        else:
            found.claims.append(claim)
    if found.claims or OTHER_RULE in found.lost:
        return found
    return found if content.named and not found.lost else None


IMPORTER = Importer(
    "gitleaks", "`.gitleaksignore`, and reports in JSON or CSV (`--baseline-path`)", read
)
