"""A generated history: what a mid-sized project leaves, as far as the cost of reading it goes.

Files have 2 to 30 KB of made-up source, commits edit one to three of them, and now and then there
is a merge. It is written with `git fast-import` and repacked as a server would do it, so that it is
read from one pack of deltas. Its lines repeat, so its figures serve to compare changes of keycatch,
not to be published.
"""

from __future__ import annotations

import math
import random
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from bench.inputs.repositories import configure, fast_import, git
from bench.inputs.source import KINDS, pool, source_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_LEAST, _MOST = 2_000, 30_000
"""Bytes of a file."""
_TEXT: Final = tuple(kind for kind in KINDS if kind not in {".bin", ".min.js", ".html"})
"""Kinds of lines that people edit by hand."""
_MERGES: Final = 0.04
"""The share of commits on the main line that are followed by a side branch that is merged."""
_EPOCH: Final = 1_600_000_000


class HistorySize(NamedTuple):
    """How large a generated history is to be: it ends with the first of two limits.

    Histories that differ only in the limits begin with the same commits.
    """

    files: int
    seed: int
    commits: float = math.inf
    objects: float = math.inf
    """Commits, trees and blobs; up to a few dozen more, since a merge is written as a whole."""


def generate(target: Path, size: HistorySize) -> None:
    """Write a history into the new directory `target`, without checking anything out."""
    target.mkdir()
    git(target, "init", "--quiet", "--initial-branch=main")
    configure(target)

    with fast_import(target) as pipe:
        _Writer(pipe, size).write()

    git(target, "update-ref", "-d", "refs/heads/side")
    git(target, "repack", "-a", "-d", "-q")


class _Writer:
    """Writes a history in the format of git-fast-import(1)."""

    def __init__(self, pipe: IO[bytes], size: HistorySize) -> None:
        self._pipe = pipe
        self._size = size
        self._random = random.Random(size.seed)
        self._pools = {kind: pool(self._random, kind) for kind in _TEXT}
        # Sizes are log-uniform.
        lengths = [
            math.exp(self._random.uniform(math.log(_LEAST), math.log(_MOST)))
            for _ in range(size.files)
        ]
        self._files = list(source_files(self._random, self._pools, lengths))
        self._commits = self._objects = 0

    def write(self) -> None:
        """Write all of it: a first commit with every file, then the others."""
        tip = self._commit("main", (), range(self._size.files))
        while self._commits < self._size.commits and self._objects < self._size.objects:
            tip = self._commit("main", (tip,), self._edit(0))
            if self._size.commits - self._commits > 3 and self._random.random() < _MERGES:
                tip = self._merge(tip)
        self._pipe.write(b"done\n")

    def _merge(self, base: int) -> int:
        """Write a side branch from `base`, a commit on the main line, and the merge of both."""
        # The two sides edit different files, so that the merge takes each from one of them.
        edited: set[int] = set()
        side = base
        room = self._size.commits - self._commits - 2
        for _ in range(int(min(self._random.randint(1, 8), room))):
            numbers = self._edit(1)
            side = self._commit("side", (side,), numbers)
            edited |= numbers

        main = self._commit("main", (base,), self._edit(0))
        return self._commit("main", (main, side), edited)

    def _edit(self, side: int) -> set[int]:
        """Edit one to three files, even ones for side 0; return their numbers."""
        half = range(side % self._size.files, self._size.files, 2)
        numbers = set(self._random.choices(half, k=self._random.randint(1, 3)))
        for number in sorted(numbers):
            _, kind, lines = self._files[number]
            at = self._random.randrange(len(lines))
            added = self._random.choices(self._pools[kind], k=self._random.randint(1, 8))
            lines[at : at + self._random.randint(0, 8)] = added
        return numbers

    def _commit(self, branch: str, parents: tuple[int, ...], numbers: Iterable[int]) -> int:
        """Write a commit with the content of the files `numbers`; return its mark."""
        self._commits += 1
        text = f"change {self._commits}"
        head = f"commit refs/heads/{branch}\nmark :{self._commits}\n"
        head += f"committer bench <bench@example.com> {_EPOCH + 600 * self._commits} +0000\n"
        head += f"data {len(text)}\n{text}\n"
        # The first parent is `from`, a second one `merge`; the first commit has neither.
        for word, parent in zip(("from", "merge"), parents, strict=False):
            head += f"{word} :{parent}\n"

        lines = [head.encode()]
        trees = {b""}
        for number in sorted(numbers):
            path = self._files[number].path.encode()
            content = b"\n".join(self._files[number].lines) + b"\n"
            lines.append(b"M 100644 inline %b\ndata %d\n%b\n" % (path, len(content), content))
            trees |= {path.rpartition(b"/")[0], path.partition(b"/")[0]}
        # A merge has its contents, and most of its folders, from the side branch.
        self._objects += 2 if len(parents) > 1 else 1 + len(trees) + len(lines) - 1
        self._pipe.write(b"".join(lines) + b"\n")
        return self._commits
