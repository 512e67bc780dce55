"""The benchmark of hostile input (`measures/hostile`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.inputs.hostile import KINDS
from bench.measures.hostile import TIMES, growth
from bench.process import Cost


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_more_of_it_is_larger(kind: Any, tmp_path: Path) -> None:
    sizes = []
    for number in (1, 10):
        root = tmp_path / str(number)
        root.mkdir()
        kind.make(number, root)
        files = [path for path in root.rglob("*") if path.is_file()]
        sizes.append(sum(path.stat().st_size for path in files))
    assert 0 < sizes[0] < sizes[1]


def test_both_sizes_are_measured(bench: Callable[..., Any]) -> None:
    done = bench("hostile", "--share", "1", "--only", "key IDs on one line", measured=True)
    (row,) = done.rows("hostile")
    assert row["number"] == 50
    assert row["exit_codes"] == [1, 1]
    assert row["cpu"][0] < row["cpu"][1]


def test_no_kind_is_called_so(bench: Callable[..., Any]) -> None:
    done = bench("hostile", "--only", "no such kind")
    assert done.code == 2
    assert "no kind" in done.stderr


def cost(cpu: float, code: int = 0, *, stopped: bool = False) -> Cost:
    return Cost(cpu, cpu, 1, code, stopped=stopped)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (cost(1.1), cost(4.1), "linear"),
        (cost(1.1), cost(6.0), "linear"),
        (cost(1.1), cost(6.2), "faster than the input"),
        (cost(1.1), cost(16.1), "faster than the input"),
        (cost(1.1), cost(16.1, 2), "capped, and said"),
        (cost(0.1), cost(0.1), "linear"),
        (cost(0.1), cost(0.6), "linear"),
        (cost(1.1), cost(1.1, -9, stopped=True), "stopped"),
        (cost(1.1, -9, stopped=True), cost(1.1, 2), "stopped"),
        (cost(1.1), cost(2.1, -9), "failed"),
    ],
)
def test_how_it_grows(first: Cost, second: Cost, expected: str) -> None:
    assert TIMES == 4
    assert growth(first, second, 0.1) == expected
