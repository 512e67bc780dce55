"""Whole scans as processes: keycatch, its peers and the floor, in turn."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from bench import planted
from bench.process import Cost, TreeMemory, measure, watch_memory
from bench.spread import Spread, ratios, spread
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.process import Place
    from bench.tools import Seen, Tool

FLOOR: Final = "reading only"
_READER: Final = Path(__file__).resolve().with_name("reader.py")


class Result(NamedTuple):
    """What one tool did, and what that cost."""

    name: str
    version: str
    seen: Seen | None
    """What its report says about the tree; None for the floor."""
    found: dict[str, int]
    """Kind of credential to how many of those planted were reported."""
    elsewhere: int
    """Findings in files in which nothing was planted."""
    wall: Spread
    cpu: Spread
    peak: int
    """Bytes of the largest single process, in the most of the timed runs."""
    tree: TreeMemory
    faster: Spread
    """Wall time of this tool divided by that of keycatch, pair by pair."""
    cheaper: Spread
    """The same of CPU time."""


def compare(
    tree: str,
    leaks: tuple[str, list[planted.Planted]],
    tools: Sequence[Tool],
    place: Place,
    runs: int,
    say: Callable[[str], None],
) -> list[Result]:
    """Measure `tools`, of which the first is keycatch, and the floor, on `tree`.

    `leaks` is the directory with the planted files, which may be `tree`, and what is planted.
    Each tool first scans the tree untimed: that fills its caches, and its report shows whether it
    read the tree. Then all are timed in turn, `runs` times. The memory of the process tree is
    taken in one more run, since looking at it would disturb the timing.
    """
    seen: dict[str, Seen] = {}
    found: dict[str, dict[str, int]] = {}
    for tool in tools:
        say(f"checking {tool.name}")
        seen[tool.name] = tool.check(tree, place)
        inside = seen[tool.name] if leaks[0] == tree else tool.check(leaks[0], place)
        found[tool.name] = planted.found_of(leaks[1], inside.paths)
    commands = {tool.name: (tool.command(tree), tool) for tool in tools}
    floor = [sys.executable, "-I", "-S", str(_READER), tree, str(place.jobs)]
    costs: dict[str, list[Cost]] = {name: [] for name in (*commands, FLOOR)}
    for number in range(runs):
        say(f"timing, round {number + 1} of {runs}")
        for name, (command, tool) in commands.items():
            cost = measure(command, place, tool.environment)
            if cost.exit_code not in tool.exits:
                raise KeycatchError(f"{name} ended with {cost.exit_code} in round {number + 1}")
            costs[name].append(cost)
        costs[FLOOR].append(measure(floor, place))
    say("looking at memory")
    memory = {
        name: watch_memory(command, place, tool.environment)
        for name, (command, tool) in commands.items()
    }
    memory[FLOOR] = watch_memory(floor, place)
    own = costs[tools[0].name]
    return [
        Result(
            name=name,
            version=commands[name][1].version if name in commands else "",
            seen=seen.get(name),
            found=found.get(name, {}),
            elsewhere=_elsewhere(seen.get(name)),
            wall=spread([cost.wall for cost in taken]),
            cpu=spread([cost.cpu for cost in taken]),
            peak=max(cost.peak for cost in taken),
            tree=memory[name],
            faster=ratios([cost.wall for cost in taken], [cost.wall for cost in own]),
            cheaper=ratios([cost.cpu for cost in taken], [cost.cpu for cost in own]),
        )
        for name, taken in costs.items()
    ]


def _elsewhere(seen: Seen | None) -> int:
    return sum(not planted.is_planted(path) for path in seen.paths) if seen else 0
