"""Jenkins: variables of the Git plugin and, in multibranch projects, of the branch source.

`GIT_COMMIT` and its like are in the environment of Declarative pipelines after the checkout;
scripted pipelines have them only if they pass on what `checkout scm` returns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci.ranges import Built, against_base, between, everything, pushed
from scanner.ci.values import HEAD, branch_ref, hash_or_head, is_on, previous

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scanner.ci.interface import CiChange, Provider

_PREVIOUS: Final = ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", "GIT_PREVIOUS_COMMIT")
"""The commit of the last build that succeeded comes first: what a failed build found stays found
until it is gone, while `GIT_PREVIOUS_COMMIT` would let the next build pass."""


def change(
    provider: Provider,
    environ: Mapping[str, str],
    read: Callable[[str], bytes],  # noqa: ARG001
) -> CiChange:
    """Return the change that the job builds. Raises NoRange."""
    target = environ.get("CHANGE_TARGET", "")
    if target:
        # The branch source may have merged the target into it: GIT_COMMIT need not be what is
        # checked out, which has all commits of the change.
        built = Built(provider.name, "pull request", HEAD, "", "", provider.depth)
        return between(built, (branch_ref(target, "CHANGE_TARGET"),), "CHANGE_TARGET")

    head = hash_or_head(environ, "GIT_COMMIT")
    head_from = "" if head == HEAD else "GIT_COMMIT"
    # BRANCH_NAME is there in multibranch projects only.
    branch = environ.get("BRANCH_NAME", "") or environ.get("GIT_BRANCH", "").removeprefix("origin/")
    built = Built(provider.name, "push", head, head_from, branch, provider.depth)
    if environ.get("TAG_NAME"):
        return against_base(built._replace(event="tag", branch=""), environ)
    for name in _PREVIOUS:
        before = previous(environ, name, head)
        if before:
            return pushed(built, before, name, environ)

    first = built._replace(event="first build")
    if is_on(environ, "BRANCH_IS_PRIMARY"):
        return everything(first, "BRANCH_IS_PRIMARY is true")
    return against_base(first, environ)
