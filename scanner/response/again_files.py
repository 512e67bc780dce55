"""Files that a scan read, found again as a report names them, and none outside of the source.

A report comes from somebody else. What it names is only opened below the directories that the user
gave, whichever way it is written: `..`, absolute, by a link to a directory or of a file. Devices
and pipes are not opened at all. Of a symbolic link the text is read, as a scan of its directory
does, and then the file that it leads to, as a scan does that is given the link itself.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from scanner.engine.sweep import sweep
from scanner.response.again_reading import Log, Missing, Watched
from scanner.secret import MASK
from scanner.sources.files import FileBlob
from scanner.sources.stdin import PATH as STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scanner.engine.examine import Examiner
    from scanner.findings import Finding, Location

_MOST: Final = 100
"""Files that a name may stand for in which a value is masked."""


class Directories:
    """Directories that the user gave, below which a report may name files and repositories."""

    __slots__ = ("_base", "_known", "_real", "_written")

    def __init__(self, paths: Sequence[str]) -> None:
        """Take the directories; names that are relative are relative to the first."""
        self._base = os.path.abspath(paths[0])
        self._real = [os.path.realpath(path) for path in paths]
        self._written = [*map(os.path.abspath, paths), *self._real]
        self._known: dict[str, str] = {}

    def located(self, name: str) -> tuple[str, str] | None:
        """Return the directory that `name` is written to be in, and its path; None for none.

        That is decided by the text alone: on Windows asking the system for a path on another
        machine already tells that machine who asks.
        """
        path = os.path.normpath(os.path.join(self._base, name))
        for directory in self._written:
            if path == directory or _is_below(path, directory):
                return directory, path
        return None

    def real(self, path: str) -> str | None:
        """Return `path` without links in it, its own last name aside; None if that is outside."""
        parent, name = os.path.split(path)
        real = self._known.get(parent)
        if real is None:
            real = self._known[parent] = os.path.realpath(parent)
        if any(real == each or _is_below(real, each) for each in self._real):
            return os.path.join(real, name)
        return None

    def target(self, path: str) -> str | None:
        """Return where the link at `path` leads in the end; None if that is outside."""
        real = os.path.realpath(path)
        return real if any(_is_below(real, each) for each in self._real) else None


class Files:
    """The files that the locations of a report name."""

    __slots__ = ("_directories", "_files", "_is_excluded", "_log", "_refused")

    def __init__(self, directories: Directories, is_excluded: Callable[[str], bool]) -> None:
        """Look below `directories`, and at nothing that `is_excluded` tells of its path."""
        self._directories = directories
        self._is_excluded = is_excluded
        self._log = Log()
        self._files: dict[str, list[str]] = {}
        self._refused: dict[str, Missing] = {}

    def search(self, examiner: Examiner, locations: Iterable[Location]) -> list[Finding]:
        """Search the files that `locations` name, and their names."""
        self._log = Log()
        blobs: dict[str, Watched] = {}
        for path in dict.fromkeys(location.path for location in locations):
            found, why = self._look_up(path)
            self._files[path] = [file for _, file in found]
            if why:
                self._refused[path] = why
            for name, file in found:
                blobs.setdefault(file, Watched(name, FileBlob(file), file, self._log))
        return sweep(examiner, blobs.values()).findings

    def reason(self, location: Location) -> Missing | None:
        """Return why no file was read for `location`, or None."""
        if location.path in self._refused:
            return self._refused[location.path]
        files = self._files.get(location.path, ())
        if any(file in self._log.read for file in files):
            return None
        if not files:
            return Missing.GONE
        return self._log.failed.get(files[0], Missing.UNREADABLE)

    def _look_up(self, path: str) -> tuple[list[tuple[str, str]], Missing | None]:
        """Return the names, as a scan has them, and the paths of the files at `path`.

        Also why there is none, or not all that there might be.
        """
        reasons = []
        for written in _spellings(path):
            found, why = self._below(written)
            if found:
                return found, why
            reasons.append(why)
        if path == STDIN:
            return [], Missing.STDIN
        return [], Missing.OUTSIDE if Missing.OUTSIDE in reasons else reasons[0]

    def _below(self, path: str) -> tuple[list[tuple[str, str]], Missing | None]:
        located = self._directories.located(path)
        if located is None:
            return [], Missing.OUTSIDE
        directory, full = located
        found: list[tuple[str, str]] = []
        reason: Missing | None = Missing.GONE
        for each in self._existing(directory, full):
            files, reason = self._admitted(each)
            name = each[len(os.path.join(directory, "")) :]
            found += ((name, file) for file in files)
        return found, reason

    def _admitted(self, path: str) -> tuple[list[str], Missing | None]:
        """Return what may be opened of what is at `path`, and why not all of it."""
        real = self._directories.real(path)
        if real is None:
            return [], Missing.OUTSIDE
        if self._is_excluded(path):
            return [], Missing.EXCLUDED
        mode = _mode(real)
        if not stat.S_ISLNK(mode):
            return ([real], None) if stat.S_ISREG(mode) else ([], _no_file(mode))
        target = self._directories.target(real)
        if target is None:
            return [real], Missing.OUTSIDE
        if self._is_excluded(target):
            return [real], Missing.EXCLUDED
        mode = _mode(target)
        return ([real, target], None) if stat.S_ISREG(mode) else ([real], _no_file(mode))

    def _existing(self, directory: str, path: str) -> list[str]:
        """Return what is there of `path`: more than one where a value in its name is masked."""
        if os.path.lexists(path):
            return [path]
        if MASK not in path:
            return []
        found = [directory]
        for name in path[len(directory) :].strip(os.sep).split(os.sep):
            pieces = name.split(MASK)
            found = [
                os.path.join(each, other)
                for each in found
                for other in ((name,) if len(pieces) == 1 else self._names(each))
                if _fits(other, pieces)
            ][:_MOST]
        return list(filter(os.path.lexists, found))

    def _names(self, directory: str) -> list[str]:
        try:
            # With a name behind it, which is left as it is, all of the directory is resolved.
            real = self._directories.real(os.path.join(directory, MASK))
            return sorted(os.listdir(os.path.dirname(real))) if real else []
        except (OSError, ValueError):  # such as a name that the system cannot have
            return []


def _spellings(path: str) -> Iterator[str]:
    """Yield `path`, and how it is written here if it was written on Windows."""
    yield path
    if os.sep == "/" and "\\" in path:
        yield path.replace("\\", "/")


def _is_below(path: str, directory: str) -> bool:
    path, directory = os.path.normcase(path), os.path.normcase(directory)
    return path.startswith(os.path.join(directory, ""))


def _mode(path: str) -> int:
    """Return type and permissions of what is at `path`; 0 where nothing is."""
    try:
        return os.lstat(path).st_mode
    except (OSError, ValueError):
        return 0


def _no_file(mode: int) -> Missing:
    return Missing.NOT_A_FILE if mode else Missing.GONE


def _fits(name: str, pieces: Sequence[str]) -> bool:
    """Tell whether `name` is made of `pieces` with anything between them.

    Not by a regular expression: with many pieces one can take longer than anybody waits.
    """
    if len(pieces) == 1:
        return name == pieces[0]
    begin, *middle, end = pieces
    if not name.startswith(begin) or not name.endswith(end):
        return False
    at = len(begin)
    for piece in middle:
        at = name.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return at <= len(name) - len(end)
