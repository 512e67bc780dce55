"""Findings as SARIF results: one for each credential, rule and path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scanner.about import NAME
from scanner.records import NamedTuple
from scanner.reports.arrange import (
    UNPACKING,
    Sighting,
    further,
    ordered,
    roles,
    sightings,
    text_of,
    where_in_head,
)
from scanner.reports.names import is_outside, quoted
from scanner.reports.places import uri_of
from scanner.reports.repositories import at_place, histories, spread
from scanner.reports.sarif_history import committed, exposed, history_properties
from scanner.reports.sarif_rules import LEVELS, SCORES
from scanner.reports.wording import CANARY_STEPS, is_in_file, no_file, origin, plural, role_name
from scanner.secret import MASK, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.findings import Finding, Location
    from scanner.reports.sarif_rules import Described
    from scanner.rulebook.model import Rule

BASE: Final = "SRCROOT"
_COPIES: Final = 20
"""Other copies in the same file that become related locations; all are counted.

Viewers list each one, and of a credential that is in a file so often nobody reads more.
"""


_DIGITS: Final = 8
"""Digits of a fingerprint that keep the credentials of one line apart."""


class _PathResult(NamedTuple):
    """What one result is about: a credential in one path."""

    finding: Finding
    uri: str
    copies: list[Sighting]
    """The copies in this path; the first is the one that the result points at."""
    total: int
    """Copies in all paths."""
    spread: str
    """In which repositories the credential is, if in several."""


def results(findings: Iterable[Finding], rules: Sequence[Described]) -> Iterator[dict[str, Any]]:
    """Yield a result object for each credential, rule and path, worst first.

    `rules` are those of the log in its order.
    """
    numbers = {(each.origin.id, each.rule.severity): number for number, each in enumerate(rules)}
    entries = [entry for finding in ordered(findings) for entry in _entries(finding)]
    hashes = _line_hashes(entries)
    for entry, line_hash in zip(entries, hashes, strict=True):
        number = numbers[entry.finding.rule_id, entry.finding.severity]
        yield _result(entry, rules[number].rule, number, line_hash)


def _entries(finding: Finding) -> list[_PathResult]:
    copies = sightings(finding)
    known, where = histories(finding), spread(finding)
    by_path: dict[tuple[str, str], list[Sighting]] = {}
    for copy in copies:
        by_path.setdefault((copy.lead.path, uri_of(copy.lead)), []).append(copy)
    return [
        _PathResult(at_place(finding, own[0].lead, known), uri, own, len(copies), where)
        for (_, uri), own in by_path.items()
    ]


def _line_hashes(entries: Sequence[_PathResult]) -> list[str]:
    """Return `primaryLocationLineHash` for each entry, unique for its rule and URI.

    GitHub takes two results of one rule in one file with the same hash for the same alert and
    drops one. The first on a line keeps GitHub's hash; the number after the colon of any other is
    made from its credential, so that it does not change when a neighbour goes. Content without
    lines of its own in the repository is identified by the credential, and so is what a history
    has: the lines around it come and go.
    """
    found = [""] * len(entries)
    taken: set[tuple[str, str, str]] = set()
    tried: dict[tuple[str, str, str, str], int] = {}
    # By place, so that it is the first one on a line that keeps the hash, whatever is worse.
    in_file_order = sorted(range(len(entries)), key=lambda each: _place(entries[each]))
    for number in in_file_order:
        finding, uri, copies, *_ = entries[number]
        lead = copies[0].lead
        own = finding.fingerprint
        line_hash = lead.line_hash if _has_lines(lead) and not finding.history else ""
        line_hash = line_hash or f"{own[:16]}:1"  # as long as a hash of GitHub's

        # Eight digits of the fingerprint, and more only for those that have them in common. The
        # messages of many repositories have one URI, so that one credential can be there often.
        value, key = line_hash, (finding.rule_id, uri, own, line_hash)
        digits = tried.get(key, _DIGITS)
        while (finding.rule_id, uri, value) in taken:
            beyond = max(0, digits - len(own))
            value = f"{line_hash.partition(':')[0]}:{int(own[:digits], 16) + beyond}"
            digits += 1
        tried[key] = digits
        taken.add((finding.rule_id, uri, value))
        found[number] = value
    return found


def _place(entry: _PathResult) -> tuple[object, ...]:
    lead = entry.copies[0].lead
    return entry.uri, lead.member, lead.start_line, lead.start_column, entry.finding.fingerprint


def _has_lines(location: Location) -> bool:
    """Return whether the lines of `location` are lines of the file in the repository."""
    unpacked = location.member or not UNPACKING.isdisjoint(location.decoded)
    return is_in_file(location) and not unpacked


def _result(entry: _PathResult, rule: Rule, number: int, line_hash: str) -> dict[str, Any]:
    finding = entry.finding
    copy = entry.copies[0]
    parts = [*copy.parts, *copy.elsewhere]
    others = further(entry.copies)
    found: dict[str, Any] = {
        "ruleId": rule.id,
        "ruleIndex": number,
        "level": LEVELS[finding.severity],
        # Of 0 to 100 (3.27.25 of the standard); GitLab takes it before all else.
        "rank": float(SCORES[finding.severity]) * 10,
        "message": {"text": _message(entry, rule, parts, len(others))},
        "locations": [{"physicalLocation": _physical(copy.lead)}],
    }

    related = [_related(part, f"The {quoted(role_name(part.role))} is here.") for part in parts]
    related += [
        _related(other.lead, "Another copy of the same credential is here.")
        for other in others[:_COPIES]
    ]
    if related:
        found["relatedLocations"] = [
            {"id": position, **each} for position, each in enumerate(related, 1)
        ]

    found["partialFingerprints"] = {
        "primaryLocationLineHash": line_hash,
        f"{NAME}Credential/v1": finding.fingerprint,
    }
    found["properties"] = _properties(entry)
    return found


def _message(entry: _PathResult, rule: Rule, parts: Sequence[Location], others: int) -> str:
    """Return a sentence, of a history several; what varies is quoted, values are redacted."""
    from scanner.reports.forensic import ending  # here: the report of a clean scan never needs it

    finding, lead = entry.finding, entry.copies[0].lead
    words = [quoted(rule.name or rule.id)]
    value = finding.values.get(lead.role)
    if value is not None and value.redacted() != MASK:
        words.append(f"'{quoted(value.redacted())}'")
    if finding.account_id:
        words.append(f"of account '{quoted(finding.account_id)}'")

    is_file = is_in_file(lead)
    if is_file and finding.history and lead.commit:
        words.append(committed(lead))
    else:
        words.append(
            "can be read here" if is_file else f"can be read in the '{quoted(no_file(lead))}'"
        )
    if lead.member:
        words.append(f"in the archive member '{quoted(lead.member)}'")
    if is_file and not _has_lines(lead):
        unpacked = "" if lead.member else " of the unpacked content"
        words.append(f"at line {lead.start_line}, column {lead.start_column}{unpacked}")
    elif is_file and finding.history:
        words.append(f"at line {lead.start_line}")
    if lead.commit and not (is_file and finding.history):
        of_commit = quoted(origin(lead))
        words.append(f"in {of_commit}" if is_file else f"({of_commit})")

    # `[text](1)` is a link to the related location with that number: 3.11.6 of the standard.
    joined = []
    for number, part in enumerate(parts, 1):
        joined.append(f"the {quoted(role_name(part.role))} {_place_beside(part, lead)}({number})")

    sentence = " ".join(words)
    if joined:
        head, last = joined[:-1], joined[-1]
        sentence += f", with {', '.join(head)}{' and ' if head else ''}{last}"
    if others:
        where = "in this file" if is_file else "in others"
        sentence += f", and {plural(others, 'more time')} {where}"
    sentence += exposed(finding.history, lead) if finding.history else "."
    if entry.spread:
        sentence += f" It is {quoted(entry.spread)}."
    end = ending(finding)
    sentence = f"{sentence} It {end}." if end else sentence
    # The help of the rule, which viewers show next to the message, says to deactivate the key.
    return f"{sentence} It is a canary. {' '.join(CANARY_STEPS)}" if finding.canary else sentence


def _place_beside(part: Location, lead: Location) -> str:
    if text_of(part) == text_of(lead):
        return f"on [line {part.start_line}]"
    same_file = is_in_file(lead) and (part.path, part.member) == (lead.path, lead.member)
    return "in [another version]" if same_file else "in [another file]"


def _physical(location: Location) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": uri_of(location), "uriBaseId": BASE},
        "region": _region(location),
    }


def _region(location: Location) -> dict[str, int]:
    replaced = location.head.object and not location.head.start_line
    if replaced or not _has_lines(location):
        # The archive is what the repository has, or a file with other content; a line beyond its
        # end loses the result in SonarQube. The true position is in the message and the properties.
        return {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}

    location = where_in_head(location)
    end_column = location.end_column
    if location.end_line == location.start_line:
        # An empty region is an insertion point in SARIF, and no place to look at.
        end_column = max(end_column, location.start_column + 1)
    return {
        "startLine": location.start_line,
        "startColumn": location.start_column,
        "endLine": location.end_line,
        "endColumn": end_column,
    }


def _related(location: Location, message: str) -> dict[str, Any]:
    return {"physicalLocation": _physical(location), "message": {"text": message}}


def _properties(entry: _PathResult) -> dict[str, Any]:
    from scanner.reports.forensic import facts_properties

    finding, lead = entry.finding, entry.copies[0].lead
    found: dict[str, Any] = {
        "severity": finding.severity.label,
        "confidence": finding.confidence.label,
        "values": {role: finding.values[role].redacted() for role in roles(finding.values)},
        "evidence": [printable(sentence) for sentence in finding.evidence],
        "copies": entry.total,
    }

    # Where it is.
    if finding.account_id:
        found["accountId"] = finding.account_id
    if lead.repository:
        found["repository"] = quoted(lead.repository)
        found["repositories"] = len(finding.repositories)
    if lead.member:
        found["member"] = quoted(lead.member)
    if not _has_lines(lead):
        found["line"], found["column"] = lead.start_line, lead.start_column
    if lead.decoded:
        found["decoded"] = list(lead.decoded)
    keys = ("commit", "object") if is_in_file(lead) else ("commit", "object", "scope")
    for key in keys:
        if value := getattr(lead, key):
            found[key] = printable(value)

    # What is known of it.
    if finding.liveness:
        # Without the ARN, which may have the name of a person in it: these files are uploaded.
        found["liveness"] = finding.liveness.state
        if finding.liveness.reason:
            found["livenessReason"] = finding.liveness.reason
    if finding.canary:
        found["canary"] = finding.canary
    if finding.owner:
        found["owner"] = finding.owner
    found |= facts_properties(finding)
    if finding.history:
        found |= history_properties(finding.history, lead)
    if is_outside(lead.path):
        found["outside"] = True
    return found
