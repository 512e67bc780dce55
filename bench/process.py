"""What a command costs as a process: wall time, CPU of it and its children, peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).resolve().parent.parent
PROGRAMS: Final = Path(__file__).resolve().with_name("programs")
_SAMPLE_SECONDS: Final = 0.005
"""How often the memory of the process tree is looked at, in runs that are not timed: a process that
is read in /proc waits for it."""


class Command(NamedTuple):
    """A command to run, and how it ends if all went well."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = MappingProxyType({})
    """Variables besides those that all commands have."""
    stdin: str | None = None
    """The file that is its standard input, or None for nothing."""
    exits: frozenset[int] = frozenset((0,))
    """Exit codes of a run that went well."""
    limit: float = 0
    """Seconds after which it is stopped, with all that it started; 0: never."""


class Memory(NamedTuple):
    """Peak memory of all processes of a run together, in bytes; 0 where it cannot be seen."""

    rss: int = 0
    """Shared pages count in each process that has them."""
    pss: int = 0
    """Each shared page counts once."""
    anonymous: int = 0
    """What is in no file: not the pages of a mapped one, which the system can drop at any time."""


class Cost(NamedTuple):
    """What one run cost; seconds and bytes."""

    wall: float
    cpu: float
    """User and system time of the process and everything it started."""
    peak: int
    """Peak resident memory of the largest single process."""
    exit_code: int
    memory: Memory = Memory()
    """Of the whole tree, only of a run that was watched."""
    stopped: bool = False
    """Whether it was stopped at its limit."""


class Surroundings(NamedTuple):
    """Where commands run, so that nothing of the user's settings changes what they do."""

    directory: Path
    """The working directory: empty, so that no configuration is found, or a repository."""
    home: Path
    """A home directory of its own, where tools may keep their caches from run to run."""
    cores: tuple[int, ...]
    """The processors that commands may use; empty where that cannot be set."""
    jobs: int
    """How many they are to use."""

    def environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        """Return the variables of a command: few, and the same for all but for `extra`."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            # Messages in English, file names in UTF-8.
            "LC_ALL": "C.UTF-8",
            # gitleaks and betterleaks have no option for it: their runtime reads this.
            "GOMAXPROCS": str(self.jobs),
            **extra,
        }


def place_in(base: Path, jobs: int) -> Surroundings:
    """Return where commands run below the existing `base`: no files, and a home of their own.

    Raises KeycatchError if there are fewer than `jobs` processors.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    available = sorted(affinity(0)) if affinity else []
    if affinity and jobs > len(available):
        raise KeycatchError(
            f"--jobs {jobs} asks for more processors than the {len(available)} there are"
        )

    empty, home = base / "empty", base / "home"
    empty.mkdir()
    home.mkdir()
    return Surroundings(empty, home, tuple(available[:jobs]), jobs)


def run(
    command: Command, place: Surroundings, *, watch: bool = False, output: Path | None = None
) -> Cost:
    """Run `command` and return what it cost, whatever its exit code.

    Its output goes to the file `output`, or is thrown away. With `watch`, the memory of the process
    tree is sampled, which disturbs the times. Raises KeycatchError if it cannot be started.
    """
    job = {
        "argv": command.argv,
        "env": place.environment(command.environment),
        "cwd": str(place.directory),
        "cores": place.cores,
        "sample": _SAMPLE_SECONDS if watch else 0,
        "stdin": command.stdin,
        "output": output and str(output),
        "limit": command.limit,
    }
    # -I and -S: no settings of the user and no site packages, so that it stays small.
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(PROGRAMS / "launch.py")],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise KeycatchError(f"cannot run {command.argv[0]}: {last_line(done.stderr)}")

    cost = json.loads(done.stdout)
    return Cost(
        cost["wall"],
        cost["cpu"],
        cost["peak"],
        cost["exit"],
        Memory(*cost["memory"]),
        cost["stopped"],
    )


def last_line(text: str) -> str:
    """Return the start of the last line of what a program printed, which has the reason."""
    return (text.strip().splitlines() or ["it said nothing"])[-1][:200]
