"""Reads a JSON report that a command of keycatch has written: what is in it, as typed values.

The report has been out of our hands: it was kept in an artifact, sent by mail, or made up. So every
field that is used is of the type and the form that `docs/report.schema.json` gives it, or the whole
report is refused; keys that are not known are passed over, and what newer versions have added may
be absent.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from scanner.about import NAME
from scanner.findings import (
    Confidence,
    Forensics,
    Head,
    History,
    InHead,
    Location,
    Moment,
    Severity,
)
from scanner.liveness.states import Liveness, Reason, State, words
from scanner.saved.fields import Fields, NoReportError, refuse
from scanner.saved.refusals import why_no_json, why_no_report

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NoReportError", "SavedFinding", "SavedReport", "read"]

VERSION: Final = 1
"""The version of the schema that is read."""
_GREAT: Final = 1000
"""A number that is no version; what may be something else is not repeated."""

_ACCOUNT: Final = re.compile("[0-9]{12}")
_ARN: Final = re.compile("arn:aws.*")
_FINGERPRINT: Final = re.compile("[0-9a-f]{32}")
_HEX: Final = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_PARTITION: Final = re.compile("aws(?:-[a-z]+)*")
_ROLE: Final = re.compile("[a-z][a-z0-9_]*")

_SEVERITIES: Final = {each.label: each for each in Severity}
_CONFIDENCES: Final = {each.label: each for each in Confidence}
_STATES: Final[Mapping[str, State]] = {each.value: each for each in State}
_REASONS: Final[Mapping[str, Reason]] = {each.value: each for each in Reason if each.value}
_PRINCIPALS: Final = {each: each for each in ("user", "role", "root", "federated-user")}
_OWNERS: Final = {each: each for each in ("ours", "foreign")}


class SavedFinding(NamedTuple):
    """One credential of the report."""

    fingerprint: str
    rule_id: str
    severity: Severity
    confidence: Confidence
    values: dict[str, str]
    """By role, as the report shows them: redacted, unless it was made with `--show-secrets`."""
    account_id: str
    """Twelve digits, or an empty string where the credential does not tell."""
    evidence: tuple[str, ...]
    locations: tuple[Location, ...]
    """In names, undecodable bytes are surrogates, as they were in the scan."""
    history: History | None
    liveness: Liveness | None
    owner: str
    """`ours`, `foreign`, or an empty string where that cannot be told."""
    forensics: Forensics | None


class SavedReport(NamedTuple):
    """The report."""

    kind: str
    """The command that scanned."""
    complete: bool
    incomplete: tuple[str, ...]
    """The reasons why the scan was not complete."""
    narrowed: tuple[str, ...]
    """What options left out of a history, in sentences without a full stop."""
    heads: tuple[Head, ...]
    """Without their remotes, which a report does not have."""
    findings: tuple[SavedFinding, ...]


def read(content: bytes) -> SavedReport:
    """Return the report that the bytes of a file are.

    Raises NoReportError, a ValueError, whose message is a clause that says why they are none.
    """
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise NoReportError(why_no_json(content, error)) from None
    if not isinstance(parsed, dict) or not _is_of_keycatch(parsed):
        raise NoReportError(why_no_report(parsed))
    report = Fields(parsed)
    version = report.number("schema_version")
    if version != VERSION:
        told = f"{version}" if version < _GREAT else f"more than {_GREAT}"
        raise NoReportError(f"its schema_version is {told}, and this keycatch reads {VERSION}")
    scan = report.fields("scan")
    complete = scan.truth("complete")
    return SavedReport(
        kind=scan.text("kind"),
        complete=complete,
        incomplete=scan.texts("incomplete"),
        narrowed=scan.texts("narrowed", needed=False),
        heads=tuple(scan.every("heads", _head, needed=False)),
        findings=_once(report.every("findings", _finding)),
    )


def _once(findings: list[SavedFinding]) -> tuple[SavedFinding, ...]:
    """Return `findings` without those that are there twice, which are one credential."""
    known: dict[tuple[str, str, tuple[Location, ...]], SavedFinding] = {}
    for number, each in enumerate(findings):
        key = each.fingerprint, each.rule_id, each.locations
        if known.setdefault(key, each) != each:
            refuse(f"findings[{number}]", "contradicts another one of the same credential")
    return tuple(known.values())


def _is_of_keycatch(parsed: dict[str, Any]) -> bool:
    tool = parsed.get("tool")
    return isinstance(tool, dict) and tool.get("name") == NAME and "findings" in parsed


def _head(head: Fields) -> Head:
    return Head(head.name("repository"), head.text("commit", _HEX))


def _finding(found: Fields) -> SavedFinding:
    locations = tuple(found.every("locations", _location))
    if not locations:
        refuse(found.at("locations"), "is empty")
    return SavedFinding(
        fingerprint=found.text("fingerprint", _FINGERPRINT),
        rule_id=found.text("rule_id"),
        severity=found.choice("severity", _SEVERITIES),
        confidence=found.choice("confidence", _CONFIDENCES),
        values=_values(found),
        account_id=found.optional_text("account_id", _ACCOUNT),
        evidence=found.texts("evidence", needed=False),
        locations=locations,
        history=found.maybe("history", _history),
        liveness=found.maybe("liveness", _liveness),
        owner=found.choice("owner", _OWNERS) if found.has("owner") else "",
        forensics=found.maybe("forensics", _forensics),
    )


def _values(found: Fields) -> dict[str, str]:
    values = found.fields("values")
    roles = values.names()
    if not roles or not all(map(_ROLE.fullmatch, roles)):
        refuse(found.at("values"), "does not name the parts of a credential")
    return {role: values.text(role) for role in roles}


def _location(at: Fields) -> Location:
    head = at.maybe("head", _in_head)
    return Location(
        role=at.text("role", _ROLE),
        path=at.name("path"),
        start_line=at.number("start_line", 1),
        start_column=at.number("start_column", 1),
        end_line=at.number("end_line", 1),
        end_column=at.number("end_column", 1),
        member=at.name("member") if at.has("member") else "",
        decoded=at.texts("decoded", needed=False),
        object=at.optional_text("object", _HEX),
        commit=at.optional_text("commit", _HEX),
        author_date=at.optional_text("author_date"),
        scope=at.optional_text("scope"),
        head=head or InHead(),
    )


def _in_head(head: Fields) -> InHead:
    name = head.text("object", _HEX)
    if not head.has("start_line"):
        return InHead(name)
    return InHead(
        name,
        head.number("start_line", 1),
        head.number("start_column", 1),
        head.number("end_line", 1),
        head.number("end_column", 1),
    )


def _history(history: Fields) -> History:
    return History(
        first=history.maybe("first", _moment),
        last=history.maybe("last", _moment),
        removed=history.maybe("removed", _moment),
        in_head=history.truth("in_head"),
        pushed=history.truth("pushed"),
        days=history.number("days"),
        branches=history.texts("branches"),
        tags=history.texts("tags"),
        held_by=history.texts("held_by"),
        copies=history.number("copies"),
    )


def _moment(moment: Fields) -> Moment:
    return Moment(moment.text("commit", _HEX), moment.name("author"), moment.text("author_date"))


def _liveness(told: Fields) -> Liveness:
    reason = told.choice("reason", _REASONS) if told.has("reason") else Reason.NONE
    principal = told.choice("principal", _PRINCIPALS) if told.has("principal") else ""
    plain = Liveness(
        told.choice("state", _STATES),
        reason,
        told.optional_text("account", _ACCOUNT),
        told.optional_text("arn", _ARN),
        principal,
        told.optional_text("partition", _PARTITION),
    )
    # The clause for a person stands at the end of the summary, behind a separator of two signs.
    _, _, rest = told.optional_text("summary").partition(words(plain))
    return plain._replace(detail=rest[2:])


def _forensics(told: Fields) -> Forensics:
    # More than the form of a text is not relied on: whoever uses one looks at it again.
    return Forensics(
        kind=told.optional_text("kind"),
        generation=told.number("generation") if told.has("generation") else 0,
        impossible=told.optional_text("impossible"),
        region=told.optional_text("region"),
        issued=told.optional_text("issued"),
        expires=told.optional_text("expires"),
        user=told.optional_text("user"),
        signed_by=told.optional_text("signed_by"),
    )
