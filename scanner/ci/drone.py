"""Drone (Reference: environment variables), and what reads its configuration.

`DRONE_COMMIT_BEFORE` is empty or zeros for a new branch; `DRONE_TARGET_BRANCH` is the branch that
was pushed to for a push, and the one to merge into for a pull request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci.interface import Change, Provider
from scanner.ci.ranges import Built, against_base, between, everything, pushed
from scanner.ci.values import branch_ref, hash_in, is_on, previous

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME: Final = "Drone"
DEPTH: Final = "take depth out of the clone block"
_TARGET: Final = "DRONE_TARGET_BRANCH"
_DEFAULT: Final = "DRONE_REPO_BRANCH"


def change(environ: Mapping[str, str], read: Callable[[str], bytes]) -> Change:  # noqa: ARG001
    """Return the change that the build is of. Raises NoRange."""
    head = hash_in(environ, "DRONE_COMMIT_SHA")
    event = environ.get("DRONE_BUILD_EVENT", "")
    branch = environ.get("DRONE_BRANCH", "")
    built = Built(NAME, "push", head, "DRONE_COMMIT_SHA", branch, DEPTH)
    default = (environ.get(_DEFAULT, ""), _DEFAULT)
    if event == "pull_request":
        base = branch_ref(environ.get(_TARGET, ""), _TARGET)
        return between(built._replace(event="pull request", branch=""), (base,), _TARGET)
    if event == "tag":
        return against_base(built._replace(event="tag", branch=""), environ, *default)
    if event not in ("", "push"):
        known = {"cron": "schedule"}
        return everything(
            built._replace(event=known.get(event, "manual run")), "no change to compare"
        )
    before = previous(environ, "DRONE_COMMIT_BEFORE", head)
    if not before:
        built = built._replace(event="new branch")
    return pushed(built, before, "DRONE_COMMIT_BEFORE", environ, *default)


PROVIDER: Final = Provider(NAME, lambda environ: is_on(environ, "DRONE"), change)
