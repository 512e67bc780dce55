"""What a source is: a supplier of blobs.

A blob is content with a name. The engine asks it for its bytes when it is its turn; a blob that
cannot be read says so with `Unread`, and the scan goes on with the next one.
"""

from __future__ import annotations

from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Protocol

    from scanner.content import Layer
else:
    Protocol = object  # it is for type checkers only

WINDOW: int = 16 << 20
"""Content larger than this many bytes is read in windows of this size.

Each worker holds one, with what is decoded of it; hardly any text in a repository is larger.
"""


class Unread(Exception):  # noqa: N818 -- a state of a blob, not a defect of the program
    """A blob whose content could not be read, or that has none."""

    def __init__(
        self, reason: str, detail: str = "", *, hides: bool, partial: bytes | None = None
    ) -> None:
        """Give the `reason` it is counted by, and whether it `hides` something from the scan.

        `partial` is what could be read all the same, and is worth scanning.
        """
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.hides = hides
        self.partial = partial


class TooLarge(Exception):  # noqa: N818 -- asks for another way of reading
    """The content is larger than `WINDOW`: read it with `Blob.windows`."""


class Window(NamedTuple):
    """A stretch of large content."""

    layer: Layer
    fresh: int
    """Bytes of it that the window before did not have."""


class Blob(Protocol):
    """Content with a name. Blobs travel to worker processes, so they hold names, not content."""

    @property
    def path(self) -> str:
        """The name to report, undecodable bytes as surrogates."""

    @property
    def object(self) -> str:
        """The ID of the git object that it is; empty for what is read from elsewhere."""

    @property
    def shareable(self) -> bool:
        """Whether another process can read it; if not, it is at the head of its source."""

    def read(self) -> bytes:
        """Return the whole content; raises Unread or TooLarge."""

    def windows(self) -> Iterator[Window]:
        """Yield the content in overlapping windows; raises Unread."""


class Origin(NamedTuple):
    """How a content became part of the change."""

    path: str
    scope: str
    """`index`, `commit`, or one of `scanner.findings.NO_FILE`."""
    commit: str
    author_date: str
    before: frozenset[str]
    """The contents it replaced: those at its path in each parent."""


class PublishedSide(NamedTuple):
    """A commit that a remote has and that becomes part of the change, as in a merge."""

    contents: Mapping[str, str]
    """By path where it differs from the change, its own content there; empty where it has none."""
    removed: Mapping[str, str]
    """By content, its path of those that the change does not have: a move removes the old path."""
    versions: Callable[[str], Sequence[tuple[str, str]]]
    """Returns the contents of one of its paths, newest first, each after the day it was added."""
    name: Callable[[], str]
    """Returns what it is, such as `the merge of origin/main`."""
