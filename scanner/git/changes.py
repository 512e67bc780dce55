"""What a change adds: the blobs that git's raw diff format names, by commit or in the index.

Raw diffs (git-diff-tree(1), "Raw output format") name blobs by their IDs. So neither attributes nor
configuration can hide content (`-diff`, `binary`, textconv, external diff tools), and with `-z`
file names end with NUL and are not quoted.
"""

from __future__ import annotations

from scanner.git.process import GitError, unusable
from scanner.records import NamedTuple
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from scanner.git.repository import Repository

SUBMODULE: Final = b"160000"
"""The mode of a gitlink, which names a commit of another repository (gitdatamodel(7))."""

_RAW: Final = (
    "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--ignore-submodules=none"
)  # fmt: skip
# Without renames: a renamed file would otherwise be compared with its old path, which costs time
# and depends on the configuration. The options after it override what a configuration can set.
_DIGITS: Final = "0123456789abcdef"
_LACKING: Final = (
    "git did not show each commit: some trees are missing or damaged; fetch them, or run `git fsck`"
)


class ChangedPath(NamedTuple):
    """A path whose content a change sets or removes."""

    path: bytes
    mode: bytes
    """Six octal digits; zeros for a path that is removed."""
    blob: str
    """The new content; zeros for a path that is removed."""
    before: tuple[str, ...]
    """The content at the path in each parent; zeros where there was none."""
    is_unmerged: bool = False
    """Whether it is a merge conflict that is not resolved, and so cannot be committed."""

    @property
    def is_blob(self) -> bool:
        """Whether there is content to read: neither a removal nor a submodule."""
        return self.blob.strip("0") != "" and self.mode != SUBMODULE

    @property
    def is_removal(self) -> bool:
        """Whether the change leaves nothing at the path."""
        return self.blob.strip("0") == "" and not self.is_unmerged


class Commit(NamedTuple):
    """A commit and the paths at which it differs from all of its parents."""

    id: str
    author_date: str
    """ISO 8601, with the author's offset."""
    entries: tuple[ChangedPath, ...]


def staged_now(repository: Repository) -> list[ChangedPath]:
    """Return the paths at which the index differs from HEAD, or all before any commit.

    Raises GitError.
    """
    # Mostly there is a HEAD, and to ask for it first is one git more.
    shown = repository.attempt("diff-index", "--cached", *_RAW, "HEAD^{commit}", "--")
    if shown is None:
        return staged(repository, repository.base_of_index())
    return list(parse_raw(shown))


def staged(repository: Repository, base: str, specs: Sequence[str] = ()) -> list[ChangedPath]:
    """Return the paths at which the index differs from the tree or commit `base`.

    With pathspecs, only those that `specs` match. Raises GitError.
    """
    command = ("diff-index", "--cached", *_RAW, base, "--", *specs)
    return list(parse_raw(repository.run(*command, what="compare the index")))


def whole_tree(repository: Repository, tree: str) -> list[ChangedPath]:
    """Return all paths of the `tree`, as if each were new. Raises GitError."""
    ends = (repository.empty_tree(), tree)
    command = ("diff-tree", "-r", *_RAW, *ends, "--")
    return list(_paths(_listed(repository, *command, what="read a tree")))


def commits(
    repository: Repository, include: Sequence[str], exclude: Sequence[str]
) -> Iterator[Commit]:
    """Yield the commits reachable from `include` and not from `exclude`, oldest first.

    Both are commit IDs or options of rev-list such as `--remotes=origin`. A merge shows only what
    it adds to all of its parents. Raises GitError.
    """
    yield from of_commits(repository, commit_ids(repository, include, exclude))


def commit_ids(repository: Repository, include: Sequence[str], exclude: Sequence[str]) -> bytes:
    """Return the lines of rev-list for the commits of `commits`. Raises GitError."""
    wanted = "".join(f"{name}\n" for name in include)
    unwanted = "".join(f"^{name}\n" for name in exclude if not name.startswith("-"))
    options = [name for name in exclude if name.startswith("-")]
    if not include:
        return (
            b""  # without a positive revision, rev-list behaves differently from version to version
        )

    negated = ("--not", *options) if options else ()
    return repository.run(
        "rev-list",
        "--topo-order",
        "--reverse",
        "--stdin",
        *negated,
        what="list the commits",
        stdin=(wanted + unwanted).encode(),
    )


def of_commits(repository: Repository, listed: bytes) -> Iterator[Commit]:
    """Yield the commits whose IDs are the lines of `listed`, in that order. Raises GitError."""
    if not listed:
        return

    shown = _listed(
        repository,
        "diff-tree",
        "--stdin",
        "-r",
        "-c",
        "--root",
        "--always",  # an empty commit, or a merge that adds nothing, counts as scanned as well
        *_RAW,
        "--format=%x00%H %aI",
        what="read the commits",
        stdin=listed,
    )
    asked = iter(listed.decode("ascii", "replace").split())
    for commit in _commits(shown):
        if commit.id != next(asked, ""):
            raise unusable("diff-tree", "the commits that it was asked for")
        yield commit
    if next(asked, ""):  # git passes over a commit in silence that it cannot compare
        raise GitError(_LACKING)


def of_path(repository: Repository, listed: bytes, path: str) -> Iterator[Commit]:
    """Yield the commits of `listed`, in that order, with what they do at `path` alone.

    The date of each is that of the committer, when it became part of its branch. Raises GitError.
    """
    if listed:
        asked = ("diff-tree", "--stdin", "-r", "-c", "--root", "--always", *_RAW)
        shown = repository.run(
            "--literal-pathspecs", *asked, "--format=%x00%H %cI", "--", path,
            what="read the commits", stdin=listed,
        )  # fmt: skip
        yield from parse_commits(shown)


def parse_commits(shown: bytes) -> Iterator[Commit]:
    """Parse the output of `diff-tree --stdin -z --format=%x00%H %aI`; see `commits`.

    Raises GitError.
    """
    yield from _commits(iter(shown.split(b"\0")))


def _commits(tokens: Iterator[bytes]) -> Iterator[Commit]:
    from scanner.git.listing import Repeats  # here: not for what is staged

    head: list[str] = []
    entries: list[ChangedPath] = []
    repeats = Repeats()
    for token in tokens:
        token = token.lstrip(b"\n")  # even under `-z` one separates a commit from its differences
        if token.startswith(b":"):
            entry = _entry(token, next(tokens, b""))
            repeats.add(entry.blob, *entry.before)
            entries.append(entry)
        elif token:
            if head:
                yield Commit(head[0], head[1], tuple(entries))
            head, entries = token.decode("ascii", "replace").split(), []
            if len(head) != 2:
                raise GitError(f"git gave output that cannot be parsed: {printable(head[0])}")

    if head:
        yield Commit(head[0], head[1], tuple(entries))


def parse_raw(diff: bytes) -> Iterator[ChangedPath]:
    """Parse the output of `diff-index --raw -z --no-abbrev --no-renames`. Raises GitError."""
    tokens = iter(diff.split(b"\0"))
    for token in tokens:
        if token:
            yield _entry(token, next(tokens, b""))


def _paths(tokens: Iterator[bytes]) -> Iterator[ChangedPath]:
    from scanner.git.listing import Repeats

    repeats = Repeats()
    for token in tokens:
        if token:
            entry = _entry(token, next(tokens, b""))
            repeats.add(entry.blob)
            yield entry


def _listed(
    repository: Repository, *command: str, what: str, stdin: bytes = b""
) -> Iterator[bytes]:
    from scanner.git.listing import listing

    return listing(repository, *command, what=what, stdin=stdin)


def _entry(head: bytes, path: bytes) -> ChangedPath:
    # A colon for each parent, then the modes (of the parents, then the new one), then the blobs in
    # the same order, then a letter for each parent (git-diff-tree(1), "Diff format for merges").
    parents = len(head) - len(head.lstrip(b":"))
    fields = head[parents:].split(b" ")
    blobs = [blob.decode("ascii", "replace") for blob in fields[parents + 1 : -1]]
    is_whole = parents and len(fields) == 2 * (parents + 1) + 1 and path
    if not is_whole or any(blob.strip(_DIGITS) for blob in blobs):
        raise unusable("diff", "modes, objects and a path for each difference")
    return ChangedPath(path, fields[parents], blobs[-1], tuple(blobs[:-1]), fields[-1] == b"U")
