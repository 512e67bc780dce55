"""Timing a piece of work in this process: for what takes less than the start of a process."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Final, NamedTuple

from bench.rounds import Spread, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PATIENCE: Final = 4.0
"""Seconds after which a slow stage is not repeated any more."""


class Stage(NamedTuple):
    """What one piece of work took."""

    group: str
    name: str
    seconds: Spread
    bytes: int
    """How many went through it in that time; 0 for a stage that does not see content."""
    items: int
    """Files, units or layers; at least 1."""
    runs: int


class Stages:
    """Times pieces of work, and keeps what each took."""

    def __init__(self, runs: int) -> None:
        """Time each piece up to `runs` times."""
        self.all: list[Stage] = []
        self.group = ""
        """Of the stages that are added next."""
        self._runs = runs

    def whole(self, name: str, work: Callable[[], object], size: int, items: int) -> None:
        """Time `work` as a whole, after one run that does not count."""

        def once() -> float:
            began = perf_counter()
            work()
            return perf_counter() - began

        once()
        self._add(name, once, size, items)

    def each(self, name: str, work: Callable[[bytes], object], units: Sequence[bytes]) -> None:
        """Time `work` on each of `units`, which was just copied and so is in the cache."""

        def once() -> float:
            spent = 0.0
            for unit in units:
                warm = bytes(bytearray(unit))
                began = perf_counter()
                work(warm)
                spent += perf_counter() - began
            return spent

        self._add(name, once, sum(map(len, units)), len(units))

    def _add(self, name: str, once: Callable[[], float], size: int, items: int) -> None:
        seconds: list[float] = []
        while len(seconds) < self._runs and sum(seconds) < _PATIENCE:
            seconds.append(once())
        stage = Stage(self.group, name, spread(seconds), size, max(items, 1), len(seconds))
        self.all.append(stage)
