"""Searching blobs that are too large to be held in memory, one window after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.engine.sweep import sweep
from scanner.git.pack_index import PackError
from scanner.git.process import GitError
from scanner.sources.interface import TooLarge, Unread, Window
from scanner.sources.windows import windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.engine.examine import Examiner
    from scanner.engine.sweep import Swept


def search_large(examiner: Examiner, name: str, read: Callable[[int], bytes]) -> Swept:
    """Search the blob with the ID `name`, which `read(n)` returns in pieces.

    `read` returns nothing at the end of the blob, and may raise PackError or GitError.
    """
    swept = sweep(examiner, [_LargeBlob(name, read)])
    swept.findings[:] = [
        finding._replace(locations=tuple(at._replace(path="") for at in finding.locations))
        for finding in swept.findings
    ]
    return swept


class _LargeBlob:
    """A blob as `scanner.engine.sweep` takes it (see `scanner.sources.interface`)."""

    shareable = False

    def __init__(self, name: str, read: Callable[[int], bytes]) -> None:
        self.path = f"blob {name}"  # what notices show
        self.object = name
        self._read = read

    def read(self) -> bytes:
        raise TooLarge

    def windows(self) -> Iterator[Window]:
        try:
            yield from windows(self._read)
        except (PackError, GitError) as error:
            raise Unread("unreadable", str(error), hides=True) from None
