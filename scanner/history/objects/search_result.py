"""What a search of objects returns: what was found, and what a later scan has to know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.findings import Tally
from scanner.history.objects.commit_rows import CommitRows
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from scanner.engine.examine import Examined
    from scanner.engine.sweep import Swept
    from scanner.findings import Finding
    from scanner.history.objects.tree_search import Traced
    from scanner.history.objects.work_units import WorkUnits


class Noted(NamedTuple):
    """An object in which something was found: a later scan must not skip it."""

    object: bytes
    """Its binary ID."""
    asides: tuple[tuple[str, int], ...] = ()
    """How many values were set aside in it, by reason; empty if there was anything else."""
    name: bytes = b""
    """For a tree: a name in it that has anchors or, once names have been examined, a result."""


class SearchResult:
    """What some objects of a history hold."""

    __slots__ = (
        "commits", "findings", "named", "noted", "pointers", "spellings", "tally", "traced",
        "units",
    )  # fmt: skip

    def __init__(self) -> None:
        """Begin with nothing."""
        self.findings: list[Finding] = []
        """Their locations have the ID of an object, or the name in which the value was found."""
        self.tally = Tally()
        self.spellings: dict[str, str] = {}
        """Values as they appear in names, to their redacted forms."""
        self.noted: list[Noted] = []
        self.named: set[bytes] = set()
        """Binary IDs that commits, tags and loose trees name, to be checked for existence."""
        self.pointers: dict[str, str] = {}
        """The names of files in Git LFS, to the ID of a pointer to each."""
        self.commits = CommitRows()
        """The commits that were read in process."""
        self.traced: dict[int, Traced] = {}
        """By unit, where in its trees is what they were searched for."""
        self.units: WorkUnits | None = None
        """The open packs and the loose objects, if those of the whole repository were searched."""

    def add(self, other: SearchResult | Swept | Examined) -> None:
        """Add what `other` holds."""
        self.findings.extend(other.findings)
        self.tally.add(other.tally)
        self.spellings.update(other.spellings)
        if isinstance(other, SearchResult):
            self.noted.extend(other.noted)
            self.named.update(other.named)
            self.commits.extend(other.commits)
            self.traced.update(other.traced)
            for name, pointer in other.pointers.items():
                # The same one in whatever order the work is done.
                self.pointers[name] = min(pointer, self.pointers.get(name, pointer))
