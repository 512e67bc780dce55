"""Contents of objects, read from one `git cat-file --batch` for all of them."""

from __future__ import annotations

import os
from contextlib import suppress

from scanner.git.process import GitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    import threading
    from collections.abc import Sequence
    from typing import IO, Any

    from scanner.git.repository import Repository
    from scanner.git.watch import Watch

_KINDS = frozenset((b"blob", b"commit", b"tag", b"tree"))
_SHA1 = 40
"""Hexadecimal digits of an ID in a repository of SHA-1."""
_MUCH = 256 << 10
"""Bytes; to load `hashlib` takes as long as to hash as many with the module that is there at once,
which is six times slower."""
_OTHER = "git returns other content than its ID says: run `git fsck` in the repository"
_STOPPED = "git stopped while it was reading an object: run `git fsck` in the repository"


class ObjectReader:
    """Reads objects one after the other, in the order in which they were named.

    For each object, call `next_size` and then `read` until it returns nothing. The next call of
    `next_size` skips the rest of an object that was not read to its end.

    Git ends at the first object that a partial clone lacks, or that is damaged. It is then started
    again for those of the following objects that are in the repository.
    """

    __slots__ = (
        "_at",
        "_digest",
        "_feeder",
        "_hashed",
        "_id",
        "_left",
        "_loose",
        "_names",
        "_objects",
        "_pipe",
        "_present",
        "_process",
        "_repository",
        "_verify",
        "_verify_all",
        "_watch",
        "kind",
    )

    _process: subprocess.Popen[bytes]
    _pipe: IO[bytes]
    _feeder: threading.Thread
    _watch: Watch

    def __init__(
        self, repository: Repository, names: Sequence[str], *, verify: bool = False
    ) -> None:
        """Start git and ask for the objects called `names`. Raises GitError.

        Git compares no content with its ID. Here those of files of their own are compared, which
        anything can write, and with `verify` those of packs as well, which have what their index
        says.
        """
        self._verify_all = verify
        self._verify = verify
        self._objects = repository.objects
        self._loose: dict[str, frozenset[str]] = {}
        self._repository = repository
        self._names = names
        self._at = 0
        self._left = 0
        self._id = ""
        self._hashed = 0
        self.kind = ""
        """The kind of the object, such as `blob`."""
        self._digest: Any = None
        self._present: set[str] | None = None
        self._begin(names)

    def next_size(self) -> int | None:
        """Go to the next object and return its size in bytes, or None if git cannot read it.

        Partial clones and damaged repositories lack objects. Raises GitError after the last object.
        """
        while self._left > 0:
            try:
                self.read(1 << 20)
            except GitError:
                break

        if self._at >= len(self._names):
            raise GitError(self._watch.found or _STOPPED)

        name = self._names[self._at]
        self._at += 1
        if self._present is not None and name not in self._present:
            return None

        self._watch.steps += 1
        head = self._pipe.readline().split()
        if len(head) == 2 and head[1] == b"missing":
            return None

        if len(head) != 3 or head[1] not in _KINDS or not head[2].isdigit():
            self._resume()
            return None

        self._left = size = int(head[2])
        self._id, self.kind = head[0].decode(), head[1].decode()
        self._verify = self._verify_all or self._is_loose(name)
        if self._verify:
            self._hashed += size
            self._digest = digest_of(self._id, b"%b %d\0" % (head[1], size), self._hashed)
        if not size:
            self._end()

        return size

    def read(self, number: int) -> bytes:
        """Return the next `number` bytes of the object, fewer at its end, none after it.

        Raises GitError if git fails within the object, or where it is verified, if it is not the
        one that its ID names; the next one can be read nevertheless.
        """
        if not self._left:
            return b""

        self._watch.steps += 1
        content = self._pipe.read(min(number, self._left))
        self._left -= len(content)
        if not content:
            self._resume()
            raise GitError(_STOPPED)

        if self._verify:
            self._digest.update(content)
        if not self._left:
            self._end()

        return content

    def close(self) -> None:
        """End git, whether or not everything was read."""
        self._pipe.close()
        self._process.terminate()
        self._process.wait()
        self._feeder.join()
        self._watch.close()

    def _begin(self, names: Sequence[str]) -> None:
        import threading

        process = self._process = self._repository.start("cat-file", "--batch", "--buffer")
        try:
            self._pipe = process.stdout  # type: ignore[assignment]  # it has pipes
            self._watch = self._repository.watch(process)
            # A thread writes the names while contents are read: there is more of both than the
            # pipes can buffer, so that git and this process would wait for each other.
            self._feeder = threading.Thread(target=_feed, args=(process, names), daemon=True)
            self._feeder.start()
        except BaseException:  # the time of the scan can be up while a thread starts
            process.kill()
            raise

    def _is_loose(self, name: str) -> bool:
        """Return whether the object has a file of its own; each directory is listed once."""
        part = name[:2]
        if part not in self._loose:
            found: list[str] = []
            with suppress(OSError):
                found = os.listdir(os.path.join(self._objects, part))
            self._loose[part] = frozenset(found)
        return name[2:] in self._loose[part]

    def _resume(self) -> None:
        self.close()
        self._left = 0
        if self._watch.found:  # what comes later may be behind the same
            self._at = len(self._names)
            raise GitError(self._watch.found)
        if self._present is None:
            listed = ("--batch-all-objects", "--unordered", "--batch-check=%(objectname)")
            found = self._repository.run("cat-file", *listed, what="list its objects")
            self._present = set(found.decode("ascii", "replace").split())
        rest = self._names[self._at :]
        self._begin([name for name in rest if name in self._present])

    def _end(self) -> None:
        if self._pipe.read(1) != b"\n":
            self._resume()
            raise GitError(_STOPPED)
        if self._verify and self._digest.hexdigest() != self._id:
            raise GitError(_OTHER)


def digest_of(name: str, head: bytes, hashed: int) -> Any:
    """Return the hash object of the object called `name`, with its `head` already in it.

    `hashed` bytes are hashed so far. A few are not worth to load `hashlib`.
    """
    if len(name) == _SHA1 and hashed < _MUCH:
        try:
            from _sha1 import sha1  # type: ignore[import-not-found]  # a part of CPython
        except ImportError:  # a Python that was built without it
            from hashlib import sha1
        return sha1(head, usedforsecurity=False)

    from scanner.git.pack_index import hash_of

    return hash_of(len(name) // 2, head)


def _feed(process: subprocess.Popen[bytes], names: Sequence[str]) -> None:
    pipe = process.stdin
    if pipe:
        try:
            pipe.write("".join(f"{name}\n" for name in names).encode())
        except OSError:
            pass  # git has ended, which the reader of its answers notices
        finally:
            try:
                pipe.close()
            except OSError:
                return
