"""GitHub Actions: the event file names the commits (Events that trigger workflows; Webhook events).

`commits` of a push is cut off at 2,048 and is not read. `GITHUB_SHA` of a pull request is a merge
commit made by GitHub; the pull request's own commits end at `pull_request.head.sha`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci.event_file import Event
from scanner.ci.interface import Change, NoRange, Provider
from scanner.ci.ranges import Built, against_base, between, everything
from scanner.ci.values import full_hash, hash_in, is_on, is_zero, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME: Final = "GitHub Actions"
DEPTH: Final = "set fetch-depth: 0 in actions/checkout"
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
}
"""Events that start a job without a change; GITHUB_SHA is the head of the branch."""
_DEFAULT: Final = "repository.default_branch"


def change(environ: Mapping[str, str], read: Callable[[str], bytes]) -> Change:
    """Return the change of the event that `GITHUB_EVENT_NAME` names. Raises NoRange."""
    name = environ.get("GITHUB_EVENT_NAME", "")
    if name in _NO_CHANGE:
        head = hash_in(environ, "GITHUB_SHA")
        return everything(_built(_NO_CHANGE[name], head, "GITHUB_SHA"), "no change to compare")
    if name in _PULL_REQUEST:
        return _pull_request(Event(environ, read), foreign=name == "pull_request_target")
    if name == "merge_group":
        return _merge_group(Event(environ, read))
    if name == "push":
        return _push(Event(environ, read), environ)
    raise NoRange(
        f"the event {shown(name)} of {NAME} does not tell which commits changed: run the workflow "
        "on push, pull_request or merge_group, or use keycatch range or keycatch scan"
    )


def _built(event: str, head: str, head_from: str, branch: str = "", depth: str = DEPTH) -> Built:
    return Built(NAME, event, head, head_from, branch, depth)


def _pull_request(event: Event, *, foreign: bool) -> Change:
    head_from, base_from = "pull_request.head.sha", "pull_request.base.sha"
    head = full_hash(event.text(head_from), head_from)
    base = full_hash(event.text(base_from), base_from)
    depth = _FOREIGN if foreign else DEPTH
    return between(_built("pull request", head, head_from, depth=depth), (base,), base_from)


def _merge_group(event: Event) -> Change:
    head_from, base_from = "merge_group.head_sha", "merge_group.base_sha"
    head = full_hash(event.text(head_from), head_from)
    base = full_hash(event.text(base_from), base_from)
    return between(_built("merge group", head, head_from), (base,), base_from)


def _push(event: Event, environ: Mapping[str, str]) -> Change:
    after, ref = event.text("after"), event.text("ref")
    if event.is_true("deleted") or is_zero(after):
        raise NoRange(
            f"the push deletes {shown(ref)}, so there is nothing to scan: leave such events out "
            "with the condition !github.event.deleted on the job"
        )
    default = event.text_or_none(_DEFAULT)
    if ref.startswith("refs/tags/"):
        # `after` is the tag object of an annotated tag, which actions/checkout does not fetch.
        commit_from = "head_commit.id"
        built = _built("tag", full_hash(event.text(commit_from), commit_from), commit_from)
        return against_base(built, environ, default, _DEFAULT)
    before = event.text("before")
    kind = "push"
    if is_zero(before):
        kind = "new branch"
    elif event.is_true("forced"):
        kind = "forced push"  # `before` is reachable from no branch, so no clone has it
    built = _built(kind, full_hash(after, "after"), "after", ref)
    if kind != "push":
        return against_base(built, environ, default, _DEFAULT)
    return between(built, (full_hash(before, "before"),), "before")


PROVIDER: Final = Provider(NAME, lambda environ: is_on(environ, "GITHUB_ACTIONS"), change)
