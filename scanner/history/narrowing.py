"""Narrowing a history to some of its commits: what those added, and nothing else.

A scan of the whole history reads every object without asking who added it. A narrowed one asks git
for the commits first, and reads the contents that they added and the commits themselves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.errors import UsageError
from scanner.git.changes import of_commits
from scanner.git.process import unusable
from scanner.records import NamedTuple
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.git.repository import Repository

# The dates of ISO 8601 that both git and Python understand, down to seconds.
_DATE: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_REMEDY: Final = "name a branch, a tag or a commit that it has"


class Narrowing(NamedTuple):
    """To what a history is narrowed by options."""

    branches: Sequence[str] = ()
    """Revisions; all there are if empty."""
    since: str = ""
    until: str = ""

    def __bool__(self) -> bool:
        """Return whether anything is left out."""
        return bool(self.branches or self.since or self.until)

    def sentences(self) -> list[str]:
        """Return what is left out, in sentences without a full stop."""
        said = []
        if self.branches:
            said.append(f"only commits that {', '.join(map(printable, self.branches))} has")
        if self.since:
            said.append(f"only commits since {self.since}")
        if self.until:
            said.append(f"only commits until {self.until}")
        if said:
            said.append("only objects that these commits added, without tags and names")
        return said


def checked_date(text: str | None) -> str:
    """Return a date from an option with a time, or nothing for no date; raises UsageError.

    It is not left to git, which takes what it does not understand for today.
    """
    from datetime import datetime

    if not text:
        return ""
    if _DATE.fullmatch(text):
        try:
            datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            # Git takes a date without a time for that day at the present time.
            return text if len(text) > len("2026-05-01") else f"{text}T00:00:00"
    hint = "write a date such as 2026-05-01 or 2026-05-01T12:00:00+02:00"
    raise UsageError(f"'{printable(text)}' is not a date: {hint}")


def objects(repository: Repository, narrowing: Narrowing) -> set[bytes]:
    """Return the binary IDs of the commits that are left and of the blobs that they added.

    Raises GitError.
    """
    tips = [repository.required(branch, _REMEDY) for branch in narrowing.branches]
    listed = repository.run(
        "rev-list",
        "--timestamp",
        *(tips or ("--all", "--reflog")),
        "--",
        what="list the commits",
    )

    # Not git's own --since: it stops at the first older commits, and dates need not descend.
    since, until = _seconds(narrowing.since), _seconds(narrowing.until)
    wanted = []
    for line in listed.splitlines():
        time, _, name = line.partition(b" ")
        if not (time.isdigit() and name):
            raise unusable("rev-list", "a time and a commit")
        if (since is None or int(time) >= since) and (until is None or int(time) <= until):
            wanted.append(name)

    found: set[bytes] = set()
    for commit in of_commits(repository, b"".join(b"%b\n" % name for name in wanted)):
        found.add(bytes.fromhex(commit.id))
        found.update(bytes.fromhex(entry.blob) for entry in commit.entries if entry.is_blob)
    return found


def _seconds(date: str) -> float | None:
    """Return a checked date in seconds since 1970; one without a zone is in local time."""
    from datetime import datetime

    return datetime.fromisoformat(date).timestamp() if date else None
