"""What the figures were taken on, and how busy it was."""

from __future__ import annotations

import os
import platform
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Final, NamedTuple

_LIBRARIES: Final = ("stringzilla", "regex", "isal")


class Machine(NamedTuple):
    """What the figures were taken on."""

    system: str
    processor: str
    cores_used: int
    cores: int
    python: str
    libraries: dict[str, str]


def describe(cores_used: int) -> Machine:
    """Return what is known of this machine and of the libraries that keycatch uses."""
    processor = platform.processor() or platform.machine()
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        models = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
        processor = models[0] if models else processor
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
        libraries,
    )


def available_cores() -> int:
    """Return how many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def load() -> float:
    """Return the load average of the last minute."""
    return os.getloadavg()[0]


def say(message: str) -> None:
    """Tell a person who is watching what is going on."""
    if sys.stderr.isatty():
        sys.stderr.write(f"bench: {message}\n")
