"""The files of packs, of which a bounded number is open at a time.

A repository can have more packs than a process may have files (`ulimit -n`, often 256 or 1024):
each push to a server and each fetch adds one, and only `git gc` makes one of many.
"""

from __future__ import annotations

import os
from typing import Final

from scanner.files import open_descriptor
from scanner.git.pack_index import PackError

MOST_OPEN: Final = 32
"""Files of packs that are open at a time. One is read after the other, so that more would only save
opening again, which takes 20 microseconds."""


class PackFile:
    """The file of a pack, opened again where it had to be closed in favour of others."""

    __slots__ = ("_descriptor", "_identity", "path", "size")

    def __init__(self, path: str) -> None:
        """Open the file at `path`. Raises OSError."""
        self.path = path
        self._descriptor = -1
        self._identity: tuple[int, int, int] | None = None
        self.size = os.fstat(self.descriptor()).st_size
        """Its size in bytes."""

    def descriptor(self) -> int:
        """Return the descriptor of the open file; it holds until another file is asked for its own.

        Raises OSError, or PackError where another file has taken its place.
        """
        if self._descriptor < 0:
            while len(_open) >= MOST_OPEN:
                next(iter(_open)).close()
            descriptor = open_descriptor(self.path)
            found = os.fstat(descriptor)
            identity = (found.st_ino, found.st_mtime_ns, found.st_size)
            if self._identity not in (None, identity):
                os.close(descriptor)
                raise PackError("it was replaced while it was read: scan again")
            self._descriptor, self._identity = descriptor, identity

        _open.pop(self, None)
        _open[self] = None
        return self._descriptor

    def close(self) -> None:
        """Close the file, if it is open."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        _open.pop(self, None)


_open: Final[dict[PackFile, None]] = {}
"""The files that are open, the one that was used last at the end."""
