"""The order of findings in every format, and the arrangement of a finding's locations.

A credential of several parts may be in many places. Here each copy becomes one `Sighting`: the
location that leads, with the other parts that belong to it.
"""

from __future__ import annotations

from math import inf

from scanner.dates import instant
from scanner.pushed import Pushed
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Final

    from scanner.findings import Finding, Location, Threshold

_ROLES: Final = ("key_id", "secret", "session_token")
"""Roles that lead before all others, in this order: what identifies the credential comes first."""

UNPACKING: Final = frozenset(("bzip2", "gzip", "lzma", "tar", "xz", "zip", "zlib", "zstd"))
"""Decoders whose output is another text, with lines that the file in the repository lacks.

Names, not the decoders themselves: reports do not import them, and a saved report may have some
that this version lacks.
"""


class Sighting(NamedTuple):
    """One copy of a credential."""

    lead: Location
    parts: tuple[Location, ...]
    """Where the other parts of this copy are, in the same text."""
    elsewhere: tuple[Location, ...] = ()
    """One location for each role of the finding that this copy does not hold."""


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings worst first: by severity, confidence, exposure, path and line.

    Exposure is known of a history only: still in HEAD, already pushed, and oldest first.
    """
    return sorted(findings, key=_worst_first)


def by_exposure(findings: Iterable[Finding], fail_on: Threshold) -> list[Finding]:
    """Return findings as a person deals with them: those of a history by exposure first.

    What is live comes first, and what is below the threshold or a note comes last. Among findings
    that are as exposed, the more severe ones come first, and then the oldest ones. Without a
    history, that is the order of `ordered`.
    """
    return sorted(ordered(findings), key=lambda finding: _urgency(finding, fail_on))


def _urgency(finding: Finding, fail_on: Threshold) -> tuple[object, ...]:
    if finding.history is None:
        return ()
    gone, kept_back, since = _exposure(finding)
    dead = not finding.is_live
    return not finding.fails(fail_on), dead, gone, kept_back, -finding.severity, since


def _exposure(finding: Finding) -> tuple[bool, int, float]:
    """Return a sort key of how exposed a finding with a history is: the most exposed first."""
    history = finding.history
    if history is None:
        return True, Pushed.NO.rank, inf
    since = instant(history.first.author_date) if history.first else inf
    return not history.in_head, history.pushed.rank, since


def _worst_first(finding: Finding) -> tuple[object, ...]:
    lead = sightings(finding)[0].lead
    return (
        -finding.severity,
        not finding.is_live,
        -finding.confidence,
        _exposure(finding),
        *_position(lead),
        finding.rule_id,
        finding.fingerprint,
    )


def text_of(location: Location) -> tuple[str, str, str, str]:
    """Return what distinguishes texts: file, archive member, and of git content which version."""
    return location.path, location.member, location.object, location.commit


def _position(location: Location) -> tuple[str, str, int, int, str]:
    # At one place of a file the oldest commit leads: it is the one that added the credential.
    return (
        location.path,
        location.member,
        location.start_line,
        location.start_column,
        location.author_date,
    )


def roles(names: Iterable[str]) -> list[str]:
    """Return role names in the order in which reports show them."""
    return sorted(names, key=_role_rank)


def _role_rank(role: str) -> tuple[int, str]:
    return (_ROLES.index(role) if role in _ROLES else len(_ROLES)), role


def locations(finding: Finding) -> list[Location]:
    """Return the locations of `finding` by path, member, position and role, each once."""
    return sorted(set(finding.locations), key=lambda location: (*_position(location), location))


def sightings(finding: Finding) -> list[Sighting]:
    """Return the copies of the credential, the most complete first, then by path and line.

    In a history those that are still in HEAD come before all others, and then the oldest. Every
    location is in exactly one of them. A finding has at least one location.
    """
    texts: dict[tuple[str, str, str, str], list[Location]] = {}
    firsts: dict[str, Location] = {}
    for location in locations(finding):
        texts.setdefault(text_of(location), []).append(location)
        firsts.setdefault(location.role, location)

    # Here, once for all copies: a credential can be in ten thousand files.
    found = [
        _with_elsewhere(sighting, finding, firsts)
        for text in texts.values()
        for sighting in _in_one_text(text)
    ]
    if finding.history is None:
        found.sort(key=lambda sighting: (-_completeness(sighting), *_position(sighting.lead)))
    else:
        found.sort(key=_place_in_history)
    return found


def _with_elsewhere(
    sighting: Sighting, finding: Finding, firsts: Mapping[str, Location]
) -> Sighting:
    missing = finding.values.keys() - {sighting.lead.role, *(part.role for part in sighting.parts)}
    found = (firsts[role] for role in roles(missing) if role in firsts)
    return sighting._replace(elsewhere=tuple(found)) if missing else sighting


def _place_in_history(sighting: Sighting) -> tuple[object, ...]:
    lead = sighting.lead
    gone = not lead.head.start_line
    since = instant(lead.author_date)
    return gone, -_completeness(sighting), since, *_position(lead), lead.object


def as_in_head(finding: Finding) -> Finding:
    """Return `finding` with every location that is still in HEAD at its place there.

    That is where a person who opens the file finds it. The location loses its commit, which is not
    that of the new position. Without a history nothing changes.
    """
    if finding.history is None:
        return finding
    return finding._replace(locations=tuple(map(where_in_head, finding.locations)))


def where_in_head(location: Location) -> Location:
    """Return where the part at `location` is in the commit of HEAD; `location` if it is not."""
    if not location.head.start_line:
        return location
    name, start_line, start_column, end_line, end_column = location.head
    return location._replace(
        object=name, start_line=start_line, start_column=start_column, end_line=end_line,
        end_column=end_column, commit="", author_date="",
    )  # fmt: skip


def _completeness(sighting: Sighting) -> int:
    return len({sighting.lead.role, *(part.role for part in sighting.parts)})


def _in_one_text(text: list[Location]) -> list[Sighting]:
    """Return the copies among the locations of one text, each part with the nearest lead."""
    leading = min((location.role for location in text), key=_role_rank)
    leads = [location for location in text if location.role == leading]
    parts: list[list[Location]] = [[] for _ in leads]

    at = 0
    for location in text:  # both lists ascend, so the nearest lead only ever moves forward
        if location.role == leading:
            continue
        while at + 1 < len(leads) and _distance(leads[at + 1], location) < _distance(
            leads[at], location
        ):
            at += 1
        parts[at].append(location)

    return [Sighting(lead, tuple(own)) for lead, own in zip(leads, parts, strict=True)]


def _distance(one: Location, other: Location) -> tuple[int, int]:
    return (
        abs(one.start_line - other.start_line),
        abs(one.start_column - other.start_column),
    )


def further(copies: Sequence[Sighting]) -> list[Sighting]:
    """Return the `copies` after the first, without lone parts that are shown with that one."""
    shown = copies[0].elsewhere
    return [copy for copy in copies[1:] if copy.parts or copy.lead not in shown]
