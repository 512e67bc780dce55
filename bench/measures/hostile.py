"""The command `hostile`: what the worst input costs, and how that grows with its size.

Each kind of hostile input is scanned at two sizes, the second four times the first. The cost has to
grow no faster than the input does, or to end at a limit that the scan names (exit code 2).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bench.inputs.hostile import KINDS
from bench.installed import CHECKOUT, SCANNER
from bench.machine import load, say
from bench.options import add_json, add_number
from bench.process import Command, Cost, Surroundings, place_in, run
from bench.report import Subject, Table, in_megabytes, publish
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    import argparse

    from bench.inputs.hostile import Hostile

TIMES: Final = 4
"""How much larger the second input is."""
_LIMIT: Final = 900
"""Seconds after which a scan is stopped."""
_TOLERANCE: Final = 1.5
"""How much more than in proportion is still taken for linear: caches are left, lists are sorted,
and the machine may have other work."""
_FAULT: Final = frozenset(("faster than the input", "stopped", "failed"))


class Grown(NamedTuple):
    """What one kind of input costs at both sizes."""

    name: str
    number: int
    cpu: tuple[float, float]
    peak: tuple[int, int]
    exit_codes: tuple[int, int]
    growth: str
    """`linear`, `capped, and said`, or a fault."""


def configure(commands: Any) -> None:
    """Add `hostile` to the subparsers `commands`."""
    command = commands.add_parser("hostile", help="measure the worst inputs, and how cost grows")
    command.set_defaults(run=_hostile)
    command.add_argument(
        "--only", default="", metavar="TEXT", help="kinds with this text in their names"
    )
    add_number(command, "--share", 100, "per cent of each size")
    add_json(command)


def _hostile(args: argparse.Namespace) -> int:
    kinds = [kind for kind in KINDS if args.only in kind.name]
    if not kinds:
        raise KeycatchError(f"no kind has {args.only!r} in its name: leave out --only to see all")
    loads = [load("at the start")]
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        place = place_in(Path(work), 1)
        start = _cost(("version",), place, place.directory).cpu
        for kind in kinds:
            say(f"measuring {kind.name}")
            rows.append(_grown(kind, args.share, place, start))

    cells = [
        (
            f"{row.number:,} {row.name}",
            *(f"{each:.2f}" for each in row.cpu),
            *map(in_megabytes, row.peak),
            row.growth,
        )
        for row in rows
    ]
    header = ("", "CPU s", f"{TIMES} times", "memory MB", f"{TIMES} times", "growth")
    table = Table("hostile", "Hostile input, and four times as much", header, cells, rows)
    about: dict[str, Subject | str] = {"start": Subject(f"{start:.2f} s of CPU", {"cpu": start})}
    publish([table], jobs=1, about=about, loads=loads, json_file=args.json)
    return int(any(row.growth in _FAULT for row in rows))


def _grown(kind: Hostile, share: int, place: Surroundings, start: float) -> Grown:
    number = max(1, kind.number * share // 100)
    costs = []
    for each in (number, TIMES * number):
        with tempfile.TemporaryDirectory(prefix="input-", dir=place.home.parent) as folder:
            kind.make(each, Path(folder))
            costs.append(_cost(kind.command, place, Path(folder)))
    first, second = costs
    return Grown(
        kind.name,
        number,
        (first.cpu, second.cpu),
        (first.peak, second.peak),
        (first.exit_code, second.exit_code),
        growth(first, second, start),
    )


def growth(first: Cost, second: Cost, start: float) -> str:
    """Return how the cost grows, where the program takes `start` seconds for nothing."""
    if first.stopped or second.stopped:
        return "stopped"
    if not {first.exit_code, second.exit_code} <= {0, 1, 2}:
        return "failed"
    if second.exit_code == 2:
        return "capped, and said"
    # What is below a start of the program is lost in the noise of it.
    allowed = _TOLERANCE * TIMES * max(first.cpu - start, start)
    return "linear" if second.cpu - start <= allowed else "faster than the input"


def _cost(arguments: tuple[str, ...], place: Surroundings, directory: Path) -> Cost:
    command = Command("keycatch", (*SCANNER, *arguments), CHECKOUT, limit=_LIMIT)
    return run(command, place._replace(directory=directory))
