"""Woodpecker: the pipeline before may be one of a pull request, or one that did not scan.

A pull request has its target for a branch (CI_COMMIT_BRANCH), so the pipeline before on a branch
can be that of a pull request into it. Its commits may not have been scanned: only that of a push
that succeeded counts (https://woodpecker-ci.org/docs/usage/environment).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci.variables import MANUAL, PULL_REQUEST, PUSH, SCHEDULE, TAG, Request, Variables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scanner.ci.interface import CiChange, Provider

_BEFORE: Final = "CI_PREV_COMMIT_SHA"
_VARIABLES: Final = Variables(
    commit="CI_COMMIT_SHA",
    branch="CI_COMMIT_BRANCH",
    requests=(Request(PULL_REQUEST, target="CI_COMMIT_TARGET_BRANCH"),),
    tag="CI_COMMIT_TAG",
    started_by="CI_PIPELINE_EVENT",
    events={
        "push": PUSH,
        "pull_request": PULL_REQUEST,
        "pull_request_metadata": PULL_REQUEST,
        "tag": TAG,
        "cron": SCHEDULE,
        "release": "release",
    },
    other_event=MANUAL,
    before=_BEFORE,
    default_branch="CI_REPO_DEFAULT_BRANCH",
)


def change(
    provider: Provider, environ: Mapping[str, str], read: Callable[[str], bytes]
) -> CiChange:
    """Return the change that the job builds. Raises NoRange."""
    was_pushed = environ.get("CI_PREV_PIPELINE_EVENT") == "push"
    if not (was_pushed and environ.get("CI_PREV_PIPELINE_STATUS") == "success"):
        environ = {name: value for name, value in environ.items() if name != _BEFORE}
    return _VARIABLES.change(provider, environ, read)
