"""The command `scan`: whole scans of a tree, its stages, and the start of the program.

Each tool first scans the tree untimed: that fills its caches, and its report shows whether it has
read the tree. Then all are timed in turn, with the floor, which lists the tree and reads every
file. The command `generate` writes a tree like the one that `scan` measures on.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.comparison import found_table, read_table, scans_table
from bench.inputs import planted, tree
from bench.installed import find_peers, keycatch
from bench.machine import available_cores, load, say
from bench.measures.stages import stages_table
from bench.measures.startup import startup_table
from bench.options import add_jobs, add_json, add_number, add_peers, positive
from bench.process import PROGRAMS, Command, place_in, run
from bench.programs.read_tree import list_files
from bench.report import Subject, in_megabytes, publish
from bench.rounds import results, take_turns
from bench.tools import Target
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from bench.installed import Scanner
    from bench.process import Surroundings
    from bench.report import Table

SECTIONS: Final = ("stages", "process", "startup")
FLOOR: Final = "reading only"


def configure(commands: Any) -> None:
    """Add `scan` and `generate` to the subparsers `commands`."""
    scan = commands.add_parser("scan", help="measure scans of a tree")
    scan.set_defaults(run=_scan)
    scan.add_argument("tree", nargs="?", metavar="TREE", help="default: a generated one")
    scan.add_argument("--generate", type=float, default=300, metavar="MB", help="default: 300")
    add_number(scan, "--runs", 5)
    add_peers(scan, Target.DIRECTORY, "all that are installed")
    add_jobs(scan)
    scan.add_argument("--sections", nargs="+", choices=SECTIONS, default=SECTIONS)
    scan.add_argument("--sample", type=float, default=64, metavar="MB", help="for the searches")
    add_json(scan)

    make = commands.add_parser("generate", help="write a generated tree and keep it")
    make.set_defaults(run=_generate)
    make.add_argument("tree", metavar="DIRECTORY", help="must not exist")
    make.add_argument("--generate", type=float, default=300, metavar="MB", help="default: 300")

    for command in (scan, make):
        command.add_argument("--files", type=positive, metavar="N", help="default: by size")
        command.add_argument(
            "--planted", type=positive, default=8, metavar="N",
            help="files of each kind of credential",
        )  # fmt: skip
        command.add_argument("--seed", type=int, default=1, metavar="N")


def _generate(args: argparse.Namespace) -> int:
    root = Path(args.tree)
    try:
        root.mkdir(parents=True)
    except OSError as error:
        raise KeycatchError(f"cannot make {args.tree}: {error.strerror}") from None

    files = _generate_in(root, args)
    print(f"{args.tree}: {len(list_files(args.tree)):,} files, {len(files)} with a credential")
    return 0


def _scan(args: argparse.Namespace) -> int:
    jobs = args.jobs or available_cores()
    peers = find_peers(args.peers, Target.DIRECTORY) if "process" in args.sections else []
    scans, starts, stages = [], [], []
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        base = Path(work)
        place = place_in(base, jobs)
        loads = [load("at the start")]
        path, about = _tree(args, base)

        if "process" in args.sections:
            leaks_in = path
            if args.tree:
                leaks_in = str(base / "leaks")
                os.mkdir(leaks_in)
                planted.write(planted.plant(args.planted, args.seed), [Path(leaks_in)])
            scans = _compare(path, leaks_in, [keycatch(), *peers], place, args)
            loads.append(load("after the scans"))
        if "startup" in args.sections:
            say("timing the start-up")
            # Four times as many rounds: what takes milliseconds varies more.
            starts = startup_table(place, base, args.runs * 4)
        if "stages" in args.sections:
            say("timing the stages")
            stages = stages_table(path, int(args.sample * 1_000_000), args.runs)

    tables = [*stages, *scans, *starts]
    publish(tables, jobs=jobs, about={"tree": about}, loads=loads, json_file=args.json)
    return 0


def _tree(args: argparse.Namespace, base: Path) -> tuple[str, Subject]:
    """Return the path of the tree, and what is in it; below `base` it is generated unless given."""
    path, made = os.path.abspath(args.tree or base / "tree"), "given"
    if not args.tree:
        say("generating the tree")
        os.mkdir(path)
        _generate_in(Path(path), args)
        made = f"generated with --generate {args.generate:g} --seed {args.seed}"

    try:
        files = list_files(path)
    except OSError as error:
        raise KeycatchError(f"cannot list {path}: {error.strerror}") from None
    size = sum(map(os.path.getsize, files))
    text = f"{len(files):,} files, {in_megabytes(size)}; {made}"
    return path, Subject(text, {"files": len(files), "bytes": size})


def _generate_in(root: Path, args: argparse.Namespace) -> list[planted.Planted]:
    size = tree.size_of(args.generate, args.files, args.planted, args.seed)
    return tree.generate(root, size)


def _compare(
    path: str,
    leaks_in: str,
    scanners: Sequence[Scanner],
    place: Surroundings,
    args: argparse.Namespace,
) -> list[Table]:
    """Return the tables of `scanners`, of which the first is keycatch, and of the floor.

    They scan `path`; the credentials that are planted are in the directory `leaks_in`, which may be
    the same.
    """
    reported, found = {}, {}
    for scanner in scanners:
        say(f"checking {scanner.name}")
        reported[scanner.name] = inside = scanner.check(Target.DIRECTORY, path, place)[0]
        if leaks_in != path:
            inside = scanner.check(Target.DIRECTORY, leaks_in, place)[0]
        found[scanner.name] = inside.paths

    commands = [scanner.command(Target.DIRECTORY, path, jobs=place.jobs) for scanner in scanners]
    reader = (sys.executable, "-I", "-S", str(PROGRAMS / "read_tree.py"))
    commands.append(Command(FLOOR, (*reader, path, str(place.jobs))))
    costs = take_turns(commands, place, args.runs, uncounted=0)
    say("looking at memory")
    # In one more run, since looking at it would disturb the timing, with caches that are filled.
    memory = {command.name: run(command, place, watch=True).memory for command in commands}

    versions = {scanner.name: scanner.version for scanner in scanners}
    rows = results(costs, scanners[0].name, versions, memory)
    # The same seed gives the same files, wherever they are.
    leaks = planted.plant(args.planted, args.seed)
    return [
        scans_table("Whole scan as a process, in turn", rows),
        read_table("What each says it read of the tree, and what it reported", reported),
        found_table(
            f"Reported of the planted credentials, {args.planted} of each kind", leaks, found
        ),
    ]
