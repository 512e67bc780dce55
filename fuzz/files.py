"""Files for readers that take a path: one directory for a process, removed at its end."""

from __future__ import annotations

import os
import tempfile
from functools import cache


@cache
def _directory() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="keycatch-fuzz-")


def written(name: str, content: bytes) -> str:
    """Return the path of the file `name`, whose content is now `content`."""
    path = os.path.join(_directory().name, name)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, 0o600)  # a record that others may read is ignored
    return path
