"""The words without which the pattern of a rule matches nowhere.

To look for a word around an anchor takes a tenth of what a pattern takes, and most anchors that
several rules have in common, such as `AKIA`, are no place of the rarer ones.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.rulebook.model import Rule

# The parser of `re` has no types.
opcodes: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

SHORTEST: Final = 6
"""Characters of a word: shorter ones are in much text."""
LARGEST_WINDOW: Final = 1024
"""Bytes around an anchor in which words are looked for: more take longer than most patterns."""


def required_words(rule: Rule) -> tuple[bytes, ...]:
    """Return words in small letters of which each match of the pattern of `rule` has one.

    Nothing where there are none, or where an anchor has one of them already.
    """
    if not rule.pattern or rule.before + rule.after > LARGEST_WINDOW:
        return ()
    words = _best(_of_sequence(parser.parse(rule.pattern.encode("ascii"))))
    literals = [anchor.literal.lower() for anchor in rule.anchors]
    if any(word in literal for word in words for literal in literals):
        return ()
    return words


def _best(choices: Iterable[tuple[bytes, ...]]) -> tuple[bytes, ...]:
    """Return the one of `choices` whose shortest word is the longest."""
    worthy = [each for each in choices if each and min(map(len, each)) >= SHORTEST]
    return max(worthy, key=lambda each: min(map(len, each)), default=())


def _of_sequence(items: Any) -> list[tuple[bytes, ...]]:
    """Return choices of words for what is matched one after the other."""
    choices: list[tuple[bytes, ...]] = []
    word = bytearray()
    for code, value in items:
        if code is opcodes.LITERAL:
            word.append(value)
            continue
        choices.append((bytes(word).lower(),))
        word.clear()
        if code is opcodes.SUBPATTERN:
            choices.extend(_of_sequence(value[-1]))
        elif code is opcodes.BRANCH:
            branches = [_best(_of_sequence(branch)) for branch in value[1]]
            if all(branches):
                choices.append(tuple(dict.fromkeys(word for each in branches for word in each)))
    choices.append((bytes(word).lower(),))
    return choices
