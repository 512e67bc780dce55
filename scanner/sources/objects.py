"""Contents that git stores, at the paths that a change gives them."""

from __future__ import annotations

from scanner.git.lfs import LARGEST_POINTER, POINTER_HEAD, pointer_to
from scanner.git.process import GitError
from scanner.sources.interface import WINDOW, TooLarge, Unread, Window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from scanner.git.lfs import Storage
    from scanner.git.loose import LooseReader
    from scanner.git.objects import ObjectReader
    from scanner.sources.files import StoredBlob

_MISSING: Final = "its content is not in this clone: fetch it, or run `git fsck`"


class GitBlob:
    """The content of an object; for a pointer of Git LFS, the file that it points to."""

    __slots__ = ("_file", "_lfs", "_reader", "object", "path")

    shareable = False

    def __init__(
        self, path: str, name: str, reader: ObjectReader | LooseReader, lfs: Storage | None = None
    ) -> None:
        """Describe the object called `name`; the blobs of one `reader` are read in its order.

        Without `lfs` a pointer of Git LFS is read like any other content.
        """
        self.path = path
        self.object = name
        self._reader = reader
        self._lfs = lfs
        self._file: StoredBlob | None = None

    def read(self) -> bytes:
        """Return the content; raises Unread or TooLarge."""
        try:
            size = self._reader.next_size()
            if size is None:
                raise Unread("missing-object", _MISSING, hides=True)
            if size > WINDOW:
                raise TooLarge
            content = b"".join(iter(lambda: self._reader.read(WINDOW), b""))
        except GitError as error:
            raise Unread("missing-object", str(error), hides=True) from None
        if self._lfs and self.path and self._reader.kind != "blob":
            detail = f"its path is that of a file, and it is a {self._reader.kind}: run `git fsck`"
            raise Unread("unreadable", detail, hides=True, partial=content)
        if self._lfs and content.startswith(POINTER_HEAD) and size < LARGEST_POINTER:
            return self._follow(content, self._lfs)
        return content

    def windows(self) -> Iterator[Window]:
        """Yield the content, which `read` found to be too large, in windows; raises Unread."""
        if self._file:
            yield from self._file.windows()
            return
        try:
            from scanner.sources.windows import windows  # here: hardly any content is that large

            yield from windows(self._reader.read)
        except GitError as error:
            detail = f"it could not be read to its end: {error}"
            raise Unread("unreadable", detail, hides=True) from None

    def _follow(self, pointer: bytes, lfs: Storage) -> bytes:
        """Return the file that `pointer` points to: not in git, but published by a push as well."""
        name = pointer_to(pointer)
        if not name:
            return pointer

        from scanner.sources.files import StoredBlob  # here: few commits have a pointer

        stored = StoredBlob(lfs.file(name))
        try:
            return stored.read()
        except TooLarge:
            self._file = stored
            raise
        except Unread as unread:
            if unread.reason != "missing":
                raise
            # Not fetched, so it cannot have been added here.
            raise Unread("lfs-pointer", "", hides=False, partial=pointer) from None
