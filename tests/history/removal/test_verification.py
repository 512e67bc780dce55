"""The check afterwards finds what comparing everything with everything finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.findings import Confidence, Finding, Location, Severity, fingerprint_of
from scanner.history.removal import verification
from scanner.history.removal.verification import verify
from scanner.saved.values import SavedValue
from scanner.secret import Secret

AT = (Location("key_id", "a", 1, 1, 1, 2),)
# Two of each are alike once they are redacted.
IDS = ["AKIA" + middle + "WXYZ" for middle in ("A" * 12, "B" * 12)] + ["AKIA" + "C" * 16]
SECRETS = ["ab" + "c" * 36 + "yz", "ab" + "d" * 36 + "yz", "e" * 40]
VALUES = st.dictionaries(
    st.sampled_from(["key_id", "secret"]), st.integers(0, 2), min_size=1, max_size=2
)


def found(numbers: dict[str, int], account: str = "", saved: bool = False) -> Finding:
    values = {
        role: Secret((IDS if role == "key_id" else SECRETS)[number].encode())
        for role, number in numbers.items()
    }
    shown: dict[str, Secret] = values
    if saved:
        shown = {role: SavedValue.of(value.redacted()) for role, value in values.items()}
    return Finding(
        "r", Severity.HIGH, Confidence.HIGH, fingerprint_of(values), shown, account, (), AT
    )


@given(
    wanted=st.lists(st.tuples(VALUES, st.sampled_from(["", "1", "2"])), max_size=4),
    there=st.lists(st.tuples(VALUES, st.sampled_from(["", "1", "2"])), max_size=6),
    saved=st.booleans(),
)
def test_nothing_is_passed_over(
    wanted: list[tuple[dict[str, int], str]],
    there: list[tuple[dict[str, int], str]],
    saved: bool,
) -> None:
    findings = [found(*each) for each in there]
    asked = [found(*each, saved) for each in wanted]
    checks, new = verify(asked, findings)
    for check in checks:
        expected = [
            (finding, role)
            for finding in findings
            for role, value in finding.values.items()
            if finding.fingerprint == check.wanted.fingerprint
            or verification._is_part(
                check.wanted, role, value, fingerprint_of({role: value}), finding
            )
        ]
        assert list(check.held) == expected
    held = {finding.fingerprint for check in checks for finding, _ in check.held}
    assert new == sum(each.fingerprint not in held for each in findings)


def test_thousands_are_checked_against_thousands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fleet has as many: each is compared with what is like it, and not with all."""
    calls = 0
    real = verification._is_part

    def counted(*arguments: object) -> bool:
        nonlocal calls
        calls += 1
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(verification, "_is_part", counted)
    values = [{"key_id": Secret(b"AKIA%012dWX%02d" % (each, each % 100))} for each in range(2_000)]
    findings = [found({"key_id": 0})._replace(values=each, fingerprint=fingerprint_of(each))
                for each in values]  # fmt: skip
    checks, new = verify(findings, findings)
    assert (len(checks), new) == (2_000, 0)
    assert calls < 100_000
