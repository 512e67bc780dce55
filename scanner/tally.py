"""The account of a scan: how much was read, what was passed over, and what could not be read.

Nothing is dropped without being counted here under a reason, so that a report can say what its
result is based on.
"""

from __future__ import annotations

from typing import NamedTuple


class Notice(NamedTuple):
    """An item that was not read, or not read to the end."""

    reason: str
    """A stable identifier such as `unreadable` or `decoder-limit`."""
    path: str
    detail: str
    hides: bool
    """Whether a credential could be hidden there: one such notice makes the scan incomplete."""


class Tally:
    """Counts of what a scan covered; tallies of several workers add up."""

    __slots__ = ("blobs", "bytes", "commits", "notices", "set_aside", "skipped")

    def __init__(self) -> None:
        """Start with nothing counted."""
        self.blobs = 0
        self.bytes = 0
        self.commits = 0  # remains 0 in a scan of files
        self.skipped: dict[str, int] = {}
        self.set_aside: dict[str, int] = {}
        self.notices: list[Notice] = []

    def skip(self, reason: str, number: int = 1) -> None:
        """Count content that was passed over because of `reason`."""
        self.skipped[reason] = self.skipped.get(reason, 0) + number

    def aside(self, reason: str, number: int = 1) -> None:
        """Count values that look like credentials but are not reported because of `reason`."""
        self.set_aside[reason] = self.set_aside.get(reason, 0) + number

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
