"""The findings of the text report, and what to do about them.

Lines are made for a terminal of 80 columns. Sentences are wrapped; paths and values never are, so
that they can be clicked and copied.
"""

from __future__ import annotations

from scanner.findings import Severity
from scanner.reports.arrange import (
    UNPACKING,
    Sighting,
    as_in_head,
    by_exposure,
    further,
    ordered,
    roles,
    sightings,
    text_of,
)
from scanner.reports.exposure import alive, decoy, exposed
from scanner.reports.forensic import facts, reasons
from scanner.reports.markdown import plain
from scanner.reports.repositories import spread
from scanner.reports.text_history import headline
from scanner.reports.text_history import rows as history_rows
from scanner.reports.text_layout import filled, row, sentences
from scanner.reports.wording import (
    CANARIES,
    CANARY_STEPS,
    KEY_ID_RULE,
    is_in_file,
    no_file,
    origin,
    plural,
    role_name,
)
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from scanner.findings import Finding, Location, Report
    from scanner.reports.ansi import Paint
    from scanner.reports.interface import View
    from scanner.rulebook.model import Rule

_SEVERITY: Final = 10
"""Columns of the severity: `CRITICAL` and a gap."""
_VALUE: Final = 24
"""Values up to this width are followed by a column of notes."""
_COPIES: Final = 3
"""Other places of one credential that are listed without -v."""
_ALONE: Final = "no secret found with it: the ID alone grants nothing"
"""What is said of an access key ID without its secret."""
_STEPS: Final = 3
"""Steps of a rule's remediation that are listed without -v."""


def where(location: Location) -> str:
    """Return `path:line:column`, with the member of an archive after the path.

    What is in no file is described in words.
    """
    if not is_in_file(location):
        return printable(no_file(location))
    path = printable(location.path)
    if location.member:
        path = f"{path}!/{printable(location.member)}"
    return f"{path}:{location.start_line}:{location.start_column}"


def brief(report: Report, view: View) -> Iterator[str]:
    """Yield one line for each finding."""
    rules = {rule.id: rule for rule in view.rules}
    for finding in map(as_in_head, by_exposure(report.findings, view.fail_on)):
        lead = sightings(finding)[0].lead
        yield (
            f"{where(lead)}: {finding.severity.label}, {finding.confidence.label} confidence: "
            f"{_name(finding.rule_id, rules)} {_value(finding, lead.role, view)}"
            f" ({printable(finding.rule_id)}){_comma(origin(lead))}"
            f"{_comma(exposed(finding))}{_comma(spread(finding))}{_comma(alive(finding))}{_comma(decoy(finding))}\n"
        )


def findings(report: Report, view: View, paint: Paint) -> Iterator[str]:
    """Yield each finding as a block that ends in an empty line, worst first.

    Those of a history begin with how exposed they are, and the most exposed comes first. Notes,
    which come last, are one line each unless the report is verbose.
    """
    rules = {rule.id: rule for rule in view.rules}
    notes = False
    for finding in map(as_in_head, by_exposure(report.findings, view.fail_on)):
        copies = sightings(finding)
        if is_short(finding, view):
            notes = True
            yield _note_line(finding, copies[0].lead, view, rules, paint)
            continue

        yield _head(finding, copies[0].lead, view, rules, paint)
        yield from _values(finding, copies[0], view, paint)
        yield from row("canary", sentences([_why_canary(finding)]), paint)
        for label, texts in facts(finding):
            yield from row(label, sentences(texts), paint)
        yield from _liveness(finding, paint)
        if finding.history:
            yield from history_rows(finding, copies[0].lead, view, paint)
        elif commit := printable(origin(copies[0].lead)):
            yield from row("commit", [commit.removeprefix("commit ")], paint)
        yield from row("because", sentences(reasons(finding)), paint)
        if finding.rule_id == KEY_ID_RULE and not finding.canary:
            yield from row("alone", [_ALONE], paint)
        yield from row("also at", _others(further(copies), view), paint)
        yield "\n"
    if notes:
        yield "\n"


def is_short(finding: Finding, view: View) -> bool:
    """Return whether `finding` is a note that is shown in one line, without what to do."""
    return finding.severity is Severity.NOTE and view.verbosity <= 0


def _note_line(
    finding: Finding, lead: Location, view: View, rules: dict[str, Rule], paint: Paint
) -> str:
    name, value = _name(finding.rule_id, rules), _value(finding, lead.role, view)
    label = finding.severity.label
    why = "".join(f", {printable(sentence)}" for sentence in finding.evidence[-1:])
    return (
        f"{paint(label, label.upper().ljust(_SEVERITY))}{where(lead)} {name} {value}{why}"
        f"{_of_commit(lead)}{_comma(decoy(finding))}\n"
    )


def _of_commit(location: Location) -> str:
    return ", in HEAD" if location.head.start_line else _comma(origin(location))


def _comma(text: str) -> str:
    return f", {printable(text)}" if text else ""


def _name(rule_id: str, rules: dict[str, Rule]) -> str:
    return printable(rules[rule_id].name if rule_id in rules else rule_id)


def _head(
    finding: Finding, lead: Location, view: View, rules: dict[str, Rule], paint: Paint
) -> str:
    severity = finding.severity.label
    below = ", possible: below --fail-on" if finding.is_below(view.fail_on) else ""
    place = paint("bold", where(lead))
    if finding.history:
        place = f"{headline(finding, paint)}\n  {place}{_of_commit(lead)}"
    return (
        f"{paint(severity, severity.upper().ljust(_SEVERITY))}{place}\n"
        f"  {_name(finding.rule_id, rules)} {paint('dim', f'({printable(finding.rule_id)})')}, "
        f"{finding.confidence.label} confidence{below}\n"
    )


def _values(finding: Finding, copy: Sighting, view: View, paint: Paint) -> Iterator[str]:
    """Yield a row for each part: its value, and where it is unless that is at the head."""
    places: dict[str, list[Location]] = {}
    for part in (copy.lead, *copy.parts, *copy.elsewhere):
        places.setdefault(part.role, []).append(part)

    texts = {role: _value(finding, role, view) for role in roles(finding.values)}
    room = max(map(len, texts.values()), default=0)
    if room > _VALUE:  # plain values of --show-secrets: nothing lines up after these
        room = 0
    account = f"account {printable(finding.account_id)}" if finding.account_id else ""
    for role, text in texts.items():
        notes = [_note(part, copy.lead) for part in places.get(role, ())]
        if role == "key_id":
            notes, account = [account, *notes], ""
        line = f"{text.ljust(room)}  {', '.join(filter(None, notes))}".rstrip()
        yield from row(role_name(role), [line], paint)
    if account:
        yield from row("account", [account.removeprefix("account ")], paint)


def _why_canary(finding: Finding) -> str:
    why = CANARIES.get(finding.canary, "")
    return f"a canary: do not use or deactivate it ({why})" if finding.canary else ""


def _liveness(finding: Finding, paint: Paint) -> Iterator[str]:
    """Yield what STS says: in capitals, and with the ARN, of what is live."""
    lines = sentences([alive(finding)])
    if lines and finding.is_live:
        lines[0] = f"{paint('warning', 'LIVE')}{lines[0].removeprefix('live')}"
    yield from row("liveness" if finding.liveness else "owner", lines, paint)
    if finding.liveness and finding.liveness.arn:
        yield from row("ARN", [printable(finding.liveness.arn)], paint)


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


def remedies(report: Report, view: View, paint: Paint) -> Iterator[str]:
    """Yield the first steps of what to do, once for all the rules that say the same."""
    rules = {rule.id: rule for rule in view.rules}
    counts: dict[tuple[str, ...], dict[str, int]] = {}
    # Canaries first: what the rule says, and is said below, would spoil them.
    for finding in sorted(ordered(report.findings), key=lambda each: not each.canary):
        rule = rules.get(finding.rule_id)
        if rule is None or is_short(finding, view) or finding.is_below(view.fail_on):
            continue
        steps = CANARY_STEPS if finding.canary else rule.remediation
        if steps:
            alike = counts.setdefault(steps, {})
            alike[rule.id] = alike.get(rule.id, 0) + 1

    if counts:
        yield f"{paint('bold', 'What to do')}\n"
    for steps, alike in counts.items():
        names = ", ".join(_name(rule_id, rules) for rule_id in alike)
        found = plural(sum(alike.values()), "finding")
        decoys = ", canary: a decoy" if steps is CANARY_STEPS else ""
        yield from filled("  ", f"{names} ({found}{decoys})")
        shown = steps if view.verbosity > 0 else steps[:_STEPS]
        for number, step in enumerate(shown, 1):
            yield from filled(f"    {number}. ", plain(step))
        if len(shown) < len(steps):
            yield f"       All steps: keycatch rules show {printable(next(iter(alike)))}\n"
        yield "\n"

    if counts:
        yield (
            "  For a response plan with exact commands: scan again with\n"
            "  `--format json --output report.json`, then `keycatch respond report.json`\n\n"
        )
