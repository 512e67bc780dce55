"""Which findings a change adds, and which were there before it.

A finding in a changed file counts if any of its values is new, which means that it was not in what
the change replaced. A key that was in the parent commit, at the same path, in a file that the
change moves, or in one that it takes the key out of, becomes a note: it has leaked before, and this
commit is not the place to stop it. What is in a message always counts; what is in the name of a
file counts if there was no such file before.

What a merge takes over from a commit that a remote has is a note as well. Findings in a commit that
may not be part of the change are notes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.engine.sweep import sweep
from scanner.findings import NO_FILE, REFERENCE_NAME, TAG_MESSAGE, WORK_TREE, Report, Severity
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
    from typing import TypeAlias

    from scanner.engine.examine import Examiner
    from scanner.findings import Confidence, Finding, Location
    from scanner.secret import Secret
    from scanner.sources.interface import Blob, Origin, PublishedSide

    Part: TypeAlias = tuple[str, Secret]
    """A role and a value."""

# The evidence that turns a finding into a note; reports print it.
ALREADY_THERE: Final = "existed before this change"
DOUBTFUL: Final = "on another local branch or tag, which may not be part of this push"
UNSTAGED: Final = "in the work tree, not staged"
_CAME: Final = "came with {}"
_SINCE: Final = ", which has it since {}"


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
    sides: Sequence[PublishedSide] = ()
    """What remotes have of that which is being merged."""
    known: Callable[[Collection[str]], Mapping[str, str]] | None = None
    """Returns for some of the given commits why they are known elsewhere, which stops nothing from
    counting."""


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

    former = _Former(change, examiner, blobs)
    former.read({name for origin in _places(report.findings, change) for name in origin.before})
    former.read(
        name
        for commit in {origin.commit for origin in _places(report.findings, change)}
        for name in change.removed[commit]
    )
    settling = _Settling(change, former)
    findings = tuple(map(settling.settled, report.findings))

    # A key can also be taken out of a file that stays: all others that the same commits edit are
    # read only where something counts.
    counting = [each for each in findings if each.severity > Severity.NOTE]
    if former.read_edited({at.commit for at in _places(counting, change)}):
        findings = tuple(map(settling.settled, report.findings))

    if change.known:
        findings = _with_reasons(findings, change.known)
    return report._replace(findings=findings)


def _places(findings: Iterable[Finding], change: Provenance) -> set[Origin]:
    return {
        origin
        for finding in findings
        for location in finding.locations
        for origin in change.origins.get(location.object, ())
        if origin.scope not in NO_FILE
    }


class _Former:
    """What was there before, read when it is needed."""

    def __init__(
        self,
        change: Provenance,
        examiner: Examiner,
        blobs: Callable[[Collection[str]], Iterable[Blob]],
    ) -> None:
        self._change = change
        self._examiner = examiner
        self._blobs = blobs
        self._known: dict[str, set[Part]] = {}
        self._confidence: dict[Part, Confidence] = {}
        self._edits: dict[str, list[tuple[str, frozenset[str]]]] = {}
        self._moved: dict[str, set[Part]] = {}

    def read(self, names: Iterable[str]) -> None:
        """Look for values in the contents `names`, each once."""
        wanted = {name for name in names if name and name not in self._known}
        if not wanted:
            return
        self._known.update((name, set()) for name in wanted)
        for finding in sweep(self._examiner, self._blobs(wanted)).findings:
            for part in finding.values.items():
                best = self._confidence.get(part, finding.confidence)
                self._confidence[part] = max(best, finding.confidence)
            for location in finding.locations:
                self._known[location.object].update(finding.values.items())

    def read_edited(self, commits: Collection[str]) -> bool:
        """Read what `commits` replace in any file that stays; return whether there is any."""
        for name, origins in self._change.origins.items():
            for origin in origins:
                if origin.commit in commits and origin.before and origin.scope not in NO_FILE:
                    self._edits.setdefault(origin.commit, []).append((name, origin.before))
        edits = [each for own in self._edits.values() for each in own]
        self.read(name for _, before in edits for name in before)
        return bool(edits)

    def is_as_sure(self, part: Part, confidence: Confidence) -> bool:
        """Return whether any former content has the value with at least the `confidence`.

        Else a key could be committed under the name of a checksum, and get its own name later.
        """
        return part in self._confidence and self._confidence[part] >= confidence

    def has(self, name: str, part: Part) -> bool:
        """Return whether the content `name` has the value, reading it if nobody has."""
        if name not in self._known:
            self.read((name,))
        return part in self._known.get(name, ())

    def was_there(self, origin: Origin, part: Part, holders: Collection[str]) -> bool:
        """Return whether the commit of `origin` took the value from a place of its own.

        `holders` are the contents that have it now.
        """
        if origin.scope in NO_FILE:
            return False  # a message replaces nothing
        if part in self._removed_by(origin.commit):
            return True
        if any(part in self._known.get(name, ()) for name in origin.before):
            return True
        return any(
            part in self._known.get(old, ())
            for name, before in self._edits.get(origin.commit, ())
            if name not in holders  # it stays there as well, so this is a copy
            for old in before
        )

    def _removed_by(self, commit: str) -> set[Part]:
        # One set for each commit, since it is compared with every file that the commit adds.
        if commit not in self._moved:
            names = self._change.removed[commit]
            self._moved[commit] = set().union(*(self._known.get(name, ()) for name in names))
        return self._moved[commit]


class _Settling:
    """Decides about findings, one after the other."""

    def __init__(self, change: Provenance, former: _Former) -> None:
        self._change = change
        self._former = former

    def settled(self, finding: Finding) -> Finding:
        """Return `finding` with commits on its locations, and as a note if nothing of it is new."""
        change = self._change
        is_new = is_doubtful = False
        reasons: dict[str, None] = {}
        locations: list[Location] = []
        holders = {location.object for location in finding.locations}
        for location in finding.locations:
            part = (location.role, finding.values[location.role])
            if location.scope == WORK_TREE:
                is_new = True  # it is read where nothing is compared
                locations.append(location)
                continue
            if location.object:
                places = change.origins.get(location.object, [])
                sure = self._former.is_as_sure(part, finding.confidence)
                new = [
                    at for at in places
                    if not (sure and self._former.was_there(at, part, holders))
                ]  # fmt: skip
            else:  # a name
                places = change.names.get(location.path, [])
                new = [at for at in places if not at.before]

            if new and change.sides:
                found = [
                    self._from_a_side(at, location.object, part, finding.confidence) for at in new
                ]
                reasons.update((reason, None) for reason in found if reason)
                new = [at for at, reason in zip(new, found, strict=True) if not reason]

            # Content without a known origin counts as new: when in doubt, it is reported.
            certain = [at for at in new if change.doubtful.isdisjoint((at.commit, location.object))]
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

        finding = finding._replace(locations=tuple(_without_copies(locations)))
        if is_new:
            only = all(at.scope == WORK_TREE for at in finding.locations)
            return finding._replace(evidence=(*finding.evidence, UNSTAGED)) if only else finding

        why = DOUBTFUL if is_doubtful else next(iter(reasons), ALREADY_THERE)
        return finding._replace(severity=Severity.NOTE, evidence=(*finding.evidence, why))

    def _from_a_side(self, origin: Origin, content: str, part: Part, confidence: Confidence) -> str:
        """Return the reason if what `origin` adds came from a remote; empty if it did not."""
        for side in self._change.sides:
            there = side.contents.get(origin.path, content or origin.path)
            if not content:  # a name
                if there:
                    return _CAME.format(side.name())
                continue

            path = origin.path
            if not (there == content or (there and self._former.has(there, part))):
                self._former.read(side.removed)
                path = next(self._moved_from(side, part), "")
            if path and (there == content or self._former.is_as_sure(part, confidence)):
                since = self._since(side, path, part)
                return _CAME.format(side.name()) + (_SINCE.format(since) if since else "")
        return ""

    def _moved_from(self, side: PublishedSide, part: Part) -> Iterator[str]:
        return (path for name, path in side.removed.items() if self._former.has(name, part))

    def _since(self, side: PublishedSide, path: str, part: Part) -> str:
        """Return the day of the oldest version of `path` from which on all have the value."""
        day = ""
        for date, name in side.versions(path):
            if not self._former.has(name, part):
                break
            day = date
        return day


def _without_copies(locations: Sequence[Location]) -> Iterator[Location]:
    """Yield `locations` without those in the work tree that are at the same place in the index."""
    staged = {(at.role, at.path, at[2:8]) for at in locations if at.object}
    for at in locations:
        if at.scope != WORK_TREE or (at.role, at.path, at[2:8]) not in staged:
            yield at


def commit_of(location: Location) -> str:
    """Return the commit that publishes what is at `location`; empty if no commit does.

    A tag is another object than its commit, and so is the name of a reference.
    """
    return "" if location.scope in (TAG_MESSAGE, REFERENCE_NAME) else location.commit


def _with_reasons(
    findings: Sequence[Finding], known: Callable[[Collection[str]], Mapping[str, str]]
) -> tuple[Finding, ...]:
    """Return the `findings`; those that count have the reason why all of it is known first."""
    counting = [each for each in findings if each.severity > Severity.NOTE]
    why = known({name for each in counting for at in each.locations if (name := commit_of(at))})

    def explained(finding: Finding) -> Finding:
        reasons = [why.get(commit_of(at), "") for at in finding.locations]
        if finding.severity <= Severity.NOTE or not reasons or not all(reasons):
            return finding
        return finding._replace(evidence=(reasons[0], *finding.evidence))

    return tuple(map(explained, findings)) if why else tuple(findings)
