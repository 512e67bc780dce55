"""How the scan of one repository ended, and how that is written down."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import Final

from scanner.json_fields import FieldError, Fields
from scanner.records import NamedTuple

_VERSION: Final = 1
_KEY: Final = re.compile("[0-9a-f]{64}")
_REPORT: Final = re.compile("[0-9a-f]{32}-[0-9a-f]{64}")


class State(StrEnum):
    """How it ended."""

    CLEAN = "clean"
    FINDINGS = "findings"
    INCOMPLETE = "incomplete"
    """There is a report, and something was not read."""
    UNREACHABLE = "unreachable"
    """The server cannot be reached, refuses, or does not have it."""
    FAILED = "failed"
    TIMED_OUT = "timed out"
    NOT_SCANNED = "not scanned"
    """It is in the list, and no scan of it has ended; or what is kept about it is damaged."""


ANSWERED: Final = frozenset((State.CLEAN, State.FINDINGS))
"""The states of a repository that was read whole."""
_STATES: Final = {each.value: each for each in State}


class Outcome(NamedTuple):
    """How it ended, and what is kept."""

    name: str
    """Of the repository: a path, or an address without user information."""
    state: State = State.NOT_SCANNED
    detail: str = ""
    """Why it was not read, or not whole."""
    key: str = ""
    """What the scan depended on (`scanner.fleet.unchanged`); empty where it is to be repeated."""
    report: str = ""
    """The name of the kept report: of this scan, or of an earlier one where this one has none."""
    time: str = ""
    """When it ended, in UTC."""


def written(outcome: Outcome) -> bytes:
    """Return `outcome` as JSON."""
    fields = {
        "version": _VERSION,
        **{name: text or None for name, text in outcome._asdict().items()},
    }
    return (json.dumps(fields, indent=1) + "\n").encode()


def read(content: bytes) -> Outcome | None:
    """Return the outcome that `written` gave as `content`; None where it is damaged."""
    try:
        fields = Fields(json.loads(content))
        if fields.number("version") != _VERSION:
            return None
        return Outcome(
            fields.text("name"),
            fields.choice("state", _STATES),
            fields.optional_text("detail"),
            fields.optional_text("key", _KEY),
            fields.optional_text("report", _REPORT),
            fields.optional_text("time"),
        )
    except (FieldError, ValueError, RecursionError):
        return None
