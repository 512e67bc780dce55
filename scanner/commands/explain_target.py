"""What `keycatch explain` looks at: a line, a file, or the places of a fingerprint."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from scanner.errors import UsageError
from scanner.records import NamedTuple
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.content import Layer
    from scanner.explain.near_misses import NearMiss
    from scanner.explain.outcome import Decided, Policy
    from scanner.rulebook.model import Rule
    from scanner.settings import Settings
    from scanner.sources.interface import Blob

_PLACE: Final = re.compile(r"(?s)(?P<path>.+?):(?P<line>[0-9]{1,9})(?::(?P<column>[0-9]{1,9}))?")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{8,32}")
_MEMBER: Final = "!/"
"""What reports put between an archive and its member."""


class Target(NamedTuple):
    """A place to explain."""

    path: str
    line: int = 0
    """0 for all lines."""
    column: int = 0
    """0 for all columns."""
    member: str | None = None
    """The member of an archive; None for the file with all of its members."""


class Explained(NamedTuple):
    """What was found at a target."""

    path: str
    """Fit for a terminal, with credentials in it masked."""
    target: Target
    passed_over: tuple[str, ...]
    """Why a scan does not read the file."""
    decided: list[Decided]
    near: tuple[NearMiss, ...]
    left_out: int
    unread: tuple[str, ...]
    """What could not be read."""


def targets(place: str) -> list[Target]:
    """Return what `place` names: `FILE`, `FILE:LINE`, `FILE:LINE:COLUMN`, `-` or `-:LINE`.

    Raises UsageError for a file that does not exist.
    """
    found = None if os.path.lexists(place) else _PLACE.fullmatch(place)
    path, line, column = place, 0, 0
    if found:
        path, line, column = found["path"], int(found["line"]), int(found["column"] or 0)
        if not line:
            raise UsageError(f"'{printable(place)}' names line 0: lines count from 1")
    member = None
    if not os.path.lexists(path) and _MEMBER in path:
        path, _, member = path.partition(_MEMBER)
    if os.path.isdir(path):
        raise UsageError(
            f"'{printable(path)}' is a directory: name a file, or FILE:LINE as a report does"
        )
    return [Target(path, line, column, member)]


def found(fingerprint: str, where: str, rules: Sequence[Rule], settings: Settings) -> list[Target]:
    """Return the places below `where` of the finding with the `fingerprint`; raises UsageError."""
    from scanner.engine.examine import Examiner
    from scanner.engine.merge import merge
    from scanner.engine.sweep import sweep
    from scanner.findings import Tally
    from scanner.sources import tree

    wanted = fingerprint.lower()
    if not _FINGERPRINT.fullmatch(wanted):
        raise UsageError("a fingerprint is 32 hexadecimal digits, of which 8 are enough here")
    blobs = tree.blobs([where], Tally())
    swept = sweep(Examiner(rules, heed_marks=False, largest=settings.decode_limit), blobs)
    places = [
        Target(at.path, at.start_line, at.start_column, at.member)
        for finding in merge(swept.findings)
        if finding.fingerprint.startswith(wanted)
        for at in finding.locations
        if "path" not in at.decoded  # in the name of a file, which has no line
    ]
    if not places:
        raise UsageError(
            f"no credential with the fingerprint {wanted} is in {printable(where)}: it is in "
            "another directory, or only in the history (`keycatch history` shows where)"
        )
    return list(dict.fromkeys(places))


def explained(
    target: Target, rules: Sequence[Rule], settings: Settings, policy: Policy
) -> Explained:
    """Return what is found at `target`, and what becomes of it; raises UsageError."""
    from scanner.explain.near_misses import near_misses
    from scanner.explain.observe import observe
    from scanner.explain.outcome import decide
    from scanner.findings import Tally
    from scanner.sources import tree

    (blob,) = tree.blobs([target.path], Tally())
    decided: list[Decided] = []
    near: list[NearMiss] = []
    unread: list[str] = []
    left_out = 0
    largest = settings.decode_limit
    for layer in _layers(blob, unread, largest):
        observed = observe(layer, rules, target.line, target.member, largest)
        decided += decide(blob.path, observed, rules, policy)
        left_out += observed.left_out
        unread += [f"{reason}: {detail}" for reason, detail in observed.gathered.problems]
        if target.line and not target.member:
            near += near_misses(layer.data, target.line, layer.base_line)

    if target.column:
        decided = [each for each in decided if _covers(each, target)]
    return Explained(
        _masked(target, rules),
        target,
        tuple(_passed_over(target.path, settings)),
        decided,
        tuple(_new(near, decided)),
        left_out,
        tuple(dict.fromkeys(unread)),
    )


def _covers(each: Decided, target: Target) -> bool:
    place = each.candidate.place
    at = (target.line, target.column)
    return place[:2] <= at < place[2:]


def _new(near: Iterable[NearMiss], decided: Sequence[Decided]) -> Iterator[NearMiss]:
    """Yield what is not explained as a candidate already."""
    taken = [
        (each.candidate.place.start_column, each.candidate.place.end_column)
        for each in decided
        if each.candidate.matched
    ]
    for miss in near:
        if not any(start <= miss.column < end for start, end in taken):
            yield miss


def _layers(blob: Blob, unread: list[str], largest: int) -> Iterator[Layer]:
    from scanner.content import Layer
    from scanner.engine.examine import Examiner
    from scanner.engine.sweep import large_layers
    from scanner.findings import Tally
    from scanner.sources.interface import TooLarge, Unread

    try:
        try:
            yield Layer(blob.read())
        except TooLarge:
            tally = Tally()
            examiner = Examiner((), largest=largest)  # it only says what has to be decoded whole
            yield from large_layers(examiner, blob, tally, blob.windows())
            unread += [f"{each.reason}: {each.detail}" for each in tally.notices]
    except Unread as error:
        from scanner.reports.wording import reason_name

        unread.append(": ".join(filter(None, (reason_name(error.reason), error.detail))))
        if error.partial is not None:
            yield Layer(error.partial)


def _masked(target: Target, rules: Sequence[Rule]) -> str:
    from scanner.engine.examine import Examiner

    name = target.path if target.member is None else f"{target.path}{_MEMBER}{target.member}"
    name = name.removesuffix(_MEMBER)
    spellings = Examiner(rules).examine_name(name).spellings
    for spelling, redacted in sorted(spellings.items(), key=lambda item: -len(item[0])):
        name = name.replace(spelling, redacted)
    return printable("<stdin>" if name == "-" else name)


def _passed_over(path: str, settings: Settings) -> Iterator[str]:
    """Yield why a scan of the project does not read the file at `path`."""
    if path == "-":
        return
    from scanner.git.process import GitError
    from scanner.git.work_tree import find_work_tree, ignored_by
    from scanner.settings import Exclusion

    for pattern in settings.exclude:
        if path in Exclusion(settings._replace(exclude=(pattern,))):
            file = os.path.basename(settings.origin)
            yield f"excluded by {printable(pattern)} in {printable(file)}"
    root = find_work_tree(os.path.dirname(path) or ".")
    try:
        ignored = ignored_by(path, root) if root else ""
    except GitError:
        return
    if ignored:
        yield f"ignored by git ({ignored}); --no-ignore reads it"
