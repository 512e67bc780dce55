"""What a whole history is made of: commits with their parents and trees, and how trees differ.

All of it is read with git's plumbing (rev-list, diff-tree), whose output depends neither on the
settings of the user nor on the encodings of the repository.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.git.changes import SUBMODULE
from scanner.git.process import GitError, unusable
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from scanner.git.repository import Repository

_EVERYTHING: Final = ("--ignore-missing", "--all", "--reflog")
"""What `rev-list` begins with. Broken references are left out; a missing parent is an error."""
_DIFF: Final = ("diff-tree", "--stdin", "-r", "--raw", "-z", "--no-abbrev", "--no-renames")
_FEWEST: Final = 1024
"""Pairs of trees for one git process, at least: its start then costs little for each of them."""
_MOST: Final = 8192
"""Pairs of trees for one git process, at most: git keeps every tree in memory that it unpacks."""
_SHARES: Final = 8
"""Shares of the pairs for each process that works at the same time.

Trees grow with the history: the last of a few equal shares would take three times as long as the
first, while the other processes wait.
"""
_MOST_ASKED: Final = 400
"""Objects that git itself is asked to look for.

Each is an option of up to 79 bytes, and a Windows command line ends at 32,767 characters
(CreateProcessW). For more objects git lists all differences and the answers are filtered here.
"""
_LONGEST_PATHS: Final = 8192
"""Bytes of paths that git itself is asked to keep to, for the same reason."""
_ABSENT: Final = b"000000"
"""The mode of a path that a tree lacks."""

# A line for each pair, also for those without a difference, so several can follow one another.
_HEADS: Final = re.compile(rb"(?:[0-9a-f]+ [0-9a-f]+\n)+")
_DIFFERENCE: Final = re.compile(
    rb":([0-7]{6}) ([0-7]{6}) ([0-9a-f]+) ([0-9a-f]+) [A-Z][0-9]*\0([^\0]+)\0"
)
_MISSING: Final = (
    "git could not compare trees: some are missing or damaged; fetch them, or run `git fsck`"
)
_UNREADABLE: Final = "git gave output that cannot be parsed: try a newer git"


class Difference(NamedTuple):
    """A path at which two trees differ in an object or a name that was asked for."""

    path: bytes
    before: str
    """The ID of the blob in the first tree, if it was asked for; else empty."""
    after: str
    """The same in the second tree."""
    exists_before: bool
    """Whether the first tree has the path at all, with whatever content, or a submodule."""
    exists_after: bool
    """The same of the second tree."""


def commits(repository: Repository) -> list[tuple[str, str, list[str]]]:
    """Return every commit that a reference, a HEAD or a reflog reaches, parents before children.

    Each is (ID, ID of its tree, IDs of its parents); a commit at which a shallow clone is cut off
    has no parents. Commits of which none is an ancestor of the other are ordered by committer date.
    Raises GitError.
    """
    listed = repository.run(
        "rev-list",
        *_EVERYTHING,
        "--date-order",
        "--reverse",
        "--encoding=none",  # i18n.logOutputEncoding=UTF-16 would recode even the IDs
        "--format=%T %P",
        what="list the commits",
    )
    lines = listed.decode("ascii", "replace").split("\n")
    rows = []
    for head, body in zip(lines[::2], lines[1::2], strict=False):
        tree, *parents = body.split() or [""]
        if not (tree and head.startswith("commit ")):
            raise unusable("rev-list", "a commit and its tree")
        rows.append((head[7:], tree, parents))  # the ID follows `commit `

    return rows


def tips(repository: Repository) -> list[str]:
    """Return the commits that references, HEADs and reflogs point to, in git's order.

    Those that they reach are the ones that `commits` returns. Raises GitError.
    """
    listed = repository.run(
        "rev-list",
        "--no-walk=unsorted",
        *_EVERYTHING,
        what="list the commits",
    )
    names = listed.decode("ascii", "replace").split()
    if not all(map(repository.is_name, names)):
        raise unusable("rev-list", "the IDs of commits")
    return names


def differences(
    repository: Repository,
    pairs: Sequence[str],
    objects: Collection[str],
    names: Collection[bytes] = (),
    *,
    paths: Collection[bytes] | None = None,
    jobs: int = 1,
) -> dict[str, list[Difference]]:
    """Return where the trees of each pair differ in one of the blobs `objects` or file `names`.

    A pair is two IDs with a space between; the result has no entry for one without such a
    difference. With `paths`, only these and what is below them are compared. `jobs` processes work
    at the same time. Consecutive pairs should be similar, since git keeps the trees that it has
    unpacked. Raises GitError.
    """
    asked: list[str] = []
    if not names and len(objects) <= _MOST_ASKED:
        asked = [f"--find-object={name}" for name in objects]

    command = (*_DIFF, *asked)
    if paths is not None and not names and sum(map(len, paths)) + len(paths) <= _LONGEST_PATHS:
        from os import fsdecode

        command = ("--literal-pathspecs", *command, "--", *map(fsdecode, paths))

    wanted = {name.encode() for name in objects}
    component = _component(names)

    def look(begin: int) -> dict[str, list[Difference]]:
        share = pairs[begin : begin + step]
        stdin = "\n".join((*share, "")).encode()
        shown = repository.run(*command, what="compare trees", stdin=stdin)
        answers, differing = _parse(shown, wanted, component)

        if answers != len(share):  # git skips a pair with a tree that it cannot read, silently
            raise GitError(_MISSING)

        return differing

    step = min(max(_FEWEST, -(-len(pairs) // (jobs * _SHARES))), _MOST)
    found: dict[str, list[Difference]] = {}
    for part in _side_by_side(look, range(0, len(pairs), step), jobs):
        found.update(part)

    return found


def _side_by_side(
    look: Callable[[int], dict[str, list[Difference]]],
    begins: Sequence[int],
    jobs: int,
) -> list[dict[str, list[Difference]]]:
    """Return the results of `look` for `begins`, in any order, `jobs` of them at a time.

    Raises the GitError of the first one that fails.
    """
    if jobs <= 1 or len(begins) <= 1:
        return [look(begin) for begin in begins]

    # Threads, not processes: each only waits for a git process of its own.
    import threading

    waiting = list(reversed(begins))
    done: list[dict[str, list[Difference]]] = []
    failures: list[GitError] = []

    def work() -> None:
        while not failures:
            try:
                begin = waiting.pop()
            except IndexError:
                return

            try:
                done.append(look(begin))
            except GitError as error:
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(min(jobs, len(begins)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]

    return done


@cache
def _pattern_of(names: frozenset[bytes]) -> re.Pattern[bytes]:
    escaped = b"|".join(re.escape(name) for name in sorted(names))
    return re.compile(rb"(?:^|/)(?:" + escaped + rb")(?:/|\Z)")


def _component(names: Collection[bytes]) -> re.Pattern[bytes] | None:
    """Return a pattern for paths that have one of `names` as a component; None without names."""
    return _pattern_of(frozenset(names)) if names else None


def _parse(
    shown: bytes, objects: set[bytes], component: re.Pattern[bytes] | None
) -> tuple[int, dict[str, list[Difference]]]:
    """Return the number of pairs in the output of `diff-tree --stdin`, and their differences.

    Raises GitError.
    """
    found: dict[str, list[Difference]] = {}
    answers = 0
    at, end = 0, len(shown)
    while at < end:
        heads = _HEADS.match(shown, at)
        if heads is None:
            raise GitError(_UNREADABLE)

        at = heads.end()
        answers += shown.count(b"\n", heads.start(), at)
        here: list[Difference] = []
        while at < end and shown[at] == 0x3A:  # a colon begins each difference
            entry = _DIFFERENCE.match(shown, at)
            if entry is None:
                raise GitError(_UNREADABLE)

            at = entry.end()
            mode_before, mode_after, before, after, path = entry.groups()
            old = before.decode() if before in objects and mode_before != SUBMODULE else ""
            new = after.decode() if after in objects and mode_after != SUBMODULE else ""

            if old or new or (component and component.search(path)):
                there = (mode_before != _ABSENT, mode_after != _ABSENT)
                here.append(Difference(path, old, new, *there))

        if here:
            # The differences belong to the last of the pairs before them.
            begin = max(heads.start(), shown.rfind(b"\n", 0, heads.end() - 1) + 1)
            found[shown[begin : heads.end() - 1].decode()] = here

    return answers, found
