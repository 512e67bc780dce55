"""What can go into a request: values of a form and a length that a server accepts."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.liveness.candidates import Accounts, Candidate, candidate
from scanner.liveness.states import Reason
from scanner.secret import Secret


def settled(finding: Any, **values: str) -> Any:
    plain = {role: Secret(value.encode()) for role, value in values.items()}
    return candidate(finding._replace(values={**finding.values, **plain}), Accounts())


@pytest.mark.parametrize("length", [15, 16, 40, 256, 257])
def test_the_length_of_a_secret(length: int, maker: Any) -> None:
    found = settled(maker.finding(), secret="x" * length)
    if 16 <= length <= 256:
        assert isinstance(found, Candidate)
    else:
        assert found.reason is Reason.NO_SECRET


@pytest.mark.parametrize("length", [15, 16, 1000, 16384, 16385])
def test_the_length_of_a_session_token(length: int, maker: Any) -> None:
    finding = maker.finding(maker.key_id(prefix="ASIA"), token=maker.token())
    found = settled(finding, session_token="x" * length)
    if 16 <= length <= 16384:
        assert isinstance(found, Candidate)
    else:
        assert found.reason is Reason.NO_TOKEN


@pytest.mark.parametrize("mark", ["\n", "\r", "\0", " ", "\x7f", "\u00e9"])
def test_nothing_can_add_a_header_to_a_request(mark: str, maker: Any) -> None:
    finding = maker.finding(maker.key_id(prefix="ASIA"), token=maker.token())
    assert settled(finding, secret=f"{'x' * 20}{mark}{'x' * 19}").reason is Reason.NO_SECRET
    token = f"{'x' * 20}{mark}{'x' * 19}"
    assert settled(finding, session_token=token).reason is Reason.NO_TOKEN
