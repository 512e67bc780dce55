"""Whether the credentials of an earlier report are gone from a history.

The report contains no credentials. Each has a fingerprint, which a credential that is still there
has again.

Half of a pair can be left, and has no fingerprint of its own in the report, on purpose: once the
account and the last four characters of a key ID are shown, only some 20 of its bits are unknown, so
a digest of it is as good as the key ID. A half is recognised by what the report shows: of a key ID
the account and four characters of 32, of a secret four of 64. One in a million other key IDs of the
same account, and one in sixteen million other secrets, looks the same; it is then reported as still
there, which is the safe side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.findings import fingerprint_of
from scanner.records import NamedTuple
from scanner.secret import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.findings import Finding
    from scanner.secret import Secret

_KEY_ID: Final = "key_id"


class RemovalCheck(NamedTuple):
    """Whether one credential of an earlier report is gone."""

    wanted: Finding
    """As the earlier report has it."""
    held: tuple[tuple[Finding, str], ...]
    """The findings that have it or a part of it, each with the role; empty if it is gone."""

    @property
    def parts(self) -> list[str]:
        """The roles that are still there."""
        return sorted({role for _, role in self.held})


def verify(
    wanted: Iterable[Finding], findings: Sequence[Finding]
) -> tuple[list[RemovalCheck], int]:
    """Check each of `wanted` against the `findings` of a full scan.

    Returns the checks, and the number of findings that are none of `wanted`.
    """
    parts = [
        (finding, role, value, fingerprint_of({role: value}))
        for finding in findings
        for role, value in finding.values.items()
    ]

    # What can match at all, by what it matches with: a fleet has thousands of each.
    alike: dict[str, list[int]] = {}
    for number, (finding, _, value, fingerprint) in enumerate(parts):
        for text in {finding.fingerprint, fingerprint, value.redacted(), value.shown(True)}:
            alike.setdefault(text, []).append(number)

    checks = []
    known: set[str] = set()
    for each in wanted:
        texts = {each.fingerprint, *(value.shown(True) for value in each.values.values())}
        numbers = sorted({number for text in texts for number in alike.get(text, ())})
        held = tuple(
            (finding, role)
            for finding, role, value, fingerprint in map(parts.__getitem__, numbers)
            if finding.fingerprint == each.fingerprint
            or _is_part(each, role, value, fingerprint, finding)
        )
        known.update(finding.fingerprint for finding, _ in held)
        checks.append(RemovalCheck(each, held))

    return checks, sum(finding.fingerprint not in known for finding in findings)


def _is_part(wanted: Finding, role: str, value: Secret, fingerprint: str, finding: Finding) -> bool:
    """Return whether the `value` in `finding` is that of `wanted` in the same `role`.

    `fingerprint` is that of the value alone.
    """
    if role not in wanted.values:
        return False
    if len(wanted.values) == 1:
        return fingerprint == wanted.fingerprint

    # The report shows values redacted, or in full if it was made with --show-secrets. A value that
    # is hidden entirely identifies nothing.
    shown = wanted.values[role].shown(True)
    if shown == MASK or shown not in (value.redacted(), value.shown(True)):
        return False
    # An account can be missing on either side: an old key ID does not contain it.
    accounts = {wanted.account_id, finding.account_id} - {""}
    return role != _KEY_ID or len(accounts) < 2
