"""Timing a piece of work in this process."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Final, NamedTuple

from bench.spread import Spread, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PATIENCE: Final = 4.0
"""Seconds after which a slow stage is not repeated any more."""


class Stage(NamedTuple):
    """One line of the table."""

    group: str
    name: str
    seconds: Spread
    bytes: int
    """That went through it in that time; 0 for a stage that does not see content."""
    items: int
    """Files, units or layers."""
    runs: int


def whole(
    group: str, name: str, work: Callable[[], object], size: int, items: int, runs: int
) -> Stage:
    """Time `work` as a whole, after one run that does not count."""
    work()
    seconds: list[float] = []
    while len(seconds) < runs and sum(seconds) < _PATIENCE:
        began = perf_counter()
        work()
        seconds.append(perf_counter() - began)
    return Stage(group, name, spread(seconds), size, items, len(seconds))


def each(
    group: str, name: str, work: Callable[[bytes], object], units: Sequence[bytes], runs: int
) -> Stage:
    """Time `work` on each of `units`, which was just copied and so is in the cache."""
    seconds: list[float] = []
    while len(seconds) < runs and sum(seconds) < _PATIENCE:
        spent = 0.0
        for unit in units:
            warm = bytes(bytearray(unit))
            began = perf_counter()
            work(warm)
            spent += perf_counter() - began
        seconds.append(spent)
    return Stage(group, name, spread(seconds), sum(map(len, units)), len(units), len(seconds))
