"""The repository: whether there is one, and whether its history is all there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.doctor.interface import NOTE, OK, PROBLEM, Result
from scanner.git.process import GitError
from scanner.git.repository import Repository
from scanner.git.work_tree import find_work_tree
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator


def results() -> Iterator[Result]:
    """Yield what is found about the repository of the current directory."""
    root = find_work_tree(".")
    try:
        repository = Repository(".")
    except GitError as error:
        if root is None:
            said = (
                "the current directory is in no git repository: `scan` reads its files, and "
                "`history` and `fleet` need the path of a repository"
            )
            yield Result(NOTE, "repository", said)
        else:
            fix = f"git -C '{printable(root)}' status, which says what is wrong with it"
            yield Result(PROBLEM, "repository", str(error), fix)
        return

    what = f"work tree {printable(root)}" if root else "bare repository"
    yield Result(OK, "repository", what)
    if repository.is_shallow:
        said = (
            "the clone is shallow: `history`, `range` and `ci` see only the commits that were "
            "fetched"
        )
        yield Result(PROBLEM, "repository", said, "git fetch --unshallow")
    if repository.answers("config", "--get-regexp", r"^remote\..*\.promisor$").strip():
        said = "the clone is partial: `history` reports the objects that it lacks as missing"
        yield Result(NOTE, "repository", said, "git fetch --refetch --no-filter")
