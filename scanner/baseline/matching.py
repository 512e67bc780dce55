"""Which findings a baseline accepts, and which of its entries are used.

A finding is accepted if its credential is in the baseline, or if each of its values is. So a key ID
and a secret that were accepted as a pair stay accepted where an edit puts them into two files, and
a value that the baseline does not have is always new, however close to an old one it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.baseline.entry import PART_DIGITS, digests
from scanner.findings import BaselineUse, Severity
from scanner.records import NamedTuple
from scanner.tally import IN_BASELINE, SetAside

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.baseline.entry import Entry
    from scanner.findings import Finding, Report


class Sorted(NamedTuple):
    """The findings of a report, sorted by what a baseline says of each."""

    new: list[Finding]
    """Those it does not have."""
    accepted: list[tuple[Finding, Entry]]
    expired: list[tuple[Finding, Entry]]
    """Those that it would accept if an entry had not expired."""
    used: set[str]
    """Fingerprints of the entries that have something to do with a finding."""


def sort(findings: Iterable[Finding], entries: Sequence[Entry], today: str) -> Sorted:
    """Sort `findings` by `entries` as they are on the day `today`, written as `2026-11-28`."""
    whole: dict[str, _Group] = {}
    single: dict[str, _Group] = {}
    for entry in entries:
        whole.setdefault(entry.fingerprint, _Group()).add(entry, today)
        for part in entry.parts or (entry.fingerprint[:PART_DIGITS],):
            single.setdefault(part, _Group()).add(entry, today)

    found = Sorted([], [], [], set())
    for finding in findings:
        # Groups of entries, of each of which one has to count: that for the credential as a whole,
        # or else one for each of its values.
        values = [single[part] for part in sorted(digests(finding)) if part in single]
        if finding.fingerprint in whole:
            groups = [whole[finding.fingerprint]]
        elif len(values) == len(finding.values):
            groups = values
        else:
            found.new.append(finding)
            continue

        for group in (*groups, *values):
            found.used.update(group.unused())
        counting = [group.counting for group in groups]
        first = counting[0]
        if first is not None and None not in counting:
            found.accepted.append((finding, first))
        else:
            found.expired.append((finding, groups[counting.index(None)].last))
    return found


class _Group:
    """The entries about one credential or one value: there can be thousands for one key ID."""

    __slots__ = ("_unused", "counting", "last")

    def __init__(self) -> None:
        self._unused: set[str] = set()
        self.counting: Entry | None = None
        """The first one that has not expired."""
        self.last: Entry
        """The one that expires last, of those that do."""

    def add(self, entry: Entry, today: str) -> None:
        """Add an `entry` as it is on the day `today`."""
        self._unused.add(entry.fingerprint)
        if self.counting is None and not entry.is_expired(today):
            self.counting = entry
        if not hasattr(self, "last") or entry.expires > self.last.expires:
            self.last = entry

    def unused(self) -> set[str]:
        """Return the fingerprints of the entries, and nothing when asked again."""
        unused, self._unused = self._unused, set()
        return unused


def applied(report: Report, entries: Sequence[Entry], file: str, today: str) -> Report:
    """Return `report` without what `entries`, from the `file`, accept on the day `today`.

    What is accepted is counted and listed among the values set aside.
    """
    found = sort(report.findings, entries, today)
    accepted = {finding.fingerprint for finding, _ in found.accepted}
    expired = {finding.fingerprint: entry for finding, entry in found.expired}

    if accepted:
        report.tally.aside(IN_BASELINE, len(accepted))
        report.tally.place(_place(finding, entry) for finding, entry in found.accepted)
        report.tally.settle()
    kept = tuple(
        _with_reason(finding, expired.get(finding.fingerprint))
        for finding in report.findings
        if finding.fingerprint not in accepted
    )
    use = BaselineUse(file, len(entries), len(accepted), len(expired))
    return report._replace(findings=kept, baseline=use)


def _place(finding: Finding, entry: Entry) -> SetAside:
    at = finding.locations[0]
    why = entry.why()
    return SetAside(at.path, at.member, at.start_line, at.start_column, at.role, IN_BASELINE, why)


def _with_reason(finding: Finding, entry: Entry | None) -> Finding:
    if entry is None:
        return finding
    whose = f", owner {entry.owner}" if entry.owner else ""
    said = f"its entry in the baseline expired on {entry.expires}{whose}"
    if finding.severity is Severity.NOTE:  # its last evidence says why it is only a note
        return finding._replace(evidence=(*finding.evidence[:-1], said, *finding.evidence[-1:]))
    return finding._replace(evidence=(*finding.evidence, said))
