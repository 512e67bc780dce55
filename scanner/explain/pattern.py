"""The checks of kinds that their pattern proves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.aws.placeholders import placeholder
from scanner.explain.interface import Check
from scanner.kinds.pattern import entropy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.content import Layer
    from scanner.kinds.interface import Match
    from scanner.rulebook.model import Rule


def checks(rule: Rule, layer: Layer, match: Match) -> Iterator[Check]:
    """Yield the checks of `scanner.kinds.pattern.detect`."""
    value = layer.data[match.start : match.end]
    options = rule.options
    if not options.get("keep_placeholders"):
        reason = placeholder(value)
        yield Check(not reason, no_placeholder(reason))
        if reason:
            return

    least = options.get("min_distinct")
    if isinstance(least, int):
        distinct = len(set(value))
        yield Check(distinct >= least, f"{distinct} different characters, at least {least} needed")
        if distinct < least:
            return
    bits = options.get("min_entropy")
    if isinstance(bits, int | float):
        found = entropy(value)
        yield Check(
            found >= bits, f"entropy {found:.2f} bits a character, at least {bits:.2f} needed"
        )


def no_placeholder(reason: str | None) -> str:
    """Return what to say of a value that is one because of `reason`, or is none."""
    if reason:
        return f"is a {reason.replace('-', ' ')}"
    return "no placeholder or documentation example"
