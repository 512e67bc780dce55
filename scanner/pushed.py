"""Whether a credential left the repository it is in: yes, no, or not known and why."""

from __future__ import annotations

from enum import StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final


class Pushed(StrEnum):
    """What the references and remotes of a repository say; the values are those of reports."""

    YES = "yes"
    """A remote has had it, or the repository is itself what others push to and fetch from."""
    NO = "no"
    """No branch of a remote has it, and there would be one."""

    # Not known, and why.
    NO_REMOTE = "no-remote"
    """No remote is configured, and nothing says that the repository was made here."""
    REMOTE_REMOVED = "remote-removed"
    """It was cloned, this came later, and the remote is no longer configured."""
    UNTRACKED = "untracked-remote"
    """Something is pushed to an address or a remote without a refspec, which leaves no reference
    here."""
    ELSEWHERE = "pushed-elsewhere"
    """Pushes go to another repository than the one that is fetched."""
    SOME_BRANCHES = "some-branches"
    """Not all branches of a remote are fetched, as in a clone of a single branch."""
    LOCAL_BRANCHES = "local-branches"
    """A remote is fetched into the local branches of a repository with a work tree."""
    TAG = "tag"
    """A tag has it: git does not record which tags a remote has."""
    UNKNOWN = "unknown"
    """For a reason that this version does not know: read from a report."""

    @property
    def is_known(self) -> bool:
        """Whether it is a yes or a no."""
        return self in (Pushed.YES, Pushed.NO)

    @property
    def truth(self) -> bool | None:
        """As reports for programs have it: true, false, or null where it is not known."""
        return self is Pushed.YES if self.is_known else None

    @property
    def why(self) -> str:
        """Why it is not known: a clause, empty where it is known."""
        return _WHY.get(self, "")

    @property
    def words(self) -> str:
        """What all reports say of it."""
        if self is Pushed.YES:
            return PUSHED
        return NOT_PUSHED if self is Pushed.NO else f"{NOT_KNOWN} ({self.why})"

    @property
    def answer(self) -> str:
        """The answer to the question whether it was pushed, in a word."""
        return self.value if self.is_known else "unknown"

    @property
    def rank(self) -> int:
        """The place in an order that begins with the most exposed."""
        return 0 if self is Pushed.YES else 2 if self is Pushed.NO else 1


PUSHED: Final = "already pushed"
NOT_PUSHED: Final = "on no remote branch"
NOT_KNOWN: Final = "not known whether pushed"

_WHY: Final = {
    Pushed.NO_REMOTE: "no remote is configured",
    Pushed.REMOTE_REMOVED: "the remote it was cloned from is no longer configured",
    Pushed.UNTRACKED: "a push to one of its addresses leaves no trace here",
    Pushed.ELSEWHERE: "it is pushed to another address than it is fetched from",
    Pushed.SOME_BRANCHES: "not all branches of the remote are fetched",
    Pushed.LOCAL_BRANCHES: "the remote is fetched into local branches",
    Pushed.TAG: "a tag has it, and git does not record which tags a remote has",
    Pushed.UNKNOWN: "the report does not say why",
}


def most_exposed(states: Iterable[Pushed]) -> Pushed:
    """Return what is to be said of copies in the `states`, of which there is at least one."""
    return min(states, key=lambda each: (each.rank, each))


def totals(states: Iterable[Pushed]) -> str:
    """Return how many of the `states` are a yes, and how many are not known, if any."""
    ranks = [each.rank for each in states]
    unknown = ranks.count(Pushed.UNKNOWN.rank)
    pushed = f"{ranks.count(0):,} {PUSHED}"
    return f"{pushed}, {unknown:,} {NOT_KNOWN}" if unknown else pushed
