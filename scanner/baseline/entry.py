"""One entry of a baseline: a credential, known by digests of its values, and why it may stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.findings import fingerprint_of
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from scanner.findings import Finding
    from scanner.secret import Secret

PART_DIGITS: Final = 16
"""Digits of the digest of one value of a credential that has several.

64 bits: no two values of a project share them by accident, and a line stays short.
"""


class Entry(NamedTuple):
    """A credential that is not reported."""

    fingerprint: str
    """That of the finding, 32 hexadecimal digits."""
    rule_id: str
    """The rule that found it, for a person who reads the file."""
    parts: tuple[str, ...] = ()
    """Of a credential with several values, the digest of each, sorted; else empty."""
    path: str = ""
    """Where it was when the entry was made, percent-encoded, for a person who reads the file."""
    owner: str = ""
    expires: str = ""
    """The last day on which the entry counts, as in `2027-01-31`; empty for ever."""
    reason: str = ""

    def is_expired(self, today: str) -> bool:
        """Return whether the entry no longer counts on the day `today`, in the same form."""
        return bool(self.expires) and self.expires < today

    def why(self) -> str:
        """Return what the entry says about itself, for a report; empty if that is nothing."""
        said = [self.reason] if self.reason else []
        said += [f"owner {self.owner}"] if self.owner else []
        said += [f"until {self.expires}"] if self.expires else []
        return ", ".join(said)


def entry_of(finding: Finding, path: str = "") -> Entry:
    """Return an entry for `finding`, which was found at `path`."""
    parts = sorted(digests(finding)) if len(finding.values) > 1 else []
    return Entry(finding.fingerprint, finding.rule_id, tuple(parts), path)


def digests(finding: Finding) -> set[str]:
    """Return the digest of each value of `finding`."""
    return {digest(role, value) for role, value in finding.values.items()}


def digest(role: str, value: Secret) -> str:
    """Return the digest of the `value` that has the `role`."""
    return fingerprint_of({role: value})[:PART_DIGITS]
