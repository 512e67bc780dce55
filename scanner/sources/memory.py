"""Content that is in memory: a commit message, a text of a coding agent, what a program passes."""

from __future__ import annotations

import io

from scanner.sources.interface import WINDOW, TooLarge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.sources.interface import Window


class MemoryBlob:
    """Bytes with a name."""

    __slots__ = ("_content", "path")

    object = ""
    shareable = False

    def __init__(self, path: str, content: bytes) -> None:
        """Call `content` what reports call it."""
        self.path = path
        self._content = content

    def read(self) -> bytes:
        """Return the content; raises TooLarge."""
        if len(self._content) > WINDOW:
            raise TooLarge
        return self._content

    def windows(self) -> Iterator[Window]:
        """Yield the content in windows."""
        from scanner.sources.windows import windows  # here: hardly any content is that large

        return windows(io.BytesIO(self._content).read)
