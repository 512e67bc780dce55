"""What a scan of next to nothing costs: the start of the program."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from bench.comparison import small_table
from bench.inputs.planted import plant
from bench.installed import CHECKOUT, SCANNER
from bench.process import Command
from bench.rounds import results, take_turns

if TYPE_CHECKING:
    from pathlib import Path

    from bench.process import Surroundings
    from bench.report import Table

_CLEAN: Final = "import os\n\n\ndef home() -> str:\n    return os.environ['HOME']\n" * 20

_IMPORTS: Final = "import argparse, json, re, subprocess"
BASELINE: Final = Command(f'python -c "{_IMPORTS}"', (sys.executable, "-c", _IMPORTS), CHECKOUT)
"""Python with what a program of this kind cannot do without."""
BARE: Final = Command("python -c pass", (sys.executable, "-c", "pass"), CHECKOUT)
"""Python itself."""


def startup_table(place: Surroundings, work: Path, rounds: int) -> list[Table]:
    """Measure the baseline, Python itself, and a scan of a small file without and with a finding.

    The files are written into the existing directory `work`.
    """
    clean = work / "clean.py"
    clean.write_text(_CLEAN, "utf-8")
    leak = plant(1, 0)[0]
    leaking = work / leak.name
    leaking.write_bytes(leak.content)

    scan = (*SCANNER, "scan")
    found = "scan of a small file with a finding"
    commands = [
        BASELINE,
        BARE,
        Command("scan of a small clean file", (*scan, str(clean)), CHECKOUT),
        Command(found, (*scan, str(leaking)), CHECKOUT, exits=frozenset((1,))),
    ]
    rows = results(take_turns(commands, place, rounds), BASELINE.name)
    return [small_table("startup", "Start-up", rows, BASELINE.name)]
