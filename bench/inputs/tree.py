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
from bench.inputs.lines import KINDS, pool, snake, weights

if TYPE_CHECKING:
    from pathlib import Path

MEAN_SIZE: Final = 6_800
"""Bytes of a file on average, as in the tree that docs/benchmarks.md describes."""
_SPREAD: Final = 1.4
"""Of the logarithm of sizes: the median is then 0.375 of the mean."""
_LEAST, _MOST = 40, 8 << 20
_PER_DIRECTORY: Final = 20
_DEEPEST: Final = 8


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
    means = {kind: sum(map(len, lines)) / len(lines) + 1 for kind, lines in pools.items()}
    kinds = rng.choices(list(KINDS), weights(KINDS), k=size.files)
    directories = _directories(rng, root, size.files // _PER_DIRECTORY + 1)

    for number, (kind, length) in enumerate(zip(kinds, _lengths(rng, size), strict=True)):
        directory = directories[number // _PER_DIRECTORY]
        extension = kind.partition(" ")[0]
        (directory / f"{snake(rng, 2)}_{number}{extension}").write_bytes(
            _content(rng, pools[kind], means[kind], length)
        )

    files = planted.plant(size.planted, size.seed)
    planted.write(files, directories)
    return files


def _lengths(rng: random.Random, size: Size) -> list[int]:
    # Sizes of source files are about log-normal: many small ones, a few that make up the bytes.
    drawn = [math.exp(rng.gauss(0.0, _SPREAD)) for _ in range(size.files)]
    scale = size.total / sum(drawn)
    return [min(_MOST, max(_LEAST, int(length * scale))) for length in drawn]


def _directories(rng: random.Random, root: Path, number: int) -> list[Path]:
    directories = [root]
    while len(directories) <= number:
        # Below a recent one, so that the tree is deep and not only wide.
        parent = rng.choice(directories[-30:])
        if len(parent.relative_to(root).parts) >= _DEEPEST:
            parent = root
        directory = parent / f"{snake(rng, 1)}{len(directories)}"
        directory.mkdir()
        directories.append(directory)
    return directories[1:]


def _content(rng: random.Random, lines: list[bytes], mean: float, length: int) -> bytes:
    """Return some of `lines`, which are `mean` bytes on average, up to `length` bytes."""
    content = b"\n".join(rng.choices(lines, k=int(length / mean) + 2))
    return content[:length].rpartition(b"\n")[0] + b"\n" if length > mean else content[:length]
