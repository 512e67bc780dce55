"""Time and memory per object as histories grow: `python -m bench history --growth`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.chart import Series, line_chart
from bench.inputs.ages import grow
from bench.inputs.small_objects import MARKER
from bench.installed import keycatch
from bench.machine import available_cores, load, say
from bench.measures.floors import floors, require_all
from bench.options import add_number, add_seed
from bench.process import place_in
from bench.process import run as run_command
from bench.report import MEDIAN, Table, in_mebibytes, in_seconds, publish
from bench.rounds import Result, results, take_turns
from bench.tools import Target

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from bench.inputs.repositories import Stored
    from bench.process import Surroundings

_MILLION: Final = 1_000_000
_FOUND: Final = "keycatch history, a finding"
_RULE: Final = f"""\
id: bench-marker
name: Marker
summary: What one file of a generated history has.
severity: high
confidence: high
anchors:
  - literal: {MARKER}
pattern: '{MARKER}'
remediation:
  - Nothing is to be done.
"""


def add_options(history: argparse.ArgumentParser) -> None:
    """Add the options of `--growth` to the parser of `history`."""
    add_number(history, "--largest", _MILLION, "objects of the largest generated repository")
    history.add_argument("--directory", metavar="DIR", help="keep generated repositories there")
    add_seed(history)
    history.add_argument(
        "--small", action="store_true",
        help="small objects, also with a finding: ten million take a quarter of an hour and 1.4 GB",
    )  # fmt: skip
    history.add_argument("--svg", metavar="FILE", help="draw the time of each object there")
    history.add_argument("--memory-svg", metavar="FILE", help="draw the memory of each there")


def run(args: argparse.Namespace) -> int:
    """Measure, print a table for each size, and draw them; returns 0. Raises KeycatchError."""
    jobs = args.jobs or available_cores()
    loads = [load("at the start")]
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        place = place_in(Path(work), jobs)
        kept = Path(args.directory or work)
        kept.mkdir(parents=True, exist_ok=True)
        repositories = grow(kept.resolve(), args.largest, args.seed, small=args.small)
        loads.append(load("before the rounds"))
        rule = _finding(place.home) if args.small else None
        measured = [(each, _measure(each, place, args.rounds, rule)) for each in repositories]

    tables = [_table(repository, rows) for repository, rows in measured]
    about = {"rounds": str(args.rounds)}
    publish(tables, jobs=jobs, about=about, loads=loads, json_file=args.json)
    if args.svg:
        Path(args.svg).write_text(_drawn(measured), "utf-8")
    if args.memory_svg:
        Path(args.memory_svg).write_text(_drawn_memory(measured), "utf-8")
    return 0


def _finding(directory: Path) -> Path:
    """Return a configuration, below `directory`, with which one file of small objects is found."""
    rule, configuration = directory / "rule.yaml", directory / "finding.toml"
    rule.write_text(_RULE, "utf-8")
    configuration.write_text(f"rules = [{json.dumps(str(rule))}]\n", "utf-8")
    return configuration


def _measure(
    repository: Stored, place: Surroundings, rounds: int, finding: Path | None
) -> list[Result]:
    say(f"measuring {repository.objects:,} objects")
    scanner = keycatch()
    reported, memory = scanner.check(Target.REPOSITORY, repository.path, place)
    require_all(repository, reported)

    own = scanner.command(Target.REPOSITORY, repository.path, jobs=place.jobs)
    own = own._replace(name="keycatch history")
    # In one process: the chart is about CPU, which more of them do not make less.
    commands = [own, *floors(repository, 1, with_log=False)]
    seen = {own.name: memory}
    if finding:
        argv = (*own.argv, "--config", str(finding))
        found = own._replace(name=_FOUND, argv=argv, exits=frozenset((1,)))
        seen[found.name] = run_command(found, place, watch=True).memory
        commands.insert(1, found)
    costs = take_turns(commands, place, rounds, uncounted=0)
    return results(costs, own.name, memory=seen)


def _table(repository: Stored, rows: Sequence[Result]) -> Table:
    header = (MEDIAN, "CPU s", "wall s", "CPU s a million", "largest MiB", "all, PSS")
    cells = [
        (
            row.name,
            in_seconds(row.cpu, 3),
            in_seconds(row.wall, 3),
            f"{_a_million(row, repository):.2f}",
            in_mebibytes(row.peak),
            in_mebibytes(row.memory.pss),
        )
        for row in rows
    ]
    title = f"{repository.objects:,} objects: {str(repository).partition(': ')[2]}"
    subject = repository._replace(packs=())
    return Table("growth", title, header, cells, rows, subject=subject)


def _a_million(row: Result, repository: Stored) -> float:
    return row.cpu.median / repository.objects * _MILLION


def _drawn_memory(measured: Sequence[tuple[Stored, Sequence[Result]]]) -> str:
    """Return a chart of the memory of keycatch: the rows of which all processes were watched."""
    series = []
    for number, row in enumerate(measured[0][1]):
        if row.memory.pss:
            peaks = [(here.objects, rows[number].peak / here.objects) for here, rows in measured]
            series.append(Series(f"{row.name}, largest process", peaks))
    return line_chart(
        "Peak memory for each object of a whole history, as it grows",
        "objects in the repository",
        "bytes an object",
        series,
    )


def _drawn(measured: Sequence[tuple[Stored, Sequence[Result]]]) -> str:
    series = [
        Series(
            row.name,
            [
                (repository.objects, _a_million(rows[number], repository))
                for repository, rows in measured
            ],
        )
        for number, row in enumerate(measured[0][1])
    ]
    return line_chart(
        "CPU time per object of a whole history, as it grows",
        "objects in the repository",
        "CPU seconds a million objects",
        series,
    )
