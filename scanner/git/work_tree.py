"""The files of a work tree that git would keep: those in the index, and new ones not ignored."""

from __future__ import annotations

import os

from scanner.git.hardening import environment, for_any_repository
from scanner.git.process import GitError, answer, complete, start, unusable
from scanner.records import NamedTuple
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from scanner.git.process import Completed
    from scanner.git.repository import Repository

_UNTRACKED: Final = b"? "
"""The tag of an untracked file (git-ls-files(1), `-t`)."""
_GITLINK: Final = b"160000 "
"""The mode of a submodule in the index."""

_CANNOT_OPEN: Final = b"could not open directory"
"""The warning, with exit code 0, that git lists nothing below a directory (dir.c)."""


class Listing(NamedTuple):
    """The files that git would keep below a directory; paths are relative to it and sorted."""

    files: list[bytes]
    """Tracked files, and untracked ones that are not ignored."""
    nested: list[bytes]
    """Submodules and untracked repositories, whose files the outer repository does not list."""
    warnings: list[str]
    """Directories that git could not open, in its words."""


def find_work_tree(path: str) -> str | None:
    """Return the root of the work tree that contains the directory `path`, or None outside of one.

    It searches for `.git` upwards without git, since most scans end before git would have started.
    Inside of a `.git` directory, and of anything else that git takes for a repository, there is no
    work tree. The root is a path without symbolic links, except on Windows, where resolving turns a
    mapped drive into a network path, which git does not recognise as the same directory.
    """
    directory = os.path.abspath(path) if os.name == "nt" else os.path.realpath(path)
    while True:
        parent, name = os.path.split(directory)
        if os.path.exists(os.path.join(directory, ".git")):
            return directory
        if parent == directory or name.lower() == ".git" or is_repository(directory):
            return None
        directory = parent


def find_top(path: str) -> str | None:
    """Return where the repository begins that contains the directory `path`, or None in none.

    That is the root of a work tree, or the directory of a repository without one.
    """
    directory = os.path.realpath(path)
    while not is_top(directory):
        parent = os.path.dirname(directory)
        if parent == directory:
            return None
        directory = parent
    return directory


def is_top(directory: str) -> bool:
    """Return whether a repository begins at the `directory`: a work tree, or one without."""
    return os.path.lexists(os.path.join(directory, ".git")) or is_repository(directory)


def is_bare(path: str) -> bool:
    """Return whether the directory `path` is a repository without a work tree, or a `.git`.

    In a work tree there can be files that look like a repository: those are files.
    """
    directory = os.path.realpath(path)
    if not is_repository(directory) or os.path.lexists(os.path.join(directory, ".git")):
        return False
    parent, name = os.path.split(directory)
    return name.lower() == ".git" or find_top(parent) is None


def is_repository(directory: str) -> bool:
    """Return whether git takes the `directory` for a repository: a bare one, or a `.git`."""

    # The test of git itself (setup.c, is_git_directory). Such a directory can be committed, and
    # before version 2.38 git has no `safe.bareRepository` to refuse it.
    def has(name: str) -> bool:
        return os.path.lexists(os.path.join(directory, name))

    return has("HEAD") and (has("commondir") or (has("objects") and has("refs")))


def list_files(directory: str, root: str) -> Listing:
    """Return the files that git would keep below `directory` in the work tree at `root`.

    Raises GitError.
    """
    # `-t` puts a tag before each record. Without it the name of an untracked file could look like a
    # record of the index.
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
            _, mark, name = path.partition(b"\t")
            if not (mark and name):
                raise unusable("ls-files", "a path after each entry of the index")
            (nested if is_submodule else files).add(name)

    said = [line for line in listed.stderr.splitlines() if _CANNOT_OPEN in line]
    return Listing(sorted(files), sorted(nested), [os.fsdecode(line) for line in said])


def not_staged(repository: Repository) -> tuple[list[bytes], int]:
    """Return the files whose content may differ from what is staged, and how many are not tracked.

    Paths are relative to the root of the work tree. Neither deleted files are among them, nor
    submodules; of what git ignores nothing is counted. Raises GitError.
    """
    # In the directory of the repository: files elsewhere in the work tree are listed as well.
    options = ("--raw", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=all")
    command = (*_without_filters(repository), "diff-files", *options, "--", ":/")
    tokens = iter(repository.run(*command, what="compare the work tree").split(b"\0"))
    changed = []
    for token in tokens:
        path = next(tokens, b"")
        # `:MODE MODE BLOB BLOB STATUS`; U comes with another entry that says what is there.
        status, modes = token[-1:], token[1:14].split(b" ")
        if status not in (b"D", b"U", b"") and _GITLINK.strip() not in modes:
            changed.append(path)

    kinds = ("--others", "--exclude-standard")
    found = repository.run("ls-files", "-z", *kinds, "--", ":/", what="list untracked files")
    return changed, found.count(b"\0")


def _without_filters(repository: Repository) -> list[str]:
    """Return options with which git runs no filter.

    A file as young as the index is compared by its content, which a filter would change first
    (racy-git.txt in git's documentation). Without it, the file may count as changed.
    """
    asked = ("config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|process)$")
    drivers = {name.rpartition(b".")[0] for name in repository.answers(*asked).split(b"\0")}
    off = ("clean=", "process=", "required=false")
    options: list[str] = []
    for driver in sorted(filter(None, drivers)):
        for setting in off:
            options += ("-c", f"{os.fsdecode(driver)}.{setting}")
    return options


class IgnoredCount:
    """Counts what git ignores below a directory, while something else is done.

    A directory that is ignored as a whole counts as one: it can hold as many files as the rest of
    the disk, and nobody wants to wait for them to be counted.
    """

    __slots__ = ("_directory", "_process", "_variables")

    def __init__(self, directory: str, root: str) -> None:
        """Start git below `directory` in the work tree at `root`. Raises GitError."""
        kinds = ("--others", "--ignored", "--exclude-standard", "--directory")
        command = ("--literal-pathspecs", "ls-files", "-z", *kinds)
        self._directory, self._variables = directory, _environment(root)
        self._process = start(command, directory, self._variables)

    def total(self) -> int:
        """Return how many files and directories git ignores, as far as it could list them.

        Raises GitError.
        """
        listed, _ = answer(self._process, self._directory, self._variables)
        return listed.count(b"\0")

    def close(self) -> None:
        """End git, if it has not ended."""
        if self._process.returncode is None:
            self._process.kill()
            self._process.communicate()


def is_ignored(directory: str, root: str) -> bool:
    """Return whether a pattern ignores all of `directory`, whatever is tracked in it.

    Raises GitError.
    """
    # Without --literal-pathspecs, which check-ignore refuses; the path is always a full stop.
    return _start(directory, root, ("check-ignore", "-q", "--no-index", ".")).returncode == 0


def ignored_by(path: str, root: str) -> str:
    """Return the pattern that makes git ignore the file at `path`, as `.gitignore:3: *.env`.

    Empty where none does, and for a file that is tracked, which no pattern ignores. Raises
    GitError.
    """
    folder, name = os.path.split(path)
    command = ("check-ignore", "-v", "-z", "--stdin")
    done = complete(command, folder or ".", _environment(root), os.fsencode(name) + b"\0")
    fields = [os.fsdecode(field) for field in done.stdout.split(b"\0")]
    if done.returncode or len(fields) < 3:
        return ""
    source, line, pattern = fields[:3]
    return printable(f"{source}:{line}: {pattern}")


def _environment(root: str) -> dict[str, str]:
    # It overrides `core.worktree`, with which a repository can make git list another directory.
    return environment(for_any_repository(os.environ), GIT_WORK_TREE=root)


def _run(directory: str, root: str, command: Sequence[str]) -> Completed:
    done = _start(directory, root, command)
    if done.returncode:
        from scanner.git.complaint import complaint  # here: git seldom fails

        where = printable(directory)
        raise GitError(f"git could not list the files of {where}: {complaint(done)}")
    return done


def _start(directory: str, root: str, command: Sequence[str]) -> Completed:
    return complete(command, directory, _environment(root))
