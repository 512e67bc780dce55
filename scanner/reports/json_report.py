"""The JSON format, version 1 of its schema: `docs/report.schema.json` describes it exactly.

The same scan gives the same bytes: everything is sorted and no time is in it. The output is
ASCII, one finding a line, so it survives any terminal, pipe and encoding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scanner.about import NAME, VERSION
from scanner.findings import threshold_name
from scanner.liveness.states import words
from scanner.reports.arrange import locations, ordered
from scanner.reports.encoding import dumps
from scanner.reports.interface import Format
from scanner.reports.names import is_unicode, percent_encoded
from scanner.reports.wording import COMMIT_KINDS, INDEX_KIND, places
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.findings import (
        BaselineUse,
        Configuration,
        Finding,
        Forensics,
        History,
        InHead,
        Location,
        Moment,
        Notice,
        Remark,
        Report,
    )
    from scanner.liveness.states import Liveness
    from scanner.reports.interface import View
    from scanner.tally import SetAside

SCHEMA_VERSION: Final = 1
"""Raised by a change that could break a reader; a new member that readers may ignore is none."""


def render(report: Report, view: View) -> Iterator[str]:
    """Yield the report as one JSON object."""
    tool = {"name": NAME, "version": VERSION, "rules": len(view.rules)}
    yield f'{{\n"schema_version": {SCHEMA_VERSION},\n'
    yield f'"tool": {dumps(tool)},\n'
    yield f'"scan": {dumps(scan_object(report))},\n'
    yield '"findings": ['
    separator = "\n"
    for finding in ordered(report.findings):
        yield separator + dumps(finding_object(finding, view))
        separator = ",\n"
    yield "\n]\n}\n"


def scan_object(report: Report) -> dict[str, Any]:
    """Return what the scan read, skipped and could not read, as it is in the report."""
    tally = report.tally
    notices = sorted(set(tally.notices), key=lambda notice: (notice.path, notice))
    of_git = tally.commits or report.kind in (INDEX_KIND, *COMMIT_KINDS)
    configuration = report.configuration
    placed = places(report)

    return {
        "kind": report.kind,
        "complete": not report.incomplete,
        "incomplete": sorted({notice.reason for notice in report.incomplete}),
        "configuration": _configuration_object(configuration) if configuration else None,
        **({"baseline": _baseline_object(report.baseline)} if report.baseline else {}),
        **(
            {"remarks": [_remark_object(each) for each in report.remarks]} if report.remarks else {}
        ),
        "narrowed": [printable(sentence) for sentence in report.narrowed],
        "heads": [
            {**_name("repository", head.repository), "commit": head.commit} for head in report.heads
        ],
        "counts": {
            "blobs": tally.blobs,
            "bytes": tally.bytes,
            **({"commits": tally.commits} if of_git else {}),
            "skipped": dict(sorted(tally.skipped.items())),
            "set_aside": dict(sorted(tally.set_aside.items())),
        },
        "notices": [_notice_object(notice) for notice in notices],
        "set_aside_values": [_set_aside_object(each) for each in placed],
        "set_aside_without_place": max(0, sum(tally.set_aside.values()) - len(placed)),
    }


def _set_aside_object(each: SetAside) -> dict[str, Any]:
    return {
        "reason": each.reason,
        "role": each.role,
        **_name("path", each.path),
        **(_name("member", each.member) if each.member else {}),
        "line": each.line,
        "column": each.column,
        **({"detail": printable(each.detail)} if each.detail else {}),
    }


def _baseline_object(use: BaselineUse) -> dict[str, Any]:
    return {
        **_name("file", use.file),
        "entries": use.entries,
        "accepted": use.accepted,
        "expired": use.expired,
    }


def _remark_object(remark: Remark) -> dict[str, Any]:
    return {
        "reason": remark.reason,
        "text": printable(remark.text),
        "refused": remark.is_refused,
        "places": [
            {**_name("path", path), **({"line": line} if line else {})}
            for path, line in remark.places
        ],
    }


def _configuration_object(configuration: Configuration) -> dict[str, Any]:
    return {
        **_name("file", configuration.file),
        "excluded": configuration.excluded,
        "disabled": sorted(configuration.disabled),
        "fail_on": None if configuration.fail_on is None else threshold_name(configuration.fail_on),
    }


def _notice_object(notice: Notice) -> dict[str, Any]:
    return {
        "reason": notice.reason,
        **_name("path", notice.path),
        "detail": printable(notice.detail),
        "hides": notice.hides,
    }


def finding_object(finding: Finding, view: View) -> dict[str, Any]:
    """Return `finding` as it is in the report, values redacted unless `view` shows them."""
    return {
        "rule_id": finding.rule_id,
        "severity": finding.severity.label,
        "confidence": finding.confidence.label,
        "fingerprint": finding.fingerprint,
        "values": {
            role: value.shown(view.show_secrets) for role, value in sorted(finding.values.items())
        },
        "account_id": finding.account_id or None,
        "evidence": [printable(sentence) for sentence in finding.evidence],
        "locations": [_location_object(location) for location in locations(finding)],
        "history": _history_object(finding.history) if finding.history else None,
        **_repositories(finding),
        "liveness": liveness_object(finding.liveness) if finding.liveness else None,
        "owner": finding.owner or None,
        "canary": finding.canary or None,
        "forensics": _forensics_object(finding.forensics) if finding.forensics else None,
    }


def _repositories(finding: Finding) -> dict[str, Any]:
    """Return what each of several repositories says; nothing in a report of only one."""
    if not finding.repositories:
        return {}
    return {
        "repositories": [
            {
                **_name("repository", each.repository),
                "history": _history_object(each.history) if each.history else None,
            }
            for each in finding.repositories
        ]
    }


def liveness_object(liveness: Liveness) -> dict[str, Any]:
    """Return what STS says as it is in a report, and in a response to one."""
    return {
        "state": liveness.state,
        "reason": liveness.reason or None,
        "account": liveness.account or None,
        "arn": printable(liveness.arn) or None,
        "principal": liveness.principal or None,
        "partition": liveness.partition or None,
        "summary": printable(words(liveness)),
    }


def _forensics_object(facts: Forensics) -> dict[str, Any]:
    return {name: value or None for name, value in facts._asdict().items()} | {
        "user": printable(facts.user) or None
    }


def _location_object(location: Location) -> dict[str, Any]:
    found: dict[str, Any] = {
        "role": location.role,
        **_name("path", location.path),
        "start_line": location.start_line,
        "start_column": location.start_column,
        "end_line": location.end_line,
        "end_column": location.end_column,
    }
    if location.repository:
        found.update(_name("repository", location.repository))
    if location.member:
        found.update(_name("member", location.member))
    if location.decoded:
        found["decoded"] = list(location.decoded)

    # Only what git content has: a scan of files gets no members that are always empty.
    for key in ("commit", "author_date", "object", "scope"):
        if value := getattr(location, key):
            found[key] = printable(value)
    if location.head.object:
        found["head"] = _head_object(location.head)
    return found


def _head_object(head: InHead) -> dict[str, Any]:
    # Without the credential in it there is no place, and a zero is not a line.
    found = head._asdict()
    return found if head.start_line else {"object": head.object}


def _history_object(history: History) -> dict[str, Any]:
    return {
        "first": _moment_object(history.first),
        "last": _moment_object(history.last),
        "removed": _moment_object(history.removed),
        "in_head": history.in_head,
        "pushed": history.pushed.truth,
        **({} if history.pushed.is_known else {"pushed_unknown": history.pushed.value}),
        "days": history.days,
        "branches": _names(history.branches),
        "tags": _names(history.tags),
        "held_by": _names(history.held_by),
        "copies": history.copies,
    }


def _moment_object(moment: Moment | None) -> dict[str, Any] | None:
    if moment is None:
        return None
    return {
        "commit": moment.commit,
        **_name("author", moment.author),
        "author_date": printable(moment.author_date),
    }


def _names(names: Iterable[str]) -> list[str]:
    return [name if is_unicode(name) else printable(name) for name in sorted(names)]


def _name(key: str, name: str) -> dict[str, str]:
    """Return a name as it is; if it is not Unicode, a printable form and its exact bytes."""
    if is_unicode(name):
        return {key: name}
    return {key: printable(name), f"{key}_bytes": percent_encoded(name)}


FORMAT = Format(
    "json",
    "programs; described by [report.schema.json](report.schema.json)",
    render,
    shows_secrets=True,
    keeps_given_paths=True,
)
