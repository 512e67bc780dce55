"""What a scan of next to nothing costs: the start of the program."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from bench.planted import plant
from bench.process import ROOT, measure
from bench.spread import Spread, ratios, spread
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.process import Place

_CLEAN: Final = "import os\n\n\ndef home() -> str:\n    return os.environ['HOME']\n" * 20
BASELINE: Final = "import argparse, json, re, subprocess"


class Start(NamedTuple):
    """CPU seconds of one command, and its ratio to the baseline, pair by pair."""

    name: str
    cpu: Spread
    ratio: Spread


def measure_start(place: Place, work: Path, runs: int) -> list[Start]:
    """Run four commands in turn, `runs` times after one round that does not count.

    They are Python itself, Python importing what a program of this kind cannot do without (the
    baseline), and a scan of a small file without and with a finding.
    """
    clean = work / "clean.py"
    clean.write_text(_CLEAN, "utf-8")
    leak = plant(1, 0)[0]
    leaking = work / leak.name
    leaking.write_bytes(leak.content)
    scan = (sys.executable, "-m", "scanner", "scan")
    commands: dict[str, tuple[Sequence[str], int]] = {
        f'python -c "{BASELINE}"': ((sys.executable, "-c", BASELINE), 0),
        "python -c pass": ((sys.executable, "-c", "pass"), 0),
        "scan of a small clean file": ((*scan, str(clean)), 0),
        "scan of a small file with a finding": ((*scan, str(leaking)), 1),
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, (command, expected) in commands.items():
            cost = measure(command, place, {"PYTHONPATH": str(ROOT)})
            if cost.exit_code != expected:
                raise KeycatchError(f"{name}: exit code {cost.exit_code} instead of {expected}")
            if number:
                seconds[name].append(cost.cpu)
    baseline = next(iter(seconds.values()))
    return [
        Start(name, spread(values), ratios(values, baseline)) for name, values in seconds.items()
    ]
