"""Contents of objects, from one `git cat-file --batch` for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.git.process import GitError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    from scanner.git.repository import Repository

_STOPPED = "git stopped while it was reading objects: run `git fsck` in the repository"


class ObjectReader:
    """Reads objects one after the other, in the order in which they were named.

    For each object: `next_size`, and then `read` until it gives nothing. What is left unread of an
    object is passed over by the next call of `next_size`.
    """

    __slots__ = ("_feeder", "_left", "_pipe", "_process")

    def __init__(self, repository: Repository, names: Sequence[str]) -> None:
        """Start git and ask for the objects called `names`. Raises GitError."""
        import threading

        self._process = repository.start("cat-file", "--batch", "--buffer")
        self._pipe: IO[bytes] = self._process.stdout  # type: ignore[assignment]  # it has pipes
        self._left = 0
        # Names go in while contents come out: more of both than the pipes hold.
        self._feeder = threading.Thread(target=self._feed, args=(names,), daemon=True)
        self._feeder.start()

    def next_size(self) -> int | None:
        """Go on to the next object; return its size in bytes, or None where it is missing.

        Partial clones lack objects, and so do damaged repositories.
        """
        while self._left > 0:
            self.read(1 << 20)
        head = self._pipe.readline().split()
        if len(head) == 2 and head[1] == b"missing":
            return None
        if len(head) != 3:
            raise GitError(_STOPPED)
        self._left = size = int(head[2])
        if not size:
            self._end()
        return size

    def read(self, number: int) -> bytes:
        """Return the next `number` bytes of the object, fewer at its end, none behind it."""
        if not self._left:
            return b""
        content = self._pipe.read(min(number, self._left))
        if not content:
            raise GitError(_STOPPED)
        self._left -= len(content)
        if not self._left:
            self._end()
        return content

    def close(self) -> None:
        """Let git go, whether or not everything was read."""
        self._pipe.close()
        self._process.terminate()
        self._process.wait()
        self._feeder.join()
        if self._process.stderr:
            self._process.stderr.close()

    def _end(self) -> None:
        if self._pipe.read(1) != b"\n":
            raise GitError(_STOPPED)

    def _feed(self, names: Sequence[str]) -> None:
        pipe = self._process.stdin
        try:
            if pipe:
                pipe.write("".join(f"{name}\n" for name in names).encode())
                pipe.close()
        except OSError:
            return  # git has ended; whoever reads its answers notices
