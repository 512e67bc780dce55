"""Annotated tags: what they point to, directly and through each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.git.changes import ChangedPath, whole_tree
from scanner.git.process import GitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import IO

    from scanner.git.repository import Repository

_TAG_OF_TAG: Final = re.compile(rb"object ([0-9a-f]+)\ntype tag\n")
_HEAD: Final = 128
"""Bytes of a tag that hold what it is of: these lines come first, and have fixed sizes."""
_UNREADABLE: Final = "git could not read a tag: run `git fsck` in the repository"


class Tag(NamedTuple):
    """An annotated tag."""

    id: str
    commit: str
    """The commit that it points to, perhaps through other tags; empty if that is no commit."""


def published(repository: Repository, names: Sequence[str]) -> tuple[list[Tag], list[ChangedPath]]:
    """Return the annotated tags and the files that come with the objects `names` without a commit.

    A tag can be of another tag, which is published with it. It can also be of a tree, or of a blob
    whose path is then its ID. Raises GitError.
    """
    asked = "".join(f"{name}\n{name}^{{}}\n" for name in names).encode()
    found = repository.run("cat-file", "--batch-check", what="look up objects", stdin=asked)
    answers = [line.decode("ascii", "replace").split() for line in found.splitlines()]
    heads: list[Tag] = []
    entries: list[ChangedPath] = []
    for (name, kind, *_), (end, of, *_) in zip(answers[::2], answers[1::2], strict=True):
        if "missing" in (kind, of):
            raise GitError(f"{name}, or what it is a tag of, is not in this clone: fetch it")
        if kind == "tag":
            heads.append(Tag(name, end if of == "commit" else ""))
        if of == "blob":
            entries.append(ChangedPath(end.encode(), b"100644", end, ()))
        elif of == "tree":
            entries += whole_tree(repository, end)
    return (_chains(repository, heads) if heads else []), entries


def _chains(repository: Repository, heads: Iterable[Tag]) -> list[Tag]:
    """Return the tags `heads` and those that they are tags of."""
    found: dict[str, Tag] = {}
    # A question at a time: only a tag tells which one is next, and a chain can be long.
    process = repository.start("cat-file", "--batch")
    try:
        for head in heads:
            name = head.id
            while name and name not in found:
                found[name] = head._replace(id=name)
                name = _tag_below(name, process.stdin, process.stdout)  # type: ignore[arg-type]
    except OSError:
        raise GitError(_UNREADABLE) from None
    finally:
        process.terminate()
        process.communicate()
    return list(found.values())


def _tag_below(name: str, ask: IO[bytes], answer: IO[bytes]) -> str:
    """Return the ID of the tag that the tag `name` is of, or nothing if it is of anything else."""
    ask.write(f"{name}\n".encode())
    ask.flush()
    fields = answer.readline().split()
    if len(fields) != 3:
        raise GitError(_UNREADABLE)
    left = int(fields[2]) + 1  # a line feed ends it
    head = answer.read(min(left, _HEAD))
    left -= len(head)
    while left > 0:
        piece = answer.read(min(left, 1 << 20))
        if not piece:
            raise GitError(_UNREADABLE)
        left -= len(piece)
    found = _TAG_OF_TAG.match(head)
    return found[1].decode() if found else ""
