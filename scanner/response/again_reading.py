"""What reading a source again has to say: where nothing was read, and why."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from scanner.sources.interface import TooLarge, Unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.engine.examine import Examiner
    from scanner.findings import Finding, Location
    from scanner.sources.interface import Blob, Window


class Missing(StrEnum):
    """Why a credential was not found again; what can be done something about comes first."""

    INTERRUPTED = "interrupted"
    OUTSIDE = "outside"
    NO_REPOSITORY = "no-repository"
    UNREADABLE = "unreadable"
    EXCLUDED = "excluded"
    ALLOWED = "allowed"
    NOT_A_FILE = "not-a-file"
    STDIN = "stdin"
    GONE = "source-gone"
    CHANGED = "changed"
    OTHER_KIND = "other-kind"


_WORDS: Final = {
    Missing.INTERRUPTED: "interrupted before it was found again",
    Missing.OUTSIDE: "it is outside of the source directory: name the directory with --source",
    Missing.NO_REPOSITORY: "its repository is not at its place: name it with --source",
    Missing.UNREADABLE: "its source cannot be read",
    Missing.EXCLUDED: "the configuration excludes its file",
    Missing.ALLOWED: "a mark on its line allows it now",
    Missing.NOT_A_FILE: "there is a directory, pipe, socket or device in the place of its file",
    Missing.STDIN: "it came from standard input, which is gone",
    Missing.GONE: "the file or object that had it is not in the source any more",
    Missing.CHANGED: "the source no longer has it, as far as the rules in force tell",
    Missing.OTHER_KIND: "a report of this kind cannot be followed back to its source",
}
_FAILURES: Final = {
    "missing": Missing.GONE,
    "missing-object": Missing.GONE,
    "lfs-pointer": Missing.GONE,
    "not-a-file": Missing.NOT_A_FILE,
}
"""Reasons of `Unread`; all others are of what is there and cannot be read."""


def words(reason: Missing) -> str:
    """Return the clause that tells a person about `reason`, without a full stop."""
    return _WORDS[reason]


class Place(Protocol):
    """Where the credentials of a report are looked for."""

    def search(self, examiner: Examiner, locations: Iterable[Location]) -> list[Finding]:
        """Search whatever the `locations` of a report name, whole, and nothing else."""
        ...

    def reason(self, location: Location) -> Missing | None:
        """Return why nothing was read for `location` in the last search; None if it was read."""
        ...


class Log:
    """What was read, and what was not, by a key of the place."""

    __slots__ = ("failed", "read")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.read: set[str] = set()
        self.failed: dict[str, Missing] = {}


class Watched:
    """A blob that tells a log whether it could be read."""

    __slots__ = ("_blob", "_key", "_log", "path")

    shareable = False
    object = ""

    def __init__(self, path: str, blob: Blob, key: str, log: Log) -> None:
        """Watch `blob` under the name `path`; the `log` knows it as `key`."""
        self.path = path
        self._blob = blob
        self._key = key
        self._log = log

    def read(self) -> bytes:
        """Return the content; raises Unread or TooLarge."""
        try:
            content = self._blob.read()
        except Unread as unread:
            self._fail(unread)
            raise
        except TooLarge:
            self._log.read.add(self._key)
            raise
        self._log.read.add(self._key)
        return content

    def windows(self) -> Iterator[Window]:
        """Yield the content of a large blob in windows; raises Unread."""
        try:
            yield from self._blob.windows()
        except Unread as unread:
            self._fail(unread)
            raise

    def _fail(self, unread: Unread) -> None:
        self._log.read.discard(self._key)
        self._log.failed[self._key] = _FAILURES.get(unread.reason, Missing.UNREADABLE)
