"""Which repositories `keycatch history` reads: those that are named, and those in named folders."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.errors import KeycatchError
from scanner.findings import Notice
from scanner.git.work_tree import find_top, is_top

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scanner.findings import Tally
    from scanner.git.repository import Repository

UNREAD_REPOSITORY: Final = "repository-not-read"
"""The reason of a notice that one of several repositories could not be read."""
NO_REPOSITORY: Final = "no-repository"
"""The reason why a directory was passed over that is next to repositories."""
_MOST: Final = 500_000
"""Directories that are looked into for repositories: a home directory has some 100,000."""


def repositories(names: Iterable[str], tally: Tally) -> list[str]:
    """Return the paths of the repositories that `names` stand for, in their order.

    A directory outside of any repository stands for all that are below it, by name. What could not
    be listed, and what holds none, goes into `tally`. A name that stands for none is returned as it
    is: git says what is wrong with it.
    """
    found: list[str] = []
    for name in names:
        is_folder = os.path.isdir(name) and find_top(name) is None
        found += (_below(name, tally) if is_folder else []) or [name]
    return found


def open_each(
    names: Sequence[str],
    open_one: Callable[[str], Repository],
    tally: Tally,
    wanted: int = 1,
) -> list[tuple[str, Repository]]:
    """Return the repositories at the paths `names`, each once, after its path.

    One of several that cannot be opened goes into `tally`. Raises KeycatchError where it is the
    only one that is `wanted`.
    """
    found: list[tuple[str, Repository]] = []
    known: set[str] = set()
    for name in names:
        try:
            repository = open_one(name)
        except KeycatchError as error:
            if len(names) == 1 and wanted < 2:
                raise
            tally.notice(not_read(name, error))
            continue

        # Two work trees of one repository have the same objects.
        place = os.path.realpath(repository.git_directory)
        if place not in known:
            known.add(place)
            found.append((name, repository))
    return found


def not_read(name: str, error: KeycatchError) -> Notice:
    """Return the notice that the repository at the path `name` was not read because of `error`."""
    return Notice(UNREAD_REPOSITORY, name, str(error), hides=True)


def _below(folder: str, tally: Tally) -> list[str]:
    found: list[str] = []
    without = 0
    for child in _directories(folder, tally):
        inside = list(_search(child, tally))
        found += inside
        without += not inside

    if found and without:
        tally.skip(NO_REPOSITORY, without)
    return found


def _search(directory: str, tally: Tally) -> Iterator[str]:
    """Yield the repositories at and below `directory`, but none in the work tree of another."""
    # A stack instead of recursion: directories can be nested deeper than Python's calls.
    pending = [directory]
    for _ in range(_MOST):
        if not pending:
            return
        path = pending.pop()
        if is_top(path):
            yield path
        else:
            pending += reversed(_directories(path, tally))

    detail = f"repositories are looked for in {_MOST:,} directories: name those below it"
    tally.notice(Notice("unreadable", directory, detail, hides=True))


def _directories(path: str, tally: Tally) -> list[str]:
    """Return the directories in `path`, by name. A link is none: it could lead in a circle."""
    try:
        with os.scandir(path) as entries:
            return sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError as error:
        detail = error.strerror or "cannot be listed"
        tally.notice(Notice("unreadable", path, detail, hides=True))
        return []
