"""Finding the credentials of a saved report again, by scanning their source once more.

A report is redacted, so the source is needed to ask about its credentials. A credential counts as
found if one of the same fingerprint is found, wherever in the source it is by now.
"""

from __future__ import annotations

import os
from contextlib import chdir
from typing import TYPE_CHECKING

from scanner.commands.source_scans import key_of, source_scans
from scanner.findings import fingerprint_of
from scanner.records import NamedTuple
from scanner.response.missing import Missing
from scanner.sources.stdin import PATH as STDIN
from scanner.tally import ALLOWED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scanner.commands.source_scans import ReportSource, SourceScan
    from scanner.findings import Finding, Location
    from scanner.saved.report import SavedReport


class Rescan(NamedTuple):
    """What was found again, by fingerprint, and why the rest was not."""

    findings: dict[str, Finding]
    missing: dict[str, Missing]
    is_interrupted: bool = False
    """Whether the user ended the scan."""


def rescan(report: SavedReport, source: ReportSource) -> Rescan:
    """Return which credentials of `report` are in `source` now; an interrupt ends the scan only.

    Raises KeycatchError where the source cannot be scanned.
    """
    missing = {finding.fingerprint: finding for finding in report.findings}
    found: dict[str, Finding] = {}
    reasons: dict[str, Missing] = {}

    # Absolute before the directory changes: the user named them from where the command was started.
    first, *others = source.directories
    source = source._replace(directories=(".", *map(os.path.abspath, others)))

    try:
        # Paths and exclusions are relative to the directory where the scan is started.
        with chdir(first):
            scans = _search(report.kind, source, missing, found)
            reasons = _reasons(missing, scans)

            # Marks are looked at a second time only where one was heeded: it costs a whole scan.
            changed = {key: missing[key] for key, why in reasons.items() if why is Missing.CHANGED}
            if changed and any(ALLOWED in scanned.tally.set_aside for scanned in scans):
                marked: dict[str, Finding] = {}
                _search(report.kind, source._replace(heed_marks=False), changed, marked)
                reasons |= dict.fromkeys(marked, Missing.ALLOWED)
    except KeyboardInterrupt:
        lost = {key: reasons.get(key, Missing.INTERRUPTED) for key in missing}
        return Rescan(found, lost, is_interrupted=True)

    return Rescan(found, reasons)


def _search(
    kind: str, source: ReportSource, missing: dict[str, Finding], found: dict[str, Finding]
) -> list[SourceScan]:
    """Scan until nothing is `missing`, moving from there to `found` what is; return the scans."""
    scans: list[SourceScan] = []
    remaining = source_scans(kind, source, missing)
    while missing and (scanned := next(remaining, None)):
        scans.append(scanned)
        for fingerprint, match in _matches(scanned.findings, missing).items():
            found[fingerprint] = match
            del missing[fingerprint]
    return scans


def _matches(findings: Sequence[Finding], wanted: Mapping[str, Finding]) -> dict[str, Finding]:
    """Return, by fingerprint, the `findings` that are `wanted`.

    What was a credential by itself can be a part of one by now: a key ID whose secret has come. A
    scan reports the whole, with another fingerprint, so the parts are compared as well.
    """
    known = {each.fingerprint: each for each in findings}
    for roles in {frozenset(each.values) for each in wanted.values()}:
        for whole in findings:
            if not roles < whole.values.keys():
                continue

            values = {role: value for role, value in whole.values.items() if role in roles}
            part = wanted.get(fingerprint_of(values))
            if part is not None:
                match = whole._replace(
                    rule_id=part.rule_id,
                    severity=part.severity,
                    confidence=part.confidence,
                    fingerprint=part.fingerprint,
                    values=values,
                )
                known.setdefault(part.fingerprint, match)

    return {key: known[key] for key in wanted if key in known}


def _reasons(missing: Mapping[str, Finding], scans: Sequence[SourceScan]) -> dict[str, Missing]:
    """Return, by fingerprint, why none of `scans` has found what is `missing`."""
    if not scans:
        return dict.fromkeys(missing, Missing.OTHER_KIND)

    notices = [each for scanned in scans for each in scanned.tally.notices if each.hides]
    unread = {os.path.abspath(each.path) for each in notices}
    # A notice about an object has the kind of the object before its ID.
    unread_objects = {each.path.rpartition(" ")[2] for each in notices}
    excluded = {key for scanned in scans for key in scanned.excluded}
    there = {key for scanned in scans for key in scanned.there}

    # In the order of `Missing`: a file that could not be read is not known to have changed.
    def reason(fingerprint: str, at: Location) -> Missing:
        path = os.path.abspath(at.path)
        if any(_is_within(path, each) for each in unread):
            return Missing.UNREADABLE
        if at.object in unread_objects and at.object in there:
            return Missing.UNREADABLE
        if fingerprint in excluded or path in excluded:
            return Missing.EXCLUDED
        if key_of(at) in there:
            return Missing.CHANGED
        return Missing.STDIN if at.path == STDIN else Missing.GONE

    return {
        key: min((reason(key, at) for at in finding.locations), key=[*Missing].index)
        for key, finding in missing.items()
    }


def _is_within(path: str, other: str) -> bool:
    """Return whether `path` is `other` or below it."""
    return path == other or path.startswith(os.path.join(other, ""))
