"""Why something is reported or not: the engine's own functions, watched while they look at a file.

A scan loads nothing of this. The engine carries no explanations: `observe` runs it with decoders
that show what passes through them, and looks at each place as the engine does. A kind can have a
module here whose `checks` give the tests of its `detect` one by one, with scores and thresholds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scanner.explain.interface import Checker

CHECKS: Final = {
    "access_key_id": "scanner.explain.access_key_id:checks",
    "pattern": "scanner.explain.pattern:checks",
    "secret_access_key": "scanner.explain.secret_access_key:checks",
}
"""The kinds whose checks are known one by one."""


def checker(kind: str) -> Checker | None:
    """Return the function that gives the checks of the kind that rules call `kind`."""
    from importlib import import_module

    module, _, member = CHECKS.get(kind, "").partition(":")
    found: Checker | None = getattr(import_module(module), member) if module else None
    return found
