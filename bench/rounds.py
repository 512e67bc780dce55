"""Commands measured in turn, and what they cost in relation to the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bench.process import Cost, measure
from bench.spread import Spread, ratios, spread
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.process import Place


class Run(NamedTuple):
    """A command that is measured."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    stdin: str | None
    """The file that is its standard input, or None for nothing."""
    exits: frozenset[int]
    """Exit codes of a run that went well."""


class Line(NamedTuple):
    """What a command cost, or several of them together; seconds."""

    name: str
    cpu: Spread
    wall: Spread
    times: Spread
    """CPU divided by that of the table's `base`, pair by pair."""


class Table(NamedTuple):
    """One comparison."""

    title: str
    notes: tuple[str, ...]
    """What the lines are, and what was measured."""
    lines: tuple[Line, ...]
    base: str
    """The line that the others are compared with."""


def take_turns(
    runs: Sequence[Run],
    place: Place,
    rounds: int,
    say: Callable[[str], None],
    uncounted: int = 1,
) -> dict[str, list[Cost]]:
    """Run each of `runs` once in every round, after the `uncounted` ones.

    Raises KeycatchError where one ends with an unexpected exit code.
    """
    costs: dict[str, list[Cost]] = {run.name: [] for run in runs}
    for number in range(1 - uncounted, rounds + 1):
        say(f"timing, round {number} of {rounds}")
        for run in runs:
            cost = measure(run.argv, place, run.environment, run.stdin)
            if cost.exit_code not in run.exits:
                raise KeycatchError(f"{run.name} ended with exit code {cost.exit_code}")
            if number > 0:
                costs[run.name].append(cost)
    return costs


def together(*taken: Sequence[Cost]) -> list[Cost]:
    """Return what several commands cost together, round by round."""
    return [
        Cost(
            sum(cost.wall for cost in costs),
            sum(cost.cpu for cost in costs),
            max(cost.peak for cost in costs),
            0,
        )
        for costs in zip(*taken, strict=True)
    ]


def table(title: str, notes: Sequence[str], costs: Mapping[str, Sequence[Cost]], to: str) -> Table:
    """Return the table of `costs` by name, each compared with the line called `to`."""
    base = [cost.cpu for cost in costs[to]]
    lines = [
        Line(
            name,
            spread([cost.cpu for cost in taken]),
            spread([cost.wall for cost in taken]),
            ratios([cost.cpu for cost in taken], base),
        )
        for name, taken in costs.items()
    ]
    return Table(title, tuple(notes), tuple(lines), to)
