"""What a kind of credential is: the judge of a match, and the reader of what a value reports.

A rule (`rules/*.yaml`) says where to look and names its kind. The engine finds an anchor of the
rule, runs the rule's pattern around it and gives each match to `Kind.detect`. Once a finding is
final, `Kind.tell` reads what its value says by itself: generation, region, times.
"""

from __future__ import annotations

from scanner.records import NamedTuple
from scanner.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Protocol

    from scanner.content import Layer
    from scanner.findings import Confidence, Forensics, Severity
    from scanner.rulebook.generator import Generator
    from scanner.rulebook.model import Rule
else:
    Protocol = object  # it is for type checkers only


class Part(NamedTuple):
    """A piece of a credential: where it is, and the evidence for and against it."""

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
    """The IAM user it belongs to, where the value or its surroundings name one."""
    bits: float = 0.0
    """Likelihood ratio of a secret, in bits (see `scanner.aws.randomness`)."""
    named: int = 0
    """How clearly the text before it calls it an AWS secret: 2 yes, 1 perhaps, 0 not at all.

    Below that it is called something else: see `scanner.kinds.secret_access_key`.
    """
    possible: bool = True
    """False for a key ID that AWS cannot have issued or that is made of words: counts in a pair."""


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
        """Judge `layer.data[match.start:match.end]` as a credential of the kind of `rule`.

        Returns None where the match is something else altogether.
        """


class Teller(Protocol):
    """A function that reads the values of one credential; it never raises for strange ones."""

    def __call__(self, noun: str, values: Mapping[str, Secret]) -> Forensics:
        """Return the facts that follow from `values`, the parts of a credential by role.

        `noun` is what the rule calls the credential; the reader may know it more exactly. A field
        stays empty where the values do not say, or would only say if they were not damaged.
        """


class Kind(NamedTuple):
    """One kind of credential."""

    detect: Detector
    tell: Teller | None = None
    """None where the value says nothing by itself but what its rule says."""
    options: frozenset[str] = frozenset()
    """The keys under `options` in a rule of this kind."""
    examples: Mapping[str, Callable[[Generator], str]] = {}
    """Made-up values for the examples of rules: `{{name}}` stands for what the function returns."""


def part(
    rule: Rule,
    layer: Layer,
    match: Match,
    evidence: Iterable[str],
    *,
    value: bytes | None = None,
    confidence: Confidence | None = None,
    severity: Severity | None = None,
    account_id: str = "",
    user: str = "",
) -> Part:
    """Return the part at `match`, with what the rule says where nothing else is given.

    `value` is the credential where it differs from the bytes in the layer. Empty strings among the
    evidence are left out.
    """
    plain = layer.data[match.start : match.end] if value is None else value

    return Part(
        rule_id=rule.id,
        role=rule.role,
        value=Secret(plain),
        layer=layer,
        start=match.start,
        end=match.end,
        confidence=rule.confidence if confidence is None else confidence,
        severity=rule.severity if severity is None else severity,
        evidence=tuple(filter(None, evidence)),
        account_id=account_id,
        user=user,
    )


def aside(rule: Rule, layer: Layer, match: Match, reason: str) -> Aside:
    """Return that the value at `match` is set aside because of `reason`."""
    return Aside(reason, rule.role, layer, match.start, match.end)


def only(values: Mapping[str, Secret]) -> bytes:
    """Return the value of a credential that has one part."""
    return next(iter(values.values())).reveal()
