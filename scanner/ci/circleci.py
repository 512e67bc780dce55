"""CircleCI: no variable names the base or the previous commit.

The pipeline value `pipeline.git.base_revision` has the commit of the branch's previous pipeline; a
job sees it only if its configuration passes it on, here as `KEYCATCH_BEFORE`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci.ranges import BASE, Built, against_base, pushed
from scanner.ci.values import hash_in, previous

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scanner.ci.interface import CiChange, Provider

BEFORE: Final = "KEYCATCH_BEFORE"


def change(
    provider: Provider,
    environ: Mapping[str, str],
    read: Callable[[str], bytes],  # noqa: ARG001
) -> CiChange:
    """Return the change that the job builds. Raises NoRange.

    On any branch but the base it is what the base lacks, however many pipelines there were before:
    what an earlier one found stays found until it is gone.
    """
    head = hash_in(environ, "CIRCLE_SHA1")
    branch = environ.get("CIRCLE_BRANCH", "")
    built = Built(provider.name, "push", head, "CIRCLE_SHA1", branch, provider.depth)
    if environ.get("CIRCLE_TAG"):
        return against_base(built._replace(event="tag", branch=""), environ)
    if environ.get("CIRCLE_PULL_REQUEST") or environ.get("CIRCLE_PR_NUMBER"):
        built = built._replace(event="pull request")

    # Empty for the first pipeline of a branch.
    before = previous(environ, BEFORE, head)
    if not environ.get(BASE):
        return pushed(built, before, BEFORE, environ)
    against = against_base(built, environ)
    if against.exclude or not before:
        return against
    return pushed(built, before, BEFORE, environ)
