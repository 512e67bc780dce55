"""The precise look at one blob: gather its parts, judge them, account for what could not be read.

What it needs is imported when the first blob is examined. That saves a tenth of the time of a scan
that finds no anchor, as most scans in a hook are.
"""

from __future__ import annotations

from scanner.content import Layer
from scanner.engine.catalogue import Catalogue
from scanner.engine.defects import INTERNAL, describe
from scanner.engine.file_names import DECODER, name_layer
from scanner.findings import Finding, Notice, Tally, fingerprint_of
from scanner.records import NamedTuple
from scanner.tally import ALLOWED, MOST_PLACES, TAKEN, SetAside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scanner.engine.anchors import Spots
    from scanner.engine.gather import Gathered
    from scanner.engine.judge import Judgement, LineHash
    from scanner.engine.stored import Spot
    from scanner.kinds.interface import Aside, Part
    from scanner.rulebook.model import Rule

HARMLESS_PROBLEMS = frozenset({"damaged-archive", "encrypted-archive", "encrypted-file"})
"""Problems that hide nothing from us that others can read: counted, but the scan is complete."""


class Examined(NamedTuple):
    """What one blob holds."""

    findings: list[Finding]
    tally: Tally
    """Values that were set aside, and notices. Blobs and bytes are counted where they are read."""
    spellings: dict[str, str]
    """Values as names spell them, perhaps encoded, to their redacted forms."""
    spans: list[tuple[int, int]]
    """From where to where in the content that is; all of the content where it is not known."""


class Examiner:
    """The precise look, with a fixed set of rules."""

    __slots__ = ("catalogue", "heed_marks", "largest", "line_hash")

    def __init__(
        self,
        rules: Sequence[Rule],
        line_hash: LineHash | None = None,
        *,
        heed_marks: bool = True,
        largest: int = 0,
    ) -> None:
        """Arrange `rules`; `line_hash` is given if the report needs the hash of lines.

        Without `heed_marks` no mark on a line allows anything. `largest` is how many bytes are
        decoded at once, 0 for the default.
        """
        self.largest = largest
        self.catalogue = Catalogue(rules)
        self.line_hash = line_hash
        self.heed_marks = heed_marks

    def examine(self, path: str, data: bytes, spots: Spots | None = None) -> Examined:
        """Return what the whole content `data` of the blob called `path` holds.

        `spots` are the anchors in it, if they are known already.
        """
        return self.examine_windows(path, (Layer(data),), spots)

    def examine_name(self, path: str) -> Examined:
        """Return what the name `path` of a blob holds."""
        return self.examine_windows(path, (name_layer(path),))

    def examine_windows(
        self, path: str, windows: Iterable[Layer], spots: Spots | None = None
    ) -> Examined:
        """Return what a blob holds that arrives in overlapping windows, one after the other.

        `spots` are the anchors of the only window. A defect becomes a notice; what it costs is the
        findings of one window.
        """
        from scanner.engine.merge import merge

        examined = Examined([], Tally(), {}, [])
        findings: list[Finding] = []
        for window in windows:
            try:
                findings.extend(self._look(path, window, spots, examined))
            except Exception as error:  # noqa: BLE001 -- it must not cost the other files
                examined.tally.notice(Notice(INTERNAL, path, describe(error), hides=True))
                examined.spans.append((0, len(window.data)))

        examined.findings.extend(merge(findings))
        return examined

    def _look(
        self, path: str, window: Layer, spots: Spots | None, examined: Examined
    ) -> list[Finding]:
        from scanner.engine.gather import gather

        gathered = gather(self.catalogue, window, spots, self.largest)
        for reason, detail in gathered.problems:
            examined.tally.notice(Notice(reason, path, detail, reason not in HARMLESS_PROBLEMS))
            examined.spans.append((0, len(window.data)))

        if not gathered.parts and not gathered.asides:
            return []  # most looks end here, and what judges takes a tenth of a start to import

        from scanner.engine.judge import judge
        from scanner.engine.stored import in_members, unpacked

        examined.spans.extend(_spans(window, gathered))
        examined.spellings.update(_spellings(gathered))
        # GitHub's hash is one of a line of content; a name has no line in the file.
        line_hash = None if window.decoder == DECODER else self.line_hash
        judgement = judge(
            path,
            gathered.parts,
            gathered.asides,
            self.catalogue.rules,
            line_hash,
            self.heed_marks,
        )
        inside = unpacked([*gathered.parts, *gathered.asides])
        _account(examined.tally, path, gathered, judgement, inside)
        return in_members(judgement.findings, path, inside)


def _account(
    tally: Tally, path: str, gathered: Gathered, judgement: Judgement, inside: Mapping[Spot, Spot]
) -> None:
    """Count what was set aside in the blob called `path`, and keep where it is."""
    from scanner.engine.stored import spot_of

    if not judgement.asides:
        return

    # What a member has is there once, though the bytes of its archive have it as well.
    allowed = [
        (spot, fingerprint_of({part.role: part.value}))
        for part in judgement.allowed
        if (spot := spot_of(part)) not in inside
    ]
    taken = [spot for part in judgement.taken if (spot := spot_of(part)) not in inside]
    counts = judgement.asides | ({ALLOWED: len(allowed)} if judgement.allowed else {})
    counts |= {TAKEN: len(taken)} if judgement.taken else {}
    for reason, number in counts.items():
        if number:
            tally.aside(reason, number)

    # One place for each that is counted: of a value that a file repeats, the first.
    firsts: dict[tuple[str, bytes], Spot] = {}
    for aside in gathered.asides:
        spot = spot_of(aside)
        spot = inside.get(spot, spot)
        value = aside.reason, aside.layer.data[aside.start : aside.end]
        firsts[value] = min(firsts.get(value, spot), spot, key=_order)
    spots = [(reason, spot) for (reason, _), spot in firsts.items()]
    spots += [(ALLOWED, spot) for spot, _ in allowed]
    spots += [(TAKEN, spot) for spot in taken]
    tally.allowed.update((path, digest) for _, digest in allowed)

    # No more than are kept are counted out: a generated file can have thousands.
    spots.sort(key=lambda each: _order(each[1]))
    tally.place(
        SetAside(
            path,
            spot.text.member,
            *spot.text.position(spot.start),
            spot.role,
            reason,
        )
        for reason, spot in spots[:MOST_PLACES]
    )


def _order(spot: Spot) -> tuple[str, int, str]:
    return spot.text.member, spot.start, spot.role


def _spans(window: Layer, gathered: Gathered) -> Iterator[tuple[int, int]]:
    found: list[Part | Aside] = [*gathered.parts, *gathered.asides]
    for each in found:
        text, start, end = each.layer.ground(each.start, each.end)
        yield (start, end) if text is window else (0, len(window.data))


def _spellings(gathered: Gathered) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in gathered.parts:
        text, start, end = part.layer.ground(part.start, part.end)
        if text.decoder == DECODER:
            spelling = text.data[start:end].decode("utf-8", "surrogateescape")
            found[spelling] = part.value.redacted()
    return found
