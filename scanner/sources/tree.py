"""The files below a path: what git would keep of a work tree, everything of another directory."""

from __future__ import annotations

import os
import stat
from contextlib import closing
from itertools import islice

from scanner.errors import UsageError
from scanner.findings import Notice, Tally
from scanner.git import work_tree
from scanner.git.process import GitError
from scanner.secret import printable
from scanner.sources.files import FileBlob
from scanner.sources.stdin import PipeBlob, StdinBlob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from scanner.sources.interface import Blob

STDIN = "-"
_FEW: Final = 100
"""Files of a listing that are read one by one: the code for many takes as long to load."""
_AT_FIRST: Final = 1501
"""Files that are listed before a scan begins: so many that they are shared out over processes, for
which it takes one more than one of them scans alone (`scanner.engine.run`)."""
WITHOUT_GIT = "git-unavailable"
"""The reason of a notice that a work tree was read without what git knows of it."""


def blobs(paths: Sequence[str], tally: Tally, ignored: bool = False) -> Sequence[Blob]:
    """Return the blobs that `paths` name, each once: files, directories, `-` for standard input.

    In a git work tree a directory means its tracked files and the untracked ones that are not
    ignored; elsewhere, and where git ignores the directory that was asked for, everything below it
    except `.git`. With `ignored` it is everything in a work tree as well; without, what git ignores
    is counted. What could not be listed goes into `tally`. Raises UsageError for a path that does
    not exist.
    """
    below = walk if ignored else _below
    if _is_one_directory(paths):
        return _files(list(below(paths[0], tally)))  # nothing can come twice

    # By real directory and name, so that `.`, `./src` and `src/../src` give a file only once.
    found: dict[str, Blob] = {}
    directories: list[str] = []
    for path in paths:
        if path == STDIN:
            found.setdefault(STDIN, StdinBlob())
            continue
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError) as error:
            raise _no_such_path(path, error) from None
        if stat.S_ISDIR(mode):
            directories.append(path)
        else:
            parent, name = os.path.split(path)
            blob = PipeBlob(path) if stat.S_ISFIFO(mode) else FileBlob(path, follow=True)
            found.setdefault(os.path.join(os.path.realpath(parent), name), blob)

    # After the files, since a link that was given itself is followed and one in a listing is not.
    for path in directories:
        real, shown = _prefix(os.path.realpath(path)), len(_prefix(path))
        for name in below(path, tally):
            key = real + name[shown:]
            if key not in found:
                found[key] = FileBlob(name)

    # What only this process can read comes first, and the rest is shared out: a sort keeps order.
    return sorted(found.values(), key=lambda blob: blob.shareable)


def begin(paths: Sequence[str], tally: Tally, ignored: bool = False) -> Sequence[Blob]:
    """Return what `blobs` does, while some of it may still have to be listed.

    That is so of one large directory that git does not list; what is returned then says so itself
    (`scanner.engine.listing.Growing`).
    """
    if not _is_one_directory(paths):
        return blobs(paths, tally, ignored)
    listed = None if ignored else _by_git(paths[0], tally)
    if listed is not None:
        return _files(list(listed))

    late = Tally()
    further = walk(paths[0], late)
    names = list(islice(further, _AT_FIRST))
    if len(names) < _AT_FIRST:
        tally.add(late)
        return _files(names)
    from scanner.sources.listed import GrowingFiles  # here: most scans are of less

    return GrowingFiles(names, further, late)


def _is_one_directory(paths: Sequence[str]) -> bool:
    return len(paths) == 1 and paths[0] != STDIN and os.path.isdir(paths[0])


def _files(names: list[str]) -> Sequence[Blob]:
    if len(names) <= _FEW:
        return list(map(FileBlob, names))
    from scanner.sources.listed import Files  # here: a few files do without

    return Files(names)


def _no_such_path(path: str, error: Exception) -> UsageError:
    reason = getattr(error, "strerror", None) or str(error)
    return UsageError(f"cannot scan '{printable(path)}': {reason}")


def _below(directory: str, tally: Tally) -> Iterator[str]:
    """Return the files below `directory`: those that git lists, or else all of them."""
    listed = _by_git(directory, tally)
    return walk(directory, tally) if listed is None else listed


def _by_git(directory: str, tally: Tally) -> Iterator[str] | None:
    """Return the files below `directory` that git lists, or None where all of them are meant."""
    root = work_tree.find_work_tree(directory)
    if root is None:
        return None
    try:
        if os.path.realpath(directory) != root and work_tree.is_ignored(directory, root):
            return None
        with closing(work_tree.IgnoredCount(directory, root)) as ignored:
            listing = work_tree.list_files(directory, root)
            number = ignored.total()
    except GitError as error:
        # Without git's answer nothing is known to be ignored: read everything, and say why.
        detail = f"ignored files are scanned too: {error}"
        tally.notice(Notice(WITHOUT_GIT, directory, detail, hides=False))
        return None
    if number:
        tally.skip("ignored-by-git", number)
    for warning in listing.warnings:
        tally.notice(Notice("unreadable", directory, warning, hides=True))
    return _listed(directory, listing, tally)


def _listed(directory: str, listing: work_tree.Listing, tally: Tally) -> Iterator[str]:
    prefix = _prefix(directory)
    for path in listing.files:
        yield prefix + _name(path)
    for path in listing.nested:
        inner = prefix + _name(path)
        if os.path.islink(inner) or os.path.isfile(inner):
            yield inner  # in the place of a submodule; a link could lead round in a circle
        elif os.path.exists(os.path.join(inner, ".git")):
            yield from _below(inner, tally)
        else:
            yield from _not_checked_out(inner, tally)


def _not_checked_out(submodule: str, tally: Tally) -> Iterator[str]:
    """Yield what is in the directory of a submodule that is not checked out: mostly nothing."""
    files = list(walk(submodule, tally)) if os.path.isdir(submodule) else []
    if not files:
        tally.skip("submodule-not-checked-out")
    yield from files


def walk(directory: str, tally: Tally) -> Iterator[str]:
    """Yield all files below `directory` but those in `.git`, also what git ignores.

    What cannot be listed goes into `tally`.
    """
    # A stack instead of recursion: directories can be nested deeper than Python's calls.
    pending = [directory]
    while pending:
        path = pending.pop()
        try:
            with os.scandir(path) as entries:
                files, directories = _children(entries, _prefix(path), tally)
        except OSError as error:
            detail = error.strerror or "cannot be listed"
            tally.notice(Notice("unreadable", path, detail, hides=True))
            continue
        yield from sorted(files)
        pending += sorted(directories, reverse=True)


def _children(
    entries: Iterator[os.DirEntry[str]], prefix: str, tally: Tally
) -> tuple[list[str], list[str]]:
    """Return the files and the directories among `entries`, whose parent is `prefix`."""
    files: list[str] = []
    directories: list[str] = []

    for entry in entries:
        name = entry.name
        if name == ".git":
            tally.skip("git-directory")
        elif entry.is_file(follow_symlinks=False) or entry.is_symlink():
            files.append(prefix + name)
        elif not entry.is_dir(follow_symlinks=False) or (os.name == "nt" and _is_junction(entry)):
            # Not even opened: that alone ends a pipe's writer and starts some devices.
            tally.skip("not-a-file")
        else:
            directories.append(prefix + name)
    return files, directories


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Return whether this is a junction, the other link to directories on Windows.

    Python can say so from 3.12. Followed like a directory, it could lead round in a circle.
    """
    ask = getattr(entry, "is_junction", None)
    return bool(ask and ask())


def _prefix(directory: str) -> str:
    if directory in (".", "./"):
        return ""
    return directory if directory.endswith(os.sep) else directory + os.sep


def _name(path: bytes) -> str:
    name = os.fsdecode(path)
    return name if os.sep == "/" else name.replace("/", os.sep)
