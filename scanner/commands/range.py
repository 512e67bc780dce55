"""`keycatch range`: every commit between two revisions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from scanner.commands.options import (
    add_report_options,
    add_review_options,
    add_scan_options,
)
from scanner.commands.scanning import scan_change
from scanner.errors import UsageError
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse

_REMEDY = "fetch its history, for example with `git fetch --unshallow`"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "range",
        metavar="REV..REV",
        help="A..B: the commits in B that are not in A",
    )
    add_review_options(parser)
    add_scan_options(parser)
    add_report_options(parser)


def run(args: argparse.Namespace) -> int:
    """Scan what the commits of the range add, write the report and return the exit code."""
    from scanner.git.repository import Repository
    from scanner.sources import changes

    since, until = ends(args.range)
    repository = Repository()
    # As IDs, so that a name cannot be an option of rev-list, and one that is missing is an error.
    exclude = [repository.required(since, _REMEDY)]
    include = [repository.required(until, _REMEDY)]
    collect = partial(changes.of_range, repository, include, exclude, _REMEDY)

    return scan_change("range", args, repository, collect, ends=(include, exclude))


def ends(span: str) -> tuple[str, str]:
    """Return the two revisions of `span`; one that is left out is HEAD. Raises UsageError."""
    since, dots, until = span.partition("..")
    # `A...B`, the symmetric difference, is another set of commits than a user of A..B expects.
    if not dots or until.startswith(".") or ".." in until:
        hint = "write A..B for the commits in B that are not in A"
        raise UsageError(f"'{printable(span)}' is not a range of commits: {hint}")
    return since or "HEAD", until or "HEAD"
