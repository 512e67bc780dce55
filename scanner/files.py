"""Reads regular files only, writes a file whole or not at all, and silences a stream.

A stream is silenced when nobody reads it any more.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress

from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO, Final, TextIO

_BINARY: int = getattr(os, "O_BINARY", 0)  # Windows would turn line feeds into two characters
_DESCRIPTORS: Final = "/proc/self/fd"
MAX_BYTES: Final = 64 << 20
"""More than any file about a repository that is read whole."""
READ: Final = os.O_RDONLY | sum(
    getattr(os, flag, 0) for flag in ("O_BINARY", "O_CLOEXEC", "O_NONBLOCK")
)
"""Some systems lack some of them. To open a named pipe would wait for somebody who writes to it. A
program that is started while the file is open must not inherit it."""


class NotAFileError(OSError):
    """What is at a path has no end, or is no content: a pipe, a device, a directory, a socket."""


def open_descriptor(path: str, flags: int = 0, *, pipes: bool = False) -> int:
    """Return a descriptor of the regular file at `path`, as `open_sized` does."""
    return open_sized(path, flags, pipes=pipes)[0]


def open_sized(path: str, flags: int = 0, *, pipes: bool = False) -> tuple[int, int]:
    """Return a descriptor of the regular file at `path`, opened with `flags`, and its size.

    Anyone who writes to a directory can put anything there. A pipe that the user gave, as the shell
    does for `<(command)`, is accepted with `pipes`; without anybody who writes to it, it is empty.
    Raises OSError.
    """
    descriptor = os.open(path, READ | flags)
    try:
        found = os.fstat(descriptor)
        mode = found.st_mode
        if stat.S_ISREG(mode):
            return descriptor, found.st_size
        if stat.S_ISDIR(mode):
            raise NotAFileError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not (pipes and stat.S_ISFIFO(mode)):
            raise NotAFileError(errno.EINVAL, "it is not a regular file", path)
        os.set_blocking(descriptor, True)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, 0


def open_regular(path: str, flags: int = 0, *, buffering: int = -1) -> BinaryIO:
    """Open the regular file at `path` to be read, with `flags` in addition.

    Raises OSError for anything else.
    """
    return open(open_descriptor(path, flags), "rb", buffering)


def read_regular(path: str, most: int = MAX_BYTES, *, pipes: bool = False) -> bytes:
    """Return the first `most` bytes of the regular file at `path`.

    With `pipes` it may be a pipe: for a path that the user gave. Raises OSError for anything else.
    """
    with open(open_descriptor(path, pipes=pipes), "rb") as file:
        return file.read(most)


class Pending(NamedTuple):
    """A file whose content is complete and that does not have its name yet."""

    path: str
    temporary: str
    """The name that it has until then, or gets for the moment in which it replaces another file."""
    descriptor: int = -1
    """Of a file that has no name at all; -1 where it has the temporary one."""


def write_whole(
    path: str,
    chunks: Iterable[bytes],
    mode: int = 0o666,
    *,
    exact: bool = False,
    only_new: bool = False,
    durable: bool = False,
) -> None:
    """Write `chunks` to the file at `path`, which appears, or is replaced, when it is complete.

    If anything goes wrong, an interrupt or an error of `chunks` too, an older file stays as it was
    and nothing else is left in the directory. A symbolic link at `path` is replaced, not followed.

    Args:
        path: The file, in a directory that exists.
        chunks: Its content. They are asked for after the temporary file was made.
        mode: Permissions of the new file, from which the umask takes its bits.
        exact: The file gets `mode` whatever the umask is.
        only_new: FileExistsError if there is a file at `path` by the time the content is written.
        durable: The content is on the disk before the name points to it. Without, a crash of the
            machine can leave an empty file (rename(2) does not order data, see fsync(2)).

    Raises:
        OSError: The file cannot be written.
    """
    publish(prepare(path, chunks, mode, exact=exact, durable=durable), only_new=only_new)


def prepare(
    path: str,
    chunks: Iterable[bytes],
    mode: int = 0o666,
    *,
    exact: bool = False,
    durable: bool = False,
) -> Pending:
    """Write `chunks` next to `path`, for `publish` or `abandon`; otherwise as `write_whole`.

    Nothing is left if anything goes wrong. What only its owner may read has no name until then
    where the system has such files, so that nothing of it is left even if the process is killed.
    Raises OSError.
    """
    # In the directory of the target, since a rename does not cross file systems. The name does not
    # contain the target's, which may be as long as a name can be.
    temporary = os.path.join(os.path.dirname(path), f".keycatch-{os.urandom(8).hex()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
    descriptor = -1 if mode & 0o077 or exact else _open_without_name(path, mode)
    pending = Pending(path, temporary, descriptor)
    try:
        writing = os.open(temporary, flags, mode) if descriptor < 0 else os.dup(descriptor)
        with open(writing, "wb") as file:
            file.writelines(chunks)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if exact:
            os.chmod(temporary, mode)
    except BaseException:
        abandon(pending)
        raise
    return pending


def _open_without_name(path: str, mode: int) -> int:
    """Return the descriptor of a new file in the directory of `path` that has no name, or -1.

    See O_TMPFILE in open(2): some file systems have none, and it gets a name through /proc.
    """
    flag = getattr(os, "O_TMPFILE", 0)
    if not flag or not os.path.isdir(_DESCRIPTORS):
        return -1
    try:
        return os.open(os.path.dirname(path) or ".", os.O_WRONLY | flag, mode)
    except OSError:
        return -1


def publish(pending: Pending, *, only_new: bool = False) -> None:
    """Give the file its name; if that fails, nothing of it is left. Raises OSError."""
    try:
        if only_new and os.path.lexists(pending.path):
            raise FileExistsError(0, "it exists already")
        if pending.descriptor >= 0:
            # A directory is named, though none is needed: without, the link itself would be linked.
            source = f"{_DESCRIPTORS}/{pending.descriptor}"
            os.link(source, pending.temporary, src_dir_fd=pending.descriptor, follow_symlinks=True)
        os.replace(pending.temporary, pending.path)
    except BaseException:
        abandon(pending)
        raise
    _close(pending)


def keep(path: str) -> str | None:
    """Give the file at `path` a second name next to it, for `restore` after `publish`.

    Returns that name, nothing where there is no file, or None where it cannot be kept: a file
    system without hard links.
    """
    if not os.path.lexists(path):
        return ""
    kept = os.path.join(os.path.dirname(path), f".keycatch-{os.urandom(8).hex()}.tmp")
    try:
        os.link(path, kept)
    except OSError:
        return None
    return kept


def restore(path: str, kept: str | None) -> None:
    """Undo `publish` at `path` by what `keep` returned before it; never fails."""
    with suppress(OSError):
        if kept:
            os.replace(kept, path)
        elif kept is not None:
            os.unlink(path)


def abandon(pending: Pending) -> None:
    """Remove the file, which does not have its name yet; never fails."""
    drop(pending.temporary)
    _close(pending)


def _close(pending: Pending) -> None:
    if pending.descriptor >= 0:
        with suppress(OSError):
            os.close(pending.descriptor)


def drop(temporary: str | None) -> None:
    """Remove a name that `prepare` or `keep` made, if there is one; never fails."""
    if temporary:
        with suppress(OSError):  # what went wrong before says more than an error of this
            os.unlink(temporary)


def discard(stream: TextIO) -> None:
    """Send what `stream` still holds to the null device; never fails.

    Otherwise the interpreter flushes it when it ends, complains, and changes the exit code.
    """
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
    except (OSError, ValueError):  # a stream without a file: nothing is flushed either
        return
