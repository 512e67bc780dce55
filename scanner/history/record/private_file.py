"""Files in the user's cache that nobody else can have written, in directories closed to others."""

from __future__ import annotations

import os
import stat
from typing import Final

from scanner.files import open_regular

_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
"""A link in the place of a file was made by somebody else. Windows lacks the flag."""
_LARGEST: Final = 1 << 30
"""Bytes of a file that is read: many times what the largest repositories need."""


def read_private(path: str) -> bytes:
    """Return the content of a file that nobody but its owner can have written, else nothing."""
    try:
        file = open_regular(path, _NO_FOLLOW)
    except OSError:
        return b""
    with file:
        found = os.fstat(file.fileno())
        if found.st_size > _LARGEST or not _is_private(found):
            return b""
        try:
            return file.read()
        except OSError:
            return b""


def make_private_directories(path: str) -> None:
    """Make the directory `path` and the one above it; raises OSError if others can read them."""
    above = os.path.dirname(path)
    os.makedirs(os.path.dirname(above), 0o700, exist_ok=True)
    for each in (above, path):
        try:
            os.mkdir(each, 0o700)
        except FileExistsError:
            found = os.lstat(each)
            if not stat.S_ISDIR(found.st_mode) or not _is_private(found):
                raise PermissionError(0, "others can read it, or it is not a directory") from None


def _is_private(found: os.stat_result) -> bool:
    if not hasattr(os, "getuid"):
        return True  # Windows: the directory of a user is closed to others
    return found.st_uid == os.getuid() and not found.st_mode & 0o077
