"""The benchmark of many repositories, on two, without peers (`measures/fleet`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_a_fleet_is_compared_with_loops(
    bench: Callable[..., Any], make_repository: Callable[..., Any], tmp_path: Path
) -> None:
    make_repository("all/one").commit("one")
    (tmp_path / "all/broken/.git").mkdir(parents=True)  # the loops and the fleet go on
    done = bench(
        "fleet", tmp_path / "all", "--rounds", "1", "--jobs", "1", "--peers", measured=True
    )
    assert done.code == 0, done.stderr
    assert [row["name"] for row in done.rows("fleet")] == [
        "keycatch fleet",
        "keycatch fleet, again",
        "keycatch, in a loop",
        "keycatch, with its cache, in a loop",
    ]
    assert done.figures["about"]["repositories"]["figures"] == {"n": 2}

    done = bench("fleet", "--generate", "2", "--rounds", "1", "--peers", measured=True)
    assert done.code == 0, done.stderr
    about = done.figures["about"]["repositories"]
    assert about["figures"] == {"n": 2}
    assert "generated with --generate 2 --seed 1" in done.stdout

    done = bench("fleet", tmp_path / "none")
    assert done.code == 2
    assert "there is no directory" in done.stderr
