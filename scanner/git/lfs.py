"""Where Git LFS keeps the files that its pointers stand for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scanner.git.process import GitError

if TYPE_CHECKING:
    from scanner.git.repository import Repository


class Storage:
    """The local store of Git LFS, which is asked for with the first pointer that is met.

    That is `lfs` in the directory of git unless `lfs.storage` names another one, relative to that
    directory (git-lfs-config(5)). Git LFS heeds this setting in the configuration of git only, not
    in the file `.lfsconfig` that a repository brings along.
    """

    __slots__ = ("_directory", "_repository")

    def __init__(self, repository: Repository) -> None:
        """Describe the store of `repository`; nothing is run yet."""
        self._repository = repository
        self._directory: str | None = None

    def file(self, name: str) -> str:
        """Return the path of the file whose SHA-256 is `name`, whether or not it is there."""
        if self._directory is None:
            self._directory = os.path.join(self._repository.git_directory, self._setting() or "lfs")
        return os.path.join(self._directory, "objects", name[:2], name[2:4], name)

    def _setting(self) -> str:
        asked = ("--type=path", "--default", "", "--get", "lfs.storage")
        try:
            answer = self._repository.run("config", "-z", *asked, what="read its configuration")
        except GitError:  # such as the home directory of a user that does not exist
            return ""
        return os.fsdecode(answer.rstrip(b"\0"))
