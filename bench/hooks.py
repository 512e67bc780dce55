"""The commands `staged` and `push`: their options, and the repository they measure on."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import repositories
from bench.hook_report import HookFigures, hooks_as_json, hooks_as_text
from bench.hook_tools import HOOK_PEERS, find_hooks
from bench.machine import available_cores, describe, load, say
from bench.number import positive
from bench.process import Place, choose_cores
from bench.push import measure_push
from bench.staged import measure_staged

if TYPE_CHECKING:
    import argparse

    from bench.rounds import Table


def configure(commands: Any) -> None:
    """Add `staged` and `push` to the subparsers `commands`."""
    staged = commands.add_parser("staged", help="measure the commit hook")
    staged.set_defaults(work=_staged)
    staged.add_argument(
        "--files", type=positive, default=500, metavar="N", help="of the large change; default: 500"
    )
    staged.add_argument(
        "--peers",
        nargs="*",
        metavar="NAME[=PATH]",
        help=f"which to compare with, of {', '.join(HOOK_PEERS)} (default: all installed)",
    )
    push = commands.add_parser("push", help="measure the push hook against a whole history")
    push.set_defaults(work=_push)
    push.add_argument(
        "--pushed", type=positive, default=1000, metavar="N", help="commits; default: 1000"
    )
    for command, rounds, commits in ((staged, 20, 300), (push, 3, 80_000)):
        command.add_argument("--repository", metavar="PATH", help="copied, never written")
        command.add_argument(
            "--commits", type=positive, default=commits, metavar="N",
            help=f"of a generated repository; default: {commits}",
        )  # fmt: skip
        command.add_argument(
            "--tracked", type=positive, default=1500, metavar="N",
            help="files of a generated repository; default: 1500",
        )  # fmt: skip
        command.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
        command.add_argument(
            "--rounds", type=positive, default=rounds, metavar="N", help=f"default: {rounds}"
        )
        command.add_argument("--jobs", type=positive, metavar="N", help="processors (default: all)")
        command.add_argument("--json", metavar="FILE", help="write all figures there too")


def _staged(args: argparse.Namespace) -> int:
    jobs = args.jobs or available_cores()
    peers, missing = find_hooks(args.peers, jobs)
    for note in missing:
        say(note)
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        repository, place, loads = _prepare(args, Path(work), jobs, checkout=True)
        about = _about(args, repository)
        tables = measure_staged(repository, place, peers, args.files, args.rounds, say)
    return _tell(args, jobs, about, loads, tables)


def _push(args: argparse.Namespace) -> int:
    jobs = args.jobs or available_cores()
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        repository, place, loads = _prepare(args, Path(work), jobs, checkout=False)
        about = _about(args, repository)
        tables = measure_push(repository, place, args.pushed, jobs, args.rounds, say)
    return _tell(args, jobs, about, loads, tables)


def _prepare(
    args: argparse.Namespace, work: Path, jobs: int, checkout: bool
) -> tuple[Path, Place, list[tuple[str, float]]]:
    """Make the repository; return it, where commands run, and the load when that was done."""
    home = work / "home"
    home.mkdir()
    repository = work / "repository"
    loads = [("at the start", load())]
    if args.repository:
        say("copying the repository")
        repositories.copy(args.repository, repository, checkout)
    else:
        say("generating the repository")
        size = repositories.History(args.commits, args.tracked, args.seed)
        repositories.generate(repository, size)
        if checkout:
            repositories.git(repository, "reset", "--quiet", "--hard")
    loads.append(("before the rounds", load()))
    return repository, Place(repository, home, choose_cores(jobs), jobs), loads


def _about(args: argparse.Namespace, repository: Path) -> dict[str, str | int]:
    options = f"--commits {args.commits} --tracked {args.tracked} --seed {args.seed}"
    packs = (repository / ".git" / "objects" / "pack").glob("*.pack")
    listed = repositories.git(repository, "ls-tree", "-r", "-z", "--name-only", "HEAD")
    return {
        "made": "a copy of a given one" if args.repository else f"generated with {options}",
        "commits": int(repositories.git(repository, "rev-list", "--count", "HEAD")),
        "files": listed.count(b"\0"),
        "pack": sum(pack.stat().st_size for pack in packs),
        "git": repositories.git(repository, "version").decode().split()[2],
        "rounds": args.rounds,
    }


def _tell(
    args: argparse.Namespace,
    jobs: int,
    about: dict[str, str | int],
    loads: list[tuple[str, float]],
    tables: list[Table],
) -> int:
    figures = HookFigures(describe(jobs), about, [*loads, ("at the end", load())], tables)
    sys.stdout.write(hooks_as_text(figures))
    if args.json:
        Path(args.json).write_text(hooks_as_json(figures), "utf-8")
    return 0
