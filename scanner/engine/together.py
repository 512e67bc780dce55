"""The fast path for the files of a listing: many are read, and searched, with one call each.

What is compiled reads files one after the other into one buffer, which is used again for the next
ones and stays in the processor's cache. It is searched where it is, and only content with an anchor
or a signature becomes an object of Python. Files that need more than that are read one by one.
"""

from __future__ import annotations

from bisect import bisect_right

from scanner.engine.anchors import PIECE
from scanner.engine.catalogue import END
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol

    from scanner.engine.anchors import Spots
    from scanner.engine.examine import Examined, Examiner
    from scanner.findings import Tally
    from scanner.sources.interface import Blob

    OneByOne = Callable[[Iterator[Blob]], Iterator[Examined]]
else:
    Protocol = object  # it is for type checkers only


class Batch(NamedTuple):
    """How much is read into one buffer, and what of it deserves a look of its own."""

    size: int
    """Bytes of files that are read together."""
    largest: int
    """Bytes of the largest file that is among them."""
    tail: int
    """Bytes at the end of a file in which a null byte is looked for."""
    signatures: tuple[tuple[int, bytes], ...]
    """(place, bytes): what encoded content begins with."""


class Joined(NamedTuple):
    """What was read into one buffer, with `scanner.engine.sweep.SEPARATOR` around each content."""

    after: int
    """The number of the first blob that was not looked at."""
    used: int
    """The bytes of the buffer that are in use."""
    numbers: list[int]
    """Of the blobs that were read. The next two lists say where in the buffer each is."""
    begins: list[int]
    ends: list[int]
    marked: list[int]
    """Positions in these lists of contents with a signature, or with a null byte near the end."""
    left: list[int]
    """The numbers of blobs that have to be read one by one."""


class Joinable(Protocol):
    """Blobs of which many are read with one call, where what is compiled can do that."""

    @property
    def names(self) -> list[str]:
        """Their paths."""

    def __getitem__(self, number: int) -> Blob:
        """Return one of them."""

    def join(self, at: int, buffer: bytearray, batch: Batch) -> Joined:
        """Read blobs from the one numbered `at` on into `buffer`, until the batch is full."""


def examined(
    examiner: Examiner, blobs: Joinable, tally: Tally, size: int, one_by_one: OneByOne
) -> Iterator[Examined]:
    """Yield what is in `blobs`, of which `size` bytes are read together.

    `one_by_one` is called for those that have to be read one by one. What is read is counted in
    `tally`.
    """
    batch = batch_of(examiner, size)
    buffer = bytearray()
    at, number = 0, len(blobs.names)
    while at < number:
        joined = blobs.join(at, buffer, batch)
        at = joined.after
        tally.blobs += len(joined.numbers)
        tally.bytes += sum(joined.ends) - sum(joined.begins)
        with memoryview(buffer)[: joined.used] as view:
            yield from _in_buffer(examiner, blobs.names, view, joined)
        if joined.left:
            yield from one_by_one(map(blobs.__getitem__, joined.left))


def batch_of(examiner: Examiner, size: int) -> Batch:
    """Return what `examiner` wants in one buffer, of about `size` bytes."""
    return Batch(size, PIECE, END, examiner.catalogue.signatures())


def _in_buffer(
    examiner: Examiner, names: list[str], view: memoryview, joined: Joined
) -> Iterator[Examined]:
    begins, ends = joined.begins, joined.ends
    # An archive can hold anything, so it is examined even without an anchor in its bytes.
    found: dict[int, Spots] = {
        piece: []
        for piece in joined.marked
        if examiner.catalogue.is_encoded(bytes(view[begins[piece] : ends[piece]]))
    }
    for offset, number in examiner.catalogue.index.search(view):
        at = offset + 1  # `search` counts offsets from after the first byte of the buffer
        piece = bisect_right(begins, at) - 1
        if piece >= 0 and at < ends[piece]:
            found.setdefault(piece, []).append((at - begins[piece], number))

    for piece, spots in found.items():
        data = bytes(view[begins[piece] : ends[piece]])
        yield examiner.examine(names[joined.numbers[piece]], data, spots)
