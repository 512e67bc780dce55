"""Running one command through the launcher: cost, exit code, streams, environment."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.process import Command, Surroundings, place_in, run
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
def test_anonymous_memory_is_part_of_what_is_resident(place: Surroundings) -> None:
    # Long enough to be looked at a hundred times, or once on a machine a hundred times as slow.
    memory = run(python("import time; time.sleep(0.5)"), place, watch=True).memory
    assert 0 < memory.anonymous < memory.rss
    assert 0 < memory.pss <= memory.rss


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
