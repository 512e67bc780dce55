"""Which commits the remotes of a repository have, by their remote-tracking refs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.git.incoming import ref_with
from scanner.git.remotes import tracking_refs
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from scanner.git.remotes import Remote
    from scanner.git.repository import Repository

_NAMED: Final = 20
"""Commits for which git is asked which branch has them, a process for each; for others, the
remote is named."""


class Published(NamedTuple):
    """Where a commit is already."""

    remote: str
    ref: str
    """Such as `upstream/main`."""
    day: str
    """When it was committed, as in `2024-03-01`."""


def objects_of(
    repository: Repository, remotes: dict[str, Remote], names: Collection[str]
) -> list[str]:
    """Return the objects that the remotes `names` have, each once, wherever they are pushed to.

    Raises GitError.
    """
    refs = tracking_refs(repository, remotes)
    return list(dict.fromkeys(ref.object for ref in refs if ref.remote in names))


def published_commits(
    repository: Repository, remotes: dict[str, Remote], commits: Sequence[str]
) -> dict[str, Published]:
    """Return where those of `commits` are that a remote has. Raises GitError."""
    refs = tracking_refs(repository, remotes)
    found: dict[str, Published] = {}
    for remote in remotes:
        own = [ref for ref in refs if ref.remote == remote]
        wanted = [name for name in commits if name not in found]
        if not own or not wanted:
            continue

        stdin = "".join((*(f"{name}\n" for name in wanted), *(f"^{ref.object}\n" for ref in own)))
        asked = ("rev-list", "--ignore-missing", "--stdin")
        lacking = repository.run(*asked, what="list the commits", stdin=stdin.encode()).split()
        there = [name for name in wanted if name.encode() not in lacking]
        days = _days(repository, there)
        for name in there:
            ref = ref_with(repository, name, own) if len(found) < _NAMED else ""
            found[name] = Published(remote, ref or remote, days.get(name, ""))
    return found


def _days(repository: Repository, commits: Sequence[str]) -> dict[str, str]:
    if not commits:
        return {}
    asked = ("rev-list", "--no-walk=unsorted", "--format=%H %cI", "--stdin")
    stdin = "".join(f"{name}\n" for name in commits).encode()
    listed = repository.run(*asked, what="read the commits", stdin=stdin).decode("ascii", "replace")
    rows = (line.split(" ") for line in listed.splitlines() if not line.startswith("commit "))
    return {row[0]: row[1][:10] for row in rows if len(row) == 2}
