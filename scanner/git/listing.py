"""Lists of paths, read while git writes them: there can be more than there is room for.

A directory that has the same one twice, thirty levels deep, is a few kilobytes and a billion paths.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from scanner.git.process import SECONDS, Completed, GitError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from scanner.git.repository import Repository

_STEP: Final = 64 << 10
"""Bytes that are read at once: as many as a pipe of Linux holds."""
_MANY: Final = 1 << 18
"""Paths that are taken, whatever their contents: the largest repositories have as many files."""
_TIMES: Final = 32
"""How often more than that may have the same content, on average. In a tree that repeats itself it
is a million times; copies, and files that go to and fro, do not come near."""
_REPEATED: Final = (
    "git lists more than {:,} paths with the same contents again and again: look with "
    "`git ls-tree` for a directory that has another one many times, and leave it out"
)


class RepeatedError(GitError):
    """There are too many paths for the contents that they have."""


class Repeats:
    """Counts paths and their contents, and ends a list that only repeats itself."""

    __slots__ = ("_contents", "_number")

    def __init__(self) -> None:
        """Begin with none."""
        self._contents: set[tuple[str, ...]] = set()
        self._number = 0

    def add(self, *contents: str) -> None:
        """Count a path with its `contents`, now and before. Raises RepeatedError."""
        self._contents.add(contents)
        self._number += 1
        if self._number > _MANY and self._number > _TIMES * len(self._contents):
            raise RepeatedError(_REPEATED.format(_MANY))


def listing(
    repository: Repository, *command: str, what: str, stdin: bytes = b""
) -> Iterator[bytes]:
    """Yield what the git `command` prints, up to each null byte. Raises GitError.

    Git is ended where the caller reads no further.
    """
    import threading

    process = repository.start(*command, errors=True)
    errors: list[bytes] = []
    threads = [
        threading.Thread(target=_feed, args=(process.stdin, stdin), daemon=True),
        threading.Thread(target=_keep, args=(process.stderr, errors), daemon=True),
    ]
    late = threading.Timer(SECONDS, process.kill)
    late.daemon = True
    threads.append(late)
    watch = repository.watch(process)
    try:
        for thread in threads:
            thread.start()
        output, rest = process.stdout, b""
        while piece := output.read1(_STEP) if output else b"":  # type: ignore[attr-defined]
            watch.steps += 1
            *whole, rest = (rest + piece).split(b"\0")
            yield from whole
        if rest:
            yield rest
        process.wait()
    finally:
        is_late = late.finished.is_set()
        late.cancel()
        process.kill()
        process.wait()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()
        watch.close()

    if is_late:
        raise GitError(f"git could not {what} within {SECONDS} seconds: run `git fsck`")
    if process.returncode:
        from scanner.git.complaint import complaint  # here: git seldom fails

        done = Completed(process.returncode, b"", b"".join(errors))
        said = f"git could not {what}: {complaint(done, named=repository.is_named)}"
        raise GitError(watch.found or said)


def _feed(pipe: IO[bytes] | None, content: bytes) -> None:
    if pipe:
        with suppress(OSError):  # git has ended, which its code says
            pipe.write(content)
        with suppress(OSError):
            pipe.close()


def _keep(pipe: IO[bytes] | None, into: list[bytes]) -> None:
    if pipe:
        with suppress(OSError, ValueError):
            into.append(pipe.read())
