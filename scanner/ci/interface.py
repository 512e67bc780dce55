"""What a CI system tells about a change, and how a module that understands one looks.

A provider turns the environment of a job, and the event file where there is one, into the range of
commits to scan. It asks nobody else: it neither runs git nor uses the network. Whether the
revisions are in the clone is for git to tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanner.errors import KeycatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Change(NamedTuple):
    """The commits of a change: those that `include` reaches and `exclude` does not.

    Every revision is `HEAD`, a full hash in lower case, or a full reference name below `refs/`.
    Never an abbreviated hash: git looks for a branch or tag of that name first, and who pushes the
    change chooses those names.
    """

    provider: str
    """The name of the CI system."""
    event: str
    """What happened: `pull request`, `push`, `new branch`, `tag`, `schedule` and so on."""
    include: tuple[str, ...]
    """Revisions whose commits are scanned; at least one."""
    exclude: tuple[str, ...]
    """Revisions whose history is left out. Empty: everything that `include` reaches is scanned."""
    taken_from: str
    """The variables and fields that the revisions come from, for a person to check."""
    remedy: str
    """What to do where a revision is not in the clone, as an instruction without a full stop."""
    after_rewrite: Change | None = None
    """What to scan instead where the clone is complete (not shallow) and yet has no `exclude`.

    A forced push drops the commit that a branch pointed at before; CI systems name it all the same.
    """


class Provider(NamedTuple):
    """A CI system."""

    name: str
    is_here: Callable[[Mapping[str, str]], bool]
    """Tells from the environment whether this is a job of that CI system."""
    change: Callable[[Mapping[str, str], Callable[[str], bytes]], Change]
    """Returns the change, given the environment and a function that reads a file by its path.

    Raises NoRange.
    """


class NoRange(KeycatchError):  # noqa: N818 -- says what is missing, not what broke
    """The range of the change cannot be told: what is missing, and what to set."""
