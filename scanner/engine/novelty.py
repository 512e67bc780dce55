"""Telling what a change brings in from what was there already.

A finding in a changed file counts when any of its values is new: when it was not in what the change
replaced. A key that was in the parent commit, at the same path or in a file that the change moves,
is a note: it has leaked before, and this commit is not the place to stop it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.engine.sweep import sweep
from scanner.findings import Report, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from scanner.engine.examine import Examiner
    from scanner.findings import Finding, Location
    from scanner.secret import Secret
    from scanner.sources.interface import Blob, Origin

ALREADY_THERE: Final = "was there before this change"


def settle(
    report: Report,
    origins: Mapping[str, list[Origin]],
    removed: Mapping[str, Collection[str]],
    examiner: Examiner,
    blobs: Callable[[Collection[str]], Iterable[Blob]],
) -> Report:
    """Return `report` with commits on its locations and old findings turned into notes.

    `removed` has, by commit, the contents at paths that it removes. `blobs` gives the replaced
    contents that are needed; a value in one that cannot be read counts as new.
    """
    if not report.findings:
        return report
    places = {
        origin
        for finding in report.findings
        for location in finding.locations
        for origin in origins.get(location.object, ())
    }
    wanted = {name for origin in places for name in origin.before}
    wanted.update(name for commit in {each.commit for each in places} for name in removed[commit])
    known = _values(blobs(wanted), examiner)
    # One set for what a commit moved, however many files it touched.
    moved = {
        commit: set().union(*(known.get(name, ()) for name in names))
        for commit, names in removed.items()
    }

    def was_there(origin: Origin, part: tuple[str, Secret]) -> bool:
        return part in moved[origin.commit] or any(
            part in known.get(name, ()) for name in origin.before
        )

    findings = tuple(_settled(finding, origins, was_there) for finding in report.findings)
    return report._replace(findings=findings)


def _values(blobs: Iterable[Blob], examiner: Examiner) -> dict[str, set[tuple[str, Secret]]]:
    """Return the values in each of `blobs`, by its object ID."""
    known: dict[str, set[tuple[str, Secret]]] = {}
    for finding in sweep(examiner, blobs).findings:
        for location in finding.locations:
            known.setdefault(location.object, set()).update(finding.values.items())
    return known


def _settled(
    finding: Finding,
    origins: Mapping[str, list[Origin]],
    was_there: Callable[[Origin, tuple[str, Secret]], bool],
) -> Finding:
    is_new = False
    locations: list[Location] = []
    for location in finding.locations:
        places = origins.get(location.object)
        if not places:  # a name
            is_new = True
            locations.append(location)
            continue
        part = (location.role, finding.values[location.role])
        new = [origin for origin in places if not was_there(origin, part)]
        is_new = is_new or bool(new)
        # A content can have come in at several places: show one of those that count.
        origin = (new or places)[0]
        locations.append(
            location._replace(
                path=origin.path,
                commit=origin.commit,
                author_date=origin.author_date,
                scope=origin.scope,
            )
        )
    finding = finding._replace(locations=tuple(locations))
    if is_new:
        return finding
    return finding._replace(severity=Severity.NOTE, evidence=(*finding.evidence, ALREADY_THERE))
