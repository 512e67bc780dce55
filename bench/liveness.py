"""The command `liveness`: how long it takes to ask about many credentials, of a server on loopback.

The server answers after a set time, as STS does over a distance, and keeps a log of what it was
asked: whether two questions about one key ID were ever under way at the same time, and whether
anything was asked about a key of a canary account, of which there are some in the tree.
"""

from __future__ import annotations

import re
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bench.machine import describe, load, say
from bench.number import positive
from bench.process import measure, place_in
from bench.report import plain, to_json
from bench.spread import Spread, ratios, spread
from bench.tools import keycatch
from scanner.errors import KeycatchError
from scanner.liveness.answers import STS
from scanner.liveness.canaries import known_accounts
from scanner.rulebook.generator import Generator

if TYPE_CHECKING:
    import argparse

    from bench.machine import Machine

_SCOPE: Final = re.compile(r"Credential=([A-Z0-9]+)/")
_ACCOUNT: Final = "123456789012"
_FOUND: Final = 1
_ANSWER: Final = (
    f'<GetCallerIdentityResponse xmlns="{STS}"><GetCallerIdentityResult>'
    f"<Arn>arn:aws:iam::{_ACCOUNT}:user/a</Arn><UserId>A</UserId><Account>{_ACCOUNT}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
).encode()


class Seen(NamedTuple):
    """What a server was asked in one run."""

    requests: int
    key_ids: int
    together: int
    """The most that were under way at one time."""
    together_for_one: int
    """The same for one key ID."""
    canaries: int
    """Requests about keys of canary accounts."""


class AskingFigures(NamedTuple):
    """Everything one run found out."""

    machine: Machine
    about: dict[str, float]
    """`credentials`, `canaries`, `answer` (seconds), `rounds`."""
    load: list[tuple[str, float]]
    asking: Spread
    """Wall time of `scan --check-liveness`, in seconds."""
    scanning: Spread
    """The same without `--check-liveness`."""
    times: Spread
    """The first by the second, in pairs."""
    cpu: Spread
    """CPU of the first."""
    seen: list[Seen]
    """One for each round."""


class Answering:
    """A server that says of every credential that it is live, and keeps a log."""

    def __init__(self, seconds: float, canaries: frozenset[str]) -> None:
        """Answer after `seconds`; `canaries` are the key IDs that nobody is to ask about."""
        self._lock = threading.Lock()
        self._canaries = canaries
        self._log: list[str] = []
        self._under_way: dict[str, int] = {}
        self._together = self._together_for_one = 0
        log = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                found = _SCOPE.search(self.headers["Authorization"])
                key_id = found[1] if found else ""
                log.note(key_id, 1)
                time.sleep(seconds)
                log.note(key_id, -1)
                self.send_response(200)
                self.send_header("Content-Length", str(len(_ANSWER)))
                self.end_headers()
                self.wfile.write(_ANSWER)

            def log_message(self, *_arguments: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def note(self, key_id: str, change: int) -> None:
        """Enter that a request about `key_id` has come (1) or is answered (-1)."""
        with self._lock:
            if change > 0:
                self._log.append(key_id)
            now = self._under_way[key_id] = self._under_way.get(key_id, 0) + change
            self._together_for_one = max(self._together_for_one, now)
            self._together = max(self._together, sum(self._under_way.values()))

    def seen(self) -> Seen:
        """Return what there was since the last time, and begin anew."""
        with self._lock:
            log = self._log
            found = Seen(
                len(log), len(set(log)), self._together, self._together_for_one,
                sum(each in self._canaries for each in log),
            )  # fmt: skip
            self._log = []
            self._together = self._together_for_one = 0
        return found

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def configure(commands: Any) -> None:
    """Add `liveness` to the subparsers `commands`."""
    command = commands.add_parser("liveness", help="measure how long it takes to ask about keys")
    command.set_defaults(work=_liveness)
    command.add_argument(
        "--credentials", type=positive, default=200, metavar="N", help="default: 200"
    )
    command.add_argument(
        "--answer", type=positive, default=100, metavar="MS",
        help="after which the server answers; default: 100",
    )  # fmt: skip
    command.add_argument("--rounds", type=positive, default=5, metavar="N", help="default: 5")
    command.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    command.add_argument("--json", metavar="FILE", help="write all figures there too")


def _liveness(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        figures = _measure(args, Path(work))
    sys.stdout.write(_as_text(figures))
    if args.json:
        Path(args.json).write_text(to_json(plain(figures)), "utf-8")
    return 0


def _measure(args: argparse.Namespace, work: Path) -> AskingFigures:
    place = place_in(work, 1)
    tree = work / "tree"
    tree.mkdir()
    made = Generator(args.seed)
    accounts = sorted(known_accounts())
    canaries = [made.access_key_id(account) for account in accounts]
    key_ids = [made.access_key_id(_ACCOUNT) for _ in range(args.credentials)]
    for number, key_id in enumerate((*key_ids, *canaries)):
        text = f"aws_access_key_id={key_id}\naws_secret_access_key={made.secret_access_key()}\n"
        (tree / f"{number}.env").write_text(text)
    server = Answering(args.answer / 1000, frozenset(canaries))
    asks = ["--check-liveness", "--liveness-endpoint", server.url]
    tool = keycatch(1)
    loads = [("at the start", load())]
    pairs, seen = [], []
    try:
        for number in range(args.rounds + 1):
            say(f"round {number} of {args.rounds}")
            costs = [
                measure([*tool.command(str(tree)), *more], place, tool.environment)
                for more in ([], asks)
            ]
            if any(cost.exit_code != _FOUND for cost in costs):
                raise KeycatchError("a scan did not end as one with findings")
            pairs.append(costs)
            seen.append(server.seen())
            if (seen[-1].requests, seen[-1].key_ids) != (args.credentials,) * 2:
                raise KeycatchError("not every credential was asked about once")
    finally:
        server.close()
    plainly, asking = zip(*pairs[1:], strict=True)
    walls = [[cost.wall for cost in costs] for costs in (plainly, asking)]
    about = {
        "credentials": args.credentials, "canaries": len(canaries), "answer": args.answer / 1000,
        "rounds": args.rounds,
    }  # fmt: skip
    return AskingFigures(
        describe(1), about, [*loads, ("at the end", load())], spread(walls[1]), spread(walls[0]),
        ratios(walls[1], walls[0]), spread([cost.cpu for cost in asking]), seen[1:],
    )  # fmt: skip


def _as_text(figures: AskingFigures) -> str:
    machine, about, seen = figures.machine, figures.about, figures.seen
    points = ", ".join(f"{value:.2f} {where}" for where, value in figures.load)
    lines = [
        f"machine     {machine.processor}, 1 of {machine.cores} processors used",
        f"system      {machine.system}; Python {machine.python}",
        f"tree        {about['credentials']:,.0f} keys, {about['canaries']:,.0f} canaries",
        f"server      answers after {about['answer'] * 1000:,.0f} ms, on loopback",
        f"load        {points}",
        f"rounds      {about['rounds']:.0f}, after one that does not count",
        "",
        f"{'seconds':32} median (least to greatest)",
        *(
            f"  {name:30} {values.median:.2f} ({values.least:.2f} to {values.greatest:.2f})"
            for name, values in (
                ("scan --check-liveness, wall", figures.asking),
                ("the same, CPU", figures.cpu),
                ("scan, wall", figures.scanning),
            )
        ),
        "",
        f"requests, each round             {', '.join(str(each.requests) for each in seen)}",
        f"at one time                      {max(each.together for each in seen)}",
        f"at one time for one key ID       {max(each.together_for_one for each in seen)}",
        f"for keys of canary accounts      {sum(each.canaries for each in seen)}",
    ]
    return "\n".join(lines) + "\n"
