"""Bitbucket Pipelines (Variables and secrets). It does not tell what a push replaced.

`BITBUCKET_PR_DESTINATION_COMMIT` has 12 digits, which git takes for a branch of that name if there
is one, and the pull request's author names the source branch: so it is the destination branch. A
pull request is built after merging the destination into it; what is checked out has both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci.interface import Change, Provider
from scanner.ci.ranges import Built, against_base, between
from scanner.ci.values import HEAD, branch_ref, hash_or_head

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME: Final = "Bitbucket Pipelines"
DEPTH: Final = "set clone: depth: full"
_DESTINATION: Final = "BITBUCKET_PR_DESTINATION_BRANCH"


def change(environ: Mapping[str, str], read: Callable[[str], bytes]) -> Change:  # noqa: ARG001
    """Return the change that the pipeline builds. Raises NoRange."""
    if environ.get("BITBUCKET_PR_ID"):
        built = Built(NAME, "pull request", HEAD, "", "", DEPTH)
        base = branch_ref(environ.get(_DESTINATION, ""), _DESTINATION)
        return between(built, (base,), _DESTINATION)
    head = hash_or_head(environ, "BITBUCKET_COMMIT")
    head_from = "" if head == HEAD else "BITBUCKET_COMMIT"
    if environ.get("BITBUCKET_TAG"):
        return against_base(Built(NAME, "tag", head, head_from, "", DEPTH), environ)
    branch = environ.get("BITBUCKET_BRANCH", "")
    return against_base(Built(NAME, "push", head, head_from, branch, DEPTH), environ)


PROVIDER: Final = Provider(
    NAME, lambda environ: bool(environ.get("BITBUCKET_BUILD_NUMBER")), change
)
