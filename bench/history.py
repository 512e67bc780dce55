"""The command `history`: its options, and the comparison on whole histories."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench import agreement, growth
from bench.floors import floors, require_all
from bench.history_proof import make_proof, prove
from bench.history_report import HistoryFigures, OnRepository, Way, as_text
from bench.history_tools import USUAL, find_history_tools, has_cache, keycatch_history
from bench.machine import available_cores, describe, load, say
from bench.number import positive
from bench.process import place_in, watch
from bench.report import plain, to_json
from bench.rounds import Run, take_turns
from bench.spread import ratios, spread
from bench.stored import Stored, stored
from bench.tools import PEERS
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from bench.history_tools import HasRead, HistoryTool
    from bench.process import Place, TreeMemory

_CACHED: Final = "keycatch, with its cache"
_PLANTED: Final = 8


def configure(commands: Any) -> None:
    """Add `history` to the subparsers `commands`."""
    history = commands.add_parser("history", help="measure scans of whole histories")
    history.set_defaults(work=_history)
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
    history.add_argument("--rounds", type=positive, default=3, metavar="N", help="default: 3")
    history.add_argument("--jobs", type=positive, metavar="N", help="processors (default: all)")
    history.add_argument(
        "--peers",
        nargs="*",
        metavar="NAME[=PATH]",
        help=f"which to compare with, of {', '.join(PEERS)} (default: {', '.join(USUAL)})",
    )
    history.add_argument("--log", action="store_true", help="time `git log -p` too")
    history.add_argument("--json", metavar="FILE", help="write all figures there too")
    growth.configure(history)


def _history(args: argparse.Namespace) -> int:
    if args.growth:
        return growth.run(args)
    if not args.repositories:
        raise KeycatchError("say which repositories are to be read")
    if args.agreement:
        return agreement.run(args.repositories)
    return _compare(args)


def _compare(args: argparse.Namespace) -> int:
    jobs = args.jobs or available_cores()
    peers, missing = find_history_tools(args.peers, jobs)
    for note in missing:
        say(note)
    tools = [keycatch_history(jobs), *peers]
    repositories = [stored(given) for given in args.repositories]
    loads = [("at the start", load())]
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        base = Path(work)
        place = place_in(base, jobs)
        say("checking that every scanner finds what is planted")
        proof = make_proof(base / "planted.git", _PLANTED, 1)
        found = {tool.name: prove(tool, proof, place) for tool in tools}
        results = []
        for repository in repositories:
            results.append(_measure(repository, tools, place, args))
            loads.append((f"after {repository.name}", load()))
    figures = HistoryFigures(describe(jobs), args.rounds, loads, found, _PLANTED, results)
    sys.stdout.write(as_text(figures))
    if args.json:
        Path(args.json).write_text(to_json(plain(figures)), "utf-8")
    return 0


def _measure(
    repository: Stored, tools: Sequence[HistoryTool], place: Place, args: argparse.Namespace
) -> OnRepository:
    """Measure `tools`, of which the first is keycatch, and the floors."""
    known = {tool.name: tool for tool in tools}
    if has_cache():
        known[_CACHED] = keycatch_history(place.jobs, cached=True)._replace(name=_CACHED)
    runs = [
        Run(name, tool.command(repository.path), tool.environment, None, tool.exits)
        for name, tool in known.items()
    ] + floors(repository, place.jobs, with_log=args.log)
    has_read: dict[str, HasRead] = {}
    memory: dict[str, TreeMemory] = {}
    for run in runs:
        say(f"{repository.name}: checking {run.name}")
        tool = known.get(run.name)
        if run.name == _CACHED:
            known[_CACHED].check(repository.path, place)  # there is nothing in the cache yet
        if tool:
            has_read[run.name], memory[run.name] = tool.check(repository.path, place)
        else:
            memory[run.name] = watch(run.argv, place)[1]
    require_all(repository, has_read[tools[0].name])
    # The checks have read everything once, and filled the caches.
    costs = take_turns(runs, place, args.rounds, say, uncounted=0)
    own = costs[tools[0].name]
    ways = [
        Way(
            name=name,
            version=known[name].version if name in known else "",
            has_read=_told(has_read.get(name)),
            findings=len(has_read[name].paths) if name in has_read else None,
            wall=spread([cost.wall for cost in taken]),
            cpu=spread([cost.cpu for cost in taken]),
            slower=ratios([cost.wall for cost in taken], [cost.wall for cost in own]),
            dearer=ratios([cost.cpu for cost in taken], [cost.cpu for cost in own]),
            peak=max(cost.peak for cost in taken),
            memory=memory[name],
        )
        for name, taken in costs.items()
    ]
    return OnRepository(repository._replace(packs=()), ways)


def _told(has_read: HasRead | None) -> HasRead | None:
    """Leave out the paths, which can be many."""
    return has_read and has_read._replace(paths=())
