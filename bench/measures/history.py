"""The command `history`: whole histories, read by keycatch, by other scanners, and by nobody else.

The floors read and do nothing besides: inflating the packs, and git writing to /dev/null.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.comparison import found_table, read_table, scans_table
from bench.inputs.planted_history import plant_history, require_both_halves
from bench.inputs.repositories import Stored, stored
from bench.installed import find_peers, keycatch
from bench.machine import available_cores, load, say
from bench.measures import agreement, attribution, growth
from bench.measures.floors import floors, require_all
from bench.options import add_jobs, add_json, add_number, add_peers
from bench.process import place_in, run
from bench.report import publish
from bench.rounds import results, take_turns
from bench.tools import CACHED, PEERS, Target
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from bench.installed import Scanner
    from bench.process import Memory, Surroundings
    from bench.report import Table
    from bench.tools import Reported

USUAL: Final = tuple(tool.name for tool in PEERS if Target.REPOSITORY in tool.calls)
"""The peers that are compared without being asked for: with all their rules."""
_PLANTED: Final = 8


def configure(commands: Any) -> None:
    """Add `history` to the subparsers `commands`."""
    history = commands.add_parser("history", help="measure scans of whole histories")
    history.set_defaults(run=_history)
    history.add_argument(
        "repositories", nargs="*", metavar="REPO", help="bare or not; read, never written"
    )
    kind = history.add_mutually_exclusive_group()
    kind.add_argument(
        "--agreement", action="store_true",
        help="compare what keycatch reads of every object with what git reads; time nothing",
    )  # fmt: skip
    kind.add_argument(
        "--growth", action="store_true", help="time per object, on generated repositories"
    )
    kind.add_argument(
        "--attribution", action="store_true",
        help="what ten credentials add to the cost, in copies with pairs of different age",
    )  # fmt: skip
    add_number(history, "--rounds", 3)
    add_jobs(history)
    add_peers(history, Target.REPOSITORY, ", ".join(USUAL))
    history.add_argument("--log", action="store_true", help="time `git log -p` too")
    add_json(history)
    growth.add_options(history)


def _history(args: argparse.Namespace) -> int:
    if args.growth:
        return growth.run(args)
    if not args.repositories:
        raise KeycatchError("say which repositories are to be read")
    if args.agreement:
        return agreement.run(args.repositories)
    if args.attribution:
        return attribution.run_attribution(args)
    return _compare(args)


def _compare(args: argparse.Namespace) -> int:
    jobs = args.jobs or available_cores()
    scanners = [keycatch(), *find_peers(args.peers, Target.REPOSITORY, USUAL)]
    repositories = [stored(given) for given in args.repositories]
    tables: list[Table] = []
    loads = [load("at the start")]
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        place = place_in(Path(work), jobs)

        say("checking that every scanner finds what is planted")
        history = Path(work) / "planted.git"
        files = plant_history(history, _PLANTED, 1)
        paths = {}
        for scanner in scanners:
            paths[scanner.name] = scanner.check(Target.REPOSITORY, str(history), place)[0].paths
            require_both_halves(scanner.name, files, paths[scanner.name])

        for repository in repositories:
            tables += _measure(repository, scanners, place, args)
            loads.append(load(f"after {repository.name}"))

    title = f"Reported of planted credentials, {_PLANTED} of each kind, half of them deleted"
    tables.append(found_table(title, files, paths))
    about = {"rounds": str(args.rounds)}
    publish(tables, jobs=jobs, about=about, loads=loads, json_file=args.json)
    return 0


def _measure(
    repository: Stored, scanners: Sequence[Scanner], place: Surroundings, args: argparse.Namespace
) -> list[Table]:
    """Return the tables of `scanners`, of which the first is keycatch, and of the floors."""
    own, cached = scanners[0], keycatch(CACHED)
    # A first scan, which does not count, has everything to read and fills the cache.
    cached.check(Target.REPOSITORY, repository.path, place)
    scanners = [*scanners, cached]
    reported: dict[str, Reported] = {}
    memory: dict[str, Memory] = {}
    for scanner in scanners:
        say(f"{repository.name}: checking {scanner.name}")
        reported[scanner.name], memory[scanner.name] = scanner.check(
            Target.REPOSITORY, repository.path, place
        )
    # Fast because it has not read everything would be no figure.
    require_all(repository, reported[own.name])
    lower = floors(repository, place.jobs, with_log=args.log)
    for floor in lower:
        say(f"{repository.name}: checking {floor.name}")
        memory[floor.name] = run(floor, place, watch=True).memory

    commands = [
        scanner.command(Target.REPOSITORY, repository.path, jobs=place.jobs) for scanner in scanners
    ]
    # The checks have read everything once, and filled the caches.
    costs = take_turns([*commands, *lower], place, args.rounds, uncounted=0)

    versions = {scanner.name: scanner.version for scanner in scanners}
    rows = results(costs, own.name, versions, memory)
    subject = repository._replace(packs=())
    title = "What each says it has read, and how much it reports"
    return [
        scans_table(str(repository), rows, subject),
        read_table(title, reported, subject),
    ]
