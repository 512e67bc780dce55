"""Objects of git in which a scan found something, read again by their IDs, and names.

An ID is that of the content: it does not matter under which path, in which commit or even in which
of several repositories the object is now. Only the objects that the report names are read. Names of
files, directories and references have no ID: those of the commits that the report names are looked
at, those of an index, and those of all references.
"""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

from scanner.engine.file_names import DECODER
from scanner.engine.sweep import Swept, sweep, sweep_names
from scanner.findings import NO_FILE, REFERENCE_NAME, Tally
from scanner.git.lfs import Storage
from scanner.git.objects import ObjectReader
from scanner.git.process import GitError
from scanner.git.repository import Repository
from scanner.git.tips import indexes, work_trees
from scanner.git.work_tree import find_work_tree
from scanner.response.again_reading import Log, Missing, Watched
from scanner.sources.objects import GitBlob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scanner.engine.examine import Examiner
    from scanner.findings import Finding, Head, Location
    from scanner.response.again_files import Directories

_INDEX, _REFERENCES = "the index", "the references"
"""Keys beside the IDs of objects and commits."""


class Repositories:
    """The repositories in which the objects of a report may be."""

    __slots__ = ("_names", "absent", "opened")

    def __init__(
        self,
        heads: Sequence[Head],
        paths: Sequence[str],
        directories: Directories,
        *,
        named: bool,
    ) -> None:
        """Open those at `paths`, which the user `named` or else is in, and those of `heads`.

        Of several repositories the report tells what they were called. Such a name comes from
        whoever wrote the report: it is followed below the `directories` only, and a repository
        without a work tree is not taken from within another one, where anybody can have committed
        it. Raises GitError where there is none at all.
        """
        self.opened: list[Repository] = []
        self.absent: dict[str, Missing] = {}
        """Names of the report that are no repositories here."""
        self._names = sorted({head.repository for head in heads} - {""}, key=len, reverse=True)
        known: set[str] = set()
        problem: GitError | None = None
        for path in paths:
            try:
                self._open(path, known, named=named)
            except GitError as error:
                problem = problem or error
        for name in self._names:
            path_or_reason = _place(name, directories)
            if isinstance(path_or_reason, Missing):
                self.absent[name] = path_or_reason
                continue
            try:
                self._open(path_or_reason, known, named=True)
            except GitError:
                self.absent[name] = Missing.NO_REPOSITORY
        if problem and not self.opened and not self._names:
            raise GitError(f"{problem}; or name the repository of the report with --source")

    def _open(self, path: str, known: set[str], *, named: bool) -> None:
        repository = Repository(path, named=named)
        place = os.path.realpath(repository.git_directory)
        if place not in known:
            known.add(place)
            self.opened.append(repository)

    def split(self, path: str) -> tuple[str, str]:
        """Return the name that the report calls the repository of `path`, and the path in it."""
        for name in self._names:
            if path.startswith(name) and path[len(name) : len(name) + 1] in ("/", "\\"):
                return name, path[len(name) + 1 :]
        return "", path


def _place(name: str, directories: Directories) -> str | Missing:
    try:
        located = directories.located(name)
        # With a name behind it, which is left as it is, all of the path is resolved.
        real = directories.real(os.path.join(located[1], ".git")) if located else None
        if real is None:
            return Missing.OUTSIDE
        path = os.path.dirname(real)
        is_bare = not os.path.lexists(real)
        if is_bare and find_work_tree(os.path.dirname(path)):
            return Missing.NO_REPOSITORY
    except ValueError:  # no name that the system can have
        return Missing.NO_REPOSITORY
    return path


class Objects:
    """The objects and names that the locations of a report tell."""

    __slots__ = ("_follows_lfs", "_is_excluded", "_log", "_repositories")

    def __init__(
        self,
        repositories: Repositories,
        is_excluded: Callable[[str], bool],
        *,
        follows_lfs: bool,
    ) -> None:
        """Look in `repositories`, and at nothing that `is_excluded` tells of its path in one.

        `follows_lfs` tells whether the scan looked at the files that pointers of Git LFS stand for.
        """
        self._repositories = repositories
        self._is_excluded = is_excluded
        self._follows_lfs = follows_lfs
        self._log = Log()

    def search(self, examiner: Examiner, locations: Iterable[Location]) -> list[Finding]:
        """Search the objects and names that `locations` tell."""
        self._log = Log()
        kept = [at for at in locations if not self._excludes(at)]
        wanted = dict.fromkeys(at.object for at in kept if at.object)
        named = [at for at in kept if _is_name(at)]
        findings: list[Finding] = []
        for repository in self._repositories.opened:
            ids = [
                name for name in wanted if name not in self._log.read and repository.is_name(name)
            ]
            if ids:
                findings += self._read(repository, ids, examiner)
            names = self._names(repository, named) if named else set()
            swept = Swept([], Tally(), {})
            sweep_names(examiner, sorted(names), swept)
            findings += swept.findings
        return findings

    def reason(self, location: Location) -> Missing | None:
        """Return why nothing was read for `location`, or None."""
        if self._excludes(location):
            return Missing.EXCLUDED
        if not location.object and not _is_name(location):
            return Missing.OTHER_KIND
        key = location.object or _key(location)
        if key in self._log.read:
            return None
        name, _ = self._repositories.split(location.path)
        return self._repositories.absent.get(name) or self._log.failed.get(key, Missing.GONE)

    def _excludes(self, location: Location) -> bool:
        path = self._repositories.split(location.path)[1]
        if location.scope in NO_FILE or not _is_tracked_path(path):
            return False
        try:
            return self._is_excluded(path)
        except ValueError:  # no name that the system can have
            return False

    def _read(
        self, repository: Repository, ids: Sequence[str], examiner: Examiner
    ) -> list[Finding]:
        storage = Storage(repository) if self._follows_lfs else None
        with closing(ObjectReader(repository, ids)) as reader:
            # Called by its ID: the paths of the report are none of this repository's names.
            blobs = [
                Watched(name, GitBlob(name, name, reader, storage), name, self._log) for name in ids
            ]
            return sweep(examiner, blobs).findings

    def _names(self, repository: Repository, locations: Iterable[Location]) -> set[str]:
        """Return the names in all that `locations` tell, as paths and each part by itself."""
        paths: set[bytes] = set()
        for key in dict.fromkeys(map(_key, locations)):
            try:
                paths.update(_listed(repository, key))
            except GitError:
                continue
            self._log.read.add(key)
        parts = {part for path in paths for part in path.split(b"/")}
        return {name.decode("utf-8", "surrogateescape") for name in paths | parts}


def _is_tracked_path(path: str) -> bool:
    """Tell whether git can have a file at `path`, which leads nowhere else on any system."""
    parts = path.split("/")
    leads_away = "" in parts or ".." in parts
    return not leads_away and not (os.sep == "\\" and ("\\" in path or ":" in path))


def _is_name(location: Location) -> bool:
    return not location.object and DECODER in location.decoded[:1]


def _key(location: Location) -> str:
    if location.scope == REFERENCE_NAME:
        return _REFERENCES
    return location.commit or _INDEX


def _listed(repository: Repository, key: str) -> list[bytes]:
    """Return the references, the paths in indexes or those of the commit called `key`."""
    if key == _REFERENCES:
        form = "--format=%(refname)"
        return repository.run("for-each-ref", form, what="list the references").splitlines()
    if key == _INDEX:
        return [entry.path for entry in indexes(repository, work_trees(repository))]
    if not repository.is_name(key):
        raise GitError("this is the name of no commit")
    asked = ("ls-tree", "-r", "-z", "--name-only", "--full-tree", key)
    listed = repository.run(*asked, what="list the files of a commit")
    return [path for path in listed.split(b"\0") if path]
