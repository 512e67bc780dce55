"""Kinds that their pattern proves: a prefix that nothing else has, and rules of users.

Options: `min_entropy` (bits for each character), `min_distinct` (different characters), `evidence`
(what the pattern proves, in words), `keep_placeholders` (report what looks made up, too).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.aws.placeholders import placeholder
from scanner.kinds import interface
from scanner.kinds.interface import Kind

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.kinds.interface import Aside, Match, Part
    from scanner.rulebook.model import Rule


def detect(rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
    """Believe the pattern, unless the value is a placeholder or less random than the rule asks."""
    value = layer.data[match.start : match.end]
    options = rule.options
    if not options.get("keep_placeholders"):
        reason = placeholder(value)
        if reason:
            return interface.aside(rule, layer, match, reason)

    least = options.get("min_distinct")
    if isinstance(least, int) and len(set(value)) < least:
        return None
    bits = options.get("min_entropy")
    if isinstance(bits, int | float) and entropy(value) < bits:
        return None
    return interface.part(rule, layer, match, [str(options.get("evidence", ""))])


def entropy(value: bytes) -> float:
    """Return the Shannon entropy of the characters of `value`, in bits for each; 0 if empty."""
    from math import log2

    size = len(value)
    counts = [value.count(byte) for byte in set(value)]
    return -sum(count / size * log2(count / size) for count in counts)


KIND: Final = Kind(
    detect, options=frozenset(("evidence", "keep_placeholders", "min_distinct", "min_entropy"))
)
