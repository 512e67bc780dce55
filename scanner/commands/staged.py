"""`keycatch staged`: what is about to be committed, in a hook or by hand."""

from __future__ import annotations

import os

from scanner.about import NAME
from scanner.commands.options import add_report_options, add_scan_options
from scanner.commands.scanning import DEEPEN, remedy, scan_change
from scanner.console import say
from scanner.errors import UsageError
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from typing import Final

    from scanner.findings import Finding, Tally
    from scanner.git.repository import Repository
    from scanner.reports.interface import Stop
    from scanner.sources.changes import ChangeSet

_INDEX: Final = "GIT_INDEX_FILE"
"""Git sets it for the hooks of a commit (run_commit_hook in git's commit.c). A framework that runs
by hand, or by CI, does not have it."""
_RUN: Final = (
    "not in a commit, so each tracked file is read as it is staged, and {:,} with changes that are "
    "not staged as they are in the work tree as well"
)
_UNTRACKED: Final = "; {:,} untracked are not read: `keycatch scan` reads them"
_RANGE: Final = (
    "the commits of {}..{} are read, each as it is in git; what is only in the work tree is not"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.epilog = (
        "Reads the index, not the work tree. Under `pre-commit run`, also with --all-files or "
        "--files, it scans all tracked files as they are staged, and what is not staged as well."
    )
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="names that a framework appends; all that is staged is read in any case",
    )
    add_scan_options(parser)
    add_report_options(parser)


def run(args: argparse.Namespace) -> int:
    """Scan the index against what it is based on, write the report and return the exit code."""
    from scanner.git.repository import Repository
    from scanner.sources import changes

    repository = Repository()
    since, until = _range_of_framework()
    by_hand = _runs_by_hand()

    def collect(tally: Tally, is_excluded: Callable[[str], bool]) -> ChangeSet:
        if since:
            ends = [repository.required(name, remedy(repository)) for name in (until, since)]
            if not args.quiet:
                say(f"{NAME}: {_RANGE.format(printable(since), printable(until))}")
            return changes.of_range(repository, ends[:1], ends[1:], DEEPEN, tally, is_excluded)
        if by_hand:
            change = _of_run(args, repository, tally, is_excluded)
        else:
            change = changes.of_index(repository, tally, is_excluded)
        if not (change.number or change.names):
            _refuse_no_index(repository)
        return change

    def stopped(findings: Sequence[Finding]) -> Stop | None:
        from scanner.commands.stopped_commit import stop_of_commit  # here: only with findings

        return stop_of_commit(repository, findings)

    # A range and the whole index are scanned where there is no commit to stop.
    is_commit = not since and not by_hand
    return scan_change("staged", args, repository, collect, stopped if is_commit else None)


def _range_of_framework() -> tuple[str, str]:
    """Return the ends of the range that a framework is run for; empty without one.

    Where git commits, they were inherited from another run, and the index is what counts.
    """
    if _INDEX in os.environ:
        return "", ""
    ends = (os.environ.get("PRE_COMMIT_FROM_REF", ""), os.environ.get("PRE_COMMIT_TO_REF", ""))
    return ends if all(ends) else ("", "")


def _of_run(
    args: argparse.Namespace,
    repository: Repository,
    tally: Tally,
    is_excluded: Callable[[str], bool],
) -> ChangeSet:
    """Return all tracked files as they are staged, and what is not staged of the work tree.

    Under `--all-files` and `--files` a framework leaves in the work tree what is not staged, and
    a hook that gets no names cannot know which were asked for.
    """
    from scanner.git.work_tree import not_staged
    from scanner.sources import changes

    # As git has it: GIT_DIR and GIT_WORK_TREE can name a work tree that has no `.git`.
    root = os.fsdecode(repository.answers("rev-parse", "--show-toplevel").removesuffix(b"\n"))
    changed, untracked = not_staged(repository) if root else ([], 0)
    if root and not args.quiet:
        more = _UNTRACKED.format(untracked) if untracked else ""
        say(f"{NAME}: {_RUN.format(len(changed))}{more}")
    # Names come from a hook that passes them on; the frameworks run at the root.
    paths = dict.fromkeys([*map(os.fsdecode, changed), *filter(os.path.isfile, args.files)])
    return changes.of_tracked(repository, tally, is_excluded, root, paths)


def _refuse_no_index(repository: Repository) -> None:
    """Raise UsageError where nothing can be staged; asked only where nothing is."""
    from scanner.git.process import unusable

    asked = ("rev-parse", "--is-inside-work-tree", "--absolute-git-dir")
    answer = repository.run(*asked, what="find a work tree").splitlines()
    # With GIT_DIR=. git takes its own directory for a work tree.
    if len(answer) != 2:
        raise unusable("rev-parse", "whether there is a work tree, and a path")
    if answer[0] != b"true" or os.path.realpath(os.fsdecode(answer[1])) == os.path.realpath("."):
        raise UsageError(
            "there is no work tree here, so nothing is staged: run it in a work tree of the "
            "repository; `keycatch range A..B` and `keycatch history` scan commits"
        )

    named = repository.run("rev-parse", "--git-path", "index", what="find its index")
    index = os.environ.get(_INDEX) or os.fsdecode(named.removesuffix(b"\n"))
    # A new repository has no index until something is added to it.
    is_new = _INDEX not in os.environ and repository.resolve("HEAD") is None
    if not is_new and not os.path.exists(index):
        raise UsageError(
            f"there is no index at {printable(index)}, so it is not known what is staged: "
            "`git reset` writes one"
        )


def _runs_by_hand() -> bool:
    return os.environ.get("PRE_COMMIT") == "1" and _INDEX not in os.environ
