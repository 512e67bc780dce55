"""Running the pattern of a rule around an anchor, with bounds on how much is looked at.

Shipped patterns are linear (every repeat bounded or unambiguous, see `tests/rulebook`) and run on
`re`. Patterns of users run on `regex` under a time limit: a pattern that takes exponential time on
some file must cost that file's findings of one rule, visibly, and not the scan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from scanner.kinds.interface import Match
from scanner.rulebook.patterns import compile_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from scanner.rulebook.model import Rule

TIME_LIMIT: Final = 0.2
"""Seconds that the pattern of a user's rule may take at one anchor, and on one content in all."""

_EDGE: Final = 64
"""A match that ends this near to the end of the window may have been cut off by it."""
_LARGEST: Final = 1 << 20

_compiled: dict[tuple[str, bool], re.Pattern[bytes]] = {}


class PatternTimeout(Exception):  # noqa: N818 -- what happened, not a mistake
    """The pattern of a user's rule was stopped: the content may hold what it looks for."""

    def __init__(self, rule: Rule) -> None:
        """Say that the pattern of `rule` was stopped."""
        super().__init__(f"the pattern of rule {rule.id} was stopped by its time limit")
        self.rule = rule


class _Spent:
    """The seconds that users' patterns took on the content that is being scanned now."""

    __slots__ = ("_content", "_seconds")

    def __init__(self) -> None:
        self._content: bytes = b""
        self._seconds: dict[str, float] = {}

    def left(self, rule: Rule, data: bytes) -> float:
        if data is not self._content:
            self._content = data
            self._seconds = {}
        return TIME_LIMIT - self._seconds.get(rule.id, 0.0)

    def add(self, rule: Rule, seconds: float) -> None:
        self._seconds[rule.id] = self._seconds.get(rule.id, 0.0) + seconds


_spent = _Spent()


def find(rule: Rule, data: bytes, offset: int) -> Match | None:
    """Return the match of the rule's pattern that covers `offset` or is the first one after it.

    The pattern is tried from `rule.before` bytes before the anchor to `rule.after` bytes behind it.
    A match that reaches the end of this window may be longer: the window grows until its end is
    certain. With `rule.before` 0 the match has to begin at the anchor, which saves the search of
    the window where anchors are many. Look-behind sees the bytes before the window. Raises
    PatternTimeout for a user's pattern that has used up its time on this content.
    """
    compiled = _compile(rule)
    start = max(0, offset - rule.before)
    size = rule.after
    while True:
        end = min(len(data), offset + size)
        found = _first(rule, compiled, data, start, end, offset)
        # What reaches the end of the window could be longer, or not match at all, with the bytes
        # behind it: `$`, `\b` and look-ahead take the end of the window for the end of the data.
        certain = end == len(data) or (found is not None and found.end() < end - _EDGE)
        if found is None or certain or size >= _LARGEST:
            break
        size = min(size * 4, _LARGEST)
    if found is None:
        return None
    group = "value" if "value" in compiled.groupindex else 0
    span = found.span(group)
    return Match(*span) if span[0] < span[1] else None


def _compile(rule: Rule) -> re.Pattern[bytes]:
    key = rule.pattern, bool(rule.origin)
    compiled = _compiled.get(key)
    if compiled is None:
        compiled = _compiled[key] = compile_pattern(rule.pattern, shipped=not rule.origin)
    return compiled


def _first(
    rule: Rule, compiled: re.Pattern[bytes], data: bytes, start: int, end: int, offset: int
) -> re.Match[bytes] | None:
    if not rule.origin:
        if not rule.before:
            return compiled.match(data, offset, end)
        return _covering(compiled.finditer(data, start, end), offset)
    from time import monotonic

    left = _spent.left(rule, data)
    if left <= 0:
        raise PatternTimeout(rule)
    began = monotonic()
    try:
        # Typed as a pattern of `re`, which has no such argument.
        timed = cast("Any", compiled)
        if not rule.before:
            return cast("re.Match[bytes] | None", timed.match(data, offset, end, timeout=left))
        return _covering(timed.finditer(data, start, end, timeout=left), offset)
    except TimeoutError:
        raise PatternTimeout(rule) from None
    finally:
        _spent.add(rule, monotonic() - began)


def _covering(matches: Iterator[re.Match[bytes]], offset: int) -> re.Match[bytes] | None:
    return next((match for match in matches if match.end() > offset), None)
