"""The precise look at one blob: gather its parts, judge them, account for what could not be read.

What it needs is imported when the first blob is examined. That saves a tenth of the time of a scan
that finds no anchor, as most scans in a hook are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanner.content import Layer
from scanner.engine.catalogue import Catalogue
from scanner.engine.defects import INTERNAL, describe
from scanner.engine.file_names import DECODER, name_layer
from scanner.findings import Finding, Notice, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.engine.anchors import Spots
    from scanner.engine.gather import Gathered
    from scanner.engine.judge import LineHash
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


class Examiner:
    """The precise look, with a fixed set of rules."""

    __slots__ = ("catalogue", "heed_marks", "line_hash")

    def __init__(
        self, rules: Sequence[Rule], line_hash: LineHash | None = None, *, heed_marks: bool = True
    ) -> None:
        """Arrange `rules`; `line_hash` is given if the report needs the hash of lines.

        Without `heed_marks` no mark on a line allows anything.
        """
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

        examined = Examined([], Tally(), {})
        findings: list[Finding] = []
        for window in windows:
            try:
                findings.extend(self._look(path, window, spots, examined))
            except Exception as error:  # noqa: BLE001 -- it must not cost the other files
                examined.tally.notice(Notice(INTERNAL, path, describe(error), hides=True))

        examined.findings.extend(merge(findings))
        return examined

    def _look(
        self, path: str, window: Layer, spots: Spots | None, examined: Examined
    ) -> list[Finding]:
        from scanner.engine.gather import gather
        from scanner.engine.judge import judge

        gathered = gather(self.catalogue, window, spots)
        for reason, detail in gathered.problems:
            examined.tally.notice(Notice(reason, path, detail, reason not in HARMLESS_PROBLEMS))

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
        for reason, number in judgement.asides.items():
            examined.tally.aside(reason, number)

        return judgement.findings


def _spellings(gathered: Gathered) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in gathered.parts:
        text, start, end = part.layer.ground(part.start, part.end)
        if text.decoder == DECODER:
            spelling = text.data[start:end].decode("utf-8", "surrogateescape")
            found[spelling] = part.value.redacted()
    return found
