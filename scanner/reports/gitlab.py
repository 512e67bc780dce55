"""GitLab's secret detection report, which GitLab Ultimate and DefectDojo read.

It keeps what other formats lose: the commit of each place, exact paths and our severity. GitLab
checks a report against the schema of the version that it names and refuses all of one that does not
fit (GitLab Docs, "Security scanner integration"; security-report-schemas, 15.2.4).

- The schema demands times. They are those of the commit of HEAD, so that one scan gives the same
  bytes however often it is made; without a repository they are 1970.
- It demands a commit for each place: the one that added it, or that of HEAD; without a repository
  seven zeros, as GitLab's own analyzer has them.
- `name` must be the same for all findings of a rule. What was found is in `description`, which is
  Markdown, so every name that a repository chose is in a code span.
- GitLab takes two findings of one rule on the same lines for one. The `tracking` signature, made
  from the credential and the path, tells them apart, and stays when lines move.
- `raw_source_code_extract` is never written: it would show the credential.

Values are redacted even with `--show-secrets`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from scanner.about import NAME, VERSION
from scanner.findings import Severity
from scanner.reports.arrange import roles
from scanner.reports.encoding import dumps
from scanner.reports.interface import Format
from scanner.reports.markdown import code
from scanner.reports.names import file_name
from scanner.reports.places import PathEntry, described, entries, rule_name
from scanner.reports.taken_away import taken_away
from scanner.reports.wording import (
    CANARY_STEPS,
    COMMIT_KINDS,
    HISTORY_KIND,
    INDEX_KIND,
    effects,
    is_in_file,
    reason_name,
    role_name,
)
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.findings import Report
    from scanner.reports.interface import View
    from scanner.rulebook.model import Rule

VERSION_OF_SCHEMA: Final = "15.2.4"
_SCHEMA: Final = (
    "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/"
    f"v{VERSION_OF_SCHEMA}/dist/secret-detection-report-format.json"
)
SEVERITIES: Final = {
    Severity.CRITICAL: "Critical",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
    Severity.NOTE: "Info",
}
NO_COMMIT: Final = "0000000"
NO_TIME: Final = "1970-01-01T00:00:00"
# The most characters that the schema takes.
_NAME, _SOLUTION, _DESCRIPTION = 255, 7000, 1 << 20


def render(report: Report, view: View) -> Iterator[str]:
    """Yield the report as one JSON object, one finding a line."""
    rules = {rule.id: rule for rule in view.rules}
    yield f'{{\n"version": "{VERSION_OF_SCHEMA}",\n"schema": "{_SCHEMA}",\n'
    yield f'"scan": {dumps(_scan(report, view))},\n'
    yield '"vulnerabilities": ['
    separator = "\n"
    for entry in entries(report.findings):
        yield separator + dumps(_vulnerability(entry, report, view, rules))
        separator = ",\n"
    yield "\n]\n}\n"


def _scan(report: Report, view: View) -> dict[str, Any]:
    tool = {"id": NAME, "name": NAME, "version": VERSION, "vendor": {"name": NAME}}
    time = view.head.time.removesuffix("Z") if view.head else NO_TIME
    found: dict[str, Any] = {
        "type": "secret_detection",
        "status": "failure" if report.incomplete else "success",
        "start_time": time,
        "end_time": time,
        "analyzer": tool,
        "scanner": tool,
    }
    if messages := list(_messages(report)):
        found["messages"] = messages
    # Without this GitLab takes what a scan of a change does not have for resolved.
    if report.kind in (INDEX_KIND, *COMMIT_KINDS) and report.kind != HISTORY_KIND:
        found["partial_scan"] = {"mode": "differential"}
    return found


def _messages(report: Report) -> Iterator[dict[str, str]]:
    for path, reason in sorted({(notice.path, notice.reason) for notice in report.incomplete}):
        where = printable(file_name(path)) if path else "something"
        text = f"{where} could not be fully read: {printable(reason_name(reason))}"
        yield {"level": "warn", "value": text}
    if report.configuration and (taken := effects(report.configuration)):
        file = file_name(report.configuration.file)
        yield {"level": "info", "value": printable(f"the configuration {file} {taken}")}
    for sentence in taken_away(report):
        yield {"level": "info", "value": sentence}
    for sentence in report.narrowed:
        yield {"level": "info", "value": printable(f"not all of the history: {sentence}")}


def _vulnerability(
    entry: PathEntry, report: Report, view: View, rules: dict[str, Rule]
) -> dict[str, Any]:
    finding = entry.finding
    rule = rules.get(finding.rule_id)
    found: dict[str, Any] = {
        "id": _uuid(entry.identity()),
        "name": printable(rule_name(finding.rule_id, rules))[:_NAME],
        "description": f"{described(entry, rules, code)}."[:_DESCRIPTION],
        "severity": SEVERITIES[finding.severity],
        "identifiers": list(_identifiers(finding.rule_id, rule)),
        "location": _location(entry, report, view),
        "tracking": _tracking(entry),
        "details": _details(entry),
    }
    steps = CANARY_STEPS if finding.canary else rule.remediation if rule else ()
    if steps:
        numbered = (f"{number}. {step}" for number, step in enumerate(steps, 1))
        found["solution"] = "\n".join(numbered)[:_SOLUTION]
    links = (
        [url for url in rule.references if url.startswith(("https://", "http://"))] if rule else []
    )
    if links:
        found["links"] = [{"url": url} for url in links]
    return found


def _identifiers(rule_id: str, rule: Rule | None) -> Iterator[dict[str, str]]:
    # The first one is what GitLab groups by.
    yield {"type": f"{NAME}_rule_id", "name": f"{NAME} rule {rule_id}", "value": rule_id}
    for name in rule.cwe if rule else ():
        number = name.removeprefix("CWE-")
        url = f"https://cwe.mitre.org/data/definitions/{number}.html"
        yield {"type": "cwe", "name": name, "value": number, "url": url}


def _location(entry: PathEntry, report: Report, view: View) -> dict[str, Any]:
    lead = entry.lead
    commit: dict[str, str] = {"sha": lead.commit or _head(entry, report, view)}
    if lead.commit and lead.author_date:
        commit["date"] = printable(lead.author_date)
    start, end = entry.lines
    place = {"file": entry.path} if is_in_file(lead) else {}
    return {**place, "start_line": start, "end_line": end, "commit": commit}


def _head(entry: PathEntry, report: Report, view: View) -> str:
    """Return the commit of HEAD of the repository that `entry` is in."""
    for head in report.heads:
        below = os.path.join(head.repository, "")  # as paths of several repositories begin
        if entry.lead.path.startswith(below):
            return head.commit
    return view.head.commit if view.head else NO_COMMIT


def _tracking(entry: PathEntry) -> dict[str, Any]:
    start, end = entry.lines
    signature = {"algorithm": "hash", "value": entry.identity()}
    item = {"file": entry.path, "start_line": start, "end_line": end, "signatures": [signature]}
    return {"type": "source", "items": [item]}


def _details(entry: PathEntry) -> dict[str, Any]:
    """Return what GitLab shows as rows of a table."""
    finding = entry.finding
    rows = {"confidence": ("Confidence", finding.confidence.label)}
    if finding.account_id:
        rows["account"] = ("AWS account", finding.account_id)
    for role in roles(finding.values):
        rows[f"value_{role}"] = (role_name(role), finding.values[role].redacted())
    found: dict[str, Any] = {
        key: {"name": printable(name), "type": "text", "value": printable(value)}
        for key, (name, value) in rows.items()
    }
    if finding.evidence:
        sentences = [{"type": "text", "value": printable(each)} for each in finding.evidence]
        found["evidence"] = {"name": "Evidence", "type": "list", "items": sentences}
    return found


def _uuid(digits: str) -> str:
    """Return 32 hexadecimal digits in the form of a UUID, which the schema recommends."""
    ends = (8, 12, 16, 20, 32)
    return "-".join(digits[start:end] for start, end in zip((0, *ends), ends, strict=False))


FORMAT = Format(
    "gitlab",
    "GitLab (Ultimate) and DefectDojo: a secret detection report",
    render,
    needs_head=True,
)
