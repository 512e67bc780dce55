"""The files of a listing, as blobs that are made when they are asked for.

A tree can have a hundred thousand files, most of which are small and hold nothing. What is compiled
reads many of them with one call, and needs their names alone. What it leaves (a link, a large file,
one that cannot be read) is read like any other blob.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from scanner import kernel
from scanner.engine.together import Joined
from scanner.files import READ
from scanner.git.lfs import POINTER_HEAD
from scanner.sources.files import NO_FOLLOW, FileBlob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

    from scanner.engine.together import Batch
    from scanner.tally import Tally

_STEP: Final = 256
"""Files that are listed between two looks whether a process needs work: half a millisecond."""


class Files(Sequence[FileBlob]):
    """Files by their names, each once. A slice of them is of the same kind."""

    __slots__ = ("names",)

    def __init__(self, names: list[str]) -> None:
        """Name the files."""
        self.names = names

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        """Return how another process makes them: one text is sent faster than many."""
        return _from_text, ("\0".join(self.names),)

    def __len__(self) -> int:
        """Return the number of files."""
        return len(self.names)

    def __getitem__(self, at: Any) -> Any:
        """Return one of them, or those of a slice."""
        names = self.names[at]
        return FileBlob(names) if isinstance(names, str) else Files(names)

    def __iter__(self) -> Iterator[FileBlob]:
        """Yield them in order."""
        return map(FileBlob, self.names)

    def without(self, is_excluded: Callable[[str], bool]) -> Files:
        """Return those whose names are not excluded."""
        return Files([name for name in self.names if not is_excluded(name)])

    @property
    def is_joinable(self) -> bool:
        """Whether what is compiled can read them."""
        return bool(NO_FOLLOW) and hasattr(kernel.anchors, "read_files")

    def join(self, at: int, buffer: bytearray, batch: Batch) -> Joined:
        """Read files into `buffer`: see `scanner.engine.together.Joinable`."""
        # A pointer of Git LFS is left, since what it points to is read in its place.
        read = kernel.anchors.read_files
        return Joined(*read(self.names, at, buffer, READ | NO_FOLLOW, POINTER_HEAD, *batch))


class GrowingFiles(Files):
    """Files that are still being listed."""

    __slots__ = ("_further", "late")

    def __init__(self, names: list[str], further: Iterator[str], late: Tally) -> None:
        """Name the first files; the `further` names leave what cannot be listed in `late`."""
        super().__init__(names)
        self.late = late
        self._further = further

    def grow(self) -> bool:
        """List further ones; return whether there may be more after these."""
        before = len(self.names)
        self.names += islice(self._further, _STEP)
        return len(self.names) == before + _STEP


def _from_text(text: str) -> Files:
    return Files(text.split("\0") if text else [])
