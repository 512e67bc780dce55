"""The command `liveness`: how long it takes to ask about many credentials, of a server on loopback.

The server answers after a set time, as STS does over a distance, and keeps a log of what it was
asked: whether two questions about one key ID were ever under way at the same time, and whether
anything was asked about a key of a canary account, of which there are some in the tree.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.installed import keycatch
from bench.machine import load
from bench.measures.sts_stub import ACCOUNT, RoundLog, StsStub
from bench.options import add_json, add_number, add_seed
from bench.process import place_in
from bench.report import MEDIAN, Subject, Table, in_seconds, publish
from bench.rounds import results, take_turns
from bench.tools import Target
from scanner.errors import KeycatchError
from scanner.liveness.canaries import known_accounts
from scanner.rulebook.generator import Generator

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from bench.rounds import Result

_FOUND: Final = frozenset((1,))


def configure(commands: Any) -> None:
    """Add `liveness` to the subparsers `commands`."""
    command = commands.add_parser("liveness", help="measure how long it takes to ask about keys")
    command.set_defaults(run=_liveness)
    add_number(command, "--credentials", 200)
    add_number(command, "--answer", 100, "after which the server answers", metavar="MS")
    add_number(command, "--rounds", 5)
    add_seed(command)
    add_json(command)


def _liveness(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        tree = Path(work) / "tree"
        tree.mkdir()
        canaries = _plant(tree, args.credentials, args.seed)
        loads = [load("at the start")]
        rows, logs = _measure(args, Path(work), tree, canaries)

    keys = {"credentials": args.credentials, "canaries": len(canaries)}
    about: dict[str, Subject | str] = {
        "tree": Subject(f"{args.credentials:,} keys, {len(canaries):,} canaries", keys),
        "server": f"answers after {args.answer:,} ms, on loopback",
        "rounds": f"{args.rounds}, after one that does not count",
    }
    publish(_tables(rows, logs), jobs=1, about=about, loads=loads, json_file=args.json)
    return 0


def _plant(tree: Path, credentials: int, seed: int) -> frozenset[str]:
    """Write a file for each key pair into `tree`; return the key IDs of canary accounts in it."""
    made = Generator(seed)
    canaries = [made.access_key_id(account) for account in sorted(known_accounts())]
    key_ids = [made.access_key_id(ACCOUNT) for _ in range(credentials)]
    for number, key_id in enumerate((*key_ids, *canaries)):
        text = f"aws_access_key_id={key_id}\naws_secret_access_key={made.secret_access_key()}\n"
        (tree / f"{number}.env").write_text(text)
    return frozenset(canaries)


def _measure(
    args: argparse.Namespace, work: Path, tree: Path, canaries: frozenset[str]
) -> tuple[list[Result], list[RoundLog]]:
    """Return the costs of a scan with and without the questions, and a log for each round.

    Raises KeycatchError unless each credential is asked about exactly once in every round.
    """
    # One processor: waiting for answers takes none.
    place = place_in(work, 1)
    stub = StsStub(args.answer / 1000, canaries)
    logs: list[RoundLog] = []

    def check_log() -> None:
        logs.append(stub.take_log())
        if (logs[-1].requests, logs[-1].key_ids) != (args.credentials,) * 2:
            raise KeycatchError("not every credential was asked about once")

    scan = keycatch().command(Target.DIRECTORY, str(tree), jobs=1)
    scan = scan._replace(name="scan", exits=_FOUND)
    options = ("--check-liveness", "--liveness-endpoint", stub.url)
    asking = scan._replace(name="scan --check-liveness", argv=(*scan.argv, *options))
    try:
        costs = take_turns([scan, asking], place, args.rounds, after_round=check_log)
    finally:
        stub.shutdown()
        stub.server_close()
    # The first is of the round that does not count.
    return results(costs, scan.name), logs[1:]


def _tables(rows: Sequence[Result], logs: Sequence[RoundLog]) -> list[Table]:
    times = [(row.name, *map(in_seconds, (row.wall, row.cpu, row.times_wall))) for row in rows]
    asked = (
        "requests", "key IDs", "at one time", "at one time for one key ID",
        "for keys of canary accounts",
    )  # fmt: skip
    return [
        Table(
            "scans",
            "A whole scan, without and with the questions",
            (MEDIAN, "wall s", "CPU s", "times the scan"),
            times,
            rows,
        ),
        Table("requests", "In each round", asked, [list(map(str, log)) for log in logs], logs),
    ]
