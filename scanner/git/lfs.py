"""Pointers of Git LFS, and where it keeps the files that they are for."""

from __future__ import annotations

import os
from functools import cache

from scanner.git.process import GitError
from scanner.git.work_tree import find_work_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from scanner.git.repository import Repository

POINTER_HEAD: Final = b"version https://git-lfs"
"""How a pointer begins."""
LARGEST_POINTER: Final = 1024
"""Bytes; the specification of Git LFS says that a pointer is smaller."""
# docs/spec.md of Git LFS: the version comes first, other keys are sorted. Git LFS takes a file with
# any other line for what it is, as is done here: it could say anything.
_POINTER: Final = (
    rb"version https://git-lfs\.github\.com/spec/v1\r?\n"
    rb"(?:ext-[0-9]-[a-z][a-z0-9_]{0,15} sha256:[0-9a-f]{64}\r?\n)*"
    rb"oid sha256:([0-9a-f]{64})\r?\nsize [0-9]{1,19}\s*"
)
_DIGITS: Final = 64
"""Of a name, the SHA-256 of the file."""


def pointer_to(content: bytes) -> str:
    """Return the name of the file that the pointer `content` is for; empty for no pointer."""
    if len(content) >= LARGEST_POINTER or not content.startswith(POINTER_HEAD):
        return ""
    import re  # here: every scan of files imports this module, and few meet a pointer

    found = re.fullmatch(_POINTER, content)
    return found[1].decode() if found else ""


def stored_near(directory: str, name: str) -> str:
    """Return the path of the file called `name` in the store of the repository at `directory`.

    Empty where there is no repository, or git refuses it.
    """
    root = find_work_tree(directory or ".")
    storage = _storage(root) if root else None
    return storage.file(name) if storage else ""


@cache
def _storage(root: str) -> Storage | None:
    """Return the store of the repository at `root`: asked for once, not for each pointer."""
    from scanner.git.repository import Repository  # here: a scan of files starts without it

    try:
        return Storage(Repository(root, named=True))
    except GitError:
        return None


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
        return os.path.join(self._objects(), name[:2], name[2:4], name)

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the path of each file that is there, in order."""
        for directory, folders, names in os.walk(self._objects()):
            folders.sort()
            for name in sorted(names):
                if len(name) == _DIGITS and not name.strip("0123456789abcdef"):
                    yield name, os.path.join(directory, name)

    def _objects(self) -> str:
        if self._directory is None:
            self._directory = os.path.join(self._repository.git_directory, self._setting() or "lfs")
        return os.path.join(self._directory, "objects")

    def _setting(self) -> str:
        asked = ("--type=path", "--default", "", "--get", "lfs.storage")
        try:
            answer = self._repository.run("config", "-z", *asked, what="read its configuration")
        except GitError:  # such as a path with `~name` for a user that does not exist
            return ""
        return os.fsdecode(answer.rstrip(b"\0"))
