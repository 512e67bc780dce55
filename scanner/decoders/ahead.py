"""Looking ahead for a pattern from places that are near one another, each byte once."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re


class Ahead:
    """Answers whether a pattern is between two offsets that both ascend, and reads no byte twice.

    Places that are near one another have the same text around them, which would be read for each.
    """

    __slots__ = ("_at", "_clear", "_data", "_longest", "_pattern")

    def __init__(self, data: bytes, pattern: re.Pattern[bytes], longest: int) -> None:
        """Look for `pattern` in `data`, of which no match is longer than `longest`."""
        self._data = data
        self._pattern = pattern
        self._longest = longest
        self._at = -1  # where the last match begins
        self._clear = 0  # no match begins before this, but for those before the last `begin`

    def between(self, begin: int, end: int) -> bool:
        """Return whether there is a match from `begin` to `end`."""
        if begin <= self._at:
            return self._at + self._longest <= end or self._is_at(end)
        start = max(begin, self._clear)
        found = self._pattern.search(self._data, start, end)
        if found:
            self._at = found.start()
            return True
        self._clear = max(self._clear, end - self._longest + 1)
        return False

    def _is_at(self, end: int) -> bool:
        return self._pattern.match(self._data, self._at, end) is not None
