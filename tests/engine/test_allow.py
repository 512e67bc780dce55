"""Marks that allow a credential: whose they are, how far they reach, what they may not do."""

from __future__ import annotations

import pytest

from scanner.engine.allow import Marks

RULES = ("aws-access-key-id", "aws-secret-access-key", "aws-access-key-pair", "our-token")
VALUE = "VVVVVVVVVV"


def allowed(text: str, *rule_ids: str) -> bool:
    data = text.encode()
    start = data.index(VALUE.encode())
    return Marks(data, RULES).allow(start, start + len(VALUE), rule_ids or RULES[:1])


@pytest.mark.parametrize(
    "mark",
    [
        "keycatch:allow",
        "keycatch:allow a reason",
        "keycatch:allow: a reason",
        "keycatch:allow(reason)",
        "gitleaks:allow",
        "betterleaks:allow",
        "kingfisher:ignore",
        "kingfisher:allow",
        "trufflehog:ignore",
        "pragma: allowlist secret",
        "pragma: whitelist secret",
        "pragma:allowlist secret",
        "pragma: allowlist-secret",
        "PRAGMA: ALLOWLIST SECRET",
        "secretlint-disable-line",
        "TruffleHog:Ignore",
    ],
)
def test_marks_on_the_line(mark):
    assert allowed(f"key = {VALUE}  # {mark}")
    assert allowed(f"a\nkey = {VALUE}  // {mark}\nb")
    assert allowed(f"/* {mark} */ key = {VALUE}\r\n")
    assert not allowed(f"# {mark}\nkey = {VALUE}")
    assert not allowed(f"# {mark}\r\nkey = {VALUE}")
    assert not allowed(f"key = {VALUE}\n# {mark}")
    assert not allowed(f"key = {VALUE}\r# {mark}\r")


@pytest.mark.parametrize(
    "mark",
    [
        "keycatch:allowed",
        "keycatch:allow-list",
        "keycatch:allow_all",
        "gitleaks:allowed",
        "xpragma: allow secret",
        "secretlint-disable-lines",
        "trufflehog:ignored",
        "keycatch: allow",
        "allow",
    ],
)
def test_no_marks(mark):
    assert not allowed(f"key = {VALUE}  # {mark}")


@pytest.mark.parametrize(
    "mark",
    [
        "pragma: allowlist nextline secret",
        "pragma: whitelist nextline secret",
        "pragma: allowlist-nextline-secret",
        "secretlint-disable-next-line",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_marks_on_the_line_before(mark, end):
    assert allowed(f"# {mark}{end}key = {VALUE}{end}")
    assert not allowed(f"# {mark}{end}{end}key = {VALUE}{end}")
    assert not allowed(f"key = {VALUE}{end}# {mark}{end}")
    assert not allowed(f"# {mark}{'x' * 2000} key = {VALUE}")


def test_a_mark_that_names_a_rule_allows_that_rule():
    for form in (
        "keycatch:allow {}",
        "keycatch:allow {}: a reason",
        "keycatch:allow={}",
        "keycatch:allow[{}]",
    ):
        line = f"key = {VALUE}  # {form.format('aws-access-key-id')}"
        assert allowed(line, "aws-access-key-id", "aws-access-key-pair")
        assert not allowed(line, "aws-secret-access-key", "aws-access-key-pair")
    assert allowed(f"{VALUE} # keycatch:allow our-token", "our-token")


def test_a_mark_that_names_any_other_rule_does_not_allow():
    assert not allowed(f"{VALUE} # keycatch:allow our-token", "aws-access-key-id")
    assert not allowed(f"{VALUE} # keycatch:allow aws-acces-key-id", "aws-access-key-id")
    assert allowed(f"{VALUE} # keycatch:allow our own key, revoked", "aws-access-key-id")


def test_two_marks_on_one_line():
    line = f"{VALUE} # keycatch:allow our-token, keycatch:allow aws-access-key-id"
    assert allowed(line, "aws-access-key-id")
    assert allowed(line, "our-token")


def test_a_mark_does_not_reach_over_a_whole_minified_file():
    assert allowed(f"{VALUE}{' ' * 900}keycatch:allow")
    assert not allowed(f"{VALUE}{' ' * 1100}keycatch:allow")
    assert not allowed(f"keycatch:allow{' ' * 1100}{VALUE}")


def test_blocks():
    assert allowed(f"/* secretlint-disable */\n\n{VALUE}\n")
    assert allowed(f"secretlint-disable\n{VALUE}\nsecretlint-enable\n")
    assert not allowed(f"secretlint-disable\nx\nsecretlint-enable\n{VALUE}")
    assert not allowed(f"{VALUE}\nsecretlint-disable\n")
    assert allowed(f"secretlint-disable a\nsecretlint-disable b\n{VALUE}")
    assert not allowed(f"secretlint-enable\n{VALUE}")
    assert allowed(f"secretlint-disable\nsecretlint-enable\nsecretlint-disable\n{VALUE}")
    assert not allowed(f"secretlint-disable-line\n\n{VALUE}")
    assert not allowed(f"secretlint-disables\n\n{VALUE}")


def test_many_marks_are_looked_for_once():
    """Blocks are found when a text is first asked about, not for each credential in it."""

    class Counted(bytes):
        searches = 0

        def find(self, *args):
            Counted.searches += 1
            return super().find(*args)

    data = Counted(b"secretlint-disable\nsecretlint-enable\n" * 2000 + VALUE.encode() * 50)
    marks = Marks(data, RULES)
    before = Counted.searches
    start = data.index(VALUE.encode())
    for number in range(50):
        at = start + number * len(VALUE)
        assert not marks.allow(at, at + len(VALUE), RULES[:1])
    assert Counted.searches - before <= 3 * 50  # the ends of the line, each time
