"""Scanning files while they are listed.

In a large tree the listing takes half as long as the reading. So the first files go to workers as
soon as they are known, and further ones are listed while these are scanned.
"""

from __future__ import annotations

from contextlib import closing

from scanner.engine.run import lost
from scanner.engine.sweep import Swept, sweep, sweep_names
from scanner.engine.workers import share, stretch_of
from scanner.findings import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final, Protocol

    from scanner.engine.examine import Examiner
    from scanner.sources.interface import Blob

    _Unit = tuple[Sequence[Blob]]
else:
    Protocol = object  # it is for type checkers only

_MEANWHILE: Final = 256
"""Files in a unit while it is not known how many there are: a few milliseconds of work."""
_FEWEST: Final = 8
"""Files in one of the last units: an answer costs as much as a few small files."""


class Growing(Protocol):
    """Blobs that are still being listed."""

    @property
    def late(self) -> Tally:
        """What could not be listed, and what was passed over."""

    def __len__(self) -> int:
        """Return how many are known."""

    def __getitem__(self, stretch: slice) -> Sequence[Blob]:
        """Return some of those that are known."""

    def grow(self) -> bool:
        """List further ones; return whether there may be more after these."""


def scan_as_listed(examiner: Examiner, blobs: Growing, jobs: int) -> Iterator[tuple[int, Swept]]:
    """Scan `blobs` in `jobs` processes; yield how many, and what is in them.

    What could not be listed comes last.
    """
    units = _Units(blobs, jobs)
    work = _Work(examiner)
    if jobs > 1:
        with closing(share(work, units, jobs)) as shared:
            for (those,), swept in shared:
                yield len(those), swept
    else:
        while (unit := units.take()) is not None:
            yield len(unit[0]), work.scan(*unit)

    # The name of what could not be listed can hold a credential as well.
    last = Swept([], Tally(), {})
    sweep_names(examiner, sorted({notice.path for notice in blobs.late.notices}), last)
    last.tally.add(blobs.late)
    yield 0, last


class _Work:
    """Files as work that can be shared out: each unit has their names."""

    __slots__ = ("_examiner",)

    def __init__(self, examiner: Examiner) -> None:
        self._examiner = examiner

    def scan(self, blobs: Sequence[Blob]) -> Swept:
        return sweep(self._examiner, blobs)

    def lost(self, blobs: Sequence[Blob]) -> Swept:
        return lost(blobs)


class _Units:
    """Stretches of files, which become smaller towards the end once that is known."""

    __slots__ = ("_at", "_blobs", "_has_more", "_jobs")

    def __init__(self, blobs: Growing, jobs: int) -> None:
        self._blobs, self._jobs = blobs, jobs
        self._at = 0
        self._has_more = True

    def prepare(self) -> bool:
        self._has_more = self._has_more and self._blobs.grow()
        return self._has_more

    def take(self) -> _Unit | None:
        while self._has_more and len(self._blobs) - self._at < _MEANWHILE:
            self.prepare()

        at, left = self._at, len(self._blobs) - self._at
        if left <= 0:
            return None
        self._at += _MEANWHILE if self._has_more else max(_FEWEST, stretch_of(left, self._jobs))
        return (self._blobs[at : self._at],)
