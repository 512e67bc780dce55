"""Accounts of canary tokens: keys that exist to alert their owner when somebody uses one."""

from __future__ import annotations

import json
from functools import cache

from scanner.liveness.states import State
from scanner.rulebook.files import data_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Final

    from scanner.findings import Finding

KNOWN: Final = "known"
CONFIGURED: Final = "configured"
FILE = "canary-accounts.json"


@cache
def known_accounts() -> frozenset[str]:
    """Return the accounts in the shipped list, which names its sources and its date."""
    with open(data_path(FILE), encoding="utf-8") as file:
        data = json.load(file)
    return frozenset(account for source in data["sources"] for account in source["accounts"])


def canary(finding: Finding, configured: Collection[str]) -> str:
    """Return why `finding` is a canary: `KNOWN` or `CONFIGURED`; empty if it is none.

    `configured` are accounts of decoys that the user lists. The account follows from the value, so
    nobody is asked. What AWS cannot have issued is of no account, and what STS has answered for a
    credential counts more than a list.
    """
    answered = finding.liveness.state if finding.liveness else None
    impossible = finding.forensics is not None and bool(finding.forensics.impossible)
    if not finding.account_id or impossible or answered in (State.LIVE, State.SECRET_UNPROVEN):
        return ""
    if finding.account_id in known_accounts():
        return KNOWN
    return CONFIGURED if finding.account_id in configured else ""
