"""Repositories of several sizes that are one project at several ages."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from bench.inputs.generated_history import HistorySize, generate
from bench.inputs.repositories import Stored, stored
from bench.inputs.small_objects import generate_small
from bench.machine import say

if TYPE_CHECKING:
    from pathlib import Path

_SIZES: Final = tuple(digit * 10**power for power in range(4, 9) for digit in (1, 3))
"""Evenly spread on a logarithmic axis. Below ten thousand objects the start of the program is most
of the time."""
_FEWEST_FILES, _MOST_FILES = 40, 1500


def sizes_up_to(largest: int) -> list[int]:
    """Return the numbers of objects that are measured, from ten thousand on, if there are such."""
    smaller = [size for size in _SIZES if size < largest]
    return [*(smaller or [largest // 2]), largest]


def grow(directory: Path, largest: int, seed: int, *, small: bool = False) -> list[Stored]:
    """Return repositories of about `sizes_up_to(largest)` objects in the existing `directory`.

    Their objects are `small`, or as large as in a mid-sized project. Those that are there from an
    earlier run are taken as they are. Raises KeycatchError.
    """
    files = min(_MOST_FILES, max(_FEWEST_FILES, largest // 100))
    targets = []
    for size in sizes_up_to(largest):
        target = directory / f"{'small' if small else largest}-{seed}-{size}"
        if not target.exists():
            say(f"generating a history of {size:,} objects")
            # It gets its name when it is whole: one that was interrupted is not taken for it.
            half = target.with_suffix(".part")
            if small:
                generate_small(half, size, seed)
            else:
                generate(half, HistorySize(files, seed, objects=size))
            os.rename(half, target)
        targets.append(target)
    return [stored(str(target)) for target in targets]
