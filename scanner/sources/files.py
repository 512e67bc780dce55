"""Files of the file system, read so that nothing in a directory can stop or mislead the scan."""

from __future__ import annotations

import errno
import os

from scanner.files import NotAFileError, open_sized
from scanner.findings import WORK_TREE
from scanner.git.lfs import LARGEST_POINTER, POINTER_HEAD, pointer_to, stored_near
from scanner.sources.interface import WINDOW, TooLarge, Unread, Window

TYPE_CHECKING = False
if TYPE_CHECKING:
    import hashlib
    from collections.abc import Iterator
    from typing import Final

# A link must not lead out of the tree, also if it is put there between the listing and the open.
NO_FOLLOW: Final[int] = getattr(os, "O_NOFOLLOW", 0)
_CHANGED: Final = "its size changed during the scan; scan again when nothing writes to it"
_NOT_NAMED: Final = "Git LFS has another file under this name: run `git lfs fsck`"
# What `open` says of a path that is gone, and of what is there but has no content to be read: a
# socket, a directory, a device without a driver.
_MISSING: Final = frozenset({errno.ENOENT, errno.ENOTDIR})
_NOT_FILES: Final = frozenset({errno.ENXIO, errno.EISDIR, errno.ENODEV, errno.EOPNOTSUPP})


class FileBlob:
    """A file by its path; a symbolic link is the blob that git stores: the text of its target."""

    __slots__ = ("_at", "_name", "follow", "path")

    object = ""
    shareable = True

    def __init__(self, path: str, *, follow: bool = False, root: str = "") -> None:
        """Name a file below `root`; `follow` a link, as for a path that the user gave.

        What the user gave and is missing or no file makes the scan incomplete, unlike what a
        listing gave.
        """
        self.path = path
        self.follow = follow
        self._at = os.path.join(root, path) if root else path
        self._name = ""
        """Of a file in the store of Git LFS the SHA-256 that it should have."""

    def read(self) -> bytes:
        """Return the content; raises Unread or TooLarge."""
        descriptor, size = self._open()
        if descriptor < 0:
            return self._link_target()

        try:
            if size > WINDOW:
                raise TooLarge
            data = os.read(descriptor, size + 1)  # one more, to notice that it grows
            if len(data) != size:
                data += _rest(descriptor, WINDOW - len(data))
        except OSError as error:
            raise self._unread(error) from None
        finally:
            os.close(descriptor)

        if data.startswith(POINTER_HEAD) and size < LARGEST_POINTER:
            return self._follow(data)
        # Files of /proc and the like give 0 as their size whatever they hold.
        if len(data) != size and size:
            raise Unread("changed-while-read", _CHANGED, hides=True, partial=data)
        if self._name and _sha256(data).hexdigest() != self._name:
            raise Unread("unreadable", _NOT_NAMED, hides=True, partial=data)
        return data

    def windows(self) -> Iterator[Window]:
        """Yield the content of a large file in windows; raises Unread."""
        descriptor, size = self._open()
        if descriptor < 0:
            raise Unread("changed-while-read", "it has become a link", hides=True)

        total = 0
        digest = _sha256() if self._name else None

        def read(number: int) -> bytes:
            nonlocal total
            if 0 < size < total:
                return b""  # a log that grows as fast as it is read would never end
            piece = os.read(descriptor, number)
            total += len(piece)
            if digest:
                digest.update(piece)
            return piece

        try:
            from scanner.sources.windows import windows  # here: hardly any file is that large

            yield from windows(read)
        except OSError as error:
            raise self._unread(error) from None
        finally:
            os.close(descriptor)
        if total != size and size:
            raise Unread("changed-while-read", _CHANGED, hides=True)
        if digest and digest.hexdigest() != self._name:
            raise Unread("unreadable", _NOT_NAMED, hides=True)

    def _follow(self, data: bytes) -> bytes:
        """Return the file that `data` points to, if it is a pointer of Git LFS.

        It is in the work tree where nothing was fetched, and the local store may have the file.
        """
        name = pointer_to(data)
        if not name:
            return data

        path = stored_near(os.path.dirname(self._at), name)
        if not os.path.isfile(path):
            raise Unread("lfs-pointer", "", hides=False, partial=data)
        self._at, self._name = path, name
        return StoredBlob(path).read()

    def _open(self) -> tuple[int, int]:
        """Return a descriptor and the size of the file; for a link that is read itself, -1."""
        try:
            if not NO_FOLLOW and not self.follow and os.path.islink(self._at):
                return -1, 0
            return open_sized(self._at, 0 if self.follow else NO_FOLLOW)
        except OSError as error:
            if not self.follow and os.path.islink(self._at):
                return -1, 0
            raise self._unread(error) from None

    def _link_target(self) -> bytes:
        try:
            return os.fsencode(os.readlink(self._at))
        except OSError as error:
            raise self._unread(error) from None

    def _unread(self, error: OSError) -> Unread:
        if error.errno in _MISSING:
            return Unread("missing", "gone before it was read", hides=self.follow)
        # Windows says of a directory that access is denied.
        is_other = isinstance(error, NotAFileError) or error.errno in _NOT_FILES
        if is_other or os.path.isdir(self._at):
            detail = "a directory, pipe, socket or device"
            return Unread("not-a-file", detail, hides=self.follow)
        return Unread("unreadable", error.strerror or "cannot be read", hides=True)


class StoredBlob(FileBlob):
    """A file in the store of Git LFS, in which nothing is a pointer any more.

    Its name is the SHA-256 of its content: what is there instead is searched and reported.
    """

    __slots__ = ()

    def __init__(self, path: str) -> None:
        """Name a file, whose own name is its SHA-256."""
        super().__init__(path, follow=True)
        self._name = os.path.basename(path)

    def _follow(self, data: bytes) -> bytes:
        return data


class UnstagedBlob(FileBlob):
    """A file of a work tree as it is there, which is not what is staged."""

    __slots__ = ()

    scope = WORK_TREE
    """The scope of what is found in it."""


def _sha256(data: bytes = b"") -> hashlib._Hash:
    import hashlib  # here: only files of Git LFS are compared with their names

    return hashlib.sha256(data)


def _rest(descriptor: int, room: int) -> bytes:
    """Return what follows to the end; TooLarge if that is more than `room` bytes."""
    pieces: list[bytes] = []
    while piece := os.read(descriptor, 1 << 20):
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            raise TooLarge
    return b"".join(pieces)
