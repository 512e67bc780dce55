"""What an explanation is made of: checks with their outcome, and the candidates that they judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.content import Layer, Place
    from scanner.kinds.interface import Aside, Match, Part
    from scanner.rulebook.model import Rule


class Check(NamedTuple):
    """One test of a candidate."""

    passed: bool
    said: str
    """What was found, with the threshold where there is one; never a piece of a value."""


class Checker(Protocol):
    """A function that gives the checks of a kind, in their order, up to the one that decides."""

    def __call__(self, rule: Rule, layer: Layer, match: Match) -> Iterator[Check]:
        """Yield the checks of the match; the last one has not passed where nothing is reported."""
        ...


class Candidate(NamedTuple):
    """A place at which an anchor of a rule made the engine look."""

    rule: Rule
    place: Place
    member: str
    decoders: tuple[str, ...]
    shown: str
    """The value in its redacted form."""
    checks: tuple[Check, ...]
    judged: Part | Aside | None
    """What the kind of the rule made of it."""
    matched: bool
    """Whether the pattern of the rule matched."""
