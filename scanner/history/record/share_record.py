"""What a search of one share of a repository leaves for the scan that ends it.

Shares can be searched on different machines. What each returns is what a record has: IDs of
objects, counts and reasons, and no value that was found. The scan at the end reads the few objects
again in which there was something, as a scan with a record does, so its report is that of a scan of
everything.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from scanner.errors import KeycatchError
from scanner.history.record.changed_objects import RecordUnusableError
from scanner.history.record.json_shape import has_shape
from scanner.history.record.record_file import ID, REASON, ScanRecord, checksum
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.history.objects.inventory import Inventory
    from scanner.history.objects.search_result import SearchResult
    from scanner.history.record.json_shape import Shape
    from scanner.history.record.record_file import Asides

_SHAPE: Final[Shape] = {
    "files": re.compile("[0-9a-f]{64}"),
    "again": [ID],
    "trees": [ID],
    "asides": [(ID, [(REASON, int)])],
    "counts": (int, int, int),
}


class Share(NamedTuple):
    """Which units of work of a repository are searched: every one of so many, from this one on."""

    number: int
    of: int


class Reread(NamedTuple):
    """What a later scan has to know of the objects that were searched; see `ScanRecord`."""

    again: frozenset[str]
    trees: frozenset[str]
    asides: dict[str, Asides]


class ShareRecord(NamedTuple):
    """What was found in one share, or in all of them."""

    files: str
    """A digest of the files that hold the objects of the repository."""
    reread: Reread
    counts: tuple[int, int, int]
    """Blobs, bytes, commits."""

    def as_record(self, key: str, there: Inventory, names: str) -> ScanRecord:
        """Return the record of a scan with the `key` in which all shares were searched.

        `there` are the files of the repository, and `names` the checksum of the IDs in its packs.
        """
        packs = frozenset(there.packs.values())
        return ScanRecord(key, packs, names, there.loose, *self.reread, self.counts)


def files_digest(there: Inventory) -> str:
    """Return a digest of the files that are `there`: two machines may see them at other times."""
    packs = sorted((mark.checksums, mark.size) for mark in there.packs.values())
    return checksum(repr((packs, sorted(there.loose))).encode())


def reread_of(result: SearchResult) -> Reread:
    """Return what a later scan has to read again because of `result`.

    Raises RecordUnusableError if there is a notice that this would not give again, since it is not
    about an object that is read each time.
    """
    noted = result.noted
    again = frozenset(each.object.hex() for each in noted if not (each.name or each.asides))
    if any(notice.path.rpartition(" ")[2] not in again for notice in result.tally.notices):
        raise RecordUnusableError
    return Reread(
        again,
        frozenset(each.object.hex() for each in noted if each.name),
        {each.object.hex(): each.asides for each in noted if each.asides},
    )


def joined(shares: Sequence[ShareRecord]) -> ShareRecord | None:
    """Return what was found in all `shares`; None unless they are of the same files."""
    if len({share.files for share in shares}) != 1:
        return None
    asides: dict[str, Asides] = {}
    for share in shares:
        asides |= share.reread.asides
    blobs, size, commits = (sum(each) for each in zip(*(s.counts for s in shares), strict=True))
    return ShareRecord(
        shares[0].files,
        Reread(
            frozenset().union(*(share.reread.again for share in shares)),
            frozenset().union(*(share.reread.trees for share in shares)),
            asides,
        ),
        (blobs, size, commits),
    )


def written(share: ShareRecord) -> str:
    """Return `share` as JSON."""
    again, trees, asides = share.reread
    plain = {
        "files": share.files,
        "again": sorted(again),
        "trees": sorted(trees),
        "asides": sorted(asides.items()),
        "counts": share.counts,
    }
    return json.dumps(plain, separators=(",", ":"))


def read(content: str | bytes) -> ShareRecord:
    """Return the share that `written` gave as `content`; raises KeycatchError."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not has_shape(found, _SHAPE):
        raise KeycatchError("what was found in the shares of the repository is damaged")
    asides = {
        name: tuple((reason, number) for reason, number in counts)
        for name, counts in found["asides"]
    }
    reread = Reread(frozenset(found["again"]), frozenset(found["trees"]), asides)
    return ShareRecord(found["files"], reread, tuple(found["counts"]))
