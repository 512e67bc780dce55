"""One branch of a push: the commits that are new to the remote, and how they follow each other."""

from __future__ import annotations

import os

from scanner.git import changes
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from scanner.git.repository import Repository

HEADS: Final = "refs/heads/"


class PushedRef(NamedTuple):
    """A reference of a push."""

    name: str
    """What the person has named: a branch, a tag, or any revision."""
    tip: str
    """The ID of the commit or tag that is pushed."""


class OutgoingBranch(NamedTuple):
    """The commits of a branch that the remote does not have."""

    commits: list[changes.Commit]
    """Oldest first."""
    parents: dict[str, list[str]]
    """The parents of each of them, also those that the remote has."""
    tip: str
    is_current: bool
    """Whether the branch is checked out."""

    @property
    def is_plain(self) -> bool:
        """Whether there is no merge in it."""
        return all(len(names) < 2 for names in self.parents.values())

    def parent(self, commit: str) -> str:
        """Return the first parent of `commit`, abbreviated; empty for the first commit of all."""
        return next(iter(self.parents[commit]), "")[:SHORT]

    def oldest(self) -> str:
        """Return the oldest commit that first parents lead to."""
        commit = self.tip
        while self.parents[commit] and self.parents[commit][0] in self.parents:
            commit = self.parents[commit][0]
        return commit


SHORT: Final = 12
"""Digits of a commit in a command: enough in every repository, and few enough to read."""


def outgoing(repository: Repository, ref: PushedRef, exclude: Sequence[str]) -> OutgoingBranch:
    """Return what is pushed of `ref`; the remote has `exclude`. Raises GitError."""
    tip = repository.required(ref.tip, "it is part of the push")
    commits = [*changes.commits(repository, [tip], exclude)]
    shown = repository.run(
        "rev-list", "--no-walk=unsorted", "--parents", "--stdin", what="read the commits",
        stdin="".join(f"{each.id}\n" for each in commits).encode(),
    )  # fmt: skip
    lines = shown.decode("ascii", "replace").splitlines()
    parents = {names[0]: names[1:] for names in map(str.split, lines)}
    return OutgoingBranch(commits, parents, tip, _is_current(repository, ref, tip))


def _is_current(repository: Repository, ref: PushedRef, tip: str) -> bool:
    if repository.resolve("HEAD") != tip:
        return False
    # Two branches can have the same commit, and a command changes the one that is checked out.
    asked = ("symbolic-ref", "--quiet", "HEAD")
    current = os.fsdecode(repository.answers(*asked)).strip()
    return not ref.name.startswith(HEADS) or ref.name == current


def paths_of(commit: changes.Commit) -> set[str]:
    """Return the paths that `commit` changes."""
    return {os.fsdecode(each.path) for each in commit.entries}
