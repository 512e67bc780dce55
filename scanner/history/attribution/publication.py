"""Whether what references and reflogs reach has left the repository.

Remote-tracking references say so, but not every repository has them (gitrepository-layout(5),
git-clone(1)). A mirror and a bare clone have what the remote has as their own branches; a bare
repository that people push to is itself the remote; in a clone whose remote was removed only a
reflog remembers it. Where nothing can say it, the answer is that it is not known.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from scanner.files import read_regular
from scanner.git.remotes import configured, leads_elsewhere, tracking_pattern
from scanner.git.tips import BORN, CLONED, LARGEST_LOG, REMOTE, TAG
from scanner.pushed import Pushed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.git.remotes import Remote
    from scanner.git.repository import Repository
    from scanner.git.tips import Tip

_TRACKING: Final = "refs/remotes/"
_TARGETS: Final = re.compile(r"(branch\..*\.(remote|pushremote)|remote\.pushdefault)", re.DOTALL)
"""Where a push goes that names no remote: the name of one, or an address (git-config(1))."""
_COMMITTED: Final = "COMMIT_EDITMSG"
"""The file that `git commit` leaves (git-commit(1), "FILES")."""
_FROM_HERE: Final = (b" of .", b"\t.")
"""How a line of FETCH_HEAD ends that is of this repository: with a name, and of HEAD."""
_NO_MIRROR: Final = re.compile(r"refs/(?!heads/|tags/|\*).*")
"""Where a remote is fetched to if not into the local branches."""


class Publication:
    """What is known of where the content of a repository has been."""

    __slots__ = ("_everything", "_fetched", "_known", "_otherwise", "_remotes", "_tracking")

    def __init__(
        self, repository: Repository, trees: Mapping[str, str], tips: Iterable[Tip]
    ) -> None:
        """Look at the remotes; `trees` and `tips` are all those of the repository.

        Raises GitError.
        """
        self._everything = len(trees) == 1 and _is_store(repository)
        named = configured(repository)
        # A refspec without an address is a setting of the user for all repositories.
        self._remotes = {name: each for name, each in named.items() if each.urls or each.push_urls}
        self._tracking = tracking_pattern(self._remotes)
        self._known: dict[str, bool] = {}
        """By the full name of a reference, whether it shows what a remote has."""
        self._fetched = _fetched(repository, trees)
        self._otherwise = _otherwise(repository, self._remotes, tips)

    def of(self, tips: Iterable[Tip]) -> Pushed:
        """Return whether something was pushed that all of `tips` reach, and nothing else does."""
        if self._everything:
            return Pushed.YES

        tagged = False
        for tip in tips:
            if tip.origin == CLONED or tip.object in self._fetched or self._is_tracking(tip):
                return Pushed.YES
            tagged = tagged or tip.kind == TAG
        if tagged and self._remotes and self._otherwise is Pushed.NO:
            return Pushed.TAG
        return self._otherwise

    def _is_tracking(self, tip: Tip) -> bool:
        name = tip.reference
        if not name:
            return False
        # The reflog of such a reference has what the remote had before a push by force.
        if name not in self._known:
            is_tracking = tip.kind == REMOTE or name.startswith(_TRACKING)
            self._known[name] = is_tracking or bool(self._tracking.fullmatch(name))
        return self._known[name]


def _is_store(repository: Repository) -> bool:
    """Return whether nobody commits here, so that everything was fetched or pushed."""
    if not repository.is_bare:
        return False
    # As with a bare repository for the files of a home directory, by `git --work-tree`.
    return not os.path.lexists(os.path.join(repository.git_directory, _COMMITTED))


def _otherwise(
    repository: Repository, remotes: Mapping[str, Remote], tips: Iterable[Tip]
) -> Pushed:
    """Return what is to be said of something that no reference of a remote reaches."""
    if _has_address_to_push_to(repository, remotes):
        return Pushed.UNTRACKED
    if not remotes:
        origins = {tip.origin for tip in tips}
        if CLONED in origins:
            return Pushed.REMOTE_REMOVED
        return Pushed.NO if BORN in origins else Pushed.NO_REMOTE

    for name, remote in remotes.items():
        if not remote.patterns:
            return Pushed.UNTRACKED
        if not all(map(_NO_MIRROR.fullmatch, remote.patterns)):
            return Pushed.LOCAL_BRANCHES
        # Git is asked only where it can say so: some clones have hundreds of remotes.
        if remote.push_urls and leads_elsewhere(repository, name, remote):
            return Pushed.ELSEWHERE
        if not remote.fetches_all:
            return Pushed.SOME_BRANCHES
    return Pushed.NO


def _fetched(repository: Repository, trees: Mapping[str, str]) -> frozenset[str]:
    """Return the commits that were fetched last, also to where no remote is configured to be.

    Jobs of CI systems fetch the one commit that they build. The form of the file is that of
    `append_fetch_head` in git's builtin/fetch.c.
    """
    found = set()
    for folder in trees.values():
        try:
            content = read_regular(os.path.join(folder, "FETCH_HEAD"), LARGEST_LOG)
        except OSError:
            continue
        for line in content.split(b"\n"):
            name, _, rest = line.partition(b"\t")
            if rest and not rest.endswith(_FROM_HERE):
                found.add(name.decode("ascii", "replace"))
    return frozenset(filter(repository.is_name, found))


def _has_address_to_push_to(repository: Repository, remotes: Mapping[str, Remote]) -> bool:
    """Return whether a branch is pushed to an address that is no remote: `.` is the repository."""
    targets = {value for key, value in repository.configuration() if _TARGETS.fullmatch(key)}
    return not targets <= {".", *remotes}
