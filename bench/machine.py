"""What the figures were taken on, and how busy it was."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Final, NamedTuple

from bench.processor import features, search

# The compiled libraries that a scan spends its time in: another version, other figures.
_LIBRARIES: Final = ("stringzilla", "regex", "isal")


class Machine(NamedTuple):
    """What the figures were taken on."""

    system: str
    processor: str
    cores_used: int
    cores: int
    python: str
    git: str
    """Empty where git is not installed."""
    libraries: dict[str, str]
    code: str
    """Which code searches and applies deltas."""
    features: str
    """Of the processor, as far as searches have code for them."""


def describe(cores_used: int) -> Machine:
    """Return what is known of this machine, of git, and of the libraries that keycatch uses."""
    # platform.processor() is empty on most Linux systems.
    processor = platform.processor() or platform.machine()
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        models = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
        processor = models[0] if models else processor

    git = ""
    with suppress(OSError):
        git = subprocess.run(["git", "version"], capture_output=True, text=True, check=False).stdout
    libraries = {}
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            libraries[name] = version(name)

    return Machine(
        f"{platform.system()} {platform.release()} {platform.machine()}",
        processor,
        cores_used,
        os.cpu_count() or 1,
        platform.python_version(),
        "".join(git.split()[2:3]),
        libraries,
        search(),
        features(),
    )


def available_cores() -> int:
    """Return how many processors this process may use."""
    # Fewer than there are in a container, or under taskset; macOS does not have the call.
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def load(when: str) -> tuple[str, float]:
    """Return `when` with the load average of the last minute."""
    return when, os.getloadavg()[0]


def say(message: str) -> None:
    """Show progress to a person at a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"bench: {message}\n")
