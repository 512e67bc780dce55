"""`keycatch staged`: what is about to be committed, in a hook or by hand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scanner.commands.options import add_report_options, add_scan_options
from scanner.commands.scanning import DEEPEN, scan_change
from scanner.errors import UsageError
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from scanner.findings import Finding, Tally
    from scanner.git.repository import Repository
    from scanner.reports.interface import Stop
    from scanner.sources.changes import ChangeSet


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.epilog = (
        "Reads the index, not the work tree. Under `pre-commit run --all-files` it scans all "
        "tracked files."
    )
    add_scan_options(parser)
    add_report_options(parser)


def run(args: argparse.Namespace) -> int:
    """Scan the index against what it is based on, write the report and return the exit code."""
    from scanner.git.repository import Repository
    from scanner.sources import changes

    repository = Repository()
    since, until = os.environ.get("PRE_COMMIT_FROM_REF"), os.environ.get("PRE_COMMIT_TO_REF")

    def collect(tally: Tally, is_excluded: Callable[[str], bool]) -> ChangeSet:
        if since and until:
            ends = [repository.required(name, DEEPEN) for name in (until, since)]
            return changes.of_range(repository, ends[:1], ends[1:], DEEPEN, tally, is_excluded)
        of = changes.of_tracked if _runs_on_all_files() else changes.of_index
        change = of(repository, tally, is_excluded)
        if not (change.blobs or change.names):
            _refuse_no_index(repository)
        return change

    def stopped(findings: Sequence[Finding]) -> Stop | None:
        from scanner.commands.stopped_commit import stop_of_commit  # here: only with findings

        return stop_of_commit(repository, findings)

    # A range and the whole index are scanned where there is no commit to stop.
    is_commit = not (since and until) and not _runs_on_all_files()
    return scan_change("staged", args, repository, collect, stopped if is_commit else None)


def _refuse_no_index(repository: Repository) -> None:
    """Raise UsageError where nothing can be staged; asked only where nothing is."""
    asked = ("rev-parse", "--is-inside-work-tree", "--absolute-git-dir")
    answer = repository.run(*asked, what="find a work tree").splitlines()
    # With GIT_DIR=. git takes its own directory for a work tree.
    if answer[0] != b"true" or os.path.realpath(os.fsdecode(answer[1])) == os.path.realpath("."):
        raise UsageError(
            "there is no work tree here, so nothing is staged: run it in a work tree of the "
            "repository; `keycatch range A..B` and `keycatch history` scan commits"
        )

    named = repository.run("rev-parse", "--git-path", "index", what="find its index")
    index = os.environ.get("GIT_INDEX_FILE") or os.fsdecode(named.removesuffix(b"\n"))
    # A new repository has no index until something is added to it.
    is_new = "GIT_INDEX_FILE" not in os.environ and repository.resolve("HEAD") is None
    if not is_new and not os.path.exists(index):
        raise UsageError(
            f"there is no index at {printable(index)}, so it is not known what is staged: "
            "`git reset` writes one"
        )


def _runs_on_all_files() -> bool:
    # git sets GIT_INDEX_FILE for the hooks of a commit (run_commit_hook in git's commit.c); the
    # framework run by hand, or by CI, does not have it.
    return os.environ.get("PRE_COMMIT") == "1" and "GIT_INDEX_FILE" not in os.environ
