"""Accounts of canary tokens: keys that exist to alert their owner when somebody uses one."""

from __future__ import annotations

import json
from functools import cache

from scanner.rulebook.files import data_path

FILE = "canary-accounts.json"


@cache
def known_accounts() -> frozenset[str]:
    """Return the accounts in the shipped list, which names its sources and its date."""
    with open(data_path(FILE), encoding="utf-8") as file:
        data = json.load(file)
    return frozenset(account for source in data["sources"] for account in source["accounts"])
