"""Searching names: of files and directories, of references, and of what is only in an index.

A name is searched once for the whole history. Trees are searched in shares that know nothing of one
another, and the same name is in thousands of them; so a share only notes the names in which anchors
are, and those are examined when all shares have ended. A value in a name is then found, and
counted, once, however the trees were shared out.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from scanner.findings import REFERENCE_NAME, Notice
from scanner.git.changes import SUBMODULE
from scanner.git.listing import RepeatedError, Repeats, listing
from scanner.git.process import GitError
from scanner.git.references import listed
from scanner.git.tips import indexes, work_trees
from scanner.history.objects.search_result import Noted, SearchResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.engine.anchors import Spots
    from scanner.engine.examine import Examiner
    from scanner.git.repository import Repository
    from scanner.git.tips import IndexEntry

# The mode and the space before a name in a tree: of a file, a symbolic link, a submodule or a
# directory (`fsck_tree` in git's fsck.c; trees that old versions wrote have modes such as 100664).
_MODE: Final = re.compile(rb"(?:100[0-7]{3}|120000|160000|40000) ")
_SUBMODULE_COUNT: Final = "submodule"


def names_in_tree(tree: bytes, spots: Spots) -> Iterator[bytes]:
    """Yield the names in the content of a `tree` in which the anchors at `spots` are."""
    for offset, _ in spots:
        # Between the last zero byte and a place in a name are: the rest of the ID of the entry
        # before, if that ID contains a zero byte, then the mode, a space and the name.
        begin = tree.rfind(b"\0", 0, offset) + 1
        mode = _MODE.search(tree, begin, offset)
        end = tree.find(b"\0", offset)
        if mode and end >= 0:
            yield tree[mode.end() : end]


def search_noted_names(examiner: Examiner, result: SearchResult) -> None:
    """Examine each name noted in `result`, and add what is found to it.

    Notes of names in which nothing was found are dropped; of the trees that have a name one is
    kept, which a later scan reads again.
    """
    trees: dict[bytes, bytes] = {}
    for note in result.noted:
        if note.name:
            trees[note.name] = min(note.object, trees.get(note.name, note.object))

    result.noted[:] = [note for note in result.noted if not note.name]
    for name, tree in sorted(trees.items()):
        found = _examined(examiner, [name])
        if found.findings or found.tally.set_aside or found.tally.skipped:
            result.noted.append(Noted(tree, name=name))
        result.add(found)


def search_names(repository: Repository, examiner: Examiner) -> SearchResult:
    """Search the names that no object has: of references, and of files that are only staged.

    Submodules are counted. Locations have the name as path, and a scope where it is that of a
    reference. Raises GitError.
    """
    names = "\0".join(each.name for each in listed(repository))
    result = _examined(examiner, _with_anchors(examiner, os.fsencode(names)))
    result.findings[:] = [
        finding._replace(
            locations=tuple(at._replace(scope=REFERENCE_NAME) for at in finding.locations)
        )
        for finding in result.findings
    ]

    entries: list[IndexEntry] = []
    try:
        entries = indexes(repository, work_trees(repository))
    except GitError as error:
        detail = f"its names could not be read: {error}"
        result.tally.notice(Notice("git-unavailable", "index", detail, hides=True))
    paths = b"\0".join(dict.fromkeys(entry.path for entry in entries))
    # In trees the parts of a path are entries of their own, and a name is to be found once.
    result.add(_examined(examiner, _with_anchors(examiner, paths.replace(b"/", b"\0"))))

    # A bare repository has no index.
    submodules = {each.path for each in entries if not each.blob}
    if not entries:
        try:
            submodules = _of_head(repository)
        except RepeatedError as error:  # names are searched in the trees
            detail = f"its submodules are not counted: {error}"
            result.tally.notice(Notice("git-unavailable", "HEAD", detail, hides=False))
    if submodules:
        result.tally.skip(_SUBMODULE_COUNT, len(submodules))
    return result


def _with_anchors(examiner: Examiner, listed: bytes) -> list[bytes]:
    """Return those of the names, which are separated by zero bytes, that have an anchor."""
    found: dict[bytes, None] = {}
    for offset, _ in examiner.catalogue.index.search_bytes(listed):
        end = listed.find(b"\0", offset)
        name = listed[listed.rfind(b"\0", 0, offset) + 1 : end if end >= 0 else None]
        found[name] = None
    return list(found)


def _examined(examiner: Examiner, names: Iterable[bytes]) -> SearchResult:
    result = SearchResult()
    for name in names:
        result.add(examiner.examine_name(name.decode("utf-8", "surrogateescape")))
    return result


def _of_head(repository: Repository) -> set[bytes]:
    """Return the paths of the submodules of HEAD. Raises RepeatedError."""
    listed = listing(repository, "ls-tree", "-r", "-z", "HEAD", what="list the files of HEAD")
    repeats = Repeats()
    found = set()
    try:
        for entry in listed:
            head, _, path = entry.partition(b"\t")
            repeats.add(head.decode("ascii", "replace"))
            if head.startswith(SUBMODULE):
                found.add(path)
    except RepeatedError:
        raise
    except GitError:
        pass  # there is no HEAD
    return found
