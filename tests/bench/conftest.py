"""The benchmark in this process, with every command run for real and none of them measured."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bench import __main__ as command_line
from bench import rounds
from bench.inputs import source
from bench.measures import history, hostile, scan
from bench.process import Command, Cost, Memory, Surroundings


class Ran(NamedTuple):
    """How a run of the benchmark ended."""

    code: int
    stdout: str
    stderr: str
    figures: Any
    """The JSON, if it was asked for."""

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of the tables called `name`."""
        return [row for table in self.tables(name) for row in table["rows"]]

    def tables(self, name: str) -> list[dict[str, Any]]:
        return [table for table in self.figures["tables"] if table["name"] == name]


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ran]:
    """Return a function that runs `python -m bench` with its arguments; costs are made up.

    With `measured=True` there is a JSON file.
    """

    def run(*arguments: str | Path, measured: bool = False) -> Ran:
        out = tmp_path_factory.mktemp("bench") / "figures.json"
        options = ("--json", out) if measured else ()
        stdout, stderr = io.StringIO(), io.StringIO()
        with (
            contextlib.redirect_stdout(stdout),
            contextlib.redirect_stderr(stderr),
            made_up_costs(),
        ):
            code = command_line.main([str(each) for each in (*arguments, *options)])
        figures = json.loads(out.read_text("utf-8")) if out.exists() else None
        return Ran(code, stdout.getvalue(), stderr.getvalue(), figures)

    return run


@contextlib.contextmanager
def made_up_costs() -> Iterator[None]:
    """Replace the launcher where times or memory are measured, and make pools of lines small."""
    numbers = itertools.count(1)

    def run(command: Command, place: Surroundings, *, watch: bool = False) -> Cost:
        with open(command.stdin or os.devnull, "rb") as given:
            done = subprocess.run(
                command.argv, cwd=place.directory, env=place.environment(command.environment),
                stdin=given, capture_output=True, check=False,
            )  # fmt: skip
        number = next(numbers)
        memory = Memory(3 << 20, 2 << 20, 1 << 20) if watch else Memory()
        return Cost(0.2 * number, 0.1 * number, number << 20, done.returncode, memory)

    with pytest.MonkeyPatch.context() as patch:
        for module in (rounds, scan, history, hostile):
            patch.setattr(module, "run", run)
        patch.setattr(source, "_POOL", 40)
        yield


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(root)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="session")
def files_of() -> Callable[[Path], dict[str, tuple[int, bytes]]]:
    """Return a function for the files below a directory: when they were written, and with what."""
    return snapshot
