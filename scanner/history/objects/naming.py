"""Which objects the commits and tags of a walk name, and what a scan keeps of the commits.

An object that is named and not there makes a scan incomplete (`missing_objects`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.git import delta as deltas
from scanner.git.links import named_by
from scanner.history.objects.commit_rows import CommitReader, CommitRows, ids_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.git.walk import Resolved
    from scanner.history.objects.feed import Waiting
    from scanner.history.objects.search_result import SearchResult


class Naming:
    """Reads the objects of one kind, as they are walked or while they wait for their batch."""

    __slots__ = ("_commits", "_here", "_kind", "_name_of", "_named", "_rows", "_size")

    def __init__(self, kind: str, name_of: Callable[[int], bytes], hash_size: int) -> None:
        """Read objects of `kind`, "commit" or "tag"; `name_of` returns the ID of an entry."""
        self._kind = kind
        self._name_of = name_of
        self._size = hash_size
        self._here: set[bytes] = set()
        self._named: set[bytes] = set()
        self._commits = CommitReader(hash_size)
        self._rows = CommitRows()

    def passing(self, walked: Iterator[Resolved]) -> Iterator[Resolved]:
        """Read the objects of a walk, and pass them on."""
        for resolved in walked:
            self._read(resolved[0], resolved[2])
            yield resolved

    def take(self, waiting: list[Waiting], start: int) -> None:
        """Read the objects of a walk that wait from `start` on."""
        if self._kind != "commit" or not deltas.packs:
            for entry, _, data, *_ in waiting[start:]:
                self._read(entry, data)
            return

        trees, parents, numbers, times, others = deltas.packs.commits(waiting, start, self._size)
        name_of, rows = self._name_of, self._rows
        names = [name_of(each[0]) for each in waiting[start:]]
        self._here.update(names)
        for position in reversed(others):
            del names[position - start]
            self._named.update(named_by(self._kind, waiting[position][2], self._size))
            rows.is_complete = False
        rows.names += b"".join(names)
        rows.trees += trees
        rows.parents += parents
        rows.numbers.frombytes(numbers)
        rows.times.frombytes(times)

    def _read(self, entry: int, data: bytes) -> None:
        name = self._name_of(entry)
        self._here.add(name)
        if self._kind != "commit" or not self._commits.read(name, data):
            self._named.update(named_by(self._kind, data, self._size))

    def add_to(self, result: SearchResult, *, is_divided: bool) -> None:
        """Add the commits to `result`, and the IDs that are named and were not read here.

        Where there is only one pack, which `is_divided` is false for, the parents of commits are
        enough: had another pack been lost, some of them would be missing.
        """
        rows = self._rows
        rows.extend(self._commits.rows())
        self._named.update(ids_in(rows.parents, self._size))
        if is_divided:
            self._named.update(ids_in(rows.trees, self._size))
        result.commits.extend(rows)
        result.named |= self._named - self._here
