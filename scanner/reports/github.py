"""The GitHub format: workflow commands, which Actions turns into annotations of the changed files.

A command is a line `::error file=F,line=1::message`. Facts about it are from the runner's source
(`ActionCommand.cs`, `ActionCommandManager.cs` of actions/runner 258d6c85): it reads `::` at the
start of a line after spaces, and the older `##[` anywhere in a line that is no such command. In
the message `%`, CR and LF are escaped, in properties `:` and `,` too. Columns are dropped if the
lines differ. A step keeps ten annotations of each level and drops the rest, so the worst come
first. File names are chosen by the authors of the repository: in a command every character with a
meaning is escaped, and elsewhere they are only shown as `printable` makes them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.findings import Severity
from scanner.reports.interface import Format
from scanner.reports.names import file_name
from scanner.reports.text import render as render_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.findings import Configuration, Finding, Location, Remark, Report
    from scanner.reports.arrange import Sighting
    from scanner.reports.interface import View
    from scanner.rulebook.model import Rule

LEVELS: Final = ("error", "warning", "notice")
"""Levels of annotations, worst first."""
_PLACES: Final = 20
"""Places that one annotation names."""
LIMIT: Final = 10
"""Annotations of each level that a step keeps: see the runner's source, as above."""


def render(report: Report, view: View) -> Iterator[str]:
    """Yield the report as workflow commands and a line for the log.

    A finding is an error if it has the confidence that makes the command fail, else a warning; one
    of severity note is a notice. What was not read is an error if nothing else made the command
    fail. Values are always redacted: annotations are as public as the repository.
    """
    from scanner.reports.wording import effects, plural

    quiet = view.verbosity < 0
    taken = effects(report.configuration) if view.verbosity >= 0 else ""
    narrowed = report.narrowed if view.verbosity >= 0 else ()
    remarks = [_remark(remark) for remark in report.remarks if remark.is_refused or not quiet]
    if not (report.findings or report.incomplete or taken or remarks):
        yield from render_text(report, view._replace(color=False, verbosity=min(view.verbosity, 0)))
        return

    from scanner.reports.arrange import ordered

    rules = {rule.id: rule for rule in view.rules}
    findings: dict[str, list[Finding]] = {level: [] for level in LEVELS}
    for finding in ordered(report.findings):
        findings[level_of(finding, view)].append(finding)

    # What was not read takes the place of a finding: a step that fails has to say why.
    unread = "" if not report.incomplete else "error" if view.exit_code == 2 else "warning"
    left_out = []
    for level, own in findings.items():
        room = LIMIT
        if unread == level:
            yield _incomplete(report, level)
            room -= 1
        if level == "notice" and taken and report.configuration:
            yield _configured(report.configuration, taken)
            room -= 1
        for remark_level, line in remarks:
            if level == remark_level and room:
                yield line
                room -= 1
        if level == "notice" and narrowed:
            yield command("notice", "; ".join(narrowed), {"title": "Not all of the history"})
            room -= 1
        for finding in own[:room]:
            yield _annotation(finding, level, rules)
        if len(own) > room:
            left_out.append(plural(len(own) - room, f"more {level}"))

    yield from _plain_lines(report, view, findings["error"], left_out)


def level_of(finding: Finding, view: View) -> str:
    """Return the level of the annotation of `finding`, one of `LEVELS`."""
    if finding.severity is Severity.NOTE:
        return "notice"
    return "error" if finding.fails(view.fail_on) else "warning"


def _plain_lines(
    report: Report, view: View, failing: Sequence[Finding], left_out: Sequence[str]
) -> Iterator[str]:
    from scanner.reports.taken_away import taken_away
    from scanner.reports.wording import (
        contents,
        credentials,
        human_size,
        listed,
        plural,
        possible,
    )

    if left_out:
        yield (
            f"and {', '.join(left_out)}, beyond what GitHub shows of one step: "
            "see the step summary or another --format\n"
        )
    if view.verbosity < 0:
        return
    read = " what was read of" if report.incomplete else ""
    counted = listed(report, view.fail_on)
    line = f"{credentials(report, view.fail_on)} in{read} {contents(report)}"
    line += f" ({human_size(report.tally.bytes)})"
    if below := len(report.findings) - len(counted):
        line += f", {possible(below, view.fail_on)}"
    if notes := len(counted) - len(failing):
        line += f", {plural(notes, 'note')}"
    yield "; ".join((line, *taken_away(report))) + "\n"


def _annotation(finding: Finding, level: str, rules: dict[str, Rule]) -> str:
    from scanner.reports.arrange import as_in_head, sightings

    finding = as_in_head(finding)
    copies = sightings(finding)
    lead = copies[0].lead
    rule = rules.get(finding.rule_id)
    name = rule.name if rule is not None else finding.rule_id
    # A path that HEAD lacks, or has with other content, would put the annotation at other lines.
    gone = finding.history and not lead.head.start_line
    position = {} if gone else _position(lead)
    # A guess that does not make the command fail is not called a credential.
    head = f"Possible: {name}" if level == "warning" else name
    properties = {**position, "title": f"{head} ({finding.severity.label})"}
    return command(level, _message(finding, name, copies), properties)


def _position(lead: Location) -> dict[str, str]:
    from scanner.reports.wording import is_in_file

    if not is_in_file(lead):
        return {}
    found = {"file": file_name(lead.path)}
    if not in_lines(lead):
        return found | {"line": "1"}
    found |= {"line": str(lead.start_line), "endLine": str(lead.end_line)}
    if lead.start_line == lead.end_line:
        found |= {"col": str(lead.start_column), "endColumn": str(lead.end_column)}
    return found


def in_lines(location: Location) -> bool:
    """Return whether the lines of `location` are lines of the file in the repository."""
    from scanner.reports.arrange import UNPACKING

    return not location.member and UNPACKING.isdisjoint(location.decoded)


def _message(finding: Finding, name: str, copies: Sequence[Sighting]) -> str:
    from scanner.reports.arrange import further, text_of
    from scanner.reports.exposure import alive, exposed
    from scanner.reports.forensic import ending
    from scanner.reports.repositories import spread
    from scanner.reports.wording import (
        CANARY_STEPS,
        is_in_file,
        no_file,
        plural,
        role_name,
        whence,
    )
    from scanner.secret import MASK

    copy = copies[0]
    lead = copy.lead

    words = name
    value = finding.values.get(lead.role)
    if value is not None and value.redacted() != MASK:
        words += f" {value.redacted()}"
    if finding.account_id:
        words += f" of account {finding.account_id}"

    is_file = is_in_file(lead)
    if is_file and finding.history:
        words += f" can be read in {file_name(lead.path)}"
        words += f" on line {lead.start_line}" if in_lines(lead) else ""
    else:
        words += " can be read here" if is_file else f" can be read in the {no_file(lead)}"
    if lead.member:
        words += f" in the archive member {lead.member}"
    if not in_lines(lead):
        words += f" at line {lead.start_line}, column {lead.start_column} of the content"
    if came := whence(lead):
        words += f" in {came}" if is_file else f" ({came})"

    for number, part in enumerate((*copy.parts, *copy.elsewhere)):
        words += f", {'and' if number else 'with'} the {role_name(part.role)} "
        if text_of(part) != text_of(lead):
            words += f"in {file_name(part.path)} "
        words += f"on line {part.start_line}"
    if others := len(further(copies)):
        words += f", and in {plural(others, 'more place')}"

    if finding.history:
        words += f"; {exposed(finding)}"
    if where := spread(finding):
        words += f"; {where}"
    for fact in filter(
        None, (ending(finding), alive(finding), "a canary" if finding.canary else "")
    ):
        words += f"; {fact}"
    what = f"keycatch rules show {finding.rule_id}"
    if finding.canary:
        what = " ".join(CANARY_STEPS)
    return (
        f"{words}. Severity {finding.severity.label}, confidence "
        f"{finding.confidence.label}. What to do: {what}"
    )


def _incomplete(report: Report, level: str) -> str:
    from scanner.reports.wording import plural, reason_name

    number = len(report.incomplete)
    first = report.incomplete[0]
    # Not the detail, in which the system may have named directories of the machine.
    where = f"{file_name(first.path)}, " if first.path else ""
    message = (
        f"{plural(number, 'item')} could not be fully read, and credentials could be in there. "
        f"{'It' if number == 1 else 'The first'} is {where}{reason_name(first.reason)}"
    )
    return command(level, message, {"title": "The scan is incomplete"})


def _configured(configuration: Configuration, taken: str) -> str:
    name = file_name(configuration.file)
    return command("notice", f"{name} {taken}", {"file": name, "title": "The configuration"})


def _remark(remark: Remark) -> tuple[str, str]:
    """Return the level and the line of the annotation of `remark`, at its first place."""
    level = "error" if remark.is_refused else "warning"
    if not any(line for _, line in remark.places):
        level = "notice"
    places = ", ".join(
        f"{file_name(path)}:{line}" for path, line in remark.places[:_PLACES] if line
    )
    more = len(remark.places) - _PLACES
    message = (
        f"{remark.text}{f': {places}' if places else ''}{f' and {more:,} more' if more > 0 else ''}"
    )
    properties = {}
    for path, line in remark.places[:1]:
        properties = {"file": file_name(path)} | ({"line": str(line)} if line else {})
    return level, command(level, message, {**properties, "title": "For the review of this change"})


def command(name: str, message: str, properties: dict[str, str]) -> str:
    """Return the line of the workflow command `name`, everything in it escaped."""
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(message)}\n"


def _data(text: str) -> str:
    from scanner.secret import visible

    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summarize(report: Report, view: View) -> str:
    """Append to the summary of the step, where GitHub Actions asks for one; return what failed."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return ""
    from scanner.reports.step_summary import append

    return append(report, view, path)


FORMAT = Format(
    "github",
    "a job on GitHub Actions: annotations and the summary of the step",
    render,
    says_incomplete=True,
    after=summarize,
)
