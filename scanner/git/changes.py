"""What a change adds: the blobs that git's raw diff formats name, by commit or in the index.

Raw diffs name blobs by their IDs, so that neither attributes nor configuration can hide a content
(`-diff`, `binary`, textconv, external diff tools), and file names are ended by NUL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.git.process import GitError
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.git.repository import Repository

SUBMODULE: Final = b"160000"
_RAW: Final = (
    "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--ignore-submodules=none"
)  # fmt: skip


class ChangedPath(NamedTuple):
    """A path whose content a change sets or removes."""

    path: bytes
    mode: bytes
    """Six octal digits; zeros for a path that is removed."""
    blob: str
    """The new content; zeros for a path that is removed."""
    before: tuple[str, ...]
    """What stood at the path in each parent; zeros where there was nothing."""
    is_unmerged: bool = False
    """Whether it is a conflict of a merge that is not resolved, which cannot be committed."""

    @property
    def is_blob(self) -> bool:
        """Whether there is a content to read: no removal and no submodule."""
        return self.blob.strip("0") != "" and self.mode != SUBMODULE

    @property
    def is_removal(self) -> bool:
        """Whether the change leaves nothing at the path."""
        return self.blob.strip("0") == "" and not self.is_unmerged


class Commit(NamedTuple):
    """A commit and what it adds to all of its parents."""

    id: str
    author_date: str
    """ISO 8601, with the author's offset."""
    entries: tuple[ChangedPath, ...]


def staged(repository: Repository, base: str) -> list[ChangedPath]:
    """Return what the index changes against the tree or commit `base`. Raises GitError."""
    command = ("diff-index", "--cached", *_RAW, base, "--")
    return list(parse_raw(repository.run(*command, what="compare the index")))


def whole_tree(repository: Repository, tree: str) -> list[ChangedPath]:
    """Return everything in the `tree`, as if it were new. Raises GitError."""
    ends = (repository.empty_tree(), tree)
    command = ("diff-tree", "-r", *_RAW, *ends, "--")
    return list(parse_raw(repository.run(*command, what="read a tree")))


def commits(
    repository: Repository, include: Sequence[str], exclude: Sequence[str]
) -> Iterator[Commit]:
    """Yield the commits reachable from `include` and not from `exclude`, oldest first.

    Both are commit IDs or options of rev-list such as `--remotes=origin`. A merge shows only what
    it adds to all of its parents. Raises GitError.
    """
    wanted = "".join(f"{name}\n" for name in include)
    unwanted = "".join(f"^{name}\n" for name in exclude if not name.startswith("-"))
    options = [name for name in exclude if name.startswith("-")]
    if not include:
        return  # of options alone rev-list makes what it likes, depending on the version
    negated = ("--not", *options) if options else ()
    listed = repository.run(
        "rev-list",
        "--topo-order",
        "--reverse",
        "--stdin",
        *negated,
        what="list the commits",
        stdin=(wanted + unwanted).encode(),
    )
    yield from of_commits(repository, listed)


def of_commits(repository: Repository, listed: bytes) -> Iterator[Commit]:
    """Yield the commits whose IDs `listed` has, one a line, in that order. Raises GitError."""
    if not listed:
        return
    shown = repository.run(
        "diff-tree",
        "--stdin",
        "-r",
        "-c",
        "--root",
        "--always",  # an empty commit and a merge that adds nothing have been looked at as well
        *_RAW,
        "--format=%x00%H %aI",
        what="read the commits",
        stdin=listed,
    )
    yield from parse_commits(shown)


def parse_commits(shown: bytes) -> Iterator[Commit]:
    """Read the output of `diff-tree --stdin -z --format=%x00%H %aI`; see `commits`."""
    head: list[str] = []
    entries: list[ChangedPath] = []
    tokens = iter(shown.split(b"\0"))
    for token in tokens:
        token = token.lstrip(b"\n")
        if token.startswith(b":"):
            entries.append(_entry(token, next(tokens, b"")))
        elif token:
            if head:
                yield Commit(head[0], head[1], tuple(entries))
            head, entries = token.decode("ascii", "replace").split(), []
            if len(head) != 2:
                raise GitError(f"git gave an answer that cannot be read: {printable(head[0])}")
    if head:
        yield Commit(head[0], head[1], tuple(entries))


def parse_raw(diff: bytes) -> Iterator[ChangedPath]:
    """Read the output of `diff-index --raw -z --no-abbrev --no-renames`."""
    tokens = iter(diff.split(b"\0"))
    for token in tokens:
        if token:
            yield _entry(token, next(tokens, b""))


def _entry(head: bytes, path: bytes) -> ChangedPath:
    # `:` once for each parent, then the modes (of the parents, then the new one), then the blobs
    # in the same order, then a letter for each parent.
    parents = len(head) - len(head.lstrip(b":"))
    fields = head[parents:].split(b" ")
    if len(fields) != 2 * (parents + 1) + 1 or not path:
        raise GitError("git gave a difference that cannot be read; try a newer git")
    blobs = [blob.decode() for blob in fields[parents + 1 : -1]]
    return ChangedPath(path, fields[parents], blobs[-1], tuple(blobs[:-1]), fields[-1] == b"U")
