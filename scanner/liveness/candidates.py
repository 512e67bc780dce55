"""Which findings STS can be asked about, and with which values: a candidate for each credential."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws.partitions import of_region
from scanner.kinds.access_key_id import parse
from scanner.kinds.session_token import read_head
from scanner.liveness.states import Liveness, Reason, State
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from scanner.findings import Finding
    from scanner.secret import Secret

# Prefixes of access key IDs (IAM user guide, "Understanding unique ID prefixes").
LONG_TERM: Final = b"AKIA"
TEMPORARY: Final = b"ASIA"
_KEY_ID, _SECRET, _TOKEN = "key_id", "secret", "session_token"

# A rule of the user can find anything. A value with a line feed in a request could add a header to
# it, so only printable ASCII is sent. The lengths leave room around those that AWS issues (40; some
# hundred to some thousand) and keep a request below what servers accept.
_SECRET_FORM: Final = re.compile(rb"[!-~]{16,256}")
_TOKEN_FORM: Final = re.compile(rb"[A-Za-z0-9+/=_-]{16,16384}")


class Accounts(NamedTuple):
    """Which accounts may be asked about."""

    canaries: Collection[str] = frozenset()
    """Accounts of canary tokens: their credentials are never asked about."""
    allow: Collection[str] = frozenset()
    """If not empty, only credentials of these accounts are asked about."""
    deny: Collection[str] = frozenset()
    """Credentials of these accounts are never asked about."""


class Candidate(NamedTuple):
    """A key ID with a secret to ask about."""

    key_id: Secret
    secret: Secret
    token: Secret | None
    """The session token of a temporary key."""
    partitions: tuple[str, ...]
    """Partitions that it seems to belong to, the likeliest first."""

    @property
    def is_long_term(self) -> bool:
        """Whether the key ID is that of a user, and needs no session token."""
        return self.token is None


def candidate(finding: Finding, accounts: Accounts) -> Candidate | Liveness:
    """Return what to ask about `finding`, or what is known about it without asking.

    The first reason not to ask counts, in this order.
    """
    key_id, secret = finding.values.get(_KEY_ID), finding.values.get(_SECRET)
    if key_id is None:
        is_key = secret is not None or _TOKEN in finding.values
        return _unverifiable(Reason.NO_KEY_ID if is_key else Reason.OTHER_KIND)

    plain = key_id.reveal()
    try:
        known = parse(plain)
    except ValueError:
        return _unverifiable(Reason.OTHER_KIND)

    # First of all: whatever else may be wrong with a canary, it is reported as one.
    account = known.account_id or finding.account_id
    if account in accounts.canaries:
        return Liveness(State.CANARY)
    if known.impossible:
        return _unverifiable(Reason.IMPOSSIBLE_ID)
    if not plain.startswith((LONG_TERM, TEMPORARY)):
        return _unverifiable(Reason.OTHER_KIND)
    if account in accounts.deny or (accounts.allow and account not in accounts.allow):
        return _unverifiable(Reason.ACCOUNT_LIST)
    if secret is None or not _SECRET_FORM.fullmatch(secret.reveal()):
        return _unverifiable(Reason.NO_SECRET)

    token = finding.values.get(_TOKEN) if plain.startswith(TEMPORARY) else None
    if plain.startswith(TEMPORARY) and (token is None or not _TOKEN_FORM.fullmatch(token.reveal())):
        return _unverifiable(Reason.NO_TOKEN)

    hints = (_of_token(token), finding.partition)
    return Candidate(key_id, secret, token, tuple(filter(None, hints)))


def _unverifiable(reason: Reason) -> Liveness:
    return Liveness(State.UNVERIFIABLE, reason)


def _of_token(token: Secret | None) -> str:
    head = read_head(token.reveal()) if token else None
    return of_region(head.region) if head and head.region else ""


def unified(settled: Sequence[Candidate | Liveness]) -> list[Candidate | Liveness]:
    """Return `settled` with equal candidates for all copies of a credential.

    Copies can have different hints at the partition, which are put together.
    """
    hints: dict[tuple[object, ...], tuple[str, ...]] = {}
    for each in settled:
        if isinstance(each, Candidate):
            known = hints.get(each[:3], ())
            hints[each[:3]] = tuple(dict.fromkeys((*known, *each.partitions)))
    return [
        each._replace(partitions=hints[each[:3]]) if isinstance(each, Candidate) else each
        for each in settled
    ]


def groups(findings: list[tuple[Finding, Candidate]]) -> list[list[Candidate]]:
    """Return the different candidates of each key ID, best first.

    The best is the one with the highest confidence, then severity. The order does not depend on
    that of the input.
    """
    ranks: dict[Candidate, tuple[int, int, str]] = {}
    for finding, each in findings:
        rank = -finding.confidence, -finding.severity, finding.fingerprint
        ranks[each] = min(ranks.get(each, rank), rank)

    found: dict[Secret, list[Candidate]] = {}
    for each in sorted(ranks, key=ranks.__getitem__):
        found.setdefault(each.key_id, []).append(each)

    return list(found.values())
