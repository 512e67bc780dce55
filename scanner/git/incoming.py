"""What a merge, a squash or a cherry-pick takes from commits that a remote has.

Only what a remote-tracking ref reaches is taken for published. MERGE_HEAD and the variables of a
merge may name any commit: what is on that side and on no remote is as new as everything else.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Final

from scanner.git import changes
from scanner.git.remotes import configured, short_name, tracking_refs
from scanner.secret import printable
from scanner.sources.interface import PublishedSide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.git.remotes import TrackingRef
    from scanner.git.repository import Repository

_MOST: Final = 32
"""Published commits with which one side is compared. A branch has more only after as many merges;
what is in the others counts as new."""
_VERSIONS: Final = 50
"""Versions of a file in which the beginning of a credential is looked for."""


def published_sides(
    repository: Repository, heads: Sequence[tuple[str, str]], base: str
) -> list[PublishedSide]:
    """Return what remotes have of the `heads`, as `Repository.incoming_heads` returns them.

    `base` is what the index is compared with. A head that HEAD has already is left over from an
    earlier merge, and is left out. Raises GitError.
    """
    refs = tracking_refs(repository, configured(repository))
    if not refs:
        return []

    sides: list[PublishedSide] = []
    for how, head in heads:
        if repository.resolve(head) != head or _is_ancestor(repository, head, base):
            continue
        commits = _frontier(repository, head, refs)
        if how == "cherry-pick":  # it takes what the commit does, not what the commit is based on
            commits = [name for name in commits if name == head]
        sides += (_side(repository, how, commit, refs) for commit in commits[:_MOST])
    return sides


def ref_with(repository: Repository, commit: str, refs: Sequence[TrackingRef]) -> str:
    """Return the short name of one of `refs` that reaches `commit`; empty without one."""
    asked = ("for-each-ref", "--format=%(refname)", f"--contains={commit}")
    reached = set(os.fsdecode(repository.answers(*asked)).split("\n"))
    found = [ref for ref in refs if ref.name in reached]

    # Rather the branch that has it as its last commit, and rather one than the HEAD of a remote.
    found.sort(key=lambda ref: (ref.name.endswith("/HEAD"), ref.object != commit))
    named = [ref for ref in found if ref.name.endswith(("/main", "/master"))]
    first = found[:1] if found and found[0].object == commit else named or found
    return printable(short_name(first[0].name)) if first else ""


def _is_ancestor(repository: Repository, commit: str, base: str) -> bool:
    # Before the first commit the base is a tree, for which git fails, and nothing is printed.
    asked = ("rev-list", "--max-count=1", commit, f"^{base}", "--")
    return repository.resolve(base) == base and not repository.answers(*asked).strip()


def _frontier(repository: Repository, head: str, refs: Sequence[TrackingRef]) -> list[str]:
    """Return the last commits on the way to `head` that any of `refs` reaches."""
    asked = ("rev-list", "--boundary", "--topo-order", "--ignore-missing", "--stdin")
    stdin = "".join((f"{head}\n", *(f"^{ref.object}\n" for ref in refs)))
    listed = repository.run(*asked, what="list the commits", stdin=stdin.encode()).decode()
    lines = listed.split()
    if head not in lines:
        return [head]
    return [line[1:] for line in lines if line.startswith("-")]


def _side(
    repository: Repository, how: str, commit: str, refs: Sequence[TrackingRef]
) -> PublishedSide:
    contents: dict[str, str] = {}
    removed: dict[str, str] = {}
    for entry in changes.staged(repository, commit):
        path = os.fsdecode(entry.path)
        before = entry.before[0] if entry.before[0].strip("0") else ""
        contents[path] = before
        if entry.is_removal and before:
            removed[before] = path

    def name() -> str:
        return f"the {how} of {ref_with(repository, commit, refs)}"

    return PublishedSide(contents, removed, partial(_versions, repository, commit), name)


def _versions(repository: Repository, commit: str, path: str) -> list[tuple[str, str]]:
    """Return the contents of `path` on the way to `commit`, newest first, each after its day."""
    asked = ("rev-list", f"--max-count={_VERSIONS}", commit, "--", path)
    listed = repository.run("--literal-pathspecs", *asked, what="list the commits")
    versions = changes.of_path(repository, listed, path)
    return [(each.author_date[:10], each.entries[0].blob) for each in versions if each.entries]
