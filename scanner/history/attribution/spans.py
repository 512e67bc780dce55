"""Where in a history something holds: spans of the preorder numbers of its `Graph`.

A content that was added once and stayed for 50,000 commits is one span, not 50,000 entries.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

T = TypeVar("T")


class Timeline(Generic[T]):
    """A value that changes at some nodes and holds for those below, such as the blob at a path."""

    __slots__ = ("_starts", "_values")

    def __init__(self, changes: Iterable[tuple[int, int, T]], nothing: T) -> None:
        """Arrange `changes`: (enter, leave, value) of nodes. Elsewhere the value is `nothing`."""
        self._starts = [0]
        self._values = [nothing]

        # The changes that contain the current number, outermost first: where an inner one ends, the
        # value of the one around it holds again.
        open_: list[tuple[int, T]] = []
        for begin, end, value in sorted(changes, key=lambda change: change[0]):
            self._close(open_, begin, nothing)
            self._set(begin, value)
            open_.append((end, value))
        self._close(open_, None, nothing)

    def _close(self, open_: list[tuple[int, T]], until: int | None, nothing: T) -> None:
        while open_ and (until is None or open_[-1][0] <= until):
            end, _ = open_.pop()
            self._set(end, open_[-1][1] if open_ else nothing)

    def _set(self, begin: int, value: T) -> None:
        if self._starts[-1] == begin:
            self._values[-1] = value
        else:
            self._starts.append(begin)
            self._values.append(value)

    def at(self, place: int) -> T:
        """Return the value at the preorder number `place`."""
        return self._values[bisect_right(self._starts, place) - 1]

    def pieces(self) -> Iterator[tuple[int, int, T]]:
        """Yield (start, end, value) of every piece but the last, whose value is `nothing`."""
        yield from zip(self._starts, self._starts[1:], self._values, strict=False)


class Spans:
    """Disjoint spans in ascending order, from the union of any."""

    __slots__ = ("ends", "starts")

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        """Unite `spans` (start, end); the end is exclusive."""
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted(spans):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)

    def __contains__(self, place: int) -> bool:
        """Return whether `place` is in one of the spans."""
        at = bisect_right(self.starts, place) - 1
        return at >= 0 and place < self.ends[at]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield (start, end)."""
        yield from zip(self.starts, self.ends, strict=True)

    def crossing(self, edges: Sequence[tuple[int, int]]) -> Iterator[int]:
        """Yield the target of each of the sorted `edges` that leads from a span to outside."""
        for start, end in self:
            first = bisect_left(edges, (start, -1))
            for _, other in edges[first : bisect_left(edges, (end, -1), first)]:
                if not start <= other < end and other not in self:
                    yield other
