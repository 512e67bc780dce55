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
    whole: dict[str, list[Entry]] = {}
    single: dict[str, list[Entry]] = {}
    for entry in entries:
        whole.setdefault(entry.fingerprint, []).append(entry)
        for part in entry.parts or (entry.fingerprint[:PART_DIGITS],):
            single.setdefault(part, []).append(entry)

    found = Sorted([], [], [], set())
    for finding in findings:
        # Groups of entries, of each of which one has to count: that for the credential as a whole,
        # or else one for each of its values.
        values = [single.get(part, []) for part in sorted(digests(finding))]
        groups = [whole[finding.fingerprint]] if finding.fingerprint in whole else values
        if not all(groups):
            found.new.append(finding)
            continue

        found.used.update(entry.fingerprint for group in (*groups, *values) for entry in group)
        expired = [group for group in groups if all(entry.is_expired(today) for entry in group)]
        if expired:
            found.expired.append((finding, max(expired[0], key=lambda entry: entry.expires)))
        else:
            counting = [entry for entry in groups[0] if not entry.is_expired(today)]
            found.accepted.append((finding, counting[0]))
    return found


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
