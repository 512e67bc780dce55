"""Whether the credentials of an earlier report are gone from a history.

The report has no credentials in it. Each has a fingerprint, which a credential that is still there
gives again. Of a pair a half can be left: it has no fingerprint of its own in the report, on
purpose. That of a secret would give nothing away, but of a key ID only some 20 bits are unknown
once its account and its last four characters are shown, so a digest of it is as good as the key ID.
A half is known by what the report shows of it: of a key ID the account and four characters of 32,
of a secret four of 64. One in a million other key IDs of the same account, and one in sixteen
million other secrets, looks the same; it is then said to be still there, the side on which to be
wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.findings import fingerprint_of
from scanner.secret import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.findings import Finding
    from scanner.secret import Secret

_KEY_ID: Final = "key_id"


class Answer(NamedTuple):
    """What has become of a credential."""

    wanted: Finding
    """As the earlier report has it."""
    held: tuple[tuple[Finding, str], ...]
    """The findings that have it or a part of it, each with that role; empty if it is gone."""

    @property
    def parts(self) -> list[str]:
        """The roles that are still there."""
        return sorted({role for _, role in self.held})


def verify(wanted: Iterable[Finding], findings: Sequence[Finding]) -> tuple[list[Answer], int]:
    """Return what has become of each of `wanted`, and how many `findings` are none of them."""
    parts = [
        (finding, role, value, fingerprint_of({role: value}))
        for finding in findings
        for role, value in finding.values.items()
    ]
    answers = []
    known: set[str] = set()
    for each in wanted:
        held = [
            (finding, role)
            for finding, role, value, fingerprint in parts
            if finding.fingerprint == each.fingerprint
            or (role in each.values and _is_part(each, role, value, fingerprint, finding))
        ]
        known.update(finding.fingerprint for finding, _ in held)
        answers.append(Answer(each, tuple(held)))
    return answers, sum(finding.fingerprint not in known for finding in findings)


def _is_part(wanted: Finding, role: str, value: Secret, fingerprint: str, finding: Finding) -> bool:
    if len(wanted.values) == 1:
        return fingerprint == wanted.fingerprint
    shown = wanted.values[role].shown(True)
    if shown == MASK or shown not in (value.redacted(), value.shown(True)):
        return False
    accounts = {wanted.account_id, finding.account_id} - {""}
    return role != _KEY_ID or len(accounts) < 2
