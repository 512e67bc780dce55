"""Annotated tags and their targets, which can be tags as well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.git.changes import ChangedPath, whole_tree
from scanner.git.process import GitError
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import IO

    from scanner.git.repository import Repository

_TAG_OF_TAG: Final = re.compile(rb"object ([0-9a-f]+)\ntype tag\n")
_HEAD: Final = 128
"""Bytes of a tag that are enough to see its target: `object`, an ID of up to 64 digits and `type`
are its first two lines (git-mktag(1)), at most 84 bytes."""
_UNREADABLE: Final = "git could not read a tag: run `git fsck` in the repository"


class Tag(NamedTuple):
    """An annotated tag."""

    id: str
    commit: str
    """The commit that it points to, perhaps through other tags; empty for any other target."""


def published(repository: Repository, names: Sequence[str]) -> tuple[list[Tag], list[ChangedPath]]:
    """Return the annotated tags and files that a push of the objects `names` adds without commits.

    The target of a tag can be another tag, which is published with it; or a tree; or a blob, whose
    path here is its ID. Raises GitError.
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
    """Return the tags `heads` and those that they lead to."""
    found: dict[str, Tag] = {}

    # One question after the other: only a tag itself names the next one, and a chain can be long.
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
    """Return the ID of the tag that is the target of the tag `name`; empty for any other target."""
    ask.write(f"{name}\n".encode())
    ask.flush()
    fields = answer.readline().split()
    if len(fields) != 3:
        raise GitError(_UNREADABLE)

    left = int(fields[2]) + 1  # git writes a line feed after the content
    head = answer.read(min(left, _HEAD))
    left -= len(head)
    while left > 0:
        piece = answer.read(min(left, 1 << 20))
        if not piece:
            raise GitError(_UNREADABLE)
        left -= len(piece)

    found = _TAG_OF_TAG.match(head)
    return found[1].decode() if found else ""
