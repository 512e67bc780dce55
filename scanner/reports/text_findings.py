"""The findings of the text report, and what to do about them.

Lines are made for a terminal of 80 columns. Sentences are wrapped; paths and values never are, so
that they can be clicked and copied.
"""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from scanner.findings import Severity
from scanner.reports.arrange import (
    UNPACKING,
    Sighting,
    elsewhere,
    ordered,
    roles,
    sightings,
    text_of,
)
from scanner.reports.markdown import plain
from scanner.reports.wording import origin, plural, role_name
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.findings import Finding, Location, Report
    from scanner.reports.ansi import Paint
    from scanner.reports.interface import View
    from scanner.rulebook.model import Rule

WIDTH: Final = 80
_SEVERITY: Final = 10
_LABEL: Final = 19
_VALUE: Final = 24
"""Values up to this width are followed by a column of notes."""
_CODE: Final = re.compile("`[^`]+`")
_COPIES: Final = 3
"""Other places of one credential that are listed without -v."""
_STEPS: Final = 3
"""Steps of a rule's remediation that are listed without -v."""


def where(location: Location) -> str:
    """Return `path:line:column`, with the member of an archive behind the path."""
    path = printable(location.path)
    if location.member:
        path = f"{path}!/{printable(location.member)}"
    return f"{path}:{location.start_line}:{location.start_column}"


def brief(report: Report, view: View) -> Iterator[str]:
    """Yield one line for each finding."""
    rules = {rule.id: rule for rule in view.rules}
    for finding in ordered(report.findings):
        lead = sightings(finding)[0].lead
        yield (
            f"{where(lead)}: {finding.severity.label}, {finding.confidence.label} confidence: "
            f"{_name(finding.rule_id, rules)} {_value(finding, lead.role, view)}"
            f" ({printable(finding.rule_id)}){_of_commit(lead)}\n"
        )


def findings(report: Report, view: View, paint: Paint) -> Iterator[str]:
    """Yield each finding as a block that ends in an empty line, worst first.

    Notes, which come last, are one line each unless the report is verbose.
    """
    rules = {rule.id: rule for rule in view.rules}
    notes = False
    for finding in ordered(report.findings):
        copies = sightings(finding)
        if is_short(finding, view):
            notes = True
            yield _note_line(finding, copies[0].lead, view, rules, paint)
            continue
        yield _head(finding, copies[0].lead, view, rules, paint)
        yield from _values(finding, copies[0], view, paint)
        commit = printable(origin(copies[0].lead))
        yield from _row("commit", [commit.removeprefix("commit ")] if commit else [], paint)
        yield from _row("because", _sentences(finding.evidence), paint)
        yield from _row("also at", _others(_untold(finding, copies), view), paint)
        yield "\n"
    if notes:
        yield "\n"


def is_short(finding: Finding, view: View) -> bool:
    """Tell whether `finding` is a note that is shown in one line, without what to do about it."""
    return finding.severity is Severity.NOTE and view.verbosity <= 0


def _note_line(
    finding: Finding, lead: Location, view: View, rules: dict[str, Rule], paint: Paint
) -> str:
    name, value = _name(finding.rule_id, rules), _value(finding, lead.role, view)
    label = finding.severity.label
    why = "".join(f", {printable(sentence)}" for sentence in finding.evidence[-1:])
    return (
        f"{paint(label, label.upper().ljust(_SEVERITY))}{where(lead)} {name} {value}{why}"
        f"{_of_commit(lead)}\n"
    )


def _of_commit(location: Location) -> str:
    text = printable(origin(location))
    return f", {text}" if text else ""


def _name(rule_id: str, rules: dict[str, Rule]) -> str:
    return printable(rules[rule_id].name if rule_id in rules else rule_id)


def _head(
    finding: Finding, lead: Location, view: View, rules: dict[str, Rule], paint: Paint
) -> str:
    severity = finding.severity.label
    below = "" if finding.confidence >= view.fail_on else ", below --fail-on"
    return (
        f"{paint(severity, severity.upper().ljust(_SEVERITY))}{paint('bold', where(lead))}\n"
        f"  {_name(finding.rule_id, rules)} {paint('dim', f'({printable(finding.rule_id)})')}, "
        f"{finding.confidence.label} confidence{below}\n"
    )


def _values(finding: Finding, copy: Sighting, view: View, paint: Paint) -> Iterator[str]:
    """Yield a row for each part: its value, and where it stands unless that is at the head."""
    places: dict[str, list[Location]] = {}
    for part in (copy.lead, *copy.parts, *elsewhere(finding, copy)):
        places.setdefault(part.role, []).append(part)
    texts = {role: _value(finding, role, view) for role in roles(finding.values)}
    room = max(map(len, texts.values()), default=0)
    if room > _VALUE:  # plain values of --show-secrets: nothing lines up behind these
        room = 0
    account = f"account {printable(finding.account_id)}" if finding.account_id else ""
    for role, text in texts.items():
        notes = [_note(part, copy.lead) for part in places.get(role, ())]
        if role == "key_id":
            notes, account = [account, *notes], ""
        line = f"{text.ljust(room)}  {', '.join(filter(None, notes))}".rstrip()
        yield from _row(role_name(role), [line], paint)
    if account:
        yield from _row("account", [account.removeprefix("account ")], paint)


def _value(finding: Finding, role: str, view: View) -> str:
    value = finding.values.get(role)
    return printable(value.shown(view.show_secrets)) if value is not None else ""


def _note(part: Location, lead: Location) -> str:
    note = ""
    if text_of(part) != text_of(lead):
        note = f"{where(part)}{_of_commit(part)}"
    elif part.start_line != lead.start_line:
        note = f"line {part.start_line}"
    elif part.start_column != lead.start_column:
        note = f"column {part.start_column}"
    decoded = [name for name in part.decoded if name not in UNPACKING]
    if decoded:
        note = ", ".join(filter(None, [note, f"decoded from {printable(', '.join(decoded))}"]))
    return note


def _sentences(sentences: tuple[str, ...]) -> list[str]:
    room = WIDTH - _LABEL - 4
    lines = []
    for sentence in sentences:
        # Words are never broken: `printable` has looked at where they begin.
        lines += wrap(printable(sentence), room, break_long_words=False, break_on_hyphens=False)
    return lines


def _untold(finding: Finding, copies: list[Sighting]) -> list[Sighting]:
    """Return the copies but the first, without lone parts that stand beside its values."""
    told = elsewhere(finding, copies[0])
    return [copy for copy in copies[1:] if copy.parts or copy.lead not in told]


def _others(copies: list[Sighting], view: View) -> list[str]:
    verbose = view.verbosity > 0
    listed = copies if verbose else copies[:_COPIES]
    lines = []
    for copy in listed:
        parts = [f"{role_name(part.role)} {_note(part, copy.lead)}" for part in copy.parts]
        details = f" ({', '.join(parts)})" if parts and verbose else ""
        lines.append(f"{where(copy.lead)}{_of_commit(copy.lead)}{details}")
    if len(listed) < len(copies):
        lines.append(f"and {plural(len(copies) - len(listed), 'more place')} (-v lists all)")
    return lines


def _row(label: str, lines: list[str], paint: Paint) -> Iterator[str]:
    """Yield a label with its lines in a column beside it; nothing where there are no lines."""
    for number, line in enumerate(lines):
        head = printable(label).ljust(_LABEL) if number == 0 else " " * _LABEL
        yield f"    {paint('dim', head)}{line}\n"


def remedies(report: Report, view: View, paint: Paint) -> Iterator[str]:
    """Yield the first steps of what to do, once for all the rules that say the same."""
    rules = {rule.id: rule for rule in view.rules}
    counts: dict[tuple[str, ...], dict[str, int]] = {}
    for finding in ordered(report.findings):
        rule = rules.get(finding.rule_id)
        if rule is not None and rule.remediation and not is_short(finding, view):
            alike = counts.setdefault(rule.remediation, {})
            alike[rule.id] = alike.get(rule.id, 0) + 1
    if counts:
        yield f"{paint('bold', 'What to do')}\n"
    for steps, alike in counts.items():
        names = ", ".join(_name(rule_id, rules) for rule_id in alike)
        yield from _filled("  ", f"{names} ({plural(sum(alike.values()), 'finding')})")
        shown = steps if view.verbosity > 0 else steps[:_STEPS]
        for number, step in enumerate(shown, 1):
            yield from _filled(f"    {number}. ", plain(step))
        if len(shown) < len(steps):
            yield f"       All steps: keycatch rules show {printable(next(iter(alike)))}\n"
        yield "\n"


def _filled(head: str, text: str) -> Iterator[str]:
    """Yield `text` wrapped behind `head`; a command in backquotes stays on one line."""
    kept = _CODE.sub(lambda code: code[0].replace(" ", "\u00a0"), printable(text))
    for line in wrapped(head, kept):
        yield line.replace("\u00a0", " ")


def wrapped(head: str, text: str) -> Iterator[str]:
    """Yield `text` in lines of the report's width, the first behind `head`, the others below it."""
    # Words are never broken: `printable` has looked at where they begin.
    for line in wrap(
        text,
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    ):
        yield f"{line}\n"
