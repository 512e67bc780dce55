"""What a push hook costs, and a scan of the whole history beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from bench.history_tools import keycatch_history
from bench.hook_tools import OURS, SCANNER
from bench.repositories import git
from bench.rounds import Run, Table, table, take_turns, together
from bench.startup import BASELINE
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.process import Place

_WHOLE: Final = "keycatch history"
_CLEAN: Final = frozenset((0,))
_SCANNED: Final = frozenset((0, 1))
"""Old credentials in a given repository are no failure of the run."""
_TREES: Final = ("diff-tree", "--stdin", "-r", "-c", "--root", "--raw", "--no-abbrev",
                 "--no-renames")  # fmt: skip


def measure_push(
    repository: Path, place: Place, pushed: int, jobs: int, rounds: int, say: Callable[[str], None]
) -> list[Table]:
    """Measure a push of about `pushed` commits from `repository`, a copy, and a whole history.

    Raises KeycatchError if the history has fewer than twice `pushed` commits.
    """
    program = shutil.which("git") or "git"
    there = place._replace(directory=repository)
    tip = git(repository, "rev-parse", "HEAD").decode().strip()
    all_commits = _count(repository, tip)
    old = _old_tip(repository, pushed, all_commits)
    number = _count(repository, f"{old}..{tip}")
    # Where the copy came from has everything, so that there would be nothing to push.
    for name in git(repository, "for-each-ref", "--format=%(refname)", "refs/remotes").split():
        git(repository, "update-ref", "--no-deref", "-d", name.decode())
    git(repository, "update-ref", "refs/remotes/origin/main", old)
    files = {name: place.home / name for name in ("push-line", "push-commits", "push-blobs")}
    files["push-line"].write_text(f"refs/heads/main {tip} refs/heads/main {old}\n", "ascii")
    listed = git(repository, "rev-list", "--topo-order", "--reverse", f"{old}..{tip}")
    files["push-commits"].write_bytes(listed)
    blobs = _contents(git(repository, *_TREES, stdin=listed))
    files["push-blobs"].write_text("".join(f"{blob}\n" for blob in blobs), "ascii")
    sizes = git(repository, "cat-file", "--batch-check=%(objectsize)",
                stdin=files["push-blobs"].read_bytes())  # fmt: skip
    options = ("--jobs", str(jobs))
    runs = [
        Run(_WHOLE, keycatch_history(jobs).command(str(repository)), OURS, None, _CLEAN),
        Run("keycatch push", (*SCANNER, "push", "origin", "ssh://example.invalid/x.git", *options),
            OURS, str(files["push-line"]), _SCANNED),
        Run(f'python -c "{BASELINE}"', (sys.executable, "-c", BASELINE), OURS, None, _CLEAN),
        Run("git rev-list", (program, "rev-list", "--topo-order", "--reverse", f"{old}..{tip}"),
            {}, None, _CLEAN),
        Run("git diff-tree", (program, *_TREES), {}, str(files["push-commits"]), _CLEAN),
        Run("git cat-file --batch", (program, "cat-file", "--batch", "--buffer"), {},
            str(files["push-blobs"]), _CLEAN),
    ]  # fmt: skip
    say("checking what is read")
    _prove(runs[0], there, all_commits)
    _prove(runs[1], there, number)
    say(f"measuring a push of {number} commits")
    costs = take_turns(runs, there, rounds, say)
    parts = [costs[run.name] for run in runs[2:]]
    lines = {
        **costs,
        "reading: the four above together": together(*parts),
    }
    size = sum(int(line) for line in sizes.split() if line.isdigit())
    title = (
        f"A push of {number:,} commits with {len(blobs):,} new contents, {size / 1e6:,.1f} MB,"
        f" of a history of {all_commits:,}"
    )
    notes = ("the lines of git write to /dev/null what keycatch reads",)
    return [table(title, notes, lines, _WHOLE)]


def _prove(run: Run, place: Place, commits: int) -> None:
    """Run keycatch untimed and see that its report counts at least so many `commits`."""
    report = place.home / "report.json"
    report.unlink(missing_ok=True)
    with open(run.stdin or os.devnull, "rb") as given:
        done = subprocess.run(
            [*run.argv, "--format", "json", "--output", str(report)],
            cwd=place.directory,
            env=place.environment(run.environment),
            stdin=given,
            capture_output=True,
            check=False,
        )
    if done.returncode not in run.exits or not report.exists():
        said = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"])[-1]
        raise KeycatchError(f"{run.name} ended with {done.returncode}: {said[:200]}")
    counts = json.loads(report.read_text("utf-8"))["scan"]["counts"]
    if counts["commits"] < commits:
        raise KeycatchError(f"{run.name} read {counts['commits']} of {commits} commits")


def _count(repository: Path, span: str) -> int:
    return int(git(repository, "rev-list", "--count", span))


def _old_tip(repository: Path, pushed: int, all_commits: int) -> str:
    """Return the commit on the main line behind which the number of commits is next to `pushed`."""
    if all_commits < 2 * pushed:
        raise KeycatchError(
            f"the history has {all_commits} commits: too few for a push of {pushed}"
        )
    line = git(repository, "rev-list", "--first-parent", "HEAD").decode().split()
    low, high = 0, len(line) - 1
    while low < high:
        middle = (low + high) // 2
        if _count(repository, f"{line[middle]}..HEAD") < pushed:
            low = middle + 1
        else:
            high = middle
    nearest = [
        (abs(_count(repository, f"{line[at]}..HEAD") - pushed), at)
        for at in (max(low - 1, 1), max(low, 1))
    ]
    return line[min(nearest)[1]]


def _contents(shown: bytes) -> list[str]:
    """Return the IDs of the new blobs in a raw diff, each once, in its order."""
    found: dict[str, None] = {}
    for line in shown.splitlines():
        if line.startswith(b":"):
            parents = len(line) - len(line.lstrip(b":"))
            # The modes (of the parents, then the new one), then the contents in the same order.
            fields = line[parents:].partition(b"\t")[0].split()
            mode, blob = fields[parents], fields[2 * parents + 1].decode()
            if blob.strip("0") and mode != b"160000":
                found[blob] = None
    return list(found)
