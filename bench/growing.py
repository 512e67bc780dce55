"""Repositories of several sizes that are one project at several ages.

The largest history is generated once; the smaller ones are clones of its main line up to an earlier
commit, so that they differ in nothing but their length.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from bench.repositories import History, generate, git
from bench.stored import Stored, stored
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_SIZES: Final = tuple(digit * 10**power for power in range(4, 9) for digit in (1, 3))
_PER_COMMIT: Final = 6
"""Objects that a commit of a generated history brings at the least, on average."""
_FEWEST_FILES, _MOST_FILES = 40, 1500
_MORE: Final = 1.01
"""What is estimated is exceeded by so much, so that a size is reached and not just missed."""


def sizes_up_to(largest: int) -> list[int]:
    """Return the numbers of objects that are measured, from ten thousand on, if there are such."""
    smaller = [size for size in _SIZES if size < largest]
    return [*(smaller or [largest // 2]), largest]


def grow(
    directory: Path, sizes: Sequence[int], seed: int, say: Callable[[str], None]
) -> list[Stored]:
    """Return repositories of about `sizes` objects, ascending, in the existing `directory`.

    Those that are there from an earlier run are taken as they are. Raises KeycatchError.
    """
    largest = sizes[-1]
    targets = {size: directory / f"{largest}-{seed}-{size}.git" for size in sizes}
    if not all(target.exists() for target in targets.values()):
        source = directory / f"{largest}-{seed}"
        if not source.exists():
            say(f"generating a history of more than {largest:,} objects")
            files = min(_MOST_FILES, max(_FEWEST_FILES, largest // 100))
            half = directory / f"{source.name}.part"
            generate(half, History(largest // _PER_COMMIT, files, seed))
            os.rename(half, source)
        for size, commit in _commits(source, sizes).items():
            if not targets[size].exists():
                say(f"cutting it down to {size:,} objects")
                _cut(source, commit, targets[size])
    return [stored(str(target)) for target in targets.values()]


def _commits(source: Path, sizes: Sequence[int]) -> dict[int, str]:
    """Return for each of `sizes` the commit behind which there are so many objects, or a few more.

    Every commit of a generated history brings about as many.
    """
    line = git(source, "rev-list", "--first-parent", "--reverse", "HEAD").decode().split()
    first, all_ = (_objects(source, commit) for commit in (line[0], line[-1]))
    chosen: dict[int, str] = {}
    for size in sizes:
        share = (size * _MORE - first) / (all_ - first)
        if not 0 < share <= 1:
            raise KeycatchError(f"the history has from {first:,} to {all_:,} objects, not {size:,}")
        chosen[size] = line[round(share * (len(line) - 1))]
    return chosen


def _objects(source: Path, commit: str) -> int:
    return int(git(source, "rev-list", "--objects", "--count", commit))


def _cut(source: Path, commit: str, target: Path) -> None:
    half = target.with_suffix(".part")
    git(source, "update-ref", "refs/heads/cut", commit)
    options = ("--quiet", "--bare", "--no-local", "--single-branch", "--no-tags", "--branch", "cut")
    git(target.parent, "clone", *options, "--", str(source), str(half))
    git(source, "update-ref", "-d", "refs/heads/cut")
    os.rename(half, target)
