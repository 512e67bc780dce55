"""Buildkite (Environment variables). It does not tell what a push replaced.

`BUILDKITE_COMMIT` is `HEAD` where a build was started without naming a commit;
`BUILDKITE_PULL_REQUEST` is `false` where there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci.interface import Change, Provider
from scanner.ci.ranges import Built, against_base, between, everything
from scanner.ci.values import HEAD, branch_ref, hash_or_head, is_on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME: Final = "Buildkite"
DEPTH: Final = "take --depth out of BUILDKITE_GIT_CLONE_FLAGS and BUILDKITE_GIT_FETCH_FLAGS"
_TARGET: Final = "BUILDKITE_PULL_REQUEST_BASE_BRANCH"
_DEFAULT: Final = "BUILDKITE_PIPELINE_DEFAULT_BRANCH"


def change(environ: Mapping[str, str], read: Callable[[str], bytes]) -> Change:  # noqa: ARG001
    """Return the change that the build is of. Raises NoRange."""
    head = hash_or_head(environ, "BUILDKITE_COMMIT")
    head_from = "" if head == HEAD else "BUILDKITE_COMMIT"
    built = Built(NAME, "push", head, head_from, environ.get("BUILDKITE_BRANCH", ""), DEPTH)
    if environ.get("BUILDKITE_PULL_REQUEST", "false") not in ("", "false"):
        base = branch_ref(environ.get(_TARGET, ""), _TARGET)
        return between(built._replace(event="pull request", branch=""), (base,), _TARGET)
    default = (environ.get(_DEFAULT, ""), _DEFAULT)
    if environ.get("BUILDKITE_TAG"):
        return against_base(built._replace(event="tag", branch=""), environ, *default)
    if environ.get("BUILDKITE_SOURCE") == "schedule":
        return everything(built._replace(event="schedule"), "no change to compare")
    return against_base(built, environ, *default)


PROVIDER: Final = Provider(NAME, lambda environ: is_on(environ, "BUILDKITE"), change)
