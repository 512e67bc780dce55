"""What is asked about objects and names in which something was found, and what the answers are.

`scanner.history.attribution.attribution` answers from the repository, and
`scanner.history.record.recollection` from the record of the scan before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from scanner.findings import History, Moment

    Key: TypeAlias = str | bytes
    """The ID of an object, or the name of a file or directory; only for annotations."""


class HistoryPlace(NamedTuple):
    """A path at which a content is in the history, and since when."""

    path: bytes
    """Empty for a message."""
    moment: Moment
    """The earliest commit that added the content there."""
    scope: str
    """A word of `scanner.findings` for a message, else empty."""


class KnownChanges(NamedTuple):
    """What was read of the trees of some commits, so that they need not be read again."""

    heads: list[str]
    """The IDs of commits: these and all that they descend from were read."""
    objects: list[str]
    """The IDs of the objects that were looked for."""
    changes: list[tuple[bytes, str, str, str]]
    """A path, a commit that changed it, the blob there before and after; empty for any other."""


class Answers(Protocol):
    """Answers questions about a fixed set of objects and names. Both methods raise GitError."""

    def places(self, key: Key) -> list[HistoryPlace]:
        """Return where the object or the name `key` is, earliest first; empty if nowhere."""
        ...

    def histories(
        self, credentials: Iterable[tuple[Iterable[str], Iterable[bytes]]]
    ) -> list[History]:
        """Return the histories of credentials, each given as the objects and names that have it."""
        ...
