"""The command line: `python -m bench scan|generate|staged|push|history|liveness`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench import generate, history, hooks, liveness, planted
from bench.compare import compare
from bench.machine import available_cores, describe, load, say
from bench.number import positive
from bench.process import Place, choose_cores
from bench.reader import list_files
from bench.report import Figures, as_json, as_text
from bench.stages import measure_stages
from bench.startup import measure_start
from bench.tools import PEERS, find_peers, keycatch
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SECTIONS: Final = ("stages", "process", "startup")


def main(argv: Sequence[str] | None = None) -> int:
    """Run what `argv` asks for; returns 0, or 2 with one sentence on standard error."""
    args = _parser().parse_args(argv)
    try:
        if not hasattr(os, "wait4") or not hasattr(os, "posix_spawn"):
            raise KeycatchError("the benchmark needs a POSIX system: it measures with wait4")
        work: Callable[[argparse.Namespace], int] = args.work
        return work(args)
    except KeycatchError as error:
        sys.stderr.write(f"bench: {error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    scan = commands.add_parser("scan", help="measure scans of a tree")
    scan.add_argument("tree", nargs="?", metavar="TREE", help="default: a generated one")
    scan.add_argument("--generate", type=float, default=300, metavar="MB", help="default: 300")
    scan.add_argument("--runs", type=positive, default=5, metavar="N", help="default: 5")
    scan.add_argument(
        "--peers",
        nargs="*",
        metavar="NAME[=PATH]",
        help=f"which to compare with, of {', '.join(PEERS)} (default: all that are installed)",
    )
    scan.add_argument("--jobs", type=positive, metavar="N", help="processors (default: all)")
    scan.add_argument("--sections", nargs="+", choices=SECTIONS, default=SECTIONS)
    scan.add_argument("--sample", type=float, default=64, metavar="MB", help="for the searches")
    scan.add_argument("--json", metavar="FILE", help="write all figures there too")
    make = commands.add_parser("generate", help="write a generated tree and keep it")
    make.add_argument("tree", metavar="DIRECTORY", help="must not exist")
    make.add_argument("--generate", type=float, default=300, metavar="MB", help="default: 300")
    for command in (scan, make):
        command.add_argument("--files", type=positive, metavar="N", help="default: by size")
        command.add_argument("--planted", type=positive, default=8, metavar="N",
                             help="files of each kind of credential")  # fmt: skip
        command.add_argument("--seed", type=int, default=1, metavar="N")
    scan.set_defaults(work=_scan)
    make.set_defaults(work=_generate)
    hooks.configure(commands)
    history.configure(commands)
    liveness.configure(commands)
    return parser


def _generate(args: argparse.Namespace) -> int:
    root = Path(args.tree)
    try:
        root.mkdir(parents=True)
    except OSError as error:
        raise KeycatchError(f"cannot make {args.tree}: {error.strerror}") from None
    size = generate.size_of(args.generate, args.files, args.planted, args.seed)
    files = generate.generate(root, size)
    print(f"{args.tree}: {size.files + len(files):,} files, {len(files)} with a credential")
    return 0


def _scan(args: argparse.Namespace) -> int:
    jobs = args.jobs or available_cores()
    peers, missing = find_peers(args.peers, jobs) if "process" in args.sections else ([], [])
    for note in missing:
        say(note)
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        base = Path(work)
        names = ("empty", "home", "start", "leaks")
        empty, home, start, leaks_in = (base / name for name in names)
        for directory in (empty, home, start, leaks_in):
            directory.mkdir()
        place = Place(empty, home, choose_cores(jobs), jobs)
        loads = [("at the start", load())]
        if args.tree:
            tree = os.path.abspath(args.tree)
            made = "given"
            leaks = planted.plant(args.planted, args.seed)
            planted.write(leaks, [leaks_in])
        else:
            size = generate.size_of(args.generate, args.files, args.planted, args.seed)
            say("generating the tree")
            (base / "tree").mkdir()
            tree = str(base / "tree")
            made = f"generated with --generate {args.generate:g} --seed {args.seed}"
            leaks = generate.generate(base / "tree", size)
            leaks_in = base / "tree"
        files = _files(tree)
        about = {
            "made": made,
            "files": len(files),
            "bytes": sum(os.path.getsize(file) for file in files),
            "planted": args.planted,
        }
        results = []
        if "process" in args.sections:
            tools = [keycatch(jobs), *peers]
            results = compare(tree, (str(leaks_in), leaks), tools, place, args.runs, say)
            loads.append(("after the scans", load()))
        starts = []
        if "startup" in args.sections:
            say("timing the start-up")
            starts = measure_start(place, start, args.runs * 4)
        stages = []
        if "stages" in args.sections:
            say("timing the stages")
            stages = measure_stages(tree, int(args.sample * 1_000_000), args.runs)
        loads.append(("at the end", load()))
    figures = Figures(describe(jobs), about, loads, stages, results, starts)
    sys.stdout.write(as_text(figures, leaks))
    if args.json:
        Path(args.json).write_text(as_json(figures), "utf-8")
    return 0


def _files(tree: str) -> list[str]:
    try:
        return list_files(tree)
    except OSError as error:
        raise KeycatchError(f"cannot list {tree}: {error.strerror}") from None


if __name__ == "__main__":
    raise SystemExit(main())
