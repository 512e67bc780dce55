"""Members that an archive stores as they are: what is found in one is found in the archive as well.

A tar archive has its members between headers, and ZIP and gzip can store instead of compressing. So
the bytes of such an archive hold the same text as the member, and each value is met twice. What a
person can go to is the member: the place in the bytes of the archive becomes the place in there.
"""

from __future__ import annotations

from scanner.findings import Location
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Final

    from scanner.content import Layer
    from scanner.findings import Finding
    from scanner.kinds.interface import Aside, Part

_AROUND: Final = 32
"""Bytes before and after a value that have to be the same, as far as the member has them.

They tell a stored member from another copy of the value: in the script before an archive, say.
"""

_SCATTERED: Final = ("zstd",)
"""Decoders of streams in which a value may be as it is, and what is around it is not: where zstd
finds nothing that repeats, it leaves the bytes (RFC 8878, section 3.1.1.3.1.1)."""

_TRIES: Final = 100
"""Copies in the archive that are compared with one in a member, the last ones first.

Members come in the order of the archive, so the first try succeeds unless the archive has copies of
its own. Without a limit an archive of many such copies would take quadratic time.
"""


class Spot(NamedTuple):
    """A span of a text in which a person counts lines, and the decoders that led to the value."""

    text: Layer
    start: int
    end: int
    role: str
    decoders: tuple[str, ...]

    def location(self, path: str) -> Location:
        """Return the place of the span in the blob called `path`."""
        place = self.text.place(self.start, self.end)
        return Location(self.role, path, *place, self.text.member, self.decoders)


def spot_of(found: Part | Aside) -> Spot:
    """Return where a person finds what was `found`."""
    text, start, end = found.layer.ground(found.start, found.end)
    return Spot(text, start, end, found.role, found.layer.decoders)


def unpacked(found: Iterable[Part | Aside]) -> dict[Spot, Spot]:
    """Return for each spot in the bytes of an archive the one in the member that is stored there.

    Each spot in a member stands for one in the archive at most, so whatever else the archive holds,
    no further copy is lost.
    """
    # Texts keep the order in which they were found, which is that of the members in the archive.
    spots = list(dict.fromkeys(map(spot_of, found)))
    order: dict[int, int] = {}
    for spot in spots:
        order.setdefault(id(spot.text), len(order))
    spots.sort(key=lambda spot: (spot.text.depth, order[id(spot.text)], spot.start))
    if not spots or not spots[-1].text.depth:
        return {}

    by_text: dict[tuple[int, str, bytes], list[Spot]] = {}
    for spot in spots:
        by_text.setdefault((id(spot.text), spot.role, _value(spot)), []).append(spot)

    inside: dict[Spot, Spot] = {}
    for spot in reversed(
        spots
    ):  # the deepest first: their own member is known before their archive
        archive = spot.text.below
        if archive is None or archive.offsets is not None:
            continue
        alike = by_text.get((id(archive), spot.role, _value(spot)), [])
        for index in range(len(alike) - 1, max(-1, len(alike) - 1 - _TRIES), -1):
            if _is_stored(alike[index], spot):
                inside[alike.pop(index)] = inside.get(spot, spot)
                break
    return inside


def _value(spot: Spot) -> bytes:
    return spot.text.data[spot.start : spot.end]


def _is_stored(outer: Spot, inner: Spot) -> bool:
    """Return whether `outer` is where the archive has the bytes of `inner`."""
    if inner.text.decoder in _SCATTERED:
        return True
    before = min(_AROUND, inner.start)
    around = inner.text.data[inner.start - before : inner.end + _AROUND]
    begin = outer.start - before
    return begin >= 0 and outer.text.data.startswith(around, begin)


def in_members(findings: list[Finding], path: str, inside: Mapping[Spot, Spot]) -> list[Finding]:
    """Return `findings` of the blob called `path` with each place in the member that has it."""
    if not findings or not inside:
        return findings

    # By text and ascending start: a layer counts lines on from the place before.
    members = {spot: spot.location(path) for spot in sorted(set(inside.values()), key=_rank)}
    moved = {spot.location(path): members[inside[spot]] for spot in sorted(inside, key=_rank)}
    # With the hash of the line, if the report needs it.
    known = {at._replace(line_hash=""): at for each in findings for at in each.locations}

    def place(at: Location) -> Location:
        inner = moved.get(at._replace(line_hash=""))
        return at if inner is None else known.get(inner, inner)

    return [
        finding._replace(locations=tuple(dict.fromkeys(map(place, finding.locations))))
        for finding in findings
    ]


def _rank(spot: Spot) -> tuple[int, int, int]:
    return spot.text.depth, id(spot.text), spot.start
