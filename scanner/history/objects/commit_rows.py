"""What a scan keeps of the commits that it reads, to be arranged once something is found.

Reading all commits again would cost a tenth of the scan. IDs are kept in their binary form, one
after the other: about 70 bytes for each commit.
"""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

# A head as every version of git understands it. They differ in which `>` of a forged line of the
# committer is before the time (`parse_commit_date` in git's commit.c).
_HEADS: Final = {
    size: re.compile(
        rb"tree ([0-9a-f]{%d})\n((?:parent [0-9a-f]{%d}\n)*)"
        rb"author [^\n]*\ncommitter [^<>\n]*<[^<>\n]*> ([0-9]{1,18}) [+-][0-9]+\n"
        % (2 * size, 2 * size)
    )
    for size in (20, 32)
}
"""By the bytes of an ID."""
_PARENT: Final = len(b"parent \n")


class CommitRows:
    """The trees, the parents and the times of commits, as columns."""

    __slots__ = ("is_complete", "names", "numbers", "parents", "times", "trees")

    def __init__(self) -> None:
        """Begin with none."""
        self.names = bytearray()
        self.trees = bytearray()
        self.parents = bytearray()
        """The parents of all commits, one after the other."""
        self.numbers = array("I")
        """How many parents each commit has."""
        self.times = array("q")
        """The committer's, in seconds since 1970."""
        self.is_complete = True
        """Whether every commit was understood."""

    def extend(self, other: CommitRows) -> None:
        """Add the commits of `other`."""
        self.names += other.names
        self.trees += other.trees
        self.parents += other.parents
        self.numbers += other.numbers
        self.times += other.times
        self.is_complete &= other.is_complete


class CommitReader:
    """Takes the heads of commits; `rows` decodes the IDs of all at once."""

    __slots__ = (
        "_is_complete", "_match", "_names", "_numbers", "_parents", "_size", "_times", "_trees",
    )  # fmt: skip

    def __init__(self, hash_size: int) -> None:
        """Begin with none. IDs have `hash_size` bytes."""
        self._size = hash_size
        self._match = _HEADS[hash_size].match
        self._names: list[bytes] = []
        self._trees: list[bytes] = []
        self._parents: list[bytes] = []
        self._numbers = array("I")
        self._times = array("q")
        self._is_complete = True

    def read(self, name: bytes, data: bytes) -> bool:
        """Take the commit with the binary ID `name`; return whether it was understood."""
        head = self._match(data)
        if head is None:
            self._is_complete = False
            return False

        tree, parents, time = head.groups()
        self._names.append(name)
        self._trees.append(tree)
        self._parents.append(parents)
        self._numbers.append(len(parents) // (2 * self._size + _PARENT))
        self._times.append(int(time))
        return True

    def rows(self) -> CommitRows:
        """Return what was taken."""
        rows = CommitRows()
        rows.names += b"".join(self._names)
        rows.trees += bytes.fromhex(b"".join(self._trees).decode())
        # Spaces are allowed between the digits that `fromhex` reads.
        rows.parents += bytes.fromhex(b"".join(self._parents).replace(b"parent", b"").decode())
        rows.numbers, rows.times, rows.is_complete = self._numbers, self._times, self._is_complete
        return rows


def ids_in(packed: Sequence[int], hash_size: int) -> list[bytes]:
    """Return the IDs that a column holds."""
    text = bytes(packed)
    return [text[at : at + hash_size] for at in range(0, len(text), hash_size)]
