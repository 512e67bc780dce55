"""Time per object as histories grow: `python -m bench history --growth`."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bench.chart import Series, line_chart
from bench.floors import floors, require_all
from bench.growing import grow, sizes_up_to
from bench.history_report import head
from bench.history_tools import keycatch_history
from bench.machine import Machine, available_cores, describe, load, say
from bench.number import positive
from bench.process import place_in
from bench.report import plain, to_json
from bench.rounds import Run, take_turns
from bench.spread import Spread, spread

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from bench.process import Place, TreeMemory
    from bench.stored import Stored

_MILLION: Final = 1_000_000


class Growth(NamedTuple):
    """A way of reading on a repository of one size; seconds and bytes."""

    name: str
    cpu: Spread
    wall: Spread
    peak: int
    """Of the largest single process."""
    memory: TreeMemory | None
    """Of all processes together; only of keycatch."""


class AtSize(NamedTuple):
    """What was measured on one repository."""

    repository: Stored
    ways: list[Growth]


class GrowthFigures(NamedTuple):
    """Everything one run found out."""

    machine: Machine
    load: list[tuple[str, float]]
    rounds: int
    sizes: list[AtSize]


def configure(history: Any) -> None:
    """Add the options of `--growth` to the parser of `history`."""
    history.add_argument(
        "--largest", type=positive, default=_MILLION, metavar="N",
        help="objects of the largest generated repository; default: 1000000",
    )  # fmt: skip
    history.add_argument("--directory", metavar="DIR", help="keep generated repositories there")
    history.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    history.add_argument("--svg", metavar="FILE", help="draw the growth there")


def run(args: argparse.Namespace) -> int:
    """Measure, and print a table; returns 0. Raises KeycatchError."""
    jobs = args.jobs or available_cores()
    loads = [("at the start", load())]
    with ExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        place = place_in(base, jobs)
        kept = Path(args.directory) if args.directory else base
        kept.mkdir(parents=True, exist_ok=True)
        repositories = grow(kept.resolve(), sizes_up_to(args.largest), args.seed, say)
        loads.append(("before the rounds", load()))
        sizes = [AtSize(each, _measure(each, place, args.rounds)) for each in repositories]
    loads.append(("at the end", load()))
    figures = GrowthFigures(describe(jobs), loads, args.rounds, sizes)
    sys.stdout.write("\n".join(_lines(figures)) + "\n")
    if args.svg:
        Path(args.svg).write_text(_drawn(sizes), "utf-8")
    if args.json:
        Path(args.json).write_text(to_json(plain(figures)), "utf-8")
    return 0


def _measure(repository: Stored, place: Place, rounds: int) -> list[Growth]:
    say(f"measuring {repository.objects:,} objects")
    tool = keycatch_history(place.jobs)
    command = tool.command(repository.path)
    runs = [
        Run("keycatch history", command, tool.environment, None, tool.exits),
        *floors(repository, 1, with_log=False),
    ]
    has_read, memory = tool.check(repository.path, place)
    require_all(repository, has_read)
    costs = take_turns(runs, place, rounds, say, uncounted=0)
    return [
        Growth(
            name,
            spread([cost.cpu for cost in taken]),
            spread([cost.wall for cost in taken]),
            max(cost.peak for cost in taken),
            memory if name == runs[0].name else None,
        )
        for name, taken in costs.items()
    ]


def _lines(figures: GrowthFigures) -> Iterator[str]:
    yield from head(figures.machine, figures.load)
    yield f"rounds      {figures.rounds}"
    for at in figures.sizes:
        repository = at.repository
        yield ""
        yield (
            f"{repository.objects:,} objects: {repository.commits:,} commits,"
            f" {repository.trees:,} trees, {repository.blobs:,} blobs of"
            f" {repository.blob_bytes / 1e6:,.1f} MB, a pack of"
            f" {repository.pack_bytes / 1e6:,.1f} MB"
        )
        yield (
            f"  {'median (least to greatest)':34} {'CPU s':>26} {'wall s':>26}"
            f" {'CPU s a million':>16} {'largest MiB':>12} {'all, PSS':>9}"
        )
        for way in at.ways:
            pss = f"{way.memory.pss / 2**20:9,.0f}" if way.memory else ""
            yield (
                f"  {way.name:34} {_seconds(way.cpu)} {_seconds(way.wall)}"
                f" {_a_million(way, repository):16.2f} {way.peak / 2**20:12,.0f} {pss}".rstrip()
            )


def _a_million(way: Growth, repository: Stored) -> float:
    return way.cpu.median / repository.objects * _MILLION


def _drawn(sizes: Sequence[AtSize]) -> str:
    series = [
        Series(
            way.name,
            [(at.repository.objects, _a_million(at.ways[number], at.repository)) for at in sizes],
        )
        for number, way in enumerate(sizes[0].ways)
    ]
    return line_chart(
        "CPU time per object of a whole history, as it grows",
        "objects in the repository",
        "CPU seconds a million objects",
        series,
    )


def _seconds(values: Spread) -> str:
    return f"{values.median:.3f} ({values.least:.3f} to {values.greatest:.3f})".rjust(26)
