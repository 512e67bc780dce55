"""What both hooks are measured on: a clone of a given repository, or a generated one."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.inputs.generated_history import HistorySize, generate
from bench.inputs.repositories import clone, git
from bench.machine import available_cores, load, say
from bench.options import add_jobs, add_json, add_number, add_seed
from bench.process import place_in
from bench.report import Subject, in_megabytes

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from bench.process import Surroundings


class Ready(NamedTuple):
    """A repository that hooks can be measured on; it may be changed."""

    root: Path
    place: Surroundings
    """Where hooks run: with the repository as working directory."""
    about: Mapping[str, Subject | str]
    """For the head of the report."""
    loads: list[tuple[str, float]]
    """The load average before the repository was made, and after."""


def add_options(parser: argparse.ArgumentParser, *, rounds: int, commits: int) -> None:
    """Add the options that both hooks have; `rounds` and `commits` are the defaults."""
    parser.add_argument("--repository", metavar="PATH", help="copied, never written")
    add_number(parser, "--commits", commits, "of a generated repository")
    add_number(parser, "--tracked", 1500, "files of a generated repository")
    add_seed(parser)
    add_number(parser, "--rounds", rounds)
    add_jobs(parser)
    add_json(parser)


@contextmanager
def ready(args: argparse.Namespace, *, checkout: bool) -> Iterator[Ready]:
    """Make the repository that `args` asks for; with `checkout`, files are in its work tree."""
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        place = place_in(Path(work), args.jobs or available_cores())
        root = Path(work) / "repository"
        loads = [load("at the start")]
        if args.repository:
            say("copying the repository")
            clone(args.repository, root, checkout=checkout)
            made = "a copy of a given one"
        else:
            say("generating the repository")
            generate(root, HistorySize(args.tracked, args.seed, args.commits))
            if checkout:
                git(root, "reset", "--quiet", "--hard")
            options = f"--commits {args.commits} --tracked {args.tracked} --seed {args.seed}"
            made = f"generated with {options}"
        loads.append(load("before the rounds"))

        figures = {
            "commits": int(git(root, "rev-list", "--count", "HEAD")),
            "files": git(root, "ls-tree", "-r", "-z", "--name-only", "HEAD").count(b"\0"),
            "pack": sum(
                pack.stat().st_size for pack in (root / ".git" / "objects" / "pack").glob("*.pack")
            ),
        }
        size = in_megabytes(figures["pack"])
        text = (
            f"{figures['commits']:,} commits, {figures['files']:,} files, packs of {size}; {made}"
        )
        about: dict[str, Subject | str] = {
            "repository": Subject(text, figures),
            "rounds": f"{args.rounds}, after one that does not count",
        }
        yield Ready(root, place._replace(directory=root), about, loads)
