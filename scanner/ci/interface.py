"""What a CI system says about a change, and what there is to know about each system.

A provider turns the environment of a job, and the event file where there is one, into the range of
commits to scan. It asks nobody else: it neither runs git nor uses the network. Whether the
revisions are in the clone is for git to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.errors import KeycatchError
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class CiChange(NamedTuple):
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
    after_rewrite: CiChange | None = None
    """What to scan instead where the clone is complete (not shallow) and yet has no `exclude`.

    A forced push drops the commit that a branch pointed at before; CI systems name it all the same.
    """
    on_base: CiChange | None = None
    """What to scan instead where `exclude` has all of it: the base itself was pushed, in a system
    that does not name the branch."""
    is_tree: bool = False
    """Whether the files of `include` are scanned as they are, and not its commits.

    Nothing was changed where a job runs on schedule or for a release. Were all commits scanned, a
    key that was taken out would fail each run from then on.
    """


class Provider(NamedTuple):
    """A CI system."""

    name: str
    page: str
    """The name of its page in docs/ci, without `.md`."""
    depth: str
    """How to get a complete clone, as an instruction without a full stop."""
    marker: str
    """The variable that jobs of this system have."""
    change: Callable[[Provider, Mapping[str, str], Callable[[str], bytes]], CiChange]
    """Returns the change, given this, the environment and a function that reads a file by its path.

    Raises NoRange.
    """
    marker_is_flag: bool = True
    """Whether the marker counts when it is `true` or `1`; if not, when it is not empty."""


class NoRange(KeycatchError):  # noqa: N818 -- says what is missing, not what broke
    """The range of the change is not known: the message says what is missing, and what to set."""
