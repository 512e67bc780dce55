"""What a change adds: the blobs of the index, or of commits, that were not there before.

A change is compared with what it is based on by object IDs. Each content is scanned once, however
many commits and paths have it. What stood at its paths before is remembered, so that a finding can
be told from one that was there already.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.findings import Notice
from scanner.git import changes
from scanner.git.objects import ObjectReader
from scanner.git.process import GitError
from scanner.sources.interface import Origin
from scanner.sources.objects import GitBlob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scanner.findings import Tally
    from scanner.git.changes import Entry
    from scanner.git.repository import Repository
    from scanner.sources.interface import Blob

_CONFLICT: Final = "it is in conflict: resolve it and `git add` it"


class ChangeSet(NamedTuple):
    """What is to be scanned of a change."""

    blobs: Sequence[Blob]
    origins: dict[str, list[Origin]]
    """By object ID, in the order of the change."""
    removed: dict[str, frozenset[str]]
    """By commit (empty for the index): the contents at paths that it removes."""
    reader: ObjectReader | None

    def close(self) -> None:
        """Let go of the git process that reads the blobs."""
        if self.reader:
            self.reader.close()


def of_index(repository: Repository, tally: Tally, is_excluded: Callable[[str], bool]) -> ChangeSet:
    """Return what would be committed now. Raises GitError."""
    base = repository.base_of_index()
    entries = changes.staged(repository, base)
    for other in repository.merge_heads():
        entries = _in_both(entries, changes.staged(repository, other))
    return _collect(repository, [("index", "", "", entries)], tally, is_excluded)


def of_tracked(
    repository: Repository, tally: Tally, is_excluded: Callable[[str], bool]
) -> ChangeSet:
    """Return the whole index, as if all of it were new. Raises GitError."""
    entries = changes.staged(repository, repository.empty_tree())
    return _collect(repository, [("index", "", "", entries)], tally, is_excluded)


def of_range(
    repository: Repository,
    include: Sequence[str],
    exclude: Sequence[str],
    remedy: str,
    tally: Tally,
    is_excluded: Callable[[str], bool],
) -> ChangeSet:
    """Return what the commits add that `include` reaches and `exclude` does not, oldest first.

    Both are IDs of commits or tags, `exclude` also options of rev-list such as `--remotes=origin`.
    Raises GitError, with the `remedy`, where a shallow clone does not hold all of these commits.
    """
    commits = list(changes.commits(repository, include, exclude))
    if repository.cut_off(commit.id for commit in commits):
        raise GitError(f"the clone is shallow and ends inside of the range: {remedy}")
    tally.commits += len(commits)
    groups: list[tuple[str, str, str, Sequence[Entry]]]
    groups = [("commit", each.id, each.author_date, each.entries) for each in commits]
    if include:
        groups += [("commit", "", "", changes.outside_commits(repository, include))]
    return _collect(repository, groups, tally, is_excluded)


def _in_both(ours: list[Entry], theirs: list[Entry]) -> list[Entry]:
    # In a merge a content counts only where it differs from every parent.
    before = {(entry.path, entry.blob): entry.before for entry in theirs}
    return [
        entry._replace(before=entry.before + before[entry.path, entry.blob])
        for entry in ours
        if (entry.path, entry.blob) in before
    ]


def _collect(
    repository: Repository,
    groups: Sequence[tuple[str, str, str, Sequence[Entry]]],
    tally: Tally,
    is_excluded: Callable[[str], bool],
) -> ChangeSet:
    origins: dict[str, list[Origin]] = {}
    gone: dict[str, frozenset[str]] = {}
    for scope, commit, date, entries in groups:
        removed = gone[commit] = frozenset(
            blob for entry in entries if entry.is_removal for blob in _contents(entry.before)
        )
        for entry in entries:
            if entry.mode == changes.SUBMODULE:
                tally.skip("submodule")
            elif entry.is_unmerged:
                path = os.fsdecode(entry.path)
                tally.notice(Notice("unreadable", path, _CONFLICT, hides=True))
            elif entry.is_blob and entry.blob in removed:
                tally.skip("moved-unchanged")
            elif is_excluded(os.fsdecode(entry.path)):
                tally.skip("excluded-by-configuration")
            elif entry.is_blob:
                before = frozenset(_contents(entry.before))
                origins.setdefault(entry.blob, []).append(
                    Origin(os.fsdecode(entry.path), scope, commit, date, before)
                )
    reader = ObjectReader(repository, list(origins)) if origins else None
    blobs = [
        GitBlob(places[0].path, name, reader, repository.git_directory)
        for name, places in origins.items()
        if reader is not None
    ]
    return ChangeSet(blobs, origins, gone, reader)


def _contents(blobs: Iterable[str]) -> Iterator[str]:
    return (blob for blob in blobs if blob.strip("0"))
