"""Running the pattern of a rule around an anchor, with bounds on how much is looked at.

Shipped patterns are linear (every repeat bounded or unambiguous, see `tests/rulebook`) and run on
`re`. Patterns of users run on `regex` under a time limit: a pattern that takes exponential time on
some file must cost that file's findings of one rule, visibly, and not the scan.
"""

from __future__ import annotations

from scanner.kinds.interface import Match
from scanner.rulebook.patterns import compile_pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator
    from typing import Any, Final

    from scanner.rulebook.model import Rule

TIME_LIMIT: Final = 0.2
"""Seconds that the pattern of a user's rule may take at one anchor, and on one content in all."""

RUN_LIMIT: Final = 60.0
"""Seconds that the patterns of all users' rules may take together in one process of a run.

A pattern that takes a little less than its limit on each of ten thousand files would take an hour.
"""

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


class Spent:
    """The seconds that users' patterns took: on what is being scanned now, and in the whole run."""

    __slots__ = ("_content", "_seconds", "_total")

    def __init__(self) -> None:
        """Start with nothing spent."""
        self._content: bytes = b""
        self._seconds: dict[str, float] = {}
        self._total = 0.0

    def left(self, rule: Rule, data: bytes) -> float:
        """Return how long the pattern of `rule` may still take on `data`."""
        if data is not self._content:
            self._content = data
            self._seconds = {}
        return min(TIME_LIMIT - self._seconds.get(rule.id, 0.0), RUN_LIMIT - self._total)

    def add(self, rule: Rule, seconds: float) -> None:
        """Count the `seconds` that the pattern of `rule` took."""
        self._seconds[rule.id] = self._seconds.get(rule.id, 0.0) + seconds
        self._total += seconds


_spent = Spent()
"""Where no run counts."""


def find(rule: Rule, data: bytes, offset: int, spent: Spent | None = None) -> Match | None:
    """Return the match of the rule's pattern that covers `offset` or is the first one after it.

    The pattern is tried from `rule.before` bytes before the anchor to `rule.after` bytes behind it.
    A match that reaches the end of this window may be longer: the window grows until its end is
    certain. With `rule.before` 0 the match has to begin at the anchor, which saves the search of
    the window where anchors are many. Look-behind sees the bytes before the window. Raises
    PatternTimeout for a user's pattern that has used up its time on this content, or that of all
    for the run, which is counted in `spent`.
    """
    start = max(0, offset - rule.before)
    size = rule.after
    if rule.needs:
        # As at nearly all places of an anchor that several rules have.
        near = data[start : offset + size].lower()
        for word in rule.needs:
            if word in near:
                break
        else:
            return None
    compiled = _compile(rule)
    while True:
        end = min(len(data), offset + size)
        found = _first(rule, compiled, data, start, end, offset, spent)
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
    rule: Rule,
    compiled: re.Pattern[bytes],
    data: bytes,
    start: int,
    end: int,
    offset: int,
    spent: Spent | None,
) -> re.Match[bytes] | None:
    if not rule.origin:
        if not rule.before:
            return compiled.match(data, offset, end)
        return _covering(compiled.finditer(data, start, end), offset)
    from time import monotonic

    spent = spent or _spent
    left = spent.left(rule, data)
    if left <= 0:
        raise PatternTimeout(rule)
    began = monotonic()
    try:
        # Typed as a pattern of `re`, which has no such argument.
        timed: Any = compiled
        if not rule.before:
            found: re.Match[bytes] | None = timed.match(data, offset, end, timeout=left)
            return found
        return _covering(timed.finditer(data, start, end, timeout=left), offset)
    except TimeoutError:
        raise PatternTimeout(rule) from None
    finally:
        spent.add(rule, monotonic() - began)


def _covering(matches: Iterator[re.Match[bytes]], offset: int) -> re.Match[bytes] | None:
    return next((match for match in matches if match.end() > offset), None)
