"""What a detector is: the judge of one place that an anchor pointed to.

The engine finds an anchor of a rule, runs the rule's pattern around it and hands each match to the
rule's detector. The detector knows one kind of structure. It answers with a `Part`, a piece of a
credential with its evidence, or with an `Aside`, something that looks like a credential and is not
to be reported, or with None where the match is something else altogether.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from scanner.content import Layer
    from scanner.findings import Confidence, Severity
    from scanner.rulebook.model import Rule
    from scanner.secret import Secret


class Part(NamedTuple):
    """A piece of a credential: where it is, and what speaks for and against it."""

    rule_id: str
    role: str
    value: Secret
    layer: Layer
    start: int
    end: int
    confidence: Confidence
    severity: Severity
    evidence: tuple[str, ...]
    account_id: str = ""
    user: str = ""
    """The IAM user that it is of, where that stands in it or beside it."""
    bits: float = 0.0
    """Likelihood ratio of a secret, in bits (see `scanner.aws.randomness`)."""
    named: int = 0
    """How clearly the text before it calls it an AWS secret: 2 yes, 1 perhaps, 0 not at all."""
    possible: bool = True
    """False for a key ID that AWS cannot have issued: it counts only in a pair."""


class Aside(NamedTuple):
    """Looks like a credential, but is a documentation example, a placeholder or the like."""

    reason: str
    """A stable identifier such as `documentation-example` or `placeholder`."""
    role: str
    layer: Layer
    start: int
    end: int


class Match(NamedTuple):
    """What the pattern of a rule matched: byte offsets of the credential in the layer."""

    start: int
    end: int


class Detector(Protocol):
    """A function that judges one match; it never raises for strange content."""

    def __call__(self, rule: Rule, layer: Layer, match: Match) -> Part | Aside | None:
        """Judge `layer.data[match.start:match.end]` as a credential of the kind of `rule`."""
        ...
