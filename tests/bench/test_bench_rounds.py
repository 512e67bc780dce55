"""Taking turns: which rounds count, what ends them, and what is made of the costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import rounds
from bench.process import Command, Cost, Memory, Surroundings
from bench.rounds import Spread, ratios, results, spread, take_turns, together
from scanner.errors import KeycatchError

PLACE = Surroundings(Path(), Path(), (), 1)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the commands that are run, in their order; nothing is run."""
    names: list[str] = []

    def run(command: Command, place: Surroundings) -> Cost:
        names.append(command.name)
        return Cost(len(names), 1, 1, exit_code=int(command.name == "fails"))

    monkeypatch.setattr(rounds, "run", run)
    return names


def test_commands_take_turns_and_the_first_round_does_not_count(ran: list[str]) -> None:
    ended = []
    commands = [Command("a", ()), Command("b", ())]
    costs = take_turns(commands, PLACE, 2, after_round=lambda: ended.append(len(ran)))
    assert ran == ["a", "b"] * 3
    assert ended == [2, 4, 6]
    assert [cost.wall for cost in costs["a"]] == [3, 5]
    assert [cost.wall for cost in costs["b"]] == [4, 6]


def test_every_round_counts_where_caches_are_full(ran: list[str]) -> None:
    assert len(take_turns([Command("a", ())], PLACE, 2, uncounted=0)["a"]) == 2
    assert len(ran) == 2


def test_an_unexpected_exit_code_ends_the_rounds(ran: list[str]) -> None:
    with pytest.raises(KeycatchError, match=r"^fails ended with exit code 1$"):
        take_turns([Command("fails", ()), Command("b", ())], PLACE, 2)
    assert ran == ["fails"]
    take_turns([Command("fails", (), exits=frozenset((0, 1)))], PLACE, 2)


def test_ratios_are_taken_pair_by_pair() -> None:
    assert spread([3, 1, 2]) == Spread(1, 2, 3)
    assert ratios([2, 8, 3], [1, 2, 3]) == Spread(1, 2, 4)


def test_results_are_compared_with_the_one_that_is_named() -> None:
    costs = {"a": [Cost(1, 2, 7, 0), Cost(1, 2, 9, 0)], "b": [Cost(3, 1, 1, 0), Cost(5, 1, 1, 0)]}
    a, b = results(costs, "a", {"a": "1.0"}, {"b": Memory(1, 2, 3)})
    assert (a.version, a.peak, a.times_wall, a.memory) == ("1.0", 9, (1, 1, 1), (0, 0, 0))
    assert (b.version, b.wall, b.times_wall, b.times_cpu) == ("", (3, 4, 5), (3, 4, 5), (0.5,) * 3)
    assert b.memory == (1, 2, 3)


def test_costs_add_up_round_by_round() -> None:
    (cost,) = together([Cost(1, 2, 3, 0)], [Cost(10, 20, 2, 0)])
    assert cost == Cost(11, 22, 3, 0)
