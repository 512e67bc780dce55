"""Commands measured in turn, and what may be said about several measurements of each."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from bench.machine import say
from bench.process import Cost, Memory, run
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.process import Command, Surroundings


class Spread(NamedTuple):
    """The least, the middle and the greatest of several measurements."""

    least: float
    median: float
    greatest: float


class Result(NamedTuple):
    """What one command cost over all rounds; seconds and bytes."""

    name: str
    version: str
    """Empty for what is no scanner."""
    wall: Spread
    cpu: Spread
    times_wall: Spread
    """Wall time divided by that of the command that all are compared with, pair by pair."""
    times_cpu: Spread
    """The same of CPU time."""
    peak: int
    """Of the largest single process, in the most of the rounds."""
    memory: Memory
    """Of all processes together, from a run that was not timed; 0 where there was none."""


def spread(values: Sequence[float]) -> Spread:
    """Return the spread of `values`, of which there is at least one."""
    return Spread(min(values), median(values), max(values))


def ratios(values: Sequence[float], to: Sequence[float]) -> Spread:
    """Return the spread of `values` divided by `to`, pair by pair.

    What was measured right after one another saw the same load of the machine, so the ratio of a
    pair says more than the ratio of two medians.
    """
    return spread([value / base for value, base in zip(values, to, strict=True)])


def take_turns(
    commands: Sequence[Command],
    place: Surroundings,
    rounds: int,
    *,
    uncounted: int = 1,
    after_round: Callable[[], None] = lambda: None,
) -> dict[str, list[Cost]]:
    """Run each of `commands` once in every round; return their costs by name.

    The `uncounted` rounds before the others fill caches. Raises KeycatchError where a command ends
    with an unexpected exit code.
    """
    costs: dict[str, list[Cost]] = {command.name: [] for command in commands}
    for number in range(1 - uncounted, rounds + 1):
        say(f"timing, round {number} of {rounds}")
        for command in commands:
            cost = run(command, place)
            if cost.exit_code not in command.exits:
                raise KeycatchError(f"{command.name} ended with exit code {cost.exit_code}")
            # Rounds that do not count have numbers up to 0.
            if number > 0:
                costs[command.name].append(cost)
        after_round()
    return costs


def results(
    costs: Mapping[str, Sequence[Cost]],
    to: str,
    versions: Mapping[str, str] | None = None,
    memory: Mapping[str, Memory] | None = None,
) -> list[Result]:
    """Return a result for each of `costs`, compared with the command called `to`.

    `versions` and `memory` are by name, too, and need not have every name.
    """
    base_wall, base_cpu = _walls(costs[to]), _cpus(costs[to])
    return [
        Result(
            name,
            (versions or {}).get(name, ""),
            spread(_walls(taken)),
            spread(_cpus(taken)),
            ratios(_walls(taken), base_wall),
            ratios(_cpus(taken), base_cpu),
            max(cost.peak for cost in taken),
            (memory or {}).get(name, Memory()),
        )
        for name, taken in costs.items()
    ]


def together(*taken: Sequence[Cost]) -> list[Cost]:
    """Return what several commands cost together, round by round."""
    return [
        Cost(
            sum(cost.wall for cost in costs),
            sum(cost.cpu for cost in costs),
            max(cost.peak for cost in costs),
            exit_code=0,
        )
        for costs in zip(*taken, strict=True)
    ]


def _walls(costs: Sequence[Cost]) -> list[float]:
    return [cost.wall for cost in costs]


def _cpus(costs: Sequence[Cost]) -> list[float]:
    return [cost.cpu for cost in costs]
