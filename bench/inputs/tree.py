"""A tree of source-like files, made up from a seed: the same options give the same bytes.

It is no substitute for real source when figures are to be published (see docs/benchmarks.md); with
it anybody can run the benchmark at once, and the number of credentials in the tree is known. It is
full of what looks like credentials and is not: identifiers of 40 characters, paths, hashes,
integrity values, minified lines, embedded images.
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Final, NamedTuple

from bench.inputs import planted
from bench.inputs.source import KINDS, pool, source_files

if TYPE_CHECKING:
    from pathlib import Path

MEAN_SIZE: Final = 6_800
"""Bytes of a file on average, as in the tree that docs/benchmarks.md describes."""
_SPREAD: Final = 1.4
"""Of the logarithm of sizes: the median is then 0.375 of the mean."""
_LEAST, _MOST = 40, 8 << 20
"""Bytes of a file."""


class Size(NamedTuple):
    """How large a tree is to be."""

    total: int
    """Bytes."""
    files: int
    planted: int
    """Files of each kind of credential."""
    seed: int


def size_of(megabytes: float, files: int | None, planted_each: int, seed: int) -> Size:
    """Return the size of a tree; without `files` they have the usual mean size."""
    total = int(megabytes * 1_000_000)
    return Size(total, files or max(1, total // MEAN_SIZE), planted_each, seed)


def generate(root: Path, size: Size) -> list[planted.Planted]:
    """Write a tree into the existing directory `root`; return the credentials planted in it."""
    rng = random.Random(size.seed)
    pools = {kind: pool(rng, kind) for kind in KINDS}
    folders: dict[Path, None] = {}
    lengths = _lengths(rng, size)
    for file, length in zip(source_files(rng, pools, lengths), lengths, strict=True):
        path = root / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        # A line of minified code alone is longer than most files.
        path.write_bytes(b"\n".join(file.lines)[:length])
        folders[path.parent] = None

    files = planted.plant(size.planted, size.seed)
    planted.write(files, list(folders))
    return files


def _lengths(rng: random.Random, size: Size) -> list[int]:
    # Sizes of source files are about log-normal: many small ones, a few that make up the bytes.
    drawn = [math.exp(rng.gauss(0.0, _SPREAD)) for _ in range(size.files)]
    scale = size.total / sum(drawn)
    return [min(_MOST, max(_LEAST, int(length * scale))) for length in drawn]
