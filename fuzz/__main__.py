"""The command line: `python -m fuzz COMMAND`; `--help` lists the commands."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz.targets import targets

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run what `argv` asks for; return 0, 1 if a promise was broken, or 2 if it cannot run."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    shown = commands.add_parser("list", help="list the targets and what each is to hold")
    shown.set_defaults(run=_list)

    run = commands.add_parser("run", help="fuzz targets under atheris")
    run.add_argument("targets", nargs="*", metavar="TARGET", help="default: all of them")
    run.add_argument("--minutes", type=float, default=1, metavar="N", help="each; default: 1")
    run.add_argument(
        "--directory", type=Path, default=Path("build/fuzz"), metavar="DIR",
        help="where corpus and findings are kept; default: build/fuzz",
    )  # fmt: skip
    run.set_defaults(run=_run)

    repeat = commands.add_parser("repeat", help="give a target the input in files once more")
    repeat.add_argument("target", metavar="TARGET")
    repeat.add_argument("files", nargs="+", type=Path, metavar="FILE", help="or a whole directory")
    repeat.set_defaults(run=_repeat)

    corrupt = commands.add_parser("corrupt", help="damage files at random and scan them")
    corrupt.add_argument("--number", type=int, default=200, metavar="N", help="default: 200")
    corrupt.add_argument("--first", type=int, default=0, metavar="N", help="to repeat one attempt")
    corrupt.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    corrupt.add_argument(
        "--directory",
        type=Path,
        default=Path("build/corrupt"),
        metavar="DIR",
        help="where what broke a promise is kept; default: build/corrupt",
    )
    corrupt.set_defaults(run=_corrupt)

    args = parser.parse_args(argv)
    unknown = {*getattr(args, "targets", ()), *filter(None, [getattr(args, "target", "")])}
    unknown -= targets().keys()
    if unknown:
        parser.error(f"no target {min(unknown)}; known are {', '.join(targets())}")
    code: int = args.run(args)
    return code


def _list(_: argparse.Namespace) -> int:
    for target in targets().values():
        print(f"{target.name:<14} {target.about}")
    return 0


def _run(args: argparse.Namespace) -> int:
    if find_spec("atheris") is None:
        sys.stderr.write("fuzz: atheris is not installed: pip install -e '.[fuzz]'\n")
        return 2
    from fuzz.campaign import fuzz

    code = 0
    print("target         executions   a second   inputs before and after   findings", flush=True)
    for name in args.targets or targets():
        outcome = fuzz(targets()[name], args.minutes, args.directory)
        if outcome.problem:
            sys.stderr.write(f"fuzz: {name} could not run: {outcome.problem}\n")
            code = 2
            continue
        rate = outcome.executions / outcome.seconds
        before, after = outcome.inputs
        print(
            f"{name:<14} {outcome.executions:>10,} {rate:>10,.0f} {before:>12,} {after:>12,}"
            f" {len(outcome.findings):>10}",
            flush=True,
        )
        # Of those that look alike, one is enough to begin with.
        for what, file in {each.what: each.file for each in outcome.findings}.items():
            print(f"  {what}\n  repeat it: python -m fuzz repeat {name} {file}", flush=True)
        code = code or int(bool(outcome.findings))
    return code


def _corrupt(args: argparse.Namespace) -> int:
    if not hasattr(os, "fork"):
        sys.stderr.write("fuzz: corrupt needs a POSIX system: it forks a process for each scan\n")
        return 2
    from fuzz.corruption.survey import SUBJECTS, attempts, table

    numbers = range(args.first, args.first + args.number)
    done = []
    for attempt in attempts(numbers, list(SUBJECTS), args.seed, args.directory.resolve()):
        done.append(attempt)
        if attempt.fault:
            print(f"{attempt.subject}: {attempt.fault}; it is in {args.directory}")
            print(
                f"  repeat it: python -m fuzz corrupt --seed {args.seed} --first {attempt.number}"
                " --number 1",
                flush=True,
            )
    print("\n".join(table(done)))
    return int(any(attempt.fault for attempt in done))


def _repeat(args: argparse.Namespace) -> int:
    broken = 0
    for file in args.files:
        for path in sorted(file.iterdir()) if file.is_dir() else [file]:
            try:
                targets()[args.target].one(path.read_bytes())
            except Exception:  # noqa: BLE001 -- whatever it is, it is what was looked for
                broken += 1
                print(f"{path}:", file=sys.stderr)
                traceback.print_exc()
    if not broken:
        print("nothing was broken")
    return int(broken > 0)


if __name__ == "__main__":
    raise SystemExit(main())
