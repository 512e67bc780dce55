"""From findings in objects to credentials: at which paths each is, since when, and added by whom.

An object that holds a credential is one version of a file. A credential becomes one finding for all
the versions and paths that have it, with a location for each path: that of the earliest commit that
added it there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.engine.file_names import DECODER
from scanner.engine.merge import merge
from scanner.findings import REFERENCE_NAME, InHead, Notice
from scanner.git.changes import SUBMODULE
from scanner.git.listing import Repeats, listing
from scanner.git.process import GitError
from scanner.history.attribution.attribution import attribute
from scanner.history.attribution.pairs import join
from scanner.tally import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from scanner.findings import Finding, Location, Tally
    from scanner.git.repository import Repository
    from scanner.history.attribution.interface import Answers, HistoryPlace
    from scanner.rulebook.model import Rule

    Attribute = Callable[[Collection[str], Collection[bytes]], Answers]
    """Returns what answers about objects and names; may raise GitError."""

SCOPE: Final = "history"
"""The scope of a location in a file of the history."""

Spot = tuple[str, str, str, tuple[str, ...]]
"""A place in the files of a history: role, path, member of an archive, decoders."""


def credentials(
    repository: Repository,
    findings: Iterable[Finding],
    rules: Sequence[Rule],
    jobs: int,
    tally: Tally,
    recall: Attribute | None = None,
) -> list[Finding]:
    """Return one finding for each credential of `findings`, with its history and its locations.

    The locations of `findings` have the ID of an object and no path; those in the names of files
    have the name as path. If the repository is too damaged for git to attribute them, they stay so,
    without a history, and `tally` gets a notice. `recall` replaces `attribute`, which uses `jobs`
    processes.
    """
    findings = list(findings)
    merged = merge(findings)
    if not merged:
        return []

    try:
        objects = {at.object for finding in merged for at in finding.locations if at.object}
        names = {_name(at) for finding in merged for at in finding.locations if _is_name(at)}
        answers: Answers = (
            recall(objects, names) if recall else attribute(repository, objects, names, jobs=jobs)
        )
        found = _attributed(repository, join(merged, answers, rules), answers)
        return [*_with_evidence_of_lead(found, findings)]
    except GitError as error:
        detail = f"cannot determine who added the findings, and when: {error}"
        tally.notice(Notice("git-unavailable", REPOSITORY, detail, hides=True))
        return merged


def _attributed(
    repository: Repository, merged: Sequence[Finding], answers: Answers
) -> list[Finding]:
    holders = [
        (
            [at.object for at in finding.locations if at.object],
            [_name(at) for at in finding.locations if _is_name(at)],
        )
        for finding in merged
    ]

    histories = answers.histories(holders)
    head = _files_of_head(repository)
    return [
        finding._replace(locations=_locations(finding, answers, head), history=history)
        for finding, history in zip(merged, histories, strict=True)
    ]


def _with_evidence_of_lead(
    found: Sequence[Finding], findings: Sequence[Finding]
) -> Iterator[Finding]:
    """Yield each of the attributed `found` with the evidence of the place that reports begin with.

    One finding stands for all versions that have the credential, of which each may name it in
    another way. `findings` are those of the objects.
    """
    said: dict[str, dict[str, tuple[str, ...]]] = {}
    for each in findings:
        strong = f"{each.fingerprint} {each.rule_id} {each.confidence} {each.severity}"
        own = said.setdefault(strong, {})
        for at in each.locations:
            own.setdefault(at.object, each.evidence)

    for each in found:
        own = said.get(f"{each.fingerprint} {each.rule_id} {each.confidence} {each.severity}", {})
        if len(set(own.values())) > 1:
            from scanner.reports.arrange import sightings, where_in_head  # here: it is seldom so

            lead = where_in_head(sightings(each)[0].lead)
            each = each._replace(evidence=own.get(lead.object, each.evidence))
        yield each


def without(
    findings: Iterable[Finding], is_excluded: Callable[[str], bool]
) -> tuple[list[Finding], set[str]]:
    """Return `findings` without locations in excluded files, and the paths of those files.

    A finding that has no other location is left out.
    """
    kept = []
    excluded = set()
    for finding in findings:
        locations = []
        for at in finding.locations:
            if at.scope == SCOPE and is_excluded(at.path):
                excluded.add(at.path)
            else:
                locations.append(at)
        if locations:
            kept.append(finding._replace(locations=tuple(locations)))
    return kept, excluded


def _is_name(location: Location) -> bool:
    return DECODER in location.decoded[:1] and not location.object and not _is_reference(location)


def _is_reference(location: Location) -> bool:
    return location.scope == REFERENCE_NAME


def _name(location: Location) -> bytes:
    return location.path.encode("utf-8", "surrogateescape")


def _files_of_head(repository: Repository) -> dict[str, str]:
    """Return the blobs of the commit of HEAD, by path."""
    head = repository.head_commit()
    if head is None:
        return {}
    listed = listing(repository, "ls-tree", "-r", "-z", head, what="list the files of HEAD")

    files: dict[str, str] = {}
    repeats = Repeats()
    for entry in filter(None, listed):
        attributes, _, path = entry.partition(b"\t")
        mode, _, name = attributes.split(b" ")
        repeats.add(name.decode("ascii", "replace"))
        if mode != SUBMODULE:  # its ID is that of a commit in another repository
            files[os.fsdecode(path)] = name.decode()
    return files


def _locations(finding: Finding, answers: Answers, head: dict[str, str]) -> tuple[Location, ...]:
    """Return the locations of `finding`: the earliest for each path, in the order of their dates.

    A location in an object that no commit has keeps the ID of the object and has no path. `head`
    has the blobs of HEAD, by path.
    """
    first: dict[Spot, tuple[float, Location]] = {}
    elsewhere: list[Location] = []
    # The same part in another version of the file, to report where it is in HEAD.
    in_object = {
        (at.role, at.object, at.member, at.decoded): at for at in reversed(finding.locations)
    }

    for location in finding.locations:
        is_name = _is_name(location)
        places: list[HistoryPlace] = []
        if not _is_reference(location):
            places = answers.places(_name(location) if is_name else location.object)
        if not places:
            elsewhere.append(location)

        for place in places:
            path = os.fsdecode(place.path) or location.path
            at = location._replace(
                path=path,
                commit=place.moment.commit,
                author_date=place.moment.author_date,
                scope=place.scope or SCOPE,
            )
            if is_name:
                at = _in_path(at, path, location.path)
            spot = (at.role, path, at.member, at.decoded)
            when = _seconds(place)
            if spot not in first or when < first[spot][0]:
                there = head.get(path, "") if at.scope == SCOPE and not is_name else ""
                same = in_object.get((at.role, there, at.member, at.decoded))
                first[spot] = (when, at._replace(head=_in_head(there, same)))

    ordered = sorted(first.values(), key=lambda each: (each[0], each[1]))
    return (*(at for _, at in ordered), *elsewhere)


def _in_path(location: Location, path: str, name: str) -> Location:
    """Return `location`, whose columns count from the start of `name`, counted from that of `path`.

    `name` is one of the components of `path`.
    """
    parts = path.split("/")
    before = sum(len(part) + 1 for part in parts[: parts.index(name)]) if name in parts else 0
    return location._replace(
        start_column=location.start_column + before, end_column=location.end_column + before
    )


def _in_head(name: str, same: Location | None) -> InHead:
    if same is None or not name:
        return InHead(name)
    return InHead(name, same.start_line, same.start_column, same.end_line, same.end_column)


def _seconds(place: HistoryPlace) -> float:
    from datetime import datetime

    try:
        return datetime.fromisoformat(place.moment.author_date).timestamp()
    except ValueError:  # a year that Python cannot represent
        return 0.0
