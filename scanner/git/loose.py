"""Reading new contents in process: git has just written each into a file of its own.

That holds for what is staged and for the commits of most pushes. To start git for two of them takes
as much of the processor as to read and hash a megabyte. Git reads all that is not exactly such a
file, and what comes after it.
"""

from __future__ import annotations

import os
import zlib

from scanner.files import open_regular
from scanner.git.process import GitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from scanner.git.objects import ObjectReader
    from scanner.git.repository import Repository

_MOST: Final = 64
"""Objects that are read here: a git is worth its start for more."""
_LARGEST: Final = 1 << 20
"""Bytes of a file, and of what is inflated of it: git hashes faster."""
_KINDS: Final = frozenset((b"blob", b"commit", b"tag", b"tree"))
"""How an object begins, before a space, its size and a NUL."""


def new_reader(repository: Repository, names: Sequence[str]) -> ObjectReader | LooseReader:
    """Return what reads the new objects called `names`, in their order. Raises GitError."""
    if len(names) <= _MOST:
        return LooseReader(repository, names)
    return _git(repository, names)


class LooseReader:
    """Reads objects as `scanner.git.objects.ObjectReader` does, which is to be looked up there."""

    __slots__ = ("_at", "_content", "_git", "_kind", "_names", "_repository")

    def __init__(self, repository: Repository, names: Sequence[str]) -> None:
        """Read nothing yet."""
        self._repository = repository
        self._names = names
        self._at = 0
        self._content = b""
        self._kind = ""
        self._git: ObjectReader | None = None

    @property
    def kind(self) -> str:
        """The kind of the object, such as `blob`."""
        return self._git.kind if self._git else self._kind

    def next_size(self) -> int | None:
        """Go to the next object and return its size in bytes, or None if git cannot read it."""
        if self._git is None:
            if self._at >= len(self._names):
                raise GitError("there is no object left to be read")  # a mistake of the caller
            content = self._read(self._names[self._at])
            if content is not None:
                self._at += 1
                self._content = content
                return len(content)
            self._git = _git(self._repository, self._names[self._at :])
        return self._git.next_size()

    def read(self, number: int) -> bytes:
        """Return the next `number` bytes of the object, fewer at its end, none after it."""
        if self._git is not None:
            return self._git.read(number)
        content, self._content = self._content[:number], self._content[number:]
        return content

    def close(self) -> None:
        """End git if it was started."""
        if self._git is not None:
            self._git.close()

    def _read(self, name: str) -> bytes | None:
        """Return the content called `name`; None where git has to look at it."""
        try:
            path = os.path.join(self._repository.objects, name[:2], name[2:])
            with open_regular(path, buffering=0) as file:
                stored = file.read(_LARGEST)  # of a larger one too little to be whole
            inflating = zlib.decompressobj()
            whole = inflating.decompress(stored, _LARGEST)
        except (OSError, zlib.error):
            return None

        head, _, content = whole.partition(b"\0")
        kind, _, size = head.partition(b" ")
        is_whole = inflating.eof and not inflating.unused_data
        if not is_whole or kind not in _KINDS or size != b"%d" % len(content):
            return None
        from scanner.git.objects import digest_of

        # Anything can write such a file; git itself compares no content with its ID.
        digest = digest_of(name, whole, len(whole))
        if digest.hexdigest() != name:
            return None
        self._kind = kind.decode()
        return content


def _git(repository: Repository, names: Sequence[str]) -> ObjectReader:
    from scanner.git.objects import ObjectReader  # here: mostly no git is needed

    return ObjectReader(repository, names, verify=True)
