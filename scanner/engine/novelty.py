"""Which findings a change adds, and which were there before it.

A finding in a changed file counts if any of its values is new, which means that it was not in what
the change replaced. A key that was in the parent commit, at the same path or in a file that the
change moves, becomes a note: it has leaked before, and this commit is not the place to stop it.
What is in a message always counts; what is in the name of a file counts if there was no such file
before.

Findings in a commit that may not be part of the change are notes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.engine.sweep import sweep
from scanner.findings import NO_FILE, Report, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Set

    from scanner.engine.examine import Examiner
    from scanner.findings import Finding, Location
    from scanner.secret import Secret
    from scanner.sources.interface import Blob, Origin

# The evidence that turns a finding into a note; reports print it.
ALREADY_THERE: Final = "existed before this change"
DOUBTFUL: Final = "on another local branch or tag, which may not be part of this push"


class Provenance(NamedTuple):
    """Which commits added the contents of a scan, and what they replaced."""

    origins: Mapping[str, list[Origin]]
    """Where each object was added, by its ID."""
    names: Mapping[str, list[Origin]]
    """Where each path or reference was added: a credential in a new name is new itself."""
    removed: Mapping[str, Collection[str]]
    """By commit, the IDs of the blobs at paths that it removes: a move removes the old path."""
    doubtful: Set[str] = frozenset()
    """Commits and annotated tags that may not be part of the change."""


def settle(
    report: Report,
    change: Provenance,
    examiner: Examiner,
    blobs: Callable[[Collection[str]], Iterable[Blob]],
) -> Report:
    """Return `report` with commits on its locations and old findings turned into notes.

    `blobs` reads the replaced contents that are needed, by their IDs; a value in one that cannot be
    read counts as new. `report` must not be masked yet, since its paths are looked up.
    """
    if not report.findings:
        return report

    places = {
        origin
        for finding in report.findings
        for location in finding.locations
        for origin in change.origins.get(location.object, ())
        if origin.scope not in NO_FILE
    }
    wanted = {name for origin in places for name in origin.before}
    for commit in {origin.commit for origin in places}:
        wanted.update(change.removed[commit])

    known = _values(blobs(wanted), examiner)
    # One set for each commit, since what it removed is compared with every file that it adds.
    moved = {
        commit: set().union(*(known.get(name, ()) for name in names))
        for commit, names in change.removed.items()
    }

    def was_there(origin: Origin, part: tuple[str, Secret]) -> bool:
        if origin.scope in NO_FILE:
            return False  # a message replaces nothing
        return part in moved[origin.commit] or any(
            part in known.get(name, ()) for name in origin.before
        )

    findings = tuple(_settled(finding, change, was_there) for finding in report.findings)
    return report._replace(findings=findings)


def _values(blobs: Iterable[Blob], examiner: Examiner) -> dict[str, set[tuple[str, Secret]]]:
    """Return the (role, value) pairs in each of `blobs`, by object ID."""
    known: dict[str, set[tuple[str, Secret]]] = {}
    for finding in sweep(examiner, blobs).findings:
        for location in finding.locations:
            known.setdefault(location.object, set()).update(finding.values.items())
    return known


def _settled(
    finding: Finding, change: Provenance, was_there: Callable[[Origin, tuple[str, Secret]], bool]
) -> Finding:
    is_new = is_doubtful = False
    locations: list[Location] = []
    for location in finding.locations:
        if location.object:
            places = change.origins.get(location.object, [])
            part = (location.role, finding.values[location.role])
            new = [origin for origin in places if not was_there(origin, part)]
        else:  # a name
            places = change.names.get(location.path, [])
            new = [origin for origin in places if not origin.before]

        # Content without a known origin counts as new: when in doubt, the finding is reported.
        certain = [
            origin for origin in new if change.doubtful.isdisjoint((origin.commit, location.object))
        ]
        is_new = is_new or bool(certain) or not places
        is_doubtful = is_doubtful or bool(new)

        if places:
            # The same content can be added at several places: show one of those that count.
            origin = (certain or new or places)[0]
            location = location._replace(
                path=origin.path,
                commit=origin.commit,
                author_date=origin.author_date,
                scope=origin.scope,
            )

        locations.append(location)

    finding = finding._replace(locations=tuple(locations))
    if is_new:
        return finding

    why = DOUBTFUL if is_doubtful else ALREADY_THERE
    return finding._replace(severity=Severity.NOTE, evidence=(*finding.evidence, why))
