"""Where a repository keeps what it stores, read from its files: no git is started.

See gitrepository-layout(5): `.git` can be a file that names the directory, and the directory of a
linked work tree names the one that all work trees of the repository share.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.files import read_regular
from scanner.git.work_tree import find_top, find_work_tree, is_repository

if TYPE_CHECKING:
    from collections.abc import Mapping

_POINTS_TO: Final = b"gitdir: "
"""How the file begins that is called `.git`."""


def places(directory: str, variables: Mapping[str, str]) -> tuple[str, str]:
    """Return the git directory of `directory` and the top of its work tree, empty where unknown."""
    top = find_work_tree(directory) or ""
    if variables.get("GIT_DIR"):
        return os.path.join(directory, variables["GIT_DIR"]), top

    if not top:
        own = find_top(directory) or ""
        return own if is_repository(own) else "", ""

    own = os.path.join(top, ".git")
    if not os.path.isdir(own):
        line = _line(own)
        return os.path.join(top, line) if line else "", top
    return own, top


def shared(own: str) -> str:
    """Return the git directory of all work trees of the repository that has the one at `own`."""
    return os.path.join(own, _line(os.path.join(own, "commondir")))


def _line(path: str) -> str:
    """Return the path that a file of git holds; empty without one."""
    try:
        return os.fsdecode(read_regular(path, 4096).removeprefix(_POINTS_TO).rstrip(b"\r\n"))
    except OSError:
        return ""
