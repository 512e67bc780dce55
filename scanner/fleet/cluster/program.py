"""Which program this is: another one would report something else about the same repository."""

from __future__ import annotations

import os
from functools import cache

import scanner
from scanner.files import read_regular
from scanner.history.record.record_file import checksum
from scanner.rulebook.files import rules_directory


@cache
def program() -> str:
    """Return a digest of the code and of the rules that come with it, the same on all machines."""
    found: list[tuple[str, str]] = []
    for top in (os.path.dirname(os.path.abspath(scanner.__file__)), rules_directory()):
        for directory, below, names in os.walk(top):
            # The rules may be in the package or next to it.
            below[:] = [name for name in below if name not in ("__pycache__", "_rules")]
            for name in names:
                if name.endswith((".py", ".json", ".yaml")):
                    path = os.path.join(directory, name)
                    found.append((os.path.relpath(path, top), checksum(read_regular(path))))
    return checksum(repr(sorted(found)).encode("utf-8", "surrogateescape"))
