"""What git would read without an end: pipes and devices in the place of files, and absurd lists.

Git opens its files whatever they are. A pipe that nobody writes to holds it for ever, and a device
without an end fills its memory. Anyone who can write to a repository can put one there, such as in
an archive of it. They are looked for when git has not answered for a while, so a git that answers
costs nothing.
"""

from __future__ import annotations

import os
import stat
from itertools import islice
from typing import TYPE_CHECKING, Final

from scanner.git.layout import places, shared
from scanner.git.object_store import LARGEST_LIST, ObjectStore
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MOST: Final = 500_000
"""Entries of directories that are looked at, about half a second."""
_OF_WORK_TREES: Final = frozenset({".gitattributes", ".gitignore", ".gitmodules", ".mailmap"})
"""The files of a work tree that git reads itself, in any of its directories or at its top."""
_ALTERNATES: Final = "alternates"
"""The list of other directories with objects (gitrepository-layout(5))."""


def obstacle(directory: str, variables: Mapping[str, str]) -> str:
    """Return a sentence about what holds git, started in `directory`; empty where nothing does.

    `variables` are those that it was started with.
    """
    for entry in islice(_entries(directory, variables), _MOST):
        is_list = entry.name == _ALTERNATES
        try:
            if entry.is_dir(follow_symlinks=False):
                continue
            if entry.is_file(follow_symlinks=False) and not is_list:
                continue
            found = os.stat(entry.path)
        except OSError:  # a link to nothing, or in a circle: git cannot open it either
            continue

        path = printable(entry.path)
        if stat.S_ISFIFO(found.st_mode) or stat.S_ISCHR(found.st_mode):
            what = "a pipe" if stat.S_ISFIFO(found.st_mode) else "a device"
            return f"git waits for {path}, which is {what} and no file: remove it"
        if is_list and found.st_size > LARGEST_LIST:
            return f"git looks for objects in all that {path} lists, which is too much: shorten it"
    return ""


def _entries(directory: str, variables: Mapping[str, str]) -> Iterator[os.DirEntry[str]]:
    """Yield what is in the directories of the repository, and the files of git in its work tree."""
    own, top = places(directory, variables)
    if not own:
        return

    common = shared(own)
    walked = {os.path.realpath(each) for each in (own, common)}
    for each in walked:
        yield from _below(each)

    objects = variables.get("GIT_OBJECT_DIRECTORY") or os.path.join(common, "objects")
    others = variables.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "")
    for elsewhere in ObjectStore(os.path.join(directory, objects), 40, others).directories:
        if os.path.dirname(os.path.realpath(elsewhere)) not in walked:
            yield from _below(elsewhere)
    if top:
        yield from (entry for entry in _below(top) if entry.name in _OF_WORK_TREES)


def _below(directory: str) -> Iterator[os.DirEntry[str]]:
    pending = [directory]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                found = list(entries)
        except OSError:
            continue
        yield from found
        pending += (entry.path for entry in found if entry.is_dir(follow_symlinks=False))
