"""The files in Git LFS that the pointers of a history are for, as far as they are here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.engine.sweep import sweep
from scanner.findings import Notice
from scanner.git.lfs import Storage
from scanner.history.objects.search import TOO_LARGE
from scanner.history.objects.search_result import SearchResult
from scanner.sources.files import StoredBlob

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.engine.examine import Examiner
    from scanner.git.repository import Repository

REASON: Final = "lfs-pointer"
_WHERE: Final = "Git LFS"
"""What a notice names in the place of a path."""


class _LargeFile(StoredBlob):
    """A file in the store. What is found in it is in the object of its pointer."""

    __slots__ = ("object",)

    def __init__(self, path: str, pointer: str, shown: str) -> None:
        super().__init__(path)
        self.path = shown  # what notices show
        self.object = pointer


def search_large_files(
    repository: Repository,
    examiner: Examiner,
    pointers: Mapping[str, str],
    *,
    everything: bool,
    max_size: int = 0,
) -> SearchResult:
    """Search the files that `pointers` are for: names of files, to the IDs of pointers.

    With `everything` files of the store are searched as well to which nothing points any more.
    Files that are not here are counted, and a notice makes the scan incomplete. Files of more than
    `max_size` bytes are left out; 0 means no limit.
    """
    result = SearchResult()
    if not pointers and not os.path.isdir(os.path.join(repository.git_directory, "lfs")):
        return result  # no need to ask git where the store is

    storage = Storage(repository)
    here = dict(storage.files())
    missing = len(pointers.keys() - here.keys())
    if missing:
        result.tally.skip(REASON, missing - 1)  # and one for the notice
        detail = (
            f"{missing:,} of {len(pointers):,} files in Git LFS are not in this clone: "
            "`git lfs fetch --all` brings them"
        )
        result.tally.notice(Notice(REASON, _WHERE, detail, hides=True))

    def blobs() -> Iterator[_LargeFile]:
        for name, path in here.items():
            pointer = pointers.get(name, "")
            if not pointer and not everything:
                continue
            if max_size and os.path.getsize(path) > max_size:
                result.tally.skip(TOO_LARGE)
            else:
                shown = "" if pointer else os.path.relpath(path, repository.directory)
                yield _LargeFile(path, pointer, shown or f"Git LFS {name}")

    swept = sweep(examiner, blobs())
    swept.findings[:] = [
        finding._replace(
            locations=tuple(at._replace(path="") if at.object else at for at in finding.locations)
        )
        for finding in swept.findings
    ]
    result.add(swept)
    return result
