"""The detector of users' rules and of kinds that a prefix proves."""

from __future__ import annotations

import math

import pytest

from scanner.content import Layer
from scanner.findings import Confidence, Severity
from scanner.kinds.interface import Aside, Match, Part
from scanner.kinds.pattern import detect, entropy
from scanner.rulebook.checking import check
from scanner.rulebook.generator import Generator


def judge(value: str, **options: object) -> Part | Aside | None:
    mapping = {
        "id": "acme",
        "name": "ACME",
        "summary": "ACME.",
        "severity": "high",
        "confidence": "low",
        "role": "token",
        "anchors": [{"literal": "acme"}],
        "pattern": "acme.{1,90}",
        "options": options,
    }
    rule = check(mapping, "acme.yaml", shipped=False).rule
    layer = Layer(f"x = {value};".encode())
    return detect(rule, layer, Match(4, 4 + len(value)))


def test_a_match_becomes_a_part() -> None:
    value = "acme" + Generator(1).text("abcdefghij0123456789", 30)
    part = judge(value, evidence="it has the prefix")
    assert isinstance(part, Part)
    assert (part.rule_id, part.role, part.value.reveal()) == ("acme", "token", value.encode())
    assert (part.start, part.end) == (4, 4 + len(value))
    assert (part.severity, part.confidence) == (Severity.HIGH, Confidence.LOW)
    assert part.evidence == ("it has the prefix",)


def test_without_evidence_there_is_none() -> None:
    part = judge("acme" + Generator(1).text("abcdefghij0123456789", 30))
    assert isinstance(part, Part)
    assert part.evidence == ()


def test_placeholders_are_set_aside_unless_kept() -> None:
    aside = judge("acme" + "x" * 30)
    assert isinstance(aside, Aside)
    assert (aside.reason, aside.role, aside.start, aside.end) == ("placeholder", "token", 4, 38)
    assert isinstance(judge("acme" + "x" * 30, keep_placeholders=True), Part)


def test_limits() -> None:
    value = "acme1232"  # 7 different characters, 2.75 bits each
    assert isinstance(judge(value, min_distinct=7), Part)
    assert judge(value, min_distinct=8) is None
    assert isinstance(judge(value, min_entropy=2.75), Part)
    assert judge(value, min_entropy=2.76) is None


@pytest.mark.parametrize(
    ("value", "bits"), [(b"", 0), (b"aaaa", 0), (b"abab", 1), (b"abcd", 2), (bytes(range(256)), 8)]
)
def test_entropy(value: bytes, bits: float) -> None:
    assert math.isclose(entropy(value), bits, abs_tol=1e-12)
