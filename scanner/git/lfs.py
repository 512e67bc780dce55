"""Where Git LFS keeps the files that its pointers are for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scanner.git.process import GitError

if TYPE_CHECKING:
    from scanner.git.repository import Repository


class Storage:
    """The local store of Git LFS. Git is asked where it is when the first pointer is read.

    It is `lfs` in the git directory unless `lfs.storage` names another one, relative to that
    directory (git-lfs-config(5)). Git LFS reads this setting from the configuration of git only,
    not from the file `.lfsconfig` of a repository.
    """

    __slots__ = ("_directory", "_repository")

    def __init__(self, repository: Repository) -> None:
        """Keep the `repository`; git is not run yet."""
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
        except GitError:  # such as a path with `~name` for a user that does not exist
            return ""
        return os.fsdecode(answer.rstrip(b"\0"))
