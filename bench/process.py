"""What a command costs as a process: wall time, CPU of it and its children, peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
LAUNCHER = Path(__file__).resolve().with_name("launch.py")
SAMPLE_SECONDS = 0.005
"""How often the memory of the process tree is looked at, in runs that are not timed."""


class Cost(NamedTuple):
    """What one run cost; seconds and bytes."""

    wall: float
    cpu: float
    """User and system time of the process and everything it started."""
    peak: int
    """Peak resident memory of the largest single process."""
    exit_code: int


class TreeMemory(NamedTuple):
    """Peak memory of all processes of a run together, in bytes; 0 where it cannot be seen."""

    rss: int
    """Shared pages count in each process that has them."""
    pss: int
    """Each shared page counts once."""
    anonymous: int
    """What is in no file: not the pages of a mapped one, which the system can drop at any time."""


class Place(NamedTuple):
    """Where commands run, so that nothing of the user's settings changes what they do."""

    directory: Path
    """An empty directory: no configuration is found in it."""
    home: Path
    """A home directory of its own, where tools may keep their caches from run to run."""
    cores: tuple[int, ...]
    """The processors that commands may use; empty where that cannot be set."""
    jobs: int
    """How many they are to use."""

    def environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        """Return the variables of a command: few, and the same for all."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "LC_ALL": "C.UTF-8",
            "GOMAXPROCS": str(self.jobs),
            **extra,
        }


def choose_cores(number: int) -> tuple[int, ...]:
    """Return `number` of the processors this process may use, or () where that cannot be set.

    Raises KeycatchError if there are fewer.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    if affinity is None:
        return ()
    available = sorted(affinity(0))
    if number > len(available):
        raise KeycatchError(
            f"--jobs {number} asks for more processors than the {len(available)} there are"
        )
    return tuple(available[:number])


def place_in(base: Path, jobs: int) -> Place:
    """Return where commands run below the existing `base`: no files, and a home of their own.

    Raises KeycatchError if there are fewer than `jobs` processors.
    """
    empty, home = base / "empty", base / "home"
    empty.mkdir()
    home.mkdir()
    return Place(empty, home, choose_cores(jobs), jobs)


def measure(
    argv: Sequence[str],
    place: Place,
    extra: Mapping[str, str] | None = None,
    stdin: str | None = None,
) -> Cost:
    """Run `argv` with its output thrown away and return what it cost; nothing watches it.

    `stdin` is the file that it reads; without one there is nothing to read.
    """
    told = _launch(argv, place, extra or {}, 0.0, stdin)
    return Cost(told["wall"], told["user"] + told["system"], int(told["peak"]), int(told["exit"]))


def watch_memory(
    argv: Sequence[str], place: Place, extra: Mapping[str, str] | None = None
) -> TreeMemory:
    """Run `argv` and return the largest sum of memory over its processes that was seen."""
    return watch(argv, place, extra)[1]


def watch(
    argv: Sequence[str],
    place: Place,
    extra: Mapping[str, str] | None = None,
    output: str | None = None,
) -> tuple[int, TreeMemory]:
    """Do the same; return the exit code too, and write what the command says into `output`."""
    told = _launch(argv, place, extra or {}, SAMPLE_SECONDS, output=output)
    sizes = (int(told[f"tree_{kind}"]) for kind in TreeMemory._fields)
    return int(told["exit"]), TreeMemory(*sizes)


def _launch(
    argv: Sequence[str],
    place: Place,
    extra: Mapping[str, str],
    sample: float,
    stdin: str | None = None,
    output: str | None = None,
) -> dict[str, float]:
    job = {
        "argv": list(argv),
        "env": place.environment(extra),
        "cwd": str(place.directory),
        "cores": place.cores,
        "sample": sample,
        "stdin": stdin,
        "output": output,
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(LAUNCHER)],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise KeycatchError(f"cannot run {argv[0]}: {said}")
    told: dict[str, float] = json.loads(done.stdout)
    return told
