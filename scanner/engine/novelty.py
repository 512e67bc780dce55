"""Telling what a change brings in from what was there already.

A finding in a changed file counts when any of its values is new: when it was not in what the change
replaced. A key that was in the parent commit, at the same path or in a file that the change moves,
is a note: it has leaked before, and this commit is not the place to stop it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.findings import Report, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from scanner.engine.examine import Examiner
    from scanner.findings import Finding, Location
    from scanner.secret import Secret
    from scanner.sources.interface import Origin

ALREADY_THERE: Final = "was there before this change"


def settle(
    report: Report,
    origins: Mapping[str, list[Origin]],
    examiner: Examiner,
    read: Callable[[Collection[str]], Iterable[tuple[str, bytes | None]]],
) -> Report:
    """Return `report` with commits on its locations and old findings turned into notes.

    `read` gives (object ID, content) of the replaced contents that are needed, None for one that
    is missing; a value in a missing content counts as new.
    """
    if not report.findings:
        return report
    wanted = {
        name
        for finding in report.findings
        for location in finding.locations
        for origin in origins.get(location.object, ())
        for name in origin.before
    }
    known: dict[str, set[tuple[str, Secret]]] = {}
    for name, content in read(wanted):
        if content is not None:
            found = examiner.examine("", content).findings
            known[name] = {part for finding in found for part in finding.values.items()}
    findings = tuple(_settled(finding, origins, known) for finding in report.findings)
    return report._replace(findings=findings)


def _settled(
    finding: Finding,
    origins: Mapping[str, list[Origin]],
    known: Mapping[str, set[tuple[str, Secret]]],
) -> Finding:
    places = [_placed(location, origins) for location in finding.locations]
    finding = finding._replace(locations=tuple(places))
    if all(_is_old(location, finding, origins, known) for location in finding.locations):
        return finding._replace(severity=Severity.NOTE, evidence=(*finding.evidence, ALREADY_THERE))
    return finding


def _placed(location: Location, origins: Mapping[str, list[Origin]]) -> Location:
    origin = _origin(location, origins)
    if origin is None:
        return location
    return location._replace(
        commit=origin.commit, author_date=origin.author_date, scope=origin.scope
    )


def _origin(location: Location, origins: Mapping[str, list[Origin]]) -> Origin | None:
    places = origins.get(location.object, ())
    at_path = (origin for origin in places if origin.path == location.path)
    return next(at_path, places[0] if places else None)


def _is_old(
    location: Location,
    finding: Finding,
    origins: Mapping[str, list[Origin]],
    known: Mapping[str, set[tuple[str, Secret]]],
) -> bool:
    value = finding.values.get(location.role)
    places = origins.get(location.object, ())
    return (
        bool(places)
        and value is not None
        and all(
            any((location.role, value) in known.get(name, ()) for name in origin.before)
            for origin in places
        )
    )
