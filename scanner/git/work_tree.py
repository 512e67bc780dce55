"""What git would keep of a work tree: its files, as the index and the ignore rules name them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.git.process import GitError, complaint, complete, environment
from scanner.secret import printable

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

_UNTRACKED: Final = b"? "
"""The tag of an untracked file."""
_GITLINK: Final = b"160000 "
"""The mode of a submodule in the index."""

_CANNOT_OPEN: Final = b"could not open directory"
"""What git warns of, with exit code 0, where it lists nothing of a directory (dir.c)."""


class Listing(NamedTuple):
    """What git would keep below a directory; paths are relative to it and sorted."""

    files: list[bytes]
    """Tracked files, and untracked ones that are not ignored."""
    nested: list[bytes]
    """Submodules and untracked repositories, whose files the outer repository does not list."""
    warnings: list[str]
    """What git could not open, in its words."""


def find_work_tree(path: str) -> str | None:
    """Return the root of the work tree that holds the directory `path`, or None outside of one.

    Looks for `.git` upwards itself, since most scans are over before git would have started. Inside
    of a `.git` directory and of anything else that git takes for a repository there is no work
    tree. The root is a path without symbolic links, except on Windows, where resolving turns a
    mapped drive into a path that git does not know itself by.
    """
    directory = os.path.abspath(path) if os.name == "nt" else os.path.realpath(path)
    while True:
        parent, name = os.path.split(directory)
        if os.path.exists(os.path.join(directory, ".git")):
            return directory
        if parent == directory or name.lower() == ".git" or _is_repository(directory):
            return None
        directory = parent


def _is_repository(directory: str) -> bool:
    # What git asks for (setup.c, is_git_directory), and no more: such a directory can be committed,
    # and before version 2.38 git knows no `safe.bareRepository` that would keep it off.
    def has(name: str) -> bool:
        return os.path.lexists(os.path.join(directory, name))

    return has("HEAD") and (has("commondir") or (has("objects") and has("refs")))


def list_files(directory: str, root: str) -> Listing:
    """Return what git would keep below `directory` of the work tree at `root`. Raises GitError."""
    # `-t` puts a tag before each record, without which the name of an untracked file could pass
    # for a record of the index.
    kinds = ("--stage", "--others", "--exclude-standard")
    listed = _run(directory, root, ("--literal-pathspecs", "ls-files", "-z", "-t", *kinds))
    files: set[bytes] = set()
    nested: set[bytes] = set()
    for record in listed.stdout.split(b"\0"):
        tag, path = record[:2], record[2:]
        if tag == _UNTRACKED:
            (nested if path.endswith(b"/") else files).add(path.rstrip(b"/"))
        elif tag:
            is_submodule = path.startswith(_GITLINK)
            (nested if is_submodule else files).add(path[path.index(b"\t") + 1 :])
    said = [line for line in listed.stderr.splitlines() if _CANNOT_OPEN in line]
    return Listing(sorted(files), sorted(nested), [os.fsdecode(line) for line in said])


def is_ignored(directory: str, root: str) -> bool:
    """Tell whether a pattern ignores `directory` as a whole, whatever is tracked in it.

    Raises GitError.
    """
    # Without --literal-pathspecs, which this command refuses; the path is always a full stop.
    return _start(directory, root, ("check-ignore", "-q", "--no-index", ".")).returncode == 0


def _environment(root: str) -> dict[str, str]:
    # A hook's GIT_DIR and GIT_INDEX_FILE would make git answer for the hooked repository.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    # Outweighs `core.worktree`, with which a repository can make git list another directory.
    return environment(kept, GIT_WORK_TREE=root)


def _run(directory: str, root: str, command: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    done = _start(directory, root, command)
    if done.returncode:
        where = printable(directory)
        raise GitError(f"git could not list the files of {where}: {complaint(done)}")
    return done


def _start(directory: str, root: str, command: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    return complete(command, directory, _environment(root))
