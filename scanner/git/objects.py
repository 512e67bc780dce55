"""Contents of objects, read from one `git cat-file --batch` for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.git.process import GitError

if TYPE_CHECKING:
    import subprocess
    import threading
    from collections.abc import Sequence
    from typing import IO

    from scanner.git.repository import Repository

_STOPPED = "git stopped while it was reading an object: run `git fsck` in the repository"


class ObjectReader:
    """Reads objects one after the other, in the order in which they were named.

    For each object, call `next_size` and then `read` until it returns nothing. The next call of
    `next_size` skips the rest of an object that was not read to its end.

    Git ends at the first object that a partial clone lacks, or that is damaged. It is then started
    again for those of the following objects that are in the repository.
    """

    __slots__ = (
        "_at", "_feeder", "_left", "_names", "_pipe", "_present", "_process", "_repository"
    )  # fmt: skip

    _process: subprocess.Popen[bytes]
    _pipe: IO[bytes]
    _feeder: threading.Thread

    def __init__(self, repository: Repository, names: Sequence[str]) -> None:
        """Start git and ask for the objects called `names`. Raises GitError."""
        self._repository = repository
        self._names = names
        self._at = 0
        self._left = 0
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
            raise GitError(_STOPPED)

        name = self._names[self._at]
        self._at += 1
        if self._present is not None and name not in self._present:
            return None

        head = self._pipe.readline().split()
        if len(head) == 2 and head[1] == b"missing":
            return None

        if len(head) != 3:
            self._resume()
            return None

        self._left = size = int(head[2])
        if not size:
            self._end()

        return size

    def read(self, number: int) -> bytes:
        """Return the next `number` bytes of the object, fewer at its end, none after it.

        Raises GitError if git fails within the object; the next one can be read nevertheless.
        """
        if not self._left:
            return b""

        content = self._pipe.read(min(number, self._left))
        self._left -= len(content)
        if not content:
            self._resume()
            raise GitError(_STOPPED)

        if not self._left:
            self._end()

        return content

    def close(self) -> None:
        """End git, whether or not everything was read."""
        self._pipe.close()
        self._process.terminate()
        self._process.wait()
        self._feeder.join()

    def _begin(self, names: Sequence[str]) -> None:
        import threading

        self._process = self._repository.start("cat-file", "--batch", "--buffer")
        self._pipe = self._process.stdout  # type: ignore[assignment]  # it has pipes
        # A thread writes the names while contents are read: there is more of both than the pipes
        # can buffer, so that git and this process would wait for each other.
        self._feeder = threading.Thread(target=_feed, args=(self._process, names), daemon=True)
        self._feeder.start()

    def _resume(self) -> None:
        self.close()
        self._left = 0
        if self._present is None:
            listed = ("--batch-all-objects", "--unordered", "--batch-check=%(objectname)")
            found = self._repository.run("cat-file", *listed, what="list its objects")
            self._present = set(found.decode().split())
        rest = self._names[self._at :]
        self._begin([name for name in rest if name in self._present])

    def _end(self) -> None:
        if self._pipe.read(1) != b"\n":
            self._resume()
            raise GitError(_STOPPED)


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
