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
    add_review_options(parser)
    add_scan_options(parser)
    add_report_options(parser)


def run(args: argparse.Namespace) -> int:
    """Scan what the commits of the change add, write the report and return the exit code."""
    from scanner.ci import detect
    from scanner.git.repository import Repository
    from scanner.sources import changes

    change = detect(os.environ)
    repository = Repository()
    change, include, exclude = resolve(change, repository)

    def collect(tally: Tally, is_excluded: Callable[[str], bool]) -> ChangeSet:
        found = changes.of_range(repository, include, exclude, change.remedy, tally, is_excluded)
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
    return change, include, [name for name in exclude if name is not None]


def described(change: CiChange, commits: int) -> str:
    """Return the sentence that names the range and where it is from, for a person to check."""
    left_out = f" without {', '.join(change.exclude)}" if change.exclude else ""
    number = f"{commits:,} commit{'' if commits == 1 else 's'}"
    return (
        f"{change.provider}, {change.event}: {number} of {', '.join(change.include)}{left_out} "
        f"(from {change.taken_from})"
    )
