"""The SARIF 2.1.0 format, for GitHub, GitLab, Azure DevOps, Jenkins, SonarQube and editors.

Each of them reads its own part of the standard and some drop a whole file for one field, so this
is the part that all of them keep: one run, every rule every time, one location a result, an
explicit level, no `kind`, relative percent-encoded URIs, text messages. Values are redacted even
with `--show-secrets`, because these files are made to be uploaded; content is never included. The
same scan gives the same bytes: no times, no local directory, no machine.

Results come worst first: GitHub keeps the first 5,000 of a run and refuses more than 25,000.
Nothing is left out here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from scanner import about
from scanner.about import NAME, VERSION
from scanner.findings import Severity, threshold_name
from scanner.reports.encoding import dumps
from scanner.reports.interface import Format
from scanner.reports.names import is_outside, quoted, relative_uri, repository_uri, shown
from scanner.reports.sarif_results import BASE, results
from scanner.reports.sarif_rules import all_rules, descriptor
from scanner.reports.taken_away import taken_away
from scanner.reports.wording import reason_name
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.findings import Configuration, Head, Notice, Report
    from scanner.reports.interface import View

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_EXITS: Final = {
    0: "Nothing was found that makes the command fail, or it was told not to fail.",
    1: "There are findings of the confidence that makes the command fail.",
    2: "The scan could not be completed.",
}
_BY_SEVERITY: Final = "There are findings of the severity that makes the command fail."

# What the system says of an error can name directories of the machine, which are not uploaded: an
# absolute path of POSIX, a home directory, a path of Windows with a drive or of a network.
_ABSOLUTE: Final = re.compile(r"(?:^|[\s'\"(=:,])(?:/|~|\\\\|[A-Za-z]:[\\/])")


def render(report: Report, view: View) -> Iterator[str]:
    """Yield the report as a SARIF log, one rule and one result a line."""
    described = all_rules(view.rules, report.findings)
    notices = sorted(set(report.tally.notices), key=lambda notice: (notice.path, notice))
    reasons = sorted({notice.reason for notice in notices})

    yield f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [{{\n'
    driver = {
        "name": NAME,
        "fullName": f"{NAME} {VERSION}",
        "semanticVersion": VERSION,
        **({"informationUri": about.HOME} if about.HOME else {}),
        "shortDescription": {"text": "Finds AWS credentials."},
    }
    yield f'"tool": {{"driver": {dumps(driver)[:-1]}'
    if reasons:
        yield from _array("notifications", map(_notification_descriptor, reasons))
    yield from _array("rules", map(descriptor, described))
    yield "}},\n"

    yield f'"automationDetails": {dumps(_automation(report.kind, view.category))},\n'
    yield f'"originalUriBaseIds": {dumps(_base())},\n'
    yield '"columnKind": "unicodeCodePoints",\n'
    yield f'"invocations": [{dumps(_invocation(report, view, notices, reasons))}]'

    yield from _array("results", results(report.findings, described))
    if scanned := [revision for head in report.heads if (revision := _revision(head))]:
        yield from _array("versionControlProvenance", iter(scanned))

    properties: dict[str, Any] = {}
    if report.configuration:
        properties["configuration"] = _configuration(report.configuration)
    if taken := taken_away(report):
        properties["takenAway"] = taken
    if report.narrowed:
        properties["narrowed"] = [printable(sentence) for sentence in report.narrowed]
    if properties:
        yield f',\n"properties": {dumps(properties)}'
    yield "}]}\n"


def _revision(head: Head) -> dict[str, Any]:
    """Return the commit of HEAD as `versionControlDetails`; empty if it cannot be written.

    The standard requires an address (3.23), and a repository outside of the scan has no URI.
    """
    uri = repository_uri(head.remote)
    if not uri or is_outside(head.repository):
        return {}
    place = {"uriBaseId": BASE}
    if head.repository:
        place["uri"] = f"{relative_uri(head.repository)}/"
    return {"repositoryUri": uri, "revisionId": head.commit, "mappedTo": place}


def _array(key: str, items: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Yield an array as the member `key` of an object, one item a line."""
    yield f',\n"{key}": ['
    separator = "\n"
    for item in items:
        yield separator + dumps(item)
        separator = ",\n"
    yield "\n]"


def _automation(kind: str, category: str) -> dict[str, Any]:
    # As CodeQL has it for its --sarif-category: all before the last slash is the category.
    if category:
        return {"id": f"{quoted(category)}/"}
    # GitHub closes the alerts of a category that the newest file does not have: a report on a few
    # changes must not close those on the whole tree, so each kind of scan has its own category.
    return {"id": f"{NAME}/" if kind == "scan" else f"{NAME}/{quoted(kind)}/"}


def _base() -> dict[str, Any]:
    text = "The root of the repository, or the directory of the scan outside of any repository."
    return {BASE: {"description": {"text": text}}}


def _configuration(configuration: Configuration) -> dict[str, Any]:
    return {
        "file": shown(configuration.file),
        "excluded": configuration.excluded,
        "disabled": sorted(configuration.disabled),
        "failOn": None if configuration.fail_on is None else threshold_name(configuration.fail_on),
    }


def _notification_descriptor(reason: str) -> dict[str, Any]:
    text = f"Something was not fully read:  {reason_name(reason)}."
    return {
        "id": reason,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": "Nothing is known of what was not read. Make it readable and scan again."},
    }


def _invocation(
    report: Report, view: View, notices: list[Notice], reasons: list[str]
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "executionSuccessful": not report.incomplete,
        "exitCode": view.exit_code,
    }
    if view.exit_code in _EXITS:
        found["exitCodeDescription"] = _EXITS[view.exit_code]
        if view.exit_code == 1 and isinstance(view.fail_on, Severity):
            found["exitCodeDescription"] = _BY_SEVERITY
    if notices:
        numbers = {reason: number for number, reason in enumerate(reasons)}
        found["toolExecutionNotifications"] = [_notification(each, numbers) for each in notices]
    return found


def _notification(notice: Notice, numbers: dict[str, int]) -> dict[str, Any]:
    what = f"'{shown(notice.path)}' was" if notice.path else "Something was"
    detail = "" if not notice.detail or _ABSOLUTE.search(notice.detail) else notice.detail
    because = f", '{quoted(detail)}'" if detail else ""
    text = f"{what} not fully read:  {reason_name(notice.reason)}{because}."

    found: dict[str, Any] = {
        "descriptor": {"id": notice.reason, "index": numbers[notice.reason]},
        "level": "error" if notice.hides else "note",
        "message": {"text": text},
    }
    uri = relative_uri(notice.path)
    if uri != ".":  # neither something without a name nor all of the repository is a place
        place = {"uri": uri, "uriBaseId": BASE}
        found["locations"] = [{"physicalLocation": {"artifactLocation": place}}]
    return found


FORMAT = Format(
    "sarif",
    "GitHub, GitLab, Azure DevOps, Jenkins, SonarQube, DefectDojo, editors",
    render,
    needs_line_hash=True,
)
