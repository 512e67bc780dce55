"""`keycatch range`: every commit between two revisions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from scanner.commands.options import (
    add_report_options,
    add_review_options,
    add_scan_options,
)
from scanner.commands.scanning import remedy, scan_change
from scanner.errors import UsageError
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse

    from scanner.git.repository import Repository

_DEEPEN = "fetch its history, for example with `git fetch --unshallow`"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "range",
        metavar="REV..REV",
        help="A..B: the commits in B that are not in A. A...B: those since B left A, as in git "
        "diff. A alone: A..HEAD. A^!: the commit A only",
    )
    add_review_options(parser)
    add_scan_options(parser)
    add_report_options(parser)


def run(args: argparse.Namespace) -> int:
    """Scan what the commits of the range add, write the report and return the exit code."""
    from scanner.git.repository import Repository
    from scanner.sources import changes

    repository = Repository()
    include, exclude = ends(args.range, repository)
    collect = partial(changes.of_range, repository, include, exclude, _DEEPEN)

    return scan_change("range", args, repository, collect, ends=(include, exclude))


def ends(span: str, repository: Repository) -> tuple[list[str], list[str]]:
    """Return the commits to include and to exclude for `span`, as gitrevisions(7) writes it.

    They are IDs, so that a name cannot be an option of rev-list, and one that is missing is an
    error. A revision that is left out is HEAD. Raises UsageError and GitError.
    """
    required = partial(repository.required, remedy=remedy(repository, _DEEPEN))
    since, dots, until = span.partition("...")
    if not dots:
        since, dots, until = span.partition("..")
    # `^A`, `A^@` and `A^-` are sets of commits as well, of which this command has no use.
    is_other_set = span.startswith("^") or span.endswith(("^@", "^-"))
    if not span or is_other_set or ".." in since or ".." in until or until.startswith("."):
        hint = "write A..B for the commits in B that are not in A"
        raise UsageError(f"'{printable(span)}' is not a range of commits: {hint}")

    if not dots:
        if span.endswith("^!"):
            commit = required(span.removesuffix("^!"))
            return [commit], repository.names("rev-parse", f"{commit}^@")
        return _since(span, required(span), required("HEAD"), repository)
    first, last = required(since or "HEAD"), required(until or "HEAD")
    if dots == "..":
        return [last], [first]

    # Not the symmetric difference of git log: the change of a branch is what is asked for here.
    bases = repository.names("merge-base", "--all", first, last)
    if not bases:
        hint = f"write {since}..{until} for the commits that {until or 'HEAD'} alone has"
        if repository.is_shallow:
            hint = f"{_DEEPEN}, or {hint}"
        raise UsageError(f"{printable(span)}: the two have no commit in common: {printable(hint)}")
    return [last], bases


def _since(
    name: str, commit: str, head: str, repository: Repository
) -> tuple[list[str], list[str]]:
    """Return the ends of the range from `commit`, called `name`, to HEAD; it is never empty."""
    if repository.answers("rev-list", "--max-count=1", head, f"^{commit}"):
        return [head], [commit]
    # A scan of no commit at all would pass for a clean one.
    hint = f"write {name}^! for that commit"
    if commit != head:
        hint = f"write HEAD..{name} for the commits in {name} that are not in HEAD"
    raise UsageError(printable(f"{name}..HEAD has no commits: {hint}"))
