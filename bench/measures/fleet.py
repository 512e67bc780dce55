"""The command `fleet`: many repositories, by `keycatch fleet` and by scanners in a shell loop.

A loop goes on after a repository that cannot be scanned, as `fleet` does, and merges nothing. The
command `generate-fleet` writes repositories like those that `fleet` measures on.
"""

from __future__ import annotations

import os
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.inputs.generated_fleet import generate_fleet
from bench.installed import CHECKOUT, SCANNER, find_peers, keycatch
from bench.machine import available_cores, load, say
from bench.options import add_jobs, add_json, add_number, add_peers, add_seed
from bench.process import Command, place_in
from bench.report import MEDIAN, Subject, Table, in_seconds, publish
from bench.rounds import results, take_turns
from bench.tools import CACHED, Target
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    import argparse

    from bench.process import Surroundings

_USUAL: Final = ("gitleaks", "kingfisher")
_USUAL_NUMBER: Final = 1000
"""Repositories: 80 MB, in 20 seconds of one processor."""
_EACH: Final = "{each}"
"""In the words of a command: the repository."""
_FLEET: Final = "keycatch fleet"
_LOOP: Final = (
    'for each in "$1"/*; do if [ -d "$each/.git" ]; then each=$each/.git; fi; {command} || :; done'
)
_EXITS: Final = frozenset((0, 1, 2))
"""Findings, and repositories that are broken, are no failure of the run."""


def configure(commands: Any) -> None:
    """Add `fleet` and `generate-fleet` to the subparsers `commands`."""
    fleet = commands.add_parser("fleet", help="measure scans of many repositories")
    fleet.set_defaults(run=_fleet)
    fleet.add_argument(
        "directory",
        nargs="?",
        metavar="DIRECTORY",
        help="has the repositories, bare or not; read, never written; default: a generated one",
    )
    add_number(fleet, "--rounds", 3)
    add_jobs(fleet)
    add_peers(fleet, Target.REPOSITORY, ", ".join(_USUAL))
    add_json(fleet)

    make = commands.add_parser("generate-fleet", help="write generated repositories and keep them")
    make.set_defaults(run=_generate)
    make.add_argument("directory", metavar="DIRECTORY", help="must not exist")
    for command in (fleet, make):
        add_number(command, "--generate", _USUAL_NUMBER, "repositories that are generated")
        add_seed(command)


def _generate(args: argparse.Namespace) -> int:
    made = generate_fleet(Path(args.directory), args.generate, args.seed)
    print(f"{args.directory}: {made}")
    return 0


def _fleet(args: argparse.Namespace) -> int:
    if args.directory and not os.path.isdir(args.directory):
        raise KeycatchError(f"there is no directory {args.directory}")
    jobs = args.jobs or available_cores()
    scanners = [keycatch(), keycatch(CACHED)]
    scanners += find_peers(args.peers, Target.REPOSITORY, _USUAL)
    loads = [load("at the start")]
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        place = place_in(Path(work), jobs)
        subject, directory = _repositories(args, Path(work))
        commands = _fleets(directory, place)
        for scanner in scanners:
            command = scanner.command(Target.REPOSITORY, _EACH, jobs=jobs)
            commands.append(_loop(command, directory))
        # The first round would not be another one: each has as much to read as in the first.
        costs = take_turns(commands, place, args.rounds, uncounted=0)

    versions = {f"{scanner.name}, in a loop": scanner.version for scanner in scanners}
    rows = results(costs, _FLEET, versions)
    cells = [
        (
            f"{row.name} {row.version}".strip(),
            *map(in_seconds, (row.cpu, row.wall, row.times_cpu, row.times_wall)),
        )
        for row in rows
    ]
    header = (MEDIAN, "CPU s", "wall s", "times our CPU", "times our wall")
    notes = ("again, and with its cache from the second round on: with nothing new to scan",)
    table = Table("fleet", str(subject), header, cells, rows, notes, {"base": _FLEET})
    about: dict[str, Subject | str] = {"repositories": subject, "rounds": str(args.rounds)}
    publish([table], jobs=jobs, about=about, loads=loads, json_file=args.json)
    return 0


def _repositories(args: argparse.Namespace, work: Path) -> tuple[Subject, Path]:
    """Return what is scanned, and where it is: in `work` if it is generated."""
    if args.directory:
        directory = Path(args.directory).resolve()
        number = sum(each.is_dir() for each in directory.iterdir())
        return Subject(f"{number:,} repositories", {"n": number}), directory
    say("generating the repositories")
    made = generate_fleet(work / "fleet", args.generate, args.seed)
    how = f"generated with --generate {args.generate} --seed {args.seed}"
    return Subject(f"{made}, {how}", {"n": made.repositories}), work / "fleet"


def _fleets(directory: Path, place: Surroundings) -> list[Command]:
    """Return the commands of a first run, and of a second one with nothing new."""
    state = str(place.home / "state")
    words = (
        *SCANNER, "fleet", str(directory), "--state", state, "--jobs", str(place.jobs),
        "--quiet", "--format", "json",
    )  # fmt: skip
    # Each scan of a fleet keeps a record, as `history` does.
    records = str(place.home / ".cache" / "keycatch")
    first = f"rm -rf {shlex.join((state, records))}; exec {shlex.join(words)}"
    return [
        Command(_FLEET, ("/bin/sh", "-c", first), CHECKOUT, exits=_EXITS),
        Command("keycatch fleet, again", words, CHECKOUT, exits=_EXITS),
    ]


def _loop(command: Command, directory: Path) -> Command:
    """Return `command` for each repository in the `directory`."""
    words = ('"$each"' if word == _EACH else shlex.quote(word) for word in command.argv)
    loop = _LOOP.format(command=" ".join(words))
    argv = ("/bin/sh", "-c", loop, "loop", str(directory))
    return Command(f"{command.name}, in a loop", argv, command.environment)
