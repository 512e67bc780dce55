"""What an answer changes in a finding, and what it never changes."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.findings import Confidence, Severity
from scanner.liveness.states import Liveness, Reason, State
from scanner.liveness.verdicts import applied, owner

EVERY = [Liveness(state) for state in State]


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize("confidence", list(Confidence))
def test_a_live_credential_is_critical_and_certain(
    severity: Severity, confidence: Confidence, maker: Any
) -> None:
    live = Liveness(State.LIVE, account="123456789012")
    finding = maker.finding(severity=severity, confidence=confidence)
    found = applied(finding, live, everywhere=True)
    expected = Severity.NOTE if severity is Severity.NOTE else Severity.CRITICAL
    assert (found.severity, found.confidence) == (expected, Confidence.HIGH)
    assert (found.account_id, found.is_live) == ("123456789012", True)
    assert applied(finding._replace(account_id="1"), live, everywhere=True).account_id == "1"


@pytest.mark.parametrize(
    ("state", "prefix", "everywhere", "is_note"),
    [
        (State.INACTIVE, "AKIA", True, True),
        (State.INACTIVE, "AKIA", False, False),  # one partition of many
        (State.INACTIVE, "ASIA", True, False),  # the token may be that of another key
        (State.EXPIRED, "ASIA", True, True),
        (State.EXPIRED, "ASIA", False, True),
    ],
)
def test_a_dead_credential_wakes_nobody(
    state: State, prefix: str, everywhere: bool, is_note: bool, maker: Any
) -> None:
    finding = maker.finding(maker.key_id(prefix=prefix), token=maker.token())
    found = applied(finding, Liveness(state), everywhere=everywhere)
    assert found.fails(Confidence.LOW) is not is_note
    assert found.confidence is finding.confidence
    if is_note:
        assert found.severity is Severity.NOTE
        assert found.evidence[:-1] == finding.evidence
        assert "STS" in found.evidence[-1]
    else:
        assert found == finding._replace(liveness=Liveness(state))


@pytest.mark.parametrize(
    ("partition", "is_note"),
    [("", True), ("aws", True), ("aws-cn", True), ("aws-iso", False), ("aws-iso-b", False)],
)
def test_a_partition_that_cannot_be_asked_may_know_the_key(
    partition: str, is_note: bool, maker: Any
) -> None:
    finding = maker.finding(partition=partition)
    found = applied(finding, Liveness(State.INACTIVE), everywhere=True)
    assert (found.severity is Severity.NOTE) is is_note


@pytest.mark.parametrize("liveness", EVERY, ids=lambda each: each.state)
def test_nothing_but_proof_of_death_makes_less_of_a_finding(liveness: Liveness, maker: Any) -> None:
    finding = maker.finding()
    found = applied(finding, liveness, everywhere=True)
    if liveness.state not in (State.INACTIVE, State.EXPIRED):
        assert found.severity >= finding.severity
        assert found.confidence >= finding.confidence
        assert found.evidence == finding.evidence
    assert found.values == finding.values
    assert found.liveness == liveness


def test_a_note_that_is_dead_stays_as_it_is(maker: Any) -> None:
    finding = maker.finding(severity=Severity.NOTE)
    found = applied(finding, Liveness(State.INACTIVE), everywhere=True)
    assert found.evidence == finding.evidence


def test_unknown_says_why_and_changes_nothing(maker: Any) -> None:
    for reason in Reason:
        finding = maker.finding()
        liveness = Liveness(State.UNKNOWN, reason)
        assert applied(finding, liveness, everywhere=True) == finding._replace(liveness=liveness)


@pytest.mark.parametrize(
    ("account", "own", "told"),
    [
        ("1", {"1", "2"}, "ours"), ("3", {"1", "2"}, "foreign"), ("", {"1"}, ""), ("1", set(), ""),
    ],
)  # fmt: skip
def test_owner(account: str, own: set[str], told: str, maker: Any) -> None:
    assert owner(maker.finding(account_id=account), frozenset(own)) == told
