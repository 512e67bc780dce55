"""Finding the credentials of a saved report again, in the source that it was made from.

A report is redacted, so whoever wants to ask about its credentials needs the source. What the
report names there is searched by the engine as a scan would, and a credential is the same one if
its fingerprint is: where in a file it stands now does not matter, and nothing that a report says
makes a credential of anything else.

Parts of credentials are joined here if together they have the fingerprint of the report. In a
history a key ID can stand in one version of a file and its secret in another one. The fingerprint
is proof that they belong together: nobody can make it up who does not know both.
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.engine.examine import Examiner
from scanner.findings import fingerprint_of
from scanner.reports.wording import COMMIT_KINDS, HISTORY_KIND, INDEX_KIND
from scanner.response.again_files import Directories, Files
from scanner.response.again_objects import Objects, Repositories
from scanner.response.again_reading import Missing, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from scanner.findings import Finding
    from scanner.rulebook.model import Rule
    from scanner.saved.report import SavedReport
    from scanner.secret import Secret

_FILES_KIND: Final = "scan"
_MOST: Final = 1000
"""Ways to join parts that are tried. The redacted forms leave one, all but always."""


class Source(NamedTuple):
    """Where the report was made, and how to search there."""

    rules: Sequence[Rule]
    directories: Sequence[str] = (".",)
    """Where the scan started, and further directories or repositories that may be read."""
    named: bool = False
    """Whether the user named the directories."""
    is_excluded: Callable[[str], bool] = lambda _path: False
    """Tells of the path of a file whether the configuration excludes it."""
    is_excluded_in_repository: Callable[[str], bool] = lambda _path: False
    """The same of a path that is relative to the root of a repository."""


class Recovered(NamedTuple):
    """What was found again."""

    findings: dict[str, Finding]
    """By fingerprint: the credentials, with the places where they stand now."""
    missing: dict[str, Missing]
    """By fingerprint: why all others were not found."""
    is_interrupted: bool = False
    """Whether the user ended the search."""


def find_again(report: SavedReport, source: Source) -> Recovered:
    """Search `source` for the credentials of `report`; an interrupt ends the search only.

    Raises KeycatchError where the source is not there.
    """
    wanted = {finding.fingerprint: finding for finding in report.findings}
    found: dict[str, Finding] = {}
    missing: dict[str, Missing] = {}
    try:
        place = _place(report, source) if wanted else None
        if place is None:
            return Recovered({}, dict.fromkeys(wanted, Missing.OTHER_KIND))
        found = _found(place, source.rules, report.findings)
        rest = [finding for key, finding in wanted.items() if key not in found]
        missing = {finding.fingerprint: _reason(place, finding) for finding in rest}
        changed = [each for each in rest if missing[each.fingerprint] is Missing.CHANGED]
        if changed:
            marked = _found(place, source.rules, changed, heed_marks=False)
            missing |= dict.fromkeys(marked, Missing.ALLOWED)
    except KeyboardInterrupt:
        lost = {key: missing.get(key, Missing.INTERRUPTED) for key in wanted if key not in found}
        return Recovered(found, lost, is_interrupted=True)
    return Recovered(found, missing)


def _place(report: SavedReport, source: Source) -> Place | None:
    directories = Directories(source.directories)
    if report.kind == _FILES_KIND:
        return Files(directories, source.is_excluded)
    if report.kind not in (INDEX_KIND, *COMMIT_KINDS):
        return None
    repositories = Repositories(report.heads, source.directories, directories, named=source.named)
    is_history = report.kind == HISTORY_KIND
    return Objects(repositories, source.is_excluded_in_repository, follows_lfs=not is_history)


def _found(
    place: Place,
    rules: Sequence[Rule],
    wanted: Collection[Finding],
    *,
    heed_marks: bool = True,
) -> dict[str, Finding]:
    locations = {at: None for finding in wanted for at in finding.locations}
    pool = _Pool(place.search(Examiner(rules, heed_marks=heed_marks), locations))
    matches = ((finding.fingerprint, pool.match(finding)) for finding in wanted)
    return {fingerprint: match for fingerprint, match in matches if match}


def _reason(place: Place, finding: Finding) -> Missing:
    reasons = {place.reason(at) for at in finding.locations}
    return next((each for each in Missing if each in reasons), Missing.CHANGED)


class _Pool:
    """What the engine found, by fingerprint and by part."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._whole: dict[str, Finding] = {}
        self._parts: dict[tuple[str, str], dict[Secret, Finding]] = {}
        for finding in findings:
            known = self._whole.setdefault(finding.fingerprint, finding)
            if finding.partition and not known.partition:
                self._whole[finding.fingerprint] = finding
            for role, value in finding.values.items():
                for shown in (value.redacted(), value.shown(show_secrets=True)):
                    self._parts.setdefault((role, shown), {}).setdefault(value, finding)

    def match(self, wanted: Finding) -> Finding | None:
        """Return the credential with the fingerprint of `wanted`, or None."""
        return self._whole.get(wanted.fingerprint) or self._joined(wanted)

    def _joined(self, wanted: Finding) -> Finding | None:
        roles = sorted(wanted.values)  # what identifies the credential comes first: the key ID
        choices = [self._parts.get((role, wanted.values[role].shown(True)), {}) for role in roles]
        for chosen in islice(product(*choices), _MOST):
            values = dict(zip(roles, chosen, strict=True))
            if fingerprint_of(values) == wanted.fingerprint:
                holders = {
                    role: each[value]
                    for role, each, value in zip(roles, choices, chosen, strict=True)
                }
                return _of_parts(wanted, values, holders)
        return None


def _of_parts(
    wanted: Finding, values: dict[str, Secret], holders: Mapping[str, Finding]
) -> Finding:
    """Return the credential of `values`, each of which one of the `holders` has."""
    leading = next(iter(holders.values()))
    locations = (at for role, each in holders.items() for at in each.locations if at.role == role)
    return leading._replace(
        rule_id=wanted.rule_id,
        severity=wanted.severity,
        confidence=wanted.confidence,
        fingerprint=wanted.fingerprint,
        values=values,
        evidence=wanted.evidence,
        locations=tuple(dict.fromkeys(locations)),
    )
