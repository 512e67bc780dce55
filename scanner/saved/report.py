"""Reading a JSON report that a command of keycatch has written: the findings as typed values.

The report has been out of our hands: it was kept in an artifact, sent by mail, or made up. So every
field that is used has the type and the form that `docs/report.schema.json` gives it, or the whole
report is refused. Unknown keys are passed over, and what newer versions have added may be absent.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from scanner.about import NAME
from scanner.findings import (
    Confidence,
    Finding,
    Forensics,
    Head,
    History,
    InHead,
    InRepository,
    Location,
    Moment,
    Report,
    Severity,
)
from scanner.json_fields import FieldError, Fields, refuse
from scanner.liveness.states import Liveness, Reason, State, words
from scanner.pushed import Pushed
from scanner.records import NamedTuple
from scanner.saved.account import Account, read_account
from scanner.saved.refusals import why_no_json, why_no_report
from scanner.saved.values import SavedValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.secret import Secret

VERSION: Final = 1
"""The version of the schema that is read."""
_GREAT: Final = 1000
"""From here on a version is not repeated in a message: it may be something else, and secret."""

# The patterns of docs/report.schema.json.
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
_CANARIES: Final = {each: each for each in ("known", "configured")}
_NOT_KNOWN: Final = {each.value: each for each in Pushed if not each.is_known}
_OWNERS: Final = {each: each for each in ("ours", "foreign")}


class NoReportError(ValueError):
    """The content is not a report that can be used; the message is a clause that says why."""


class SavedReport(NamedTuple):
    """What a saved report says about a scan."""

    kind: str
    """The command that scanned."""
    complete: bool
    incomplete: tuple[str, ...]
    """The reasons why the scan was not complete."""
    narrowed: tuple[str, ...]
    """What options left out of a history, in sentences without a full stop."""
    heads: tuple[Head, ...]
    """Without their remotes, which a report does not have."""
    findings: tuple[Finding, ...]
    """The values are of the type `SavedValue`: redacted, unless the report shows secrets. What a
    report does not have is empty: `partition`, `user`, and the line hashes of locations."""
    account: Account
    """What was read and what was not."""

    def as_report(self) -> Report:
        """Return the same as the report of a scan, to be merged with others or rendered."""
        return Report(
            self.kind,
            self.findings,
            self.account.tally(),
            self.account.configuration,
            self.narrowed,
            self.heads,
            self.account.baseline,
        )


def read(content: bytes) -> SavedReport:
    """Return the report in `content`, the bytes of a file. Raises NoReportError."""
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise NoReportError(why_no_json(content, error)) from None

    if not isinstance(parsed, dict) or not _is_of_keycatch(parsed):
        raise NoReportError(why_no_report(parsed))

    try:
        return _report(Fields(parsed))
    except FieldError as error:
        raise NoReportError(str(error)) from None


def _is_of_keycatch(parsed: dict[str, Any]) -> bool:
    tool = parsed.get("tool")
    return isinstance(tool, dict) and tool.get("name") == NAME and "findings" in parsed


def _report(report: Fields) -> SavedReport:
    version = report.number("schema_version")
    # Before all other fields: another version may have changed any of them.
    if version != VERSION:
        shown = f"{version}" if version < _GREAT else f"more than {_GREAT}"
        raise NoReportError(f"its schema_version is {shown}, and this keycatch reads {VERSION}")

    scan = report.fields("scan")
    return SavedReport(
        complete=scan.truth("complete"),
        kind=scan.text("kind"),
        incomplete=scan.texts("incomplete"),
        narrowed=scan.texts("narrowed", needed=False),
        heads=tuple(scan.every("heads", _head, needed=False)),
        findings=_once(report.every("findings", _finding)),
        account=read_account(scan),
    )


def _once(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return `findings` without repetitions. Raises FieldError where two contradict each other.

    The same credential under another rule or at other places is another finding: reports of several
    repositories have such.
    """
    # One that is there twice would be asked about and counted twice.
    known: dict[tuple[str, str, tuple[Location, ...]], Finding] = {}
    for number, each in enumerate(findings):
        key = each.fingerprint, each.rule_id, each.locations
        if known.setdefault(key, each) != each:
            refuse(f"findings[{number}]", "contradicts another one of the same credential")
    return tuple(known.values())


def _head(head: Fields) -> Head:
    return Head(head.name("repository"), head.text("commit", _HEX))


def _finding(found: Fields) -> Finding:
    locations = tuple(found.every("locations", _location))
    if not locations:
        refuse(found.at("locations"), "is empty")

    return Finding(
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
        canary=found.choice("canary", _CANARIES) if found.has("canary") else "",
        forensics=found.maybe("forensics", _forensics),
        repositories=tuple(found.every("repositories", _in_repository, needed=False)),
    )


def _in_repository(each: Fields) -> InRepository:
    return InRepository(each.name("repository"), each.maybe("history", _history))


def _values(found: Fields) -> dict[str, Secret]:
    values = found.fields("values")
    roles = values.names()
    if not roles or not all(map(_ROLE.fullmatch, roles)):
        refuse(found.at("values"), "does not name the parts of a credential")
    return {role: SavedValue.of(values.text(role)) for role in roles}


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
        repository=at.name("repository") if at.has("repository") else "",
    )


def _in_head(head: Fields) -> InHead:
    name = head.text("object", _HEX)
    if not head.has("start_line"):  # the object does not have the credential any more
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
        pushed=_pushed(history),
        days=history.number("days"),
        branches=history.texts("branches"),
        tags=history.texts("tags"),
        held_by=history.texts("held_by"),
        copies=history.number("copies"),
    )


def _pushed(history: Fields) -> Pushed:
    if history.has("pushed") or "pushed" not in history.names():
        return Pushed.YES if history.truth("pushed") else Pushed.NO
    why = history.optional_text("pushed_unknown")
    return _NOT_KNOWN.get(why, Pushed.UNKNOWN)


def _moment(moment: Fields) -> Moment:
    return Moment(moment.text("commit", _HEX), moment.name("author"), moment.text("author_date"))


def _liveness(answer: Fields) -> Liveness:
    plain = Liveness(
        answer.choice("state", _STATES),
        answer.choice("reason", _REASONS) if answer.has("reason") else Reason.NONE,
        answer.optional_text("account", _ACCOUNT),
        answer.optional_text("arn", _ARN),
        answer.choice("principal", _PRINCIPALS) if answer.has("principal") else "",
        answer.optional_text("partition", _PARTITION),
    )

    # The detail has no field of its own: `words` puts it at the end of the summary, after a
    # separator of two characters.
    _, _, rest = answer.optional_text("summary").partition(words(plain))
    return plain._replace(detail=rest[2:])


def _forensics(forensics: Fields) -> Forensics:
    # The schema promises no form for these texts: code that puts one into a command checks it.
    return Forensics(
        kind=forensics.optional_text("kind"),
        generation=forensics.number("generation") if forensics.has("generation") else 0,
        impossible=forensics.optional_text("impossible"),
        region=forensics.optional_text("region"),
        issued=forensics.optional_text("issued"),
        expires=forensics.optional_text("expires"),
        user=forensics.optional_text("user"),
        signed_by=forensics.optional_text("signed_by"),
    )
