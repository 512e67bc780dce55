"""What a scan concludes: identities that stay, findings that print no value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.findings import (
    Confidence,
    Finding,
    Location,
    Notice,
    Report,
    Severity,
    Tally,
    fingerprint_of,
)
from scanner.secret import Secret

VALUES = st.dictionaries(
    st.sampled_from(["key_id", "secret", "session_token", "password"]),
    st.binary(max_size=20).map(Secret),
    min_size=1,
)


@given(VALUES, VALUES)
def test_fingerprints_are_equal_for_equal_values_only(one, other):
    assert (fingerprint_of(one) == fingerprint_of(other)) == (one == other)
    assert fingerprint_of(one) == fingerprint_of(dict(reversed(one.items())))


def test_fingerprint_does_not_change_between_versions():
    """Baselines hold fingerprints: a changed one would bring all known findings back."""
    values = {"key_id": Secret(b"a" * 20), "secret": Secret(b"b" * 40)}
    assert fingerprint_of(values) == FIXED
    assert len(FIXED) == 32


FIXED = "b518ada42f8954261594209cda70834e"


def test_a_value_cannot_be_moved_between_roles():
    assert fingerprint_of({"key_id": Secret(b"x")}) != fingerprint_of({"secret": Secret(b"x")})
    joined = fingerprint_of({"a": Secret(b"xb\0001\0y")})
    assert joined != fingerprint_of({"a": Secret(b"x"), "b": Secret(b"y")})


def test_only_what_hides_makes_a_scan_incomplete():
    tally = Tally()
    tally.notice(Notice("damaged-archive", "a", "", hides=False))
    assert Report("scan", (), tally).incomplete == ()
    tally.notice(Notice("unreadable", "b", "", hides=True))
    assert [notice.path for notice in Report("scan", (), tally).incomplete] == ["b"]


@pytest.mark.parametrize("severity", [*Severity])
@pytest.mark.parametrize("confidence", [*Confidence])
@pytest.mark.parametrize("fail_on", [*Confidence])
def test_a_note_never_fails(severity, confidence, fail_on):
    found = Finding("r", severity, confidence, "f", {}, "", (), ())
    assert found.fails(fail_on) == (confidence >= fail_on and severity is not Severity.NOTE)


@pytest.mark.parametrize("severity", [*Severity])
@pytest.mark.parametrize("confidence", [*Confidence])
@pytest.mark.parametrize("fail_on", [level for level in Severity if level > Severity.NOTE])
def test_a_threshold_of_severity_leaves_out_what_is_a_guess(severity, confidence, fail_on):
    found = Finding("r", severity, confidence, "f", {}, "", (), ())
    is_sure = confidence >= Confidence.MEDIUM
    assert found.fails(fail_on) == (is_sure and severity >= fail_on)
    assert found.is_below(fail_on) == (not is_sure or Severity.NOTE < severity < fail_on)


def test_labels_and_order():
    assert [severity.label for severity in sorted(Severity)] == [
        "note", "low", "medium", "high", "critical",
    ]  # fmt: skip
    assert [confidence.label for confidence in sorted(Confidence)] == ["low", "medium", "high"]


def test_a_finding_does_not_print_its_values():
    secret = Secret(b"correct-horse-battery-staple-and-so-on-1")
    found = Finding(
        "r", Severity.HIGH, Confidence.HIGH, "f", {"secret": secret}, "", (),
        (Location("secret", "p", 1, 1, 1, 41),),
    )  # fmt: skip
    assert "horse" not in repr(found)
