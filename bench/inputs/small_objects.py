"""A generated history of small objects: as many of them as the longest histories have.

It serves to see what memory and time grow with when the number of objects grows and little else.
A fifth of them are commits, and trees and blobs are two fifths each, as in git/git. Ten million
take about ten minutes and one gigabyte: contents have 300 bytes, and versions of a file are written
one after the other, so that `git fast-import` itself makes deltas of them and nothing is repacked.
"""

from __future__ import annotations

import random
from typing import IO, TYPE_CHECKING, Final

from bench.inputs.repositories import configure, fast_import, git
from bench.inputs.source import pool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MARKER: Final = "bench-marker-of-one-file"
"""What a rule can find: in one file, which is in the trees of all commits but the first."""
_FOLDERS, _FILES = 48, 32
"""Folders, and files in each."""
_LINES: Final = 8
"""Lines of a file; it is kept at that many."""
_RUN: Final = 8
"""Commits one after the other that edit the same two files."""
_MERGES: Final = 0.3
"""The share of these runs that end with the merge of a side branch: one commit in 25 is a merge."""
_EPOCH: Final = 1_500_000_000
_BASE_MARK, _SIDE_MARK, _FIRST_MARK = 1, 2, 3
"""Marks are used again and again: git keeps a table of all that there are."""


def generate_small(target: Path, objects: int, seed: int) -> None:
    """Write a bare history of at least `objects` objects, and few more, into the new `target`.

    Shorter and longer ones of a `seed` begin with the same commits. Raises KeycatchError.
    """
    target.mkdir()
    git(target, "init", "--quiet", "--bare", "--initial-branch=main")
    configure(target)
    with fast_import(target, "-c", "fastimport.unpackLimit=0") as pipe:
        _Writer(pipe, seed).write(objects)
    git(target, "update-ref", "-d", "refs/heads/side")


class _Writer:
    """Writes such a history in the format of git-fast-import(1)."""

    def __init__(self, pipe: IO[bytes], seed: int) -> None:
        self._pipe = pipe
        self._random = random.Random(seed)
        self._pool = pool(self._random, ".py")
        self._commits = self._contents = 0
        self._files = {
            b"part%02d/module%02d.py" % (folder, file): self._random.choices(self._pool, k=_LINES)
            for folder in range(_FOLDERS)
            for file in range(_FILES)
        }
        self._paths = list(self._files)

    def write(self, objects: int) -> None:
        """Write runs of commits until there are that many `objects`."""
        first = [(path, self._edited(path)) for path in self._paths]
        self._commit(
            b"main", [b"M 100644 inline %b\n%b" % (path, _data(new)) for path, new in first]
        )
        marker = b"M 100644 inline part00/settings.ini\n" + _data(b"name = %b\n" % MARKER.encode())
        self._commit(b"main", [marker])

        written = len(first) + _FOLDERS + 6  # with the marker, two commits, the trees of the second
        while written < objects:
            written += self._run()
        self._pipe.write(b"done\n")

    def _run(self) -> int:
        """Write a run of commits; return how many objects that are."""
        folder = self._random.randrange(_FOLDERS) * _FILES
        paths = self._paths[folder : folder + _FILES]
        one, other = self._random.sample(paths, 2)
        mark = _FIRST_MARK
        for path in (one, other):
            for _ in range(_RUN):
                self._pipe.write(b"blob\nmark :%d\n%b" % (mark, _data(self._edited(path))))
                mark += 1

        for at in range(_FIRST_MARK, _FIRST_MARK + _RUN):
            changes = [b"M 100644 :%d %b\n" % (at, one), b"M 100644 :%d %b\n" % (at + _RUN, other)]
            self._commit(b"main", changes, mark=_BASE_MARK)
        written = 5 * _RUN
        if self._random.random() < _MERGES:
            written += self._merge(self._random.choice(self._paths))
        return written

    def _merge(self, path: bytes) -> int:
        """Write a side branch that edits `path`, and its merge; return how many objects."""
        content = _data(self._edited(path))
        change = b"M 100644 inline %b\n%b" % (path, content)
        self._commit(b"side", [b"from :%d\n" % _BASE_MARK, change], mark=_SIDE_MARK)
        self._commit(b"main", [b"merge :%d\n" % _SIDE_MARK, change])
        return 5  # of the merge the commit alone: its trees are those of the side branch

    def _edited(self, path: bytes) -> bytes:
        """Return another version of a file, which was never there before."""
        self._contents += 1
        lines = self._files[path]
        changed = self._random.randrange(_LINES)
        lines[changed] = b"    %b  # %d" % (self._random.choice(self._pool)[:60], self._contents)
        return b"\n".join(lines) + b"\n"

    def _commit(self, branch: bytes, changes: Sequence[bytes], mark: int = _BASE_MARK) -> None:
        self._commits += 1
        time = _EPOCH + 60 * self._commits
        self._pipe.write(
            b"commit refs/heads/%b\nmark :%d\ncommitter bench <bench@example.com> %d +0000\n%b%b\n"
            % (branch, mark, time, _data(b"change %d\n" % self._commits), b"".join(changes))
        )


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)
