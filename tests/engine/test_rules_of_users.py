"""What a rule of the user finds takes nothing away that a shipped rule finds.

A repository brings its own rules, so these could silence the scan of it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scanner.engine import scan_bytes
from scanner.findings import Confidence, Finding, Severity
from scanner.rulebook import load_rules
from scanner.rulebook.checking import check
from scanner.rulebook.generator import Generator

SHIPPED = load_rules((), ())
MADE = Generator(9)
KEY_ID, SECRET, TOKEN = MADE.access_key_id(), MADE.secret_access_key(), MADE.session_token()
PAIR = f"aws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n"
TEXT = f"{PAIR}aws_session_token = {TOKEN}\n"
Find = Callable[..., list[Finding]]


@pytest.fixture
def find() -> Find:
    """Return what a scan finds with a rule of the user."""

    def scan(
        text: str, literal: str, pattern: str, role: str = "token", **said: str
    ) -> list[Finding]:
        mapping = {
            "id": "mine", "name": "x", "summary": "y", "severity": "note", "confidence": "low",
            "role": role, "anchors": [{"literal": literal}], "pattern": pattern,
            "options": {"keep_placeholders": True},
        }  # fmt: skip
        rule = check({**mapping, **said}, "mine.yaml", shipped=False).rule
        return scan_bytes(text.encode(), "x", [*SHIPPED, rule])

    return scan


def strengths(found: list[Finding]) -> dict[str, tuple[Confidence, Severity]]:
    return {each.fingerprint: (each.confidence, each.severity) for each in found}


WITHOUT = strengths(scan_bytes(TEXT.encode(), "x", SHIPPED))
KEY_LINE, ALL = "aws_access_key_id", r"(?s)aws_access_key_id.{50,4000}"
PATTERNS: dict[str, tuple[str, str, str]] = {
    "the same span": ("AKIA", r"(?P<value>AKIA[A-Z2-7]{16})", "token"),
    "the same span and role": ("AKIA", r"(?P<value>AKIA[A-Z2-7]{16})", "key_id"),
    "a wider span": (KEY_LINE, r"aws_access_key_id = AKIA[A-Z2-7]{16}", "token"),
    "a span that ends in it": ("key_id", r"key_id = AKIA[A-Z2-7]{8}", "token"),
    "a span that begins in it": ("aws_secret", r"[A-Z2-7]{8}\naws_secret", "token"),
    "a span inside": ("AKIA", r"AKIA(?P<value>[A-Z2-7]{10})", "token"),
    "the secret": ("secret_access_key", r"secret_access_key = (?P<value>\S{40})", "secret"),
    "the secret as a key ID": ("secret_access_key", r"key = (?P<value>\S{40})", "key_id"),
    "the line of the secret": ("secret_access_key", r"aws_secret_access_key = \S{40}", "secret"),
    "half of the secret": ("secret_access_key", r"access_key = (?P<value>\S{20})", "secret"),
    "the token": ("session_token", r"session_token = (?P<value>\S{100,4000})", "session_token"),
    "the line of the token": ("session_token", r"aws_session_token = \S{100,4000}", "token"),
    "both lines": (KEY_LINE, r"(?s)aws_access_key_id.{10,60}aws_secret.{50}", "secret"),
    "everything": (KEY_LINE, ALL, "token"),
    "everything as a secret": (KEY_LINE, ALL, "secret"),
}


@pytest.mark.parametrize("confidence", ["low", "high"])
@pytest.mark.parametrize("what", PATTERNS)
def test_each_credential_is_reported_as_without_the_rule(
    what: str, confidence: str, find: Find
) -> None:
    found = strengths(find(TEXT, *PATTERNS[what], confidence=confidence))
    for fingerprint, (sure, severe) in WITHOUT.items():
        assert found[fingerprint][0] >= sure
        assert found[fingerprint][1] >= severe


def test_a_rule_finds_what_no_other_does(find: Find) -> None:
    (found,) = find("a mine-12345678901234 b", "mine-", r"mine-[0-9]{14}")
    assert found.rule_id == "mine"


@pytest.mark.parametrize(("confidence", "both"), [("low", True), ("medium", False)])
def test_a_misshapen_key_is_what_a_rule_is_surer_of(
    confidence: str, both: bool, find: Find
) -> None:
    text = f"aws_secret_access_key = {SECRET[:34]}\n"
    (alone,) = scan_bytes(text.encode(), "x", SHIPPED)
    assert alone.rule_id == "aws-misshapen-key"
    found = find(text, "secret_access_key", r"key = (?P<value>\S{34})", confidence=confidence)
    assert ("aws-misshapen-key" in {each.rule_id for each in found}) is both


def test_what_is_inside_a_shipped_token_is_no_other_finding(find: Find) -> None:
    start = TOKEN[40:60]
    found = find(TEXT, start, f"(?P<value>{start.replace('+', '.').replace('/', '.')})")
    assert "mine" not in {each.rule_id for each in found}
