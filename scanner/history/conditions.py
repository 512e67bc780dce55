"""Under what conditions a record of a scan holds: its rules, its options, and the program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from scanner.about import VERSION
from scanner.history.state import checksum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.history.run import Job
    from scanner.rulebook.model import Rule


def key_of(job: Job, hash_size: int) -> str:
    """Return what a record depends on beside the repository, as a digest."""
    import json

    told = [VERSION, _program(), _told(job.rules), job.heed_marks, hash_size]
    return checksum(json.dumps(told, sort_keys=True, default=_plain).encode())


def _told(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    return [rule._asdict() for rule in rules]


def _plain(value: object) -> object:
    return sorted(map(repr, value)) if isinstance(value, (set, frozenset)) else repr(value)


def _program() -> list[tuple[str, int, int]]:
    """Return the files of this program and its data, with sizes and times of modification."""
    from scanner.rulebook.files import rules_directory

    found: list[tuple[str, int, int]] = []
    pending = [os.path.dirname(os.path.dirname(os.path.abspath(__file__))), rules_directory()]
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
