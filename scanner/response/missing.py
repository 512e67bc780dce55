"""Why a credential of a report was not found again in the source."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Missing(StrEnum):
    """The reasons, first those that the user can do something about.

    Where several hold for one credential, such as one for each of its copies, the first one counts.
    """

    INTERRUPTED = "interrupted"
    UNREADABLE = "unreadable"
    EXCLUDED = "excluded"
    ALLOWED = "allowed"
    STDIN = "stdin"
    GONE = "source-gone"
    CHANGED = "changed"
    OTHER_KIND = "other-kind"


_WORDS: Final = {
    Missing.INTERRUPTED: "the check was interrupted before it was found again",
    Missing.UNREADABLE: "its source cannot be read",
    Missing.EXCLUDED: "the configuration excludes its file",
    Missing.ALLOWED: "a mark on its line allows it now",
    Missing.STDIN: "it came from standard input, which is gone",
    Missing.GONE: "the file or object that had it is no longer in the source",
    Missing.CHANGED: "the enabled rules no longer find it in the source",
    Missing.OTHER_KIND: "a report of this kind cannot be traced to its source",
}


def words(reason: Missing) -> str:
    """Return a clause for a person about `reason`, without a full stop."""
    return _WORDS[reason]
