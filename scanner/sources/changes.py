"""What a change adds: the contents of the index, or of commits, that were not there before.

A change is compared with what it is based on by object IDs. Each content is scanned once, however
many commits and paths have it. What was at its paths before is remembered, so that a new finding
can be distinguished from one that was there already.

Of commits and annotated tags the raw objects are contents as well: their messages are published
with them, and so are the names of people and all other headers.
"""

from __future__ import annotations

import os

from scanner.findings import COMMIT_MESSAGE, MESSAGES, REFERENCE_NAME, TAG_MESSAGE, Notice
from scanner.git import changes
from scanner.git.lfs import Storage
from scanner.git.process import GitError
from scanner.records import NamedTuple
from scanner.sources.interface import Origin
from scanner.sources.objects import GitBlob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
    from typing import Final

    from scanner.findings import Tally
    from scanner.git.changes import ChangedPath, Commit
    from scanner.git.loose import LooseReader
    from scanner.git.objects import ObjectReader
    from scanner.git.repository import Repository
    from scanner.git.tags import Tag
    from scanner.sources.interface import Blob, PublishedSide
    from scanner.sources.packed import PackedContents

_CONFLICT: Final = "it is in conflict: resolve it and `git add` it"
_NOTHING: Final[frozenset[str]] = frozenset()
_MANY: Final = 200
"""Contents from which on it is worth to load what reads packs: git returns fewer in less time."""


class ChangeSet(NamedTuple):
    """What is to be scanned of a change."""

    blobs: Sequence[Blob]
    """The messages, then the files."""
    messages: int
    """How many of the contents are messages."""
    origins: dict[str, list[Origin]]
    """By object ID, in the order of the change."""
    names: dict[str, list[Origin]]
    """By path, of everything that the change puts there, and by reference."""
    removed: dict[str, frozenset[str]]
    """By commit (empty for the index): the contents at paths that it removes."""
    doubtful: Set[str]
    """Commits and annotated tags that may not be part of the change."""
    reader: ObjectReader | LooseReader | None
    sides: Sequence[PublishedSide] = ()
    """What remotes have of that which is being merged."""
    known: Callable[[Collection[str]], Mapping[str, str]] | None = None
    """Returns for some of the given commits of the change why they are known elsewhere."""
    packed: PackedContents | None = None
    """The contents, in place of `blobs`, where they are many."""

    @property
    def number(self) -> int:
        """How many contents there are."""
        return len(self.packed) if self.packed else len(self.blobs)

    def close(self) -> None:
        """Let go of the git process that reads the blobs."""
        if self.reader:
            self.reader.close()


def of_index(repository: Repository, tally: Tally, is_excluded: Callable[[str], bool]) -> ChangeSet:
    """Return what would be committed now. Raises GitError."""
    found = _Collection(tally, is_excluded)
    found.add("index", "", "", changes.staged_now(repository))
    heads = repository.incoming_heads()
    if not heads:
        return found.of(repository)

    from scanner.git.incoming import published_sides  # here: only in a merge

    base = repository.base_of_index()
    return found.of(repository)._replace(sides=published_sides(repository, heads, base))


def of_tracked(
    repository: Repository,
    tally: Tally,
    is_excluded: Callable[[str], bool],
    root: str = "",
    unstaged: Iterable[str] = (),
) -> ChangeSet:
    """Return the whole index, as if all of it were new, and files that are not staged as they are.

    The paths `unstaged` are relative to the work tree at `root`. Raises GitError.
    """
    from scanner.sources.files import UnstagedBlob  # here: the hook of a commit needs it never

    found = _Collection(tally, is_excluded)
    found.add("index", "", "", changes.staged(repository, repository.empty_tree()))
    change = found.of(repository)
    kept: list[Blob] = []
    for path in unstaged:
        if is_excluded(path):
            tally.skip("excluded-by-configuration")
        else:
            kept.append(UnstagedBlob(path, root=root))
    # Blobs that only this process can read come first.
    return change._replace(blobs=(*change.blobs, *kept))


def of_tree(
    repository: Repository,
    commit: str,
    tally: Tally,
    is_excluded: Callable[[str], bool],
    prefix: str = "",
) -> ChangeSet:
    """Return all files of a `commit`, given its ID, as if all of them were new.

    Their paths get the `prefix`. Raises GitError.
    """
    found = _Collection(tally, is_excluded)
    tally.commits += 1
    entries = changes.whole_tree(repository, commit)
    if prefix:
        above = os.fsencode(prefix)
        entries = [entry._replace(path=above + entry.path) for entry in entries]
    found.add("commit", commit, "", entries)
    return found.of(repository)


def of_range(
    repository: Repository,
    include: Sequence[str],
    exclude: Sequence[str],
    remedy: str,
    tally: Tally,
    is_excluded: Callable[[str], bool],
    names: Sequence[str] = (),
    perhaps: Sequence[str] = (),
) -> ChangeSet:
    """Return what the commits add that `include` reaches and `exclude` does not, oldest first.

    Both are IDs of commits or tags, `exclude` also options of rev-list such as `--remotes=origin`.
    `names` are those of new references. What only `perhaps` reaches, and no remote has, may be part
    of it as well. Raises GitError, with the `remedy`, where a shallow clone does not hold all
    commits that are certain.
    """
    commits = list(changes.commits(repository, include, exclude))
    if repository.cut_off(commit.id for commit in commits):
        raise GitError(f"the clone is shallow and ends inside of the range: {remedy}")

    tally.commits += len(commits)
    known = {commit.id: commit for commit in commits}

    # Of these it is not certain that they are part of the change, so a clone that lacks some of
    # them is no error: they are left out, and that is counted.
    maybe = list(changes.commits(repository, perhaps, [*include, *exclude, "--remotes"]))
    if repository.cut_off(commit.id for commit in maybe):
        tally.skip("branch-cut-off")
        maybe = []
    tally.commits += len(maybe)

    doubtful = {commit.id for commit in maybe}
    found = _Collection(tally, is_excluded, doubtful)
    for commit in (*commits, *maybe):
        found.add_message(COMMIT_MESSAGE, commit.id, commit)
        found.add("commit", commit.id, commit.author_date, commit.entries)
    from scanner.git import tags  # here: nothing of a commit is a tag

    if include:
        annotated, entries = tags.published(repository, include)
        found.add_tags(annotated, known, exclude)
        # A tag can point to a tree or a blob, which no commit of the change has.
        found.add("commit", "", "", entries)
    if perhaps:
        annotated, _ = tags.published(repository, perhaps)
        doubtful.update(tag.id for tag in annotated)
        found.add_tags(annotated, known, [*exclude, *include])
    for name in names:
        found.add_name(Origin(name, REFERENCE_NAME, "", "", _NOTHING))
    return found.of(repository, from_packs=True)


class _Collection:
    """Gathers what a change consists of."""

    __slots__ = (
        "_doubtful",
        "_files",
        "_is_excluded",
        "_messages",
        "_names",
        "_removed",
        "_tally",
    )  # fmt: skip

    def __init__(
        self,
        tally: Tally,
        is_excluded: Callable[[str], bool],
        doubtful: Set[str] = _NOTHING,
    ) -> None:
        self._tally = tally
        self._is_excluded = is_excluded
        self._doubtful = doubtful
        self._messages: dict[str, list[Origin]] = {}
        self._files: dict[str, list[Origin]] = {}
        self._names: dict[str, list[Origin]] = {}
        self._removed: dict[str, frozenset[str]] = {}

    def add(self, scope: str, commit: str, date: str, entries: Sequence[ChangedPath]) -> None:
        """Add the `entries` that `commit` changes."""
        # What was excluded did not count where it was, so it is new wherever it goes.
        removed = self._removed[commit] = frozenset(
            blob
            for entry in entries
            if entry.is_removal and not self._is_excluded(os.fsdecode(entry.path))
            for blob in _contents(entry.before)
        )
        for entry in entries:
            if entry.is_removal:
                continue

            path = os.fsdecode(entry.path)
            if entry.is_unmerged:
                self._tally.notice(Notice("unreadable", path, _CONFLICT, hides=True))
                continue

            is_moved = entry.is_blob and entry.blob in removed
            is_excluded = self._is_excluded(path)
            if not entry.is_blob:
                self._tally.skip("submodule")
            elif is_moved:
                self._tally.skip("moved-unchanged")
            elif is_excluded:
                self._tally.skip("excluded-by-configuration")
            if is_excluded:
                continue

            # A content that is known, or none, can have a new name.
            origin = Origin(path, scope, commit, date, frozenset(_contents(entry.before)))
            self.add_name(origin)
            if entry.is_blob and not is_moved:
                self._files.setdefault(entry.blob, []).append(origin)

    def add_message(self, scope: str, name: str, commit: Commit) -> None:
        """Add the commit or tag `name`, which is or points to `commit`, as a content."""
        origin = Origin(MESSAGES[scope], scope, commit.id, commit.author_date, _NOTHING)
        self._messages[name] = [origin]

    def add_tags(
        self, annotated: Iterable[Tag], known: Mapping[str, Commit], exclude: Collection[str]
    ) -> None:
        """Add the messages of the `annotated` tags, but not of those in `exclude`."""
        for tag in annotated:
            if tag.id not in exclude and tag.id not in self._messages:
                of = known.get(tag.commit, changes.Commit(tag.commit, "", ()))
                self.add_message(TAG_MESSAGE, tag.id, of)

    def add_name(self, origin: Origin) -> None:
        """Add the name that is the path of `origin`."""
        self._names.setdefault(origin.path, []).append(origin)

    def of(self, repository: Repository, *, from_packs: bool = False) -> ChangeSet:
        """Return what was added, to be read from `repository`.

        With `from_packs`, many contents are read from packs.
        """
        origins = self._messages | self._files
        reader: ObjectReader | LooseReader | None = None
        packed: PackedContents | None = None
        blobs: list[Blob] = []
        if from_packs and len(origins) >= _MANY:
            from scanner.sources.packed import PackedContents  # here: most changes are small

            packed = PackedContents(repository, _paths(self._messages), _paths(self._files))
        elif origins:
            from scanner.git.loose import new_reader  # here: a change can have no content

            reader = new_reader(repository, list(origins))
            lfs = Storage(repository)
            blobs += (GitBlob(at[0].path, name, reader) for name, at in self._messages.items())
            blobs += (GitBlob(at[0].path, name, reader, lfs) for name, at in self._files.items())
        return ChangeSet(
            blobs, len(self._messages), origins, self._names, self._removed, self._doubtful, reader,
            packed=packed,
        )  # fmt: skip


def _paths(origins: Mapping[str, Sequence[Origin]]) -> dict[str, str]:
    """Return the path to report for each content."""
    return {name: at[0].path for name, at in origins.items()}


def _contents(blobs: Iterable[str]) -> Iterator[str]:
    return (blob for blob in blobs if blob.strip("0"))
