"""Azure Pipelines (Use predefined variables). It does not tell what a push replaced.

`SYSTEM_PULLREQUEST_TARGETBRANCH` is `refs/heads/main` for Azure Repos and `main` for GitHub.
`BUILD_SOURCEVERSION` of a pull request is its merge with the target branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci.interface import Change, Provider
from scanner.ci.ranges import Built, against_base, between, everything
from scanner.ci.values import branch_ref, hash_in, is_on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME: Final = "Azure Pipelines"
DEPTH: Final = "set fetchDepth: 0 in the checkout step"
_TARGET: Final = "SYSTEM_PULLREQUEST_TARGETBRANCH"
_PUSHES: Final = frozenset(("", "IndividualCI", "BatchedCI"))


def change(environ: Mapping[str, str], read: Callable[[str], bytes]) -> Change:  # noqa: ARG001
    """Return the change that the run builds. Raises NoRange."""
    head = hash_in(environ, "BUILD_SOURCEVERSION")
    ref = environ.get("BUILD_SOURCEBRANCH", "")
    reason = environ.get("BUILD_REASON", "")
    built = Built(NAME, "push", head, "BUILD_SOURCEVERSION", ref, DEPTH)
    target = environ.get(_TARGET, "")
    if target or reason == "PullRequest":
        pull_request = built._replace(event="pull request", branch="")
        return between(pull_request, (branch_ref(target, _TARGET),), _TARGET)
    if reason not in _PUSHES:
        event = "schedule" if reason == "Schedule" else "manual run"
        return everything(built._replace(event=event), "no change to compare")
    if ref.startswith("refs/tags/"):
        built = built._replace(event="tag", branch="")
    return against_base(built, environ)


PROVIDER: Final = Provider(NAME, lambda environ: is_on(environ, "TF_BUILD"), change)
