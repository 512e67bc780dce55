"""The command `history --attribution`: what it costs to say who added ten credentials, and when.

Each repository is copied twice, with pairs of different age in its history and with harmless files
in the same places. Scans of the two copies differ in what follows a finding alone. Before that the
answers about the planted files and a sample of others are compared with those of git, which
compares the trees of all commits.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.comparison import scans_table
from bench.inputs.aged_pairs import plant_aged
from bench.inputs.repositories import git, stored
from bench.installed import keycatch
from bench.machine import available_cores, load, say
from bench.process import place_in, run
from bench.report import publish
from bench.rounds import results, take_turns
from bench.tools import Target
from scanner.git.repository import Repository
from scanner.history.attribution.attribution import attribute
from scanner.history.run import HistoryJob, search
from scanner.rulebook.compiled import shipped_rules

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from bench.process import Surroundings
    from bench.report import Table
    from scanner.history.attribution.attribution import Attribution

_PAIRS: Final = 10
_SAMPLE: Final = 200
"""Other blobs that are asked about: each has its own history of paths and merges."""


def run_attribution(args: argparse.Namespace) -> int:
    """Measure on copies of the repositories of `args`; return 1 if git answers differently."""
    jobs = args.jobs or available_cores()
    tables: list[Table] = []
    loads = [load("at the start")]
    code = 0
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        place = place_in(Path(work), jobs)
        for number, given in enumerate(args.repositories):
            say(f"planting in copies of {given}")
            clean, planted = Path(work) / f"{number}-clean.git", Path(work) / f"{number}-pairs.git"
            plant_aged(given, clean, _PAIRS, harmless=True)
            objects = plant_aged(given, planted, _PAIRS)

            code |= _disagree(planted, objects, jobs)
            tables.append(_measured(clean, planted, place, args.rounds))
            loads.append(load(f"after {given}"))

    publish(tables, jobs=jobs, about={"rounds": str(args.rounds)}, loads=loads, json_file=args.json)
    return code


def _disagree(directory: Path, planted: Sequence[str], jobs: int) -> bool:
    """Print whether git answers as keycatch does about the `planted` blobs and others."""
    form = "--batch-check=%(objecttype) %(objectname)"
    listed = git(directory, "cat-file", "--batch-all-objects", "--unordered", form).decode()
    blobs = sorted(line[5:] for line in listed.splitlines() if line.startswith("blob "))
    asked = [*planted, *random.Random(1).sample(blobs, min(_SAMPLE, len(blobs)))]

    repository = Repository(str(directory), named=True)
    theirs = attribute(repository, asked, jobs=jobs, by_git=True)
    wrong = _different(repository, asked, HistoryJob((), jobs=jobs), theirs)
    # With rules the scan looks for the planted blobs while it reads trees.
    wrong += _different(repository, planted, HistoryJob(shipped_rules(), jobs=jobs), theirs)
    print(f"{directory.name}: who added {len(asked):,} files: {len(wrong):,} disagreements")
    for name in wrong:
        print(f"  {name}")
    return bool(wrong)


def _different(
    repository: Repository, asked: Sequence[str], job: HistoryJob, theirs: Attribution
) -> list[str]:
    """Return the blobs of which `theirs` says something else than what a scan leads to."""
    ours = attribute(repository, asked, jobs=job.jobs, units=search(repository, job).units)
    credentials = [((name,), ()) for name in asked]
    pairs = zip(
        asked, ours.histories(credentials, 0), theirs.histories(credentials, 0), strict=True
    )
    return [
        name
        for name, one, other in pairs
        if one != other or ours.places(name) != theirs.places(name)
    ]


def _measured(clean: Path, planted: Path, place: Surroundings, rounds: int) -> Table:
    scanner = keycatch()
    commands = [
        scanner.command(Target.REPOSITORY, str(path), jobs=place.jobs)._replace(name=name)
        for name, path in (("no credential", clean), (f"{_PAIRS} pairs", planted))
    ]
    memory = {command.name: run(command, place, watch=True).memory for command in commands}
    costs = take_turns(commands, place, rounds, uncounted=0)
    rows = results(costs, commands[0].name, memory=memory)
    repository = stored(str(planted))
    return scans_table(str(repository), rows, repository._replace(packs=()))
