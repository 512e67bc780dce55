"""GitHub Actions: the event file names the commits (Events that trigger workflows; Webhook events).

`commits` of a push is cut off at 2,048 and is not read. `GITHUB_SHA` of a pull request is a merge
commit made by GitHub; the pull request's own commits end at `pull_request.head.sha`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci.event_file import Event
from scanner.ci.interface import NoRange
from scanner.ci.ranges import BASE, Built, against_base, between, pushed, tree
from scanner.ci.values import full_hash, hash_in, is_zero, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scanner.ci.interface import CiChange, Provider

_FOREIGN: Final = (
    "run the workflow on pull_request instead of pull_request_target, or check out "
    "pull_request.head.sha with fetch-depth: 0"
)
"""A job on `pull_request_target` has the base branch checked out."""
_PULL_REQUEST: Final = frozenset(
    ("pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment")
)
_NO_CHANGE: Final = {
    "schedule": "schedule",
    "workflow_dispatch": "manual run",
    "repository_dispatch": "manual run",
    "release": "release",
}
"""Events that start a job without a change; GITHUB_SHA is the head of the branch, or what is
released."""
_DEFAULT: Final = "repository.default_branch"
_REPOSITORIES: Final = ("repository", "workflow_run.head_repository")
"""The repository of the workflow, and that of the commit that the other workflow ran on."""


def change(
    provider: Provider, environ: Mapping[str, str], read: Callable[[str], bytes]
) -> CiChange:
    """Return the change of the event that `GITHUB_EVENT_NAME` names. Raises NoRange."""
    name = environ.get("GITHUB_EVENT_NAME", "")
    if name in _NO_CHANGE:
        head = hash_in(environ, "GITHUB_SHA")
        built = Built(provider.name, _NO_CHANGE[name], head, "GITHUB_SHA", "", provider.depth)
        return tree(built)

    if name in _PULL_REQUEST:
        depth = _FOREIGN if name == "pull_request_target" else provider.depth
        built = Built(provider.name, "pull request", "", "", "", depth)
        event = Event(environ, read)
        return _between_fields(built, event, "pull_request.head.sha", "pull_request.base.sha")
    if name == "merge_group":
        built = Built(provider.name, "merge group", "", "", "", provider.depth)
        event = Event(environ, read)
        return _between_fields(built, event, "merge_group.head_sha", "merge_group.base_sha")
    if name == "push":
        return _push(provider, Event(environ, read), environ)

    if name == "workflow_run":
        return _workflow_run(provider, Event(environ, read), environ)
    if environ.get(BASE):
        head = hash_in(environ, "GITHUB_SHA")
        built = Built(provider.name, "event", head, "GITHUB_SHA", "", provider.depth, True)
        return against_base(built, environ)

    raise NoRange(
        f"the event {shown(name)} of {provider.name} does not name the changed commits: run the "
        "workflow on push, pull_request or merge_group, name the base with --base, or use keycatch "
        "range or keycatch scan"
    )


def _between_fields(built: Built, event: Event, head_from: str, base_from: str) -> CiChange:
    head = full_hash(event.text(head_from), head_from)
    base = full_hash(event.text(base_from), base_from)
    return between(built._replace(head=head, head_from=head_from), (base,), base_from)


def _workflow_run(provider: Provider, event: Event, environ: Mapping[str, str]) -> CiChange:
    """Return what the other workflow ran on: the commits that the default branch lacks.

    GITHUB_SHA is the default branch's own commit. A fork can call a branch like the default one, so
    that name counts only for the repository itself.
    """
    origin = "workflow_run.head_sha"
    head = full_hash(event.text(origin), origin)
    depth = f"check out {origin} with fetch-depth: 0"
    built = Built(provider.name, "workflow run", head, origin, "", depth)
    default = event.optional_text(_DEFAULT)
    branch = event.optional_text("workflow_run.head_branch")
    own, of = (event.optional_text(f"{name}.full_name") for name in _REPOSITORIES)
    if branch and branch == default and own and own == of:
        return tree(built, "it ran on the default branch")
    return against_base(built, environ, default, _DEFAULT)


def _push(provider: Provider, event: Event, environ: Mapping[str, str]) -> CiChange:
    after, ref = event.text("after"), event.text("ref")
    if event.is_true("deleted") or is_zero(after):
        raise NoRange(
            f"the push deletes {shown(ref)}, so there is nothing to scan: leave such events out "
            "with the condition !github.event.deleted on the job"
        )

    default = event.optional_text(_DEFAULT)
    built = Built(provider.name, "push", "", "", ref, provider.depth)
    if ref.startswith("refs/tags/"):
        # `after` is the tag object of an annotated tag, which actions/checkout does not fetch.
        origin = "head_commit.id"
        head = full_hash(event.text(origin), origin)
        built = built._replace(event="tag", head=head, head_from=origin, branch="")
        return against_base(built, environ, default, _DEFAULT)

    before = event.text("before")
    if is_zero(before):
        built = built._replace(event="new branch")
    elif event.is_true("forced"):
        # `before` is reachable from no branch, so no clone has it.
        built = built._replace(event="forced push")
    built = built._replace(head=full_hash(after, "after"), head_from="after")
    if built.event != "push":
        return against_base(built, environ, default, _DEFAULT)
    # `before` may never have been scanned: the push that brought it had `[skip ci]` in its message,
    # or its run was cancelled (docs.github.com, "Skipping workflow runs"). A base that was set by
    # hand holds for each push but one to the base itself.
    if environ.get(BASE):
        chosen = against_base(built, environ)
        if chosen.exclude:
            return chosen
    # Gitea does not say of a push that it was forced.
    return pushed(built, full_hash(before, "before"), "before", environ, default, _DEFAULT)
