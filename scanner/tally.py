"""The account of a scan: how much was read, what was passed over, and what could not be read.

Nothing is dropped without being counted here under a reason, so that a report can say what its
result is based on.
"""

from __future__ import annotations

from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

MOST_PLACES: Final = 1000
"""Places of values set aside that a tally keeps: more than anybody reads, and a bounded report.

All are counted. Those that are kept are the first by path, line and column, however the work was
shared out over processes.
"""

ALLOWED: Final = "allowed-on-line"
"""The reason under which values are counted that a mark allows, such as `keycatch:allow`."""
TAKEN: Final = "taken-by-rule"
"""The reason under which values are counted that a user's rule has in place of a shipped one."""
IN_BASELINE: Final = "in-baseline"
"""The reason under which credentials are counted that the baseline of the project accepts."""
REPOSITORY: Final = "the repository"
"""The path of a notice about a repository as a whole, where it is the only one of a report."""


class Notice(NamedTuple):
    """An item that was not read, or not read to the end."""

    reason: str
    """A stable identifier such as `unreadable` or `decoder-limit`."""
    path: str
    detail: str
    hides: bool
    """Whether a credential could be hidden there: one such notice makes the scan incomplete."""


class SetAside(NamedTuple):
    """A value that looks like a credential and is not reported; the value itself is not kept."""

    path: str
    member: str
    """The path inside the archive `path`, as in a `Location`."""
    line: int
    column: int
    role: str
    """Which part of a credential it would be."""
    reason: str
    """A stable identifier such as `documentation-example`."""
    detail: str = ""
    """What is known besides, such as who accepted it and why; mostly empty."""


class Tally:
    """Counts of what a scan covered; tallies of several workers add up."""

    __slots__ = (
        "allowed", "blobs", "bytes", "commits", "notices", "places", "set_aside", "skipped"
    )  # fmt: skip

    def __init__(self) -> None:
        """Start with nothing counted."""
        self.blobs = 0
        self.bytes = 0
        self.commits = 0  # remains 0 in a scan of files
        self.skipped: dict[str, int] = {}
        self.set_aside: dict[str, int] = {}
        self.places: list[SetAside] = []
        self.notices: list[Notice] = []
        self.allowed: set[tuple[str, str]] = set()
        """(path, digest of the value) of all that marks allow. In no report: it shows which marks
        are new, so that nothing is left out of it and no path is masked."""

    def skip(self, reason: str, number: int = 1) -> None:
        """Count content that was passed over because of `reason`."""
        self.skipped[reason] = self.skipped.get(reason, 0) + number

    def aside(self, reason: str, number: int = 1) -> None:
        """Count values that look like credentials but are not reported because of `reason`."""
        self.set_aside[reason] = self.set_aside.get(reason, 0) + number

    def place(self, places: Iterable[SetAside]) -> None:
        """Keep where values were set aside: at most `MOST_PLACES` after `settle`."""
        self.places.extend(places)
        if len(self.places) > 2 * MOST_PLACES:
            self.settle()

    def settle(self) -> None:
        """Put the places in order, and let go of those that are too many."""
        self.places = sorted(set(self.places))[:MOST_PLACES]

    def notice(self, notice: Notice) -> None:
        """Record and count content that could not be read, or not to its end."""
        self.notices.append(notice)
        self.skip(notice.reason)

    def add(self, other: Tally) -> None:
        """Add the counts of `other`."""
        self.blobs += other.blobs
        self.bytes += other.bytes
        self.commits += other.commits
        self.notices.extend(other.notices)
        for reason, number in other.skipped.items():
            self.skip(reason, number)
        for reason, number in other.set_aside.items():
            self.aside(reason, number)
        self.place(other.places)
        self.allowed |= other.allowed
