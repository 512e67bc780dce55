"""CI systems that describe a change by variables: which variable says what, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci.ranges import Built, against_base, between, pushed, tree
from scanner.ci.values import HEAD, branch_ref, hash_in, hash_or_head, previous
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scanner.ci.interface import CiChange, Provider

PUSH: Final = "push"
TAG: Final = "tag"
PULL_REQUEST: Final = "pull request"
MERGE_REQUEST: Final = "merge request"
SCHEDULE: Final = "schedule"
MANUAL: Final = "manual run"


class Request(NamedTuple):
    """How a system describes the job of a pull or merge request."""

    event: str
    """PULL_REQUEST or MERGE_REQUEST."""
    target: str = ""
    """Variable with the name of the branch to merge into."""
    bases: tuple[str, ...] = ()
    """In its place: variables with full hashes of commits that are not part of the request. The
    first has to be there, the others count where they are not empty."""
    marker: str = ""
    """Variable that is neither empty nor `false` in such jobs, where `started_by` is not enough."""
    commit: str = ""
    """Variable with the last commit, where it is not the one of other jobs; `HEAD` for what is
    checked out."""


class Variables(NamedTuple):
    """The variables of a system; an empty name is one that the system lacks."""

    commit: str
    """The full hash of the commit that is built."""
    branch: str
    """The branch that is built, with or without `refs/heads/`. With `refs/tags/` it is a tag.

    Without a name of the variable, any branch can be built, also the base.
    """
    requests: tuple[Request, ...]
    tag: str = ""
    """The tag that is built; other jobs do not have it."""
    started_by: str = ""
    """What started the job."""
    events: Mapping[str, str] = {}
    """Values of `started_by`, to the events that they mean; an empty one is a push."""
    other_event: str = PUSH
    """The event that all other values mean."""
    without_event: str = PUSH
    """The event that an empty value means."""
    before: str = ""
    """The commit that the branch pointed at before the push: empty or zeros for a new branch."""
    before_is_range: bool = False
    """Whether `before` holds `A..B` or `A...B`, of which A counts."""
    default_branch: str = ""
    """The branch that changes are merged into; users replace it with `KEYCATCH_BASE`."""
    commit_can_be_short: bool = False
    """Whether `commit` can be missing or abbreviated: then what is checked out is scanned."""

    def change(
        self,
        provider: Provider,
        environ: Mapping[str, str],
        read: Callable[[str], bytes],  # noqa: ARG002
    ) -> CiChange:
        """Return the change that the job builds. Raises NoRange."""
        value = environ.get(self.started_by)
        event = self.events.get(value, self.other_event) if value else self.without_event
        for request in self.requests:
            is_marked = environ.get(request.marker, "false") not in ("", "false")
            if is_marked or event == request.event:
                return self._request(provider, environ, request)

        branch = environ.get(self.branch, "")
        built = self._built(provider, environ, self.commit, branch)
        default = (environ.get(self.default_branch, ""), self.default_branch)
        # A tag that is built on schedule or by hand is a tag where the system has a variable for
        # tags; where it has not, as Azure Pipelines, all that the tag reaches is scanned.
        if environ.get(self.tag) or event == TAG:
            return against_base(built._replace(event=TAG, branch=""), environ, *default)
        if event != PUSH:
            return tree(built._replace(event=event))
        if branch.startswith("refs/tags/"):
            return against_base(built._replace(event=TAG, branch=""), environ, *default)
        if not self.before:
            return against_base(built, environ, *default)
        return self._pushed(built, environ, default)

    def _request(
        self, provider: Provider, environ: Mapping[str, str], request: Request
    ) -> CiChange:
        built = self._built(provider, environ, request.commit or self.commit, "")
        built = built._replace(event=request.event)
        if request.target:
            base = branch_ref(environ.get(request.target, ""), request.target)
            return between(built, (base,), request.target)

        first, *others = request.bases
        names = [first, *(name for name in others if environ.get(name))]
        return between(built, tuple(hash_in(environ, name) for name in names), ", ".join(names))

    def _pushed(
        self, built: Built, environ: Mapping[str, str], default: tuple[str, str]
    ) -> CiChange:
        text = environ.get(self.before, "")
        if self.before_is_range:
            text = text.partition("..")[0]
        before = previous({self.before: text}, self.before, built.head)
        # An abbreviated range is one of a branch that was there before.
        if not (text if self.before_is_range else before):
            built = built._replace(event="new branch")
        return pushed(built, before, self.before, environ, *default)

    def _built(
        self, provider: Provider, environ: Mapping[str, str], variable: str, branch: str
    ) -> Built:
        """Return the commit in `variable`, as the job of a push to `branch`. Raises NoRange."""
        if variable == HEAD:
            head = HEAD
        elif self.commit_can_be_short:
            head = hash_or_head(environ, variable)
        else:
            head = hash_in(environ, variable)
        head_from = "" if head == HEAD else variable
        return Built(provider.name, PUSH, head, head_from, branch, provider.depth, not self.branch)
