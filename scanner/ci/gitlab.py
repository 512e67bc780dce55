"""GitLab CI/CD (Predefined CI/CD variables reference).

`CI_COMMIT_BEFORE_SHA` is zeros in merge request pipelines, for the first pipeline of a branch or
tag, and for pipelines that were started by hand or on schedule (gitlab#12850, gitlab#493695).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci.interface import Change, Provider
from scanner.ci.ranges import Built, against_base, between, everything, pushed
from scanner.ci.values import hash_in, is_on, previous

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME: Final = "GitLab CI/CD"
DEPTH: Final = "set the variable GIT_DEPTH to 0"
_DIFF_BASE: Final = "CI_MERGE_REQUEST_DIFF_BASE_SHA"
_TARGET: Final = "CI_MERGE_REQUEST_TARGET_BRANCH_SHA"
_EXTERNAL: Final = "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA"
_DEFAULT: Final = "CI_DEFAULT_BRANCH"
_PUSHES: Final = frozenset(("", "push", "parent_pipeline"))
"""Values of CI_PIPELINE_SOURCE with a push behind them; a child pipeline has its parent's."""


def change(environ: Mapping[str, str], read: Callable[[str], bytes]) -> Change:  # noqa: ARG001
    """Return the change of the pipeline. Raises NoRange."""
    head = hash_in(environ, "CI_COMMIT_SHA")
    branch = environ.get("CI_COMMIT_BRANCH", "")
    source = environ.get("CI_PIPELINE_SOURCE", "")
    built = Built(NAME, "push", head, "CI_COMMIT_SHA", branch, DEPTH)
    default = (environ.get(_DEFAULT, ""), _DEFAULT)
    if environ.get("CI_MERGE_REQUEST_IID") or source == "merge_request_event":
        return _merge_request(environ, built._replace(event="merge request"))
    if source == "external_pull_request_event":
        base = hash_in(environ, _EXTERNAL)
        return between(built._replace(event="pull request"), (base,), _EXTERNAL)
    if environ.get("CI_COMMIT_TAG"):
        return against_base(built._replace(event="tag"), environ, *default)
    if source not in _PUSHES:
        event = "schedule" if source == "schedule" else "manual run"
        return everything(built._replace(event=event), "no change to compare")
    before = previous(environ, "CI_COMMIT_BEFORE_SHA", head)
    if not before:
        built = built._replace(event="new branch")
    return pushed(built, before, "CI_COMMIT_BEFORE_SHA", environ, *default)


def _merge_request(environ: Mapping[str, str], built: Built) -> Change:
    bases: tuple[str, ...] = (hash_in(environ, _DIFF_BASE),)
    bases_from = _DIFF_BASE
    # In a merged results pipeline CI_COMMIT_SHA is a merge with the target branch, whose newer
    # commits are not of this merge request. The variable is empty in other pipelines.
    if environ.get(_TARGET):
        bases += (hash_in(environ, _TARGET),)
        bases_from = f"{_DIFF_BASE}, {_TARGET}"
    return between(built, bases, bases_from)


PROVIDER: Final = Provider(NAME, lambda environ: is_on(environ, "GITLAB_CI"), change)
