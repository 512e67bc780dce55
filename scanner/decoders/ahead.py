"""Looking ahead from places that are near one another, each byte once."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Ahead:
    """Answers whether something is between two offsets that both ascend, and reads no byte twice.

    Places that are near one another have the same text around them, which would be read for each.
    """

    __slots__ = ("_at", "_clear", "_find", "_longest")

    def __init__(self, find: Callable[[int, int], int], longest: int) -> None:
        """Look for what `find` returns the offset of between two offsets, or a negative number.

        It is no longer than `longest`.
        """
        self._find = find
        self._longest = longest
        self._at = -1  # where the last one begins
        self._clear = 0  # none begins before this, but for those before the last `begin`

    def between(self, begin: int, end: int) -> bool:
        """Return whether there is one from `begin` to `end`."""
        if begin <= self._at:
            return self._at + self._longest <= end or self._find(self._at, end) == self._at
        at = self._find(max(begin, self._clear), end)
        if at >= 0:
            self._at = at
            return True
        self._clear = max(self._clear, end - self._longest + 1)
        return False
