"""Under which conditions a record can be used: its rules, its options, and the program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import scanner
from scanner.about import VERSION
from scanner.history.record.record_file import checksum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.rulebook.model import Rule


def scan_key(rules: Sequence[Rule], *, heed_marks: bool, hash_size: int, largest: int = 0) -> str:
    """Return a digest of everything that a record depends on, apart from the repository."""
    import json

    conditions = [VERSION, _program(), [rule._asdict() for rule in rules], heed_marks, hash_size]
    conditions.append(largest)
    return checksum(json.dumps(conditions, sort_keys=True, default=_plain).encode())


def _plain(value: object) -> object:
    """Return a value that JSON lacks as text: the same in every process, so sets are sorted."""
    return sorted(map(repr, value)) if isinstance(value, (set, frozenset)) else repr(value)


def _program() -> list[tuple[str, int, int]]:
    """Return the files of this program and its data, with sizes and times of modification.

    The version alone would not do: a checkout changes without a new version.
    """
    from scanner.rulebook.files import rules_directory

    found: list[tuple[str, int, int]] = []
    pending = [os.path.dirname(os.path.abspath(scanner.__file__)), rules_directory()]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir():
                        if entry.name != "__pycache__":
                            pending.append(entry.path)
                    elif entry.name.endswith((".py", ".json", ".yaml")):
                        at = entry.stat()
                        found.append((entry.name, at.st_size, at.st_mtime_ns))
        except OSError:  # such as in an archive: the version has to do
            continue
    return sorted(found)
