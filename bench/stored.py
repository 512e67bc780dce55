"""What a given repository stores, as git counts it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.repositories import git
from scanner.errors import KeycatchError
from scanner.git.object_store import ObjectStore

if TYPE_CHECKING:
    from collections.abc import Sequence


class Stored(NamedTuple):
    """A repository, and what git finds in it, reachable or not."""

    name: str
    """The last part of its path."""
    path: str
    """The directory of git itself, also where the one given has a work tree."""
    digits: int
    """Hexadecimal digits of the name of an object: 40 or 64."""
    packs: Sequence[str]
    """Paths, with those of alternates."""
    pack_bytes: int
    commits: int
    trees: int
    blobs: int
    tags: int
    blob_bytes: int
    """Of the contents, unpacked."""

    @property
    def objects(self) -> int:
        """How many objects there are, each counted once."""
        return self.commits + self.trees + self.blobs + self.tags


def stored(given: str) -> Stored:
    """Return what the repository at the path `given` stores; raises KeycatchError."""
    root = Path(given)
    if not root.is_dir():
        raise KeycatchError(f"there is no repository {given}")
    asked = ("--absolute-git-dir", "--show-object-format")
    answer = git(root, "rev-parse", *asked).decode(errors="surrogateescape").splitlines()
    directory = Path(answer[0])
    objects = git(directory, "rev-parse", "--git-path", "objects").rstrip(b"\n")
    digits = 64 if answer[1] == "sha256" else 40
    packs = ObjectStore(str(directory / os.fsdecode(objects)), digits).packs()
    listed = git(
        directory, "cat-file", "--batch-all-objects", "--unordered",
        "--batch-check=%(objecttype) %(objectsize)",
    )  # fmt: skip
    numbers = {b"commit": 0, b"tree": 0, b"blob": 0, b"tag": 0}
    size = 0
    for line in listed.splitlines():
        kind, _, bytes_ = line.partition(b" ")
        numbers[kind] += 1
        if kind == b"blob":
            size += int(bytes_)
    return Stored(
        root.resolve().name,
        str(directory),
        digits,
        packs,
        sum(os.path.getsize(pack) for pack in packs),
        numbers[b"commit"],
        numbers[b"tree"],
        numbers[b"blob"],
        numbers[b"tag"],
        size,
    )
