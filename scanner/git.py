"""The only module that runs git.

Commands are plumbing with NUL-separated output, run so that nothing in the repository or in the
user's configuration can change what they print or make them run anything: no file system monitor,
no hooks, no pager, no prompt, the C locale, no locks taken. Ownership is left for git to judge:
`safe.directory` is never set, and the repository is found by git itself, since naming it with
`GIT_DIR` would switch that check off.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.errors import KeycatchError
from scanner.secret import printable

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

_HARDENED: Final = (
    "--no-pager",
    "--no-optional-locks",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.untrackedCache=false",
    # A directory of the work tree can be made to look like a bare repository with a configuration
    # of its own, which git would follow when it is started inside.
    "-c",
    "safe.bareRepository=explicit",
)

_UNTRACKED: Final = b"? "
"""The tag of an untracked file."""
_GITLINK: Final = b"160000 "
"""The mode of a submodule in the index."""

_CANNOT_OPEN: Final = b"could not open directory"
"""What git warns of, with exit code 0, where it lists nothing of a directory (dir.c)."""


class GitError(KeycatchError):
    """Git is missing, or refused to answer."""


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
    kept.update(
        LC_ALL="C",
        GIT_TERMINAL_PROMPT="0",
        GIT_NO_LAZY_FETCH="1",
        # Outweighs `core.worktree`, with which a repository can make git list another directory.
        GIT_WORK_TREE=root,
    )
    return kept


def _run(directory: str, root: str, command: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    done = _start(directory, root, command)
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        said = printable(lines[0]) if lines else f"exit code {done.returncode}"
        raise GitError(f"git could not list the files of {printable(directory)}: {said}")
    return done


def _start(directory: str, root: str, command: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    import subprocess

    try:
        return subprocess.run(
            (_program(), *_HARDENED, *command),
            cwd=directory,
            env=_environment(root),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise GitError(f"git cannot be run in {printable(directory)}: {reason}") from None


@cache
def _program() -> str:
    """Return the path of git: the first on the PATH, whose relative entries do not count.

    Git is started in the directory that is scanned, where a relative entry (and on Windows the
    search that the system makes by itself) would find a program of the repository's.
    """
    name = "git.exe" if os.name == "nt" else "git"
    for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
        program = os.path.join(directory, name)
        if os.path.isabs(directory) and os.path.isfile(program) and os.access(program, os.X_OK):
            return program
    raise GitError("git was not found: install it or put it on the PATH")
