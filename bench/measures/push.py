"""The command `push`: what a push hook costs, and a scan of the whole history next to it."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final

from bench.comparison import small_table
from bench.inputs.repositories import GIT, git
from bench.installed import CHECKOUT, SCANNER, keycatch, scan_for_report
from bench.machine import say
from bench.measures.hook_repository import add_options, ready
from bench.measures.startup import BASELINE
from bench.options import add_number
from bench.process import Command
from bench.report import in_megabytes, publish
from bench.rounds import results, take_turns, together
from bench.tools import KEYCATCH, Target
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from bench.process import Surroundings
    from bench.report import Table

_TREES: Final = ("diff-tree", "--stdin", "-r", "-c", "--root", "--raw", "--no-abbrev",
                 "--no-renames")  # fmt: skip
"""How keycatch asks git for what commits change."""
_URL: Final = "ssh://example.invalid/x.git"
"""What git passes to the hook; nothing connects to it."""


def configure(commands: Any) -> None:
    """Add `push` to the subparsers `commands`."""
    push = commands.add_parser("push", help="measure the push hook against a whole history")
    push.set_defaults(run=_push)
    add_number(push, "--pushed", 1000, "commits")
    add_options(push, rounds=3, commits=80_000)


def _push(args: argparse.Namespace) -> int:
    with ready(args, checkout=False) as on:
        table = _measure(on.root, on.place, args.pushed, args.rounds)
    publish([table], jobs=on.place.jobs, about=on.about, loads=on.loads, json_file=args.json)
    return 0


def _measure(root: Path, place: Surroundings, pushed: int, rounds: int) -> Table:
    """Measure a push of about `pushed` commits from the repository `root`, and its whole history.

    Raises KeycatchError if the history has fewer than twice `pushed` commits.
    """
    tip = git(root, "rev-parse", "HEAD").decode().strip()
    all_commits = _count(root, tip)
    old = _old_tip(root, pushed, all_commits)
    span = f"{old}..{tip}"
    number = _count(root, span)

    # The remote that a clone knows has everything, so that there would be nothing to push.
    # --no-deref: origin/HEAD is a symbolic reference, which would delete what it points to.
    for name in git(root, "for-each-ref", "--format=%(refname)", "refs/remotes").split():
        git(root, "update-ref", "--no-deref", "-d", name.decode())
    git(root, "update-ref", "refs/remotes/origin/main", old)

    line = place.home / "push-line"
    line.write_text(f"refs/heads/main {tip} refs/heads/main {old}\n", "ascii")
    commits = place.home / "push-commits"
    commits.write_bytes(git(root, "rev-list", "--topo-order", "--reverse", span))
    blobs = _new_blobs(git(root, *_TREES, stdin=commits.read_bytes()))
    wanted = place.home / "push-blobs"
    wanted.write_text("".join(f"{blob}\n" for blob in blobs), "ascii")
    sizes = git(root, "cat-file", "--batch-check=%(objectsize)", stdin=wanted.read_bytes())

    whole = keycatch().command(Target.REPOSITORY, str(root), jobs=place.jobs)
    whole = whole._replace(name="keycatch history")
    push = Command(
        "keycatch push",
        (*SCANNER, "push", "origin", _URL, "--jobs", str(place.jobs)),
        CHECKOUT,
        str(line),
        # Old credentials in a given repository are no failure of the run.
        exits=frozenset((0, 1)),
    )
    floors = [
        BASELINE,
        Command("git rev-list", (GIT, "rev-list", "--topo-order", "--reverse", span)),
        Command("git diff-tree", (GIT, *_TREES), stdin=str(commits)),
        Command(
            "git cat-file --batch", (GIT, "cat-file", "--batch", "--buffer"), stdin=str(wanted)
        ),
    ]
    say("checking what is read")
    _require_commits(whole, place, all_commits)
    _require_commits(push, place, number)
    say(f"measuring a push of {number} commits")
    costs = take_turns([whole, push, *floors], place, rounds)
    sums = {"reading: the four above together": together(*(costs[each.name] for each in floors))}

    # A line that is no number is of an object that a partial clone lacks.
    size = in_megabytes(sum(int(line) for line in sizes.split() if line.isdigit()))
    title = (
        f"A push of {number:,} commits with {len(blobs):,} new contents, {size},"
        f" of a history of {all_commits:,}"
    )
    note = "the lines of git write to /dev/null what keycatch reads"
    return small_table("push", title, results(costs | sums, whole.name), whole.name, (note,))


def _require_commits(command: Command, place: Surroundings, commits: int) -> None:
    """Run keycatch untimed, and see that its report counts at least so many `commits`."""
    content = scan_for_report(command, KEYCATCH.report, place)[0]
    read = content["scan"]["counts"]["commits"]
    if read < commits:
        raise KeycatchError(f"{command.name} read {read} of {commits} commits")


def _count(root: Path, span: str) -> int:
    return int(git(root, "rev-list", "--count", span))


def _old_tip(root: Path, pushed: int, all_commits: int) -> str:
    """Return the commit on the main line since which about `pushed` commits were added."""
    if all_commits < 2 * pushed:
        raise KeycatchError(
            f"the history has {all_commits} commits: too few for a push of {pushed}"
        )

    # A merge adds several commits to the main line at once, so none may be at the exact distance.
    line = git(root, "rev-list", "--first-parent", "HEAD").decode().split()

    def since(at: int) -> int:
        return _count(root, f"{line[at]}..HEAD")

    first = bisect_left(range(len(line) - 1), pushed, key=since)
    return line[min((max(first - 1, 1), max(first, 1)), key=lambda at: abs(since(at) - pushed))]


def _new_blobs(shown: bytes) -> list[str]:
    """Return the IDs of the new blobs in a raw diff, each once, in its order."""
    found: dict[str, None] = {}
    for line in shown.splitlines():
        if line.startswith(b":"):
            # A merge has a colon for each parent. Then come the modes (of the parents, then the new
            # one) and the contents in the same order: git-diff-tree(1), "Raw output format".
            parents = len(line) - len(line.lstrip(b":"))
            fields = line[parents:].partition(b"\t")[0].split()
            mode, blob = fields[parents], fields[2 * parents + 1].decode()
            # All zeros where the file is deleted; 160000 is a submodule, whose commit is elsewhere.
            if blob.strip("0") and mode != b"160000":
                found[blob] = None
    return list(found)
