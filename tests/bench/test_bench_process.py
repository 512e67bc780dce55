"""Running one command through the launcher: cost, exit code, streams, environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.process import Command, Surroundings, place_in, run
from bench.programs import launch
from scanner.errors import KeycatchError


@pytest.fixture
def place(tmp_path: Path) -> Surroundings:
    return place_in(tmp_path, 1)


def python(text: str, **more: object) -> Command:
    return Command("python", (sys.executable, "-c", text))._replace(**more)  # type: ignore[arg-type]


def test_a_cost_has_time_memory_and_exit_code(place: Surroundings) -> None:
    cost = run(python("raise SystemExit(3)"), place)
    assert cost.exit_code == 3
    assert cost.wall > 0
    assert cost.cpu > 0
    # A Python process alone takes a few megabytes, this one many more.
    assert 4 << 20 < cost.peak < 200 << 20
    assert cost.memory == (0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_anonymous_memory_is_part_of_what_is_resident() -> None:
    rss, pss, anonymous = launch._memory(os.getpid())
    assert 0 < anonymous < rss
    assert 0 < pss <= rss
    assert launch._memory(-1) == (0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_memory_of_a_tree_is_that_of_all_its_processes() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        assert {os.getpid(), child.pid} <= set(launch._tree(os.getpid()))
        assert launch._tree(child.pid) == [child.pid]


def test_the_largest_sums_over_a_tree_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = iter([(0, 0, None), (0, 0, None), (7, 1, "used")])
    seen = iter([(5, 1, 1), (5, 2, 1), (4, 4, 3), (4, 4, 3)])
    monkeypatch.setattr(launch.os, "wait4", lambda *_: next(ends))
    monkeypatch.setattr(launch, "_tree", lambda _: [7, 8])
    monkeypatch.setattr(launch, "_memory", lambda _: next(seen))
    assert launch._watch(7, 0.0) == (1, "used", (10, 8, 6))


def test_a_command_that_is_watched_has_the_same_exit_code(place: Surroundings) -> None:
    assert run(python("raise SystemExit(3)"), place, watch=True).exit_code == 3


def test_a_command_runs_in_its_place(place: Surroundings, tmp_path: Path) -> None:
    given, output = tmp_path / "given", tmp_path / "output"
    given.write_text("read")
    text = (
        "import os, sys; sys.stderr.write('said '); sys.stderr.flush();"
        "print(sys.stdin.read(), os.getcwd(), os.environ['HOME'], os.environ['MORE'])"
    )
    command = python(text, environment={"MORE": "more"}, stdin=str(given))
    assert run(command, place, output=output).exit_code == 0
    assert output.read_text() == f"said read {tmp_path / 'empty'} {tmp_path / 'home'} more\n"


def test_a_command_that_cannot_be_started_is_one_sentence(place: Surroundings) -> None:
    with pytest.raises(KeycatchError, match=r"^cannot run /nowhere: .*No such file"):
        run(Command("nobody", ("/nowhere",)), place)


@pytest.mark.skipif(sys.platform != "linux", reason="needs sched_setaffinity")
def test_more_processors_than_there_are_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(KeycatchError, match="asks for more processors than the"):
        place_in(tmp_path, 10_000)
