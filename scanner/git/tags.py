"""Annotated tags and their targets, which can be tags as well."""

from __future__ import annotations

from scanner.git.changes import ChangedPath, whole_tree
from scanner.git.process import GitError
from scanner.git.records import looked_up, tag_target
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import IO, Final

    from scanner.git.repository import Repository

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
    asked = [revision for name in names for revision in (name, f"{name}^{{}}")]
    answers = looked_up(repository, asked)
    heads: list[Tag] = []
    entries: list[ChangedPath] = []

    for (name, kind), (end, of) in zip(answers[::2], answers[1::2], strict=True):
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
    """Return the tags `heads` and those that they lead to. Raises GitError."""
    heads = list(heads)
    below = targets(repository, [head.id for head in heads])
    found: dict[str, Tag] = {}
    for head in heads:
        name, kind = head.id, "tag"
        while kind == "tag" and name not in found:
            if name not in below:
                raise GitError(_UNREADABLE)
            found[name] = head._replace(id=name)
            name, kind = below[name]

    return list(found.values())


def targets(repository: Repository, names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the ID and the kind of the target of each tag of `names`, and of those it leads to.

    What is not there has no entry, and a damaged tag an empty target. Raises GitError.
    """
    found: dict[str, tuple[str, str]] = {}

    # One question after the other: only a tag itself names the next one, and a chain can be long.
    process = repository.start("cat-file", "--batch")
    watch = repository.watch(process)
    try:
        for name in names:
            kind = "tag"
            while kind == "tag" and name not in found:
                watch.steps += 1
                content = _head_of(name, process.stdin, process.stdout)  # type: ignore[arg-type]
                if content is None:
                    break
                target, kind = found[name] = tag_target(content)
                name = target
    except (OSError, GitError):
        raise GitError(watch.found or _UNREADABLE) from None
    finally:
        process.terminate()
        process.communicate()
        watch.close()

    return found


def _head_of(name: str, ask: IO[bytes], answer: IO[bytes]) -> bytes | None:
    """Return the first bytes of the object `name`, None where there is none.

    Raises GitError, OSError.
    """
    ask.write(f"{name}\n".encode())
    ask.flush()
    fields = answer.readline().split()
    if fields[1:] == [b"missing"]:
        return None
    if len(fields) != 3 or not fields[2].isdigit():
        raise GitError(_UNREADABLE)

    left = int(fields[2]) + 1  # git writes a line feed after the content
    head = answer.read(min(left, _HEAD))
    left -= len(head)
    while left > 0:
        piece = answer.read(min(left, 1 << 20))
        if not piece:
            raise GitError(_UNREADABLE)
        left -= len(piece)

    return head
