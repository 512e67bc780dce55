"""Travis CI (Default environment variables).

`TRAVIS_COMMIT_RANGE` is `A...B`, empty for a new branch, wrong after a forced push, and usually
abbreviated (travis-ci#4596): used where its hashes are full. `TRAVIS_BRANCH` of a pull request is
the target branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ci.interface import Change, Provider
from scanner.ci.ranges import Built, against_base, between, everything, pushed
from scanner.ci.values import branch_ref, hash_in, is_on, previous

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME: Final = "Travis CI"
DEPTH: Final = "set git: depth: false"
_RANGE: Final = "TRAVIS_COMMIT_RANGE"
_HEAD: Final = "TRAVIS_PULL_REQUEST_SHA"


def change(environ: Mapping[str, str], read: Callable[[str], bytes]) -> Change:  # noqa: ARG001
    """Return the change that the build is of. Raises NoRange."""
    branch = environ.get("TRAVIS_BRANCH", "")
    event = environ.get("TRAVIS_EVENT_TYPE", "")
    if event == "pull_request" or environ.get("TRAVIS_PULL_REQUEST", "false") not in ("", "false"):
        built = Built(NAME, "pull request", hash_in(environ, _HEAD), _HEAD, "", DEPTH)
        return between(built, (branch_ref(branch, "TRAVIS_BRANCH"),), "TRAVIS_BRANCH")
    head = hash_in(environ, "TRAVIS_COMMIT")
    built = Built(NAME, "push", head, "TRAVIS_COMMIT", branch, DEPTH)
    if environ.get("TRAVIS_TAG"):
        return against_base(built._replace(event="tag", branch=""), environ)
    if event not in ("", "push"):
        name = "schedule" if event == "cron" else "manual run"
        return everything(built._replace(event=name), "no change to compare")
    start = environ.get(_RANGE, "").partition("..")[0]
    before = previous({_RANGE: start}, _RANGE, head)
    if not before:
        built = built._replace(event="new branch" if not start else "push")
    return pushed(built, before, _RANGE, environ)


PROVIDER: Final = Provider(NAME, lambda environ: is_on(environ, "TRAVIS"), change)
