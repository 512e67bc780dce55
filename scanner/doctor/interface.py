"""What a check of `keycatch doctor` says."""

from __future__ import annotations

from typing import Final

from scanner.records import NamedTuple

OK: Final = "ok"
NOTE: Final = "note"
"""Worth knowing, and nothing that keeps credentials from being found."""
PROBLEM: Final = "problem"


class Result(NamedTuple):
    """The result of one check."""

    state: str
    topic: str
    said: str
    fix: str = ""
    """A command, or what else to do; every problem has one."""
