"""The contents of a change of which there are many: those in packs are read in process.

For many, git and the pipe from it cost more than the search (docs/benchmarks.md, "The hooks"). Git
reads what is elsewhere, and whatever cannot be read here. It is not started before, since a process
with threads, which read from it, should not be forked.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from scanner.git.lfs import Storage
from scanner.git.object_store import store_of
from scanner.git.objects import ObjectReader
from scanner.git.pack_excerpt import PackExcerpt
from scanner.git.pack_index import PackError
from scanner.sources.interface import WINDOW
from scanner.sources.objects import GitBlob

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Mapping

    from scanner.git.repository import Repository

_MOST_PACKS: Final = 64
"""Packs that are looked through. Git has one index of more, if it is told to make one."""


class PackedContents:
    """The contents of a change, and the packs that have them."""

    __slots__ = ("_repository", "elsewhere", "files", "messages", "packs")

    def __init__(
        self, repository: Repository, messages: Mapping[str, str], files: Mapping[str, str]
    ) -> None:
        """Look for `messages` and `files`: the paths to report by ID."""
        self._repository = repository
        self.messages = messages
        """The paths to report of commits and tags, by ID."""
        self.files = files
        """Those of files."""
        left = {bytes.fromhex(name) for name in (*messages, *files)}
        self.packs: list[PackExcerpt] = []
        """The packs that have any, with no other entries than are needed for these."""

        paths = store_of(repository).packs()
        for path in paths if len(paths) <= _MOST_PACKS else ():
            try:
                pack = PackExcerpt(path, len(repository.zero) // 2, left, WINDOW)
            except (PackError, OSError):
                continue  # git reads what is in no other
            left.difference_update(pack.names())
            if pack.number:
                self.packs.append(pack)

        self.elsewhere = [name.hex() for name in sorted(left)]
        """The IDs of those that are in none of the packs."""

    def __len__(self) -> int:
        """Return the number of contents."""
        return len(self.messages) + len(self.files)

    def read_by_git(self, names: Collection[str]) -> Generator[GitBlob, None, None]:
        """Yield the contents called `names` as git returns them, to be read one after the other.

        Raises GitError.
        """
        ordered = [name for name in (*self.messages, *self.files) if name in names]
        if not ordered:
            return

        lfs = Storage(self._repository)
        with closing(ObjectReader(self._repository, ordered, verify=True)) as reader:
            for name in ordered:
                if name in self.messages:
                    yield GitBlob(self.messages[name], name, reader)
                else:
                    yield GitBlob(self.files[name], name, reader, lfs)
