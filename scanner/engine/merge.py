"""One finding for each credential: copies become locations, lone parts join their pair."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scanner.findings import Finding, Location
    from scanner.secret import Secret


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """Return `findings` with each credential once, ordered by the first location of each.

    A finding whose values are all among those of a stronger one (the key ID of a pair, found again
    without the secret) adds its locations to it. The result does not depend on the order of the
    input, so that it is the same however the work was shared out over processes.
    """
    # Strongest first: a finding is then kept or added to one that has been kept before.
    kept: list[Finding] = []
    spots: list[dict[Location, None]] = []
    holders: dict[tuple[str, Secret], list[int]] = {}
    for finding in sorted(findings, key=_weakness):
        holder = _holder(kept, holders, finding)
        if holder is None:
            for part in finding.values.items():
                holders.setdefault(part, []).append(len(kept))
            kept.append(finding)
            spots.append(dict.fromkeys(finding.locations))
        else:
            spots[holder].update(dict.fromkeys(finding.locations))
            # A rule of the user may be as sure of the value, and call it harmless.
            if finding.severity > kept[holder].severity and finding.values == kept[holder].values:
                kept[holder] = kept[holder]._replace(severity=finding.severity)

    merged = [
        finding._replace(locations=tuple(places))
        for finding, places in zip(kept, spots, strict=True)
    ]
    return sorted(merged, key=_order)


def position(location: Location) -> tuple[str, str, int, int]:
    """Return the sort key that orders locations by file, then by line and column."""
    return location.path, location.member, location.start_line, location.start_column


def _order(finding: Finding) -> tuple[object, ...]:
    return position(finding.locations[0]), finding.rule_id, finding.fingerprint


def _weakness(finding: Finding) -> tuple[object, ...]:
    strength = -len(finding.values), -finding.confidence, -finding.severity
    # Every field that can differ, so that the order of the input never decides.
    return *strength, *_order(finding), finding.locations, finding.evidence


def _holder(
    kept: list[Finding], holders: Mapping[tuple[str, Secret], Sequence[int]], finding: Finding
) -> int | None:
    # A finding that has all its values is among the holders of each: those of the rarest one are
    # compared, since a file can have thousands of secrets after one and the same key ID.
    fewest = min((holders.get(part, ()) for part in finding.values.items()), key=len)
    for index in fewest:
        values = kept[index].values
        if all(values.get(role) == value for role, value in finding.values.items()):
            return index
    return None
