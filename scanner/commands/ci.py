"""`keycatch ci`: what the change adds that a CI system is building."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scanner.about import NAME
from scanner.commands.options import (
    add_report_options,
    add_review_options,
    add_scan_options,
)
from scanner.commands.scanning import scan_change
from scanner.console import say
from scanner.git.process import GitError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from scanner.ci.interface import CiChange
    from scanner.findings import Tally
    from scanner.git.repository import Repository
    from scanner.sources.changes import ChangeSet


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.epilog = (
        "The commit range is read from the CI environment. If the clone lacks commits of the "
        "range, the command fails (exit code 2) and names the setting to change."
    )
    parser.add_argument(
        "--base",
        metavar="REV",
        default="",
        help="the branch that changes are merged into, or a full hash: what to compare with where "
        "the CI system does not say (as the variable KEYCATCH_BASE)",
    )
    add_review_options(parser)
    add_scan_options(parser)
    add_report_options(parser)


def run(args: argparse.Namespace) -> int:
    """Scan what the commits of the change add, write the report and return the exit code."""
    from scanner.ci import detect
    from scanner.ci.ranges import BASE
    from scanner.git.repository import Repository
    from scanner.sources import changes

    change = detect({**os.environ, BASE: args.base} if args.base else os.environ)
    repository = Repository()
    change, include, exclude = resolve(change, repository)

    def collect(tally: Tally, is_excluded: Callable[[str], bool]) -> ChangeSet:
        if change.is_tree:
            found = changes.of_tree(repository, include[0], tally, is_excluded)
        else:
            remedy = change.remedy
            found = changes.of_range(repository, include, exclude, remedy, tally, is_excluded)
        if not args.quiet:
            say(f"{NAME}: {described(change, tally.commits)}")
        return found

    return scan_change("ci", args, repository, collect, ends=(include, exclude))


def resolve(change: CiChange, repository: Repository) -> tuple[CiChange, list[str], list[str]]:
    """Return `change` and the commit IDs to include and to exclude.

    Where a complete clone lacks what is to be excluded, as after a forced push, the change says
    what to compare with instead. Raises GitError with the setting to change.
    """
    include = [repository.required(name, change.remedy) for name in change.include]

    exclude = [repository.resolve(name) for name in change.exclude]
    if None in exclude:
        if change.after_rewrite is not None and not repository.is_shallow:
            return resolve(change.after_rewrite, repository)
        missing = change.exclude[exclude.index(None)]
        raise GitError(f"{missing} is not in this clone: {change.remedy}")
    known = [name for name in exclude if name is not None]
    if change.on_base and known:
        left = [*include, *(f"^{name}" for name in known)]
        if not repository.answers("rev-list", "--max-count=1", *left):
            return resolve(change.on_base, repository)
    return change, include, known


def described(change: CiChange, commits: int) -> str:
    """Return the sentence that names the range and where it is from, for a person to check."""
    if change.is_tree:
        return (
            f"{change.provider}, {change.event}: the files of {change.include[0]} as they are; "
            f"`keycatch history` scans all commits (from {change.taken_from})"
        )
    left_out = f" without {', '.join(change.exclude)}" if change.exclude else ""
    number = f"{commits:,} commit{'' if commits == 1 else 's'}"
    return (
        f"{change.provider}, {change.event}: {number} of {', '.join(change.include)}{left_out} "
        f"(from {change.taken_from})"
    )
