"""A credential in one path: the entry of formats that a server shows next to files.

Such formats have one place an entry and a fingerprint by which the server recognises it in the next
report. So there is one entry for each credential, rule and path, and the fingerprint is made from
these: it stays when lines move, and two credentials of one line differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.records import NamedTuple
from scanner.reports.arrange import (
    UNPACKING,
    Sighting,
    as_in_head,
    further,
    ordered,
    sightings,
    text_of,
)
from scanner.reports.exposure import alive, decoy, exposure, period
from scanner.reports.names import file_name, relative_uri
from scanner.reports.repositories import at_place, histories, spread
from scanner.reports.wording import is_in_file, no_file, plural, role_name, whence
from scanner.secret import MASK, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.findings import Finding, Location
    from scanner.rulebook.model import Rule


class PathEntry(NamedTuple):
    """A credential in one path, or in one kind of text that is in no file."""

    finding: Finding
    """Its locations are those of HEAD where it is still there, and its history is that of the
    repository of this path."""
    uri: str
    """A relative URI: unique for the path."""
    copies: list[Sighting]
    """The copies in this path; the first is the one that is shown."""
    spread: str
    """In which repositories the credential is, if in several."""

    @property
    def lead(self) -> Location:
        """Where the credential is."""
        return self.copies[0].lead

    @property
    def path(self) -> str:
        """The file as a server has it; for what is in no file, the word that SARIF has too."""
        if is_in_file(self.lead):
            return file_name(self.lead.path)
        above = self.lead.repository
        return f"{file_name(above)}/_{self.lead.scope}" if above else self.uri

    @property
    def lines(self) -> tuple[int, int]:
        """The first and last line in the file; 1 where the file has other lines than the text.

        That is so in an archive and in what was decompressed: a server may drop an entry beyond
        the end of a file.
        """
        lead = self.lead
        replaced = lead.head.object and not lead.head.start_line
        if replaced or not in_lines(lead):
            return 1, 1
        return lead.start_line, lead.end_line

    def identity(self) -> str:
        """Return 32 hexadecimal digits: of this credential, path and rule, and of nothing else."""
        from hashlib import blake2b

        name = f"{self.finding.fingerprint}\0{self.finding.rule_id}\0{self.uri}".encode()
        return blake2b(name, digest_size=16, person=b"keycatch/path/1").hexdigest()


def entries(findings: Iterable[Finding]) -> Iterator[PathEntry]:
    """Yield an entry for each credential, rule and path, worst first."""
    for finding in map(as_in_head, ordered(findings)):
        known, where = histories(finding), spread(finding)
        by_uri: dict[str, list[Sighting]] = {}
        for copy in sightings(finding):
            by_uri.setdefault(uri_of(copy.lead), []).append(copy)
        for uri, copies in by_uri.items():
            yield PathEntry(at_place(finding, copies[0].lead, known), uri, copies, where)


def uri_of(location: Location) -> str:
    """Return a relative URI for `location`, which no other path and no other repository has."""
    if is_in_file(location):
        return relative_uri(location.path)
    # A file that the repository may have would show its lines. Each of several repositories has
    # messages of its own.
    above = f"{relative_uri(location.repository)}/" if location.repository else ""
    return f"{above}_{location.scope}"


def in_lines(location: Location) -> bool:
    """Return whether the lines of `location` are lines of the file in the repository."""
    unpacked = location.member or not UNPACKING.isdisjoint(location.decoded)
    return is_in_file(location) and not unpacked


def rule_name(rule_id: str, rules: dict[str, Rule]) -> str:
    """Return what to call what the rule `rule_id` finds."""
    return rules[rule_id].name if rule_id in rules else rule_id


def described(
    entry: PathEntry, rules: dict[str, Rule], mark: Callable[[str], str] = printable
) -> str:
    """Return a sentence without a full stop: what it is, where, how exposed; values are redacted.

    `mark` makes every word harmless that the repository or a rule chose.
    """
    from scanner.reports.forensic import ending  # here: the report of a clean scan never needs it

    finding, lead = entry.finding, entry.lead
    copy = entry.copies[0]
    words = mark(rule_name(finding.rule_id, rules))
    value = finding.values.get(lead.role)
    if value is not None and value.redacted() != MASK:
        words += f" {mark(value.redacted())}"
    if finding.account_id:
        words += f" of account {mark(finding.account_id)}"
    words += f" in {_where(entry, mark)}"
    if came := whence(lead):
        words += f", in {mark(came)}"

    for number, part in enumerate((*copy.parts, *copy.elsewhere)):
        words += f", {'and' if number else 'with'} the {mark(role_name(part.role))} "
        if text_of(part) != text_of(lead):
            words += f"in {mark(file_name(part.path) if is_in_file(part) else no_file(part))} "
        words += f"on line {part.start_line}"
    if others := len(further(entry.copies)):
        words += f", and {plural(others, 'more time')} there"

    facts = (_exposed(finding), entry.spread, ending(finding), alive(finding), decoy(finding))
    return "; ".join((words, *(mark(fact) for fact in facts if fact)))


def _exposed(finding: Finding) -> str:
    # Without the number of days: the same scan gives the same bytes, whenever it is made.
    if finding.history is None:
        return ""
    alarming, calm = exposure(finding.history)
    return ", ".join(filter(None, (*alarming, *calm, period(finding.history))))


def _where(entry: PathEntry, mark: Callable[[str], str]) -> str:
    lead = entry.lead
    if not is_in_file(lead):
        return mark(no_file(lead))
    member = f"!/{lead.member}" if lead.member else ""
    return f"{mark(entry.path + member)}, line {lead.start_line}, column {lead.start_column}"
