"""How to take credentials out of a commit that a hook has stopped: commands for this commit.

Nothing is committed yet, so it is enough that git's index no longer has the files. Which index that
is depends on how the commit was started (git-commit(1)): `git commit` uses the one that `git add`
writes. `git commit -a` and `git commit FILE` make one for this commit alone, which is gone once the
hook has failed, so there the same commit has to be made without the files.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.errors import KeycatchError
from scanner.git.changes import staged
from scanner.git.pathspec import pathspec, quoted
from scanner.records import NamedTuple
from scanner.reports.interface import Remedy, Stop
from scanner.reports.wording import is_in_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.findings import Finding
    from scanner.git.repository import Repository

MOST: Final = 20
"""Files in one command: more do not fit on a screen, and the next try names the next ones."""
_LOCK: Final = ".lock"
_ONLY: Final = "next-index-"
"""What the index of `git commit FILE` is called (prepare_index in git's builtin/commit.c)."""

_AGAIN: Final = "Unstage it; the file itself stays as it is. Then commit again:"
_ALSO_STAGED: Final = "Unstage it; the file itself stays as it is:"
_NO_ALL: Final = (
    "`git commit -a` would add it again. Stage all other changes, and commit without -a:"
)
_NO_NAME: Final = "Commit again without naming it:"
_LEFT_OUT: Final = "The index is unchanged. Commit again without adding this change."
_NOTHING_ELSE: Final = (
    "Nothing else is in this commit: take the value out of the file, then commit again. The file "
    "can read it from the environment or from a secrets manager."
)
_MERGE: Final = (
    "Or abort the merge and remove it from the branch that you merge, which has it in a commit:"
)


def stop_of_commit(repository: Repository, findings: Sequence[Finding]) -> Stop:
    """Return what the `findings` in the index stop, and how to take them out of it."""
    commit = _Commit(repository, [*paths(findings)])
    try:
        is_merge = _is_merge(repository)
        way_out = [*commit.way_out()] if commit.files else []
    except KeycatchError:  # what can be said without git
        is_merge, way_out = False, [Remedy(_AGAIN, (commit.unstage("HEAD"),))]

    if is_merge:
        way_out.append(Remedy(_MERGE, ("git merge --abort",)))
    return Stop("merge" if is_merge else "commit", tuple(way_out))


def paths(findings: Iterable[Finding]) -> Iterable[str]:
    """Return the files that have any of `findings`, each once, without those of canaries."""
    places = (at for each in findings if not each.canary for at in each.locations)
    return dict.fromkeys(at.path for at in places if is_in_file(at))


def is_below_top() -> bool:
    """Return whether the person is, or may be, in a directory below the top of the work tree."""
    return bool(below_top())


def below_top() -> str:
    """Return the directory where the person is, as a path below the top; empty at the top.

    Git runs a hook at the top, and names the directory where it was started itself in GIT_PREFIX.
    """
    from scanner.git.work_tree import find_work_tree

    prefix = os.environ.get("GIT_PREFIX", "").rstrip("/")
    if prefix:
        return prefix
    here = os.path.realpath(".")
    top = find_work_tree(".") or here
    return "" if top == here else os.path.relpath(here, top).replace(os.sep, "/")


def _is_merge(repository: Repository) -> bool:
    # The hook of `git merge` runs before MERGE_HEAD is written; GITHEAD_... is for the names in
    # conflicts (cmd_merge in git's builtin/merge.c).
    return any(name.startswith("GITHEAD_") for name in os.environ) or bool(repository.merge_heads())


class _Commit(NamedTuple):
    """The commit that was stopped."""

    repository: Repository
    files: list[str]
    """Those with a credential, relative to the top of the work tree."""

    def way_out(self) -> Iterable[Remedy]:
        base = self.repository.resolve("HEAD") or ""
        index = os.environ.get("GIT_INDEX_FILE", "")
        if not index.endswith(_LOCK):
            yield Remedy(_AGAIN, (self.unstage(base),))
            return

        # The lock is that of the index which `git add` writes, but for `git commit FILE`.
        own = os.path.basename(index).startswith(_ONLY)
        known = self.repository.with_index("" if own else index.removesuffix(_LOCK))
        tree = base or self.repository.empty_tree()
        is_staged = bool(self._changed(known, tree, self._specs()))
        unstage = (self.unstage(base),) if is_staged else ()

        others = self._changed(self.repository, tree, [":/", *self._specs(is_excluded=True)])
        if not others:
            if unstage:
                yield Remedy(_ALSO_STAGED, unstage)
            yield Remedy(_NOTHING_ELSE)
        elif own and len(others) <= MOST:
            again = quoted(("git", "commit", "--", *map(_spec, others)))
            yield Remedy(_NO_NAME, (*unstage, again))
        elif not own and not self.repository.run("diff-files", "-z", what="compare the files"):
            add = quoted(("git", "add", "--update", "--", ":/", *self._specs(is_excluded=True)))
            yield Remedy(_NO_ALL, (*unstage, add))
        else:
            yield Remedy(_LEFT_OUT, unstage)

    def unstage(self, base: str) -> str:
        """Return the command that sets the files in the index back to the commit `base`."""
        if base:
            return quoted(("git", "restore", "--staged", "--", *self._specs()))
        # Before the first commit there is nothing to restore. Without --force git refuses where the
        # file was edited since; with --cached it never touches the file (git-rm(1)).
        return quoted(("git", "rm", "--cached", "--force", "--quiet", "--", *self._specs()))

    def _specs(self, *, is_excluded: bool = False) -> list[str]:
        return [_spec(path, is_excluded=is_excluded) for path in self.files[:MOST]]

    def _changed(self, repository: Repository, tree: str, specs: Sequence[str]) -> list[str]:
        return [os.fsdecode(each.path) for each in staged(repository, tree, specs)]


def _spec(path: str, *, is_excluded: bool = False) -> str:
    return pathspec(path, is_below_top=is_below_top(), is_excluded=is_excluded)
