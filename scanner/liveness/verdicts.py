"""What an answer changes in a finding: its severity, its confidence, its evidence.

* A live credential is critical, with high confidence. Only a note stays a note: a change must not
  fail because of a credential that it does not add.
* A dead credential becomes a note, which is reported and makes no command fail. Only a certain
  answer does that: a session that has expired, or a long-term key that no STS in the list knows.
  An answer is not certain from a private endpoint, which knows one partition only; for a key next
  to the name of a partition whose STS is not in the list (aws-iso and others); or for a temporary
  key, which may have been joined to the session token of another key.
* No other answer changes a finding. A canary above all stays as it was: which accounts are canaries
  is a matter of lists, and no line in a list may silence a finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.findings import Confidence, Severity
from scanner.liveness.candidates import LONG_TERM
from scanner.liveness.partitions import ENDPOINTS
from scanner.liveness.states import State, words

if TYPE_CHECKING:
    from scanner.findings import Finding
    from scanner.liveness.states import Liveness

OURS: Final = "ours"
FOREIGN: Final = "foreign"


def applied(finding: Finding, liveness: Liveness, *, everywhere: bool) -> Finding:
    """Return `finding` with `liveness` and what follows from it.

    `everywhere` is whether all partitions in the list of endpoints were asked.
    """
    finding = finding._replace(liveness=liveness, account_id=finding.account_id or liveness.account)
    if liveness.state is State.LIVE:
        severity = max(finding.severity, Severity.CRITICAL)
        if finding.severity is Severity.NOTE:
            severity = Severity.NOTE
        return finding._replace(severity=severity, confidence=Confidence.HIGH)

    if is_dead(finding, liveness, everywhere=everywhere) and finding.severity > Severity.NOTE:
        evidence = (*finding.evidence, words(liveness))
        return finding._replace(severity=Severity.NOTE, evidence=evidence)

    return finding


def is_dead(finding: Finding, liveness: Liveness, *, everywhere: bool) -> bool:
    """Return whether it is certain that the credential of `finding` gives no access now."""
    if liveness.state is State.EXPIRED:
        return True
    key_id = finding.values.get("key_id")
    long_term = key_id is not None and key_id.reveal().startswith(LONG_TERM)
    asked = finding.partition in ("", *(endpoint.partition for endpoint in ENDPOINTS))
    return liveness.state is State.INACTIVE and long_term and everywhere and asked


def owner(finding: Finding, own: frozenset[str]) -> str:
    """Return `OURS` if the account of `finding` is in `own`, else `FOREIGN`; empty if unknown."""
    if not own or not finding.account_id:
        return ""
    return OURS if finding.account_id in own else FOREIGN
