"""What a scan reads of a repository without a work tree: a mirror, a bare clone, or a `.git`.

That is the tree of HEAD, as a work tree would have it, and the files of git that are no objects.
Packs and loose objects are for `keycatch history`, which says who added what is in them.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from scanner.findings import Notice
from scanner.git.repository import Repository
from scanner.secret import printable
from scanner.sources import changes, tree
from scanner.sources.files import FileBlob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import ExitStack

    from scanner.findings import Tally
    from scanner.sources.changes import ChangeSet
    from scanner.sources.interface import Blob

STORED: Final = "stored-repository"
"""The reason of a notice that of a repository only HEAD was read."""
_OBJECTS: Final = re.compile(
    r"objects/(?:[0-9a-f]{2}/[0-9a-f]{38,62}|info/.*"
    r"|pack/(?:multi-pack-index|pack-[0-9a-f]+)[^/]*)"
)
"""Files with objects, and with what git keeps to find them (gitrepository-layout(5))."""


def collect(
    directories: Iterable[str], tally: Tally, is_excluded: Callable[[str], bool], stack: ExitStack
) -> tuple[list[Blob], set[str]]:
    """Return the blobs of the repositories at `directories`, and all names that they have.

    The blobs can be read until `stack` is closed. Raises GitError.
    """
    blobs: list[Blob] = []
    names: set[str] = set()
    for directory in directories:
        blobs += _own_files(directory, tally)
        change = _of_head(directory, tally, is_excluded)
        if change:
            stack.callback(change.close)
            blobs += change.blobs
            names |= change.names.keys()
    return blobs, names


def _of_head(directory: str, tally: Tally, is_excluded: Callable[[str], bool]) -> ChangeSet | None:
    """Return the files of HEAD in the repository at `directory`; their paths begin with that.

    None if there is no HEAD: in an empty repository, and where HEAD names a branch that is not
    there. What is read instead of everything goes into `tally`.
    """
    repository = Repository(directory, named=True)
    where = printable(directory)
    rest = f"`keycatch history {where}` reads all that it stores"
    commit = repository.resolve("HEAD")
    if not commit:
        # The HEAD of a server can name a branch that nobody pushed, next to others.
        hides = bool(repository.run("for-each-ref", "--count=1", what="list the references"))
        detail = f"{where} is a git repository without a work tree, and its HEAD has no commit"
        tally.notice(Notice(STORED, directory, f"{detail}: {rest}", hides=hides))
        return None

    detail = f"{where} is a git repository without a work tree: the files of its HEAD were read"
    tally.notice(Notice(STORED, directory, f"{detail}, {rest}", hides=False))
    prefix = "" if directory == os.curdir else os.path.join(directory, "")
    return changes.of_tree(repository, commit, tally, is_excluded, prefix)


def _own_files(directory: str, tally: Tally) -> Iterator[FileBlob]:
    """Yield the files of the repository at `directory` that are no objects.

    Its configuration can hold a password, and a hook anything.
    """
    for path in tree.walk(directory, tally):
        inside = os.path.relpath(path, directory).replace(os.sep, "/")
        if not _OBJECTS.fullmatch(inside):
            yield FileBlob(path)
