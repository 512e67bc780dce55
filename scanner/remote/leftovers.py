"""Directories of transfers that were killed: found by a lock that nobody holds, and removed."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from scanner.files import open_descriptor

if sys.platform != "win32":  # where nothing is claimed, and nothing removed
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK: Final = "in-use"
_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def claim(directory: str) -> Iterator[None]:
    """Mark the new `directory` as in use until the context ends, or this process does."""
    if sys.platform == "win32":
        yield
        return
    path = os.path.join(directory, _LOCK)
    with open(f"{path}.new", "xb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        os.rename(f"{path}.new", path)  # nobody sees it before it is locked
        yield


@contextmanager
def temporary_directory(prefix: str) -> Iterator[str]:
    """Make a private directory for temporary files, and remove those that were left before."""
    parent = tempfile.gettempdir()
    sweep(parent, prefix)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=parent) as directory, claim(directory):
        yield directory


def sweep(parent: str, prefix: str) -> None:
    """Remove the directories in `parent` that begin with `prefix` and whose process has ended.

    Those of other users are left alone, and those without a mark.
    """
    if sys.platform == "win32":
        return
    with suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith(prefix) and _is_ours(entry):
                _remove_unclaimed(entry.path)


def _is_ours(entry: os.DirEntry[str]) -> bool:
    with suppress(OSError):
        found = entry.stat(follow_symlinks=False)
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return False


def _remove_unclaimed(directory: str) -> None:
    with suppress(OSError):  # no mark, or somebody holds it
        descriptor = open_descriptor(os.path.join(directory, _LOCK), _NO_LINK)
        try:
            if sys.platform != "win32":
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(directory)
        finally:
            os.close(descriptor)


def remove(directory: str) -> None:
    """Remove `directory` with all that is in it; what cannot be removed stays."""

    def writable(function: object, path: str, _: object) -> None:
        del function
        with suppress(OSError):  # packs are read-only, which matters on Windows
            os.chmod(path, stat.S_IRWXU)
            os.unlink(path)

    shutil.rmtree(directory, onerror=writable)
