"""Organisations and users of GitHub and GitHub Enterprise Server, through PyGithub."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final

from scanner.fleet.forges.interface import PER_PAGE, Forge, Listed
from scanner.remote.failure import RemoteError, State

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from scanner.fleet.forges.interface import Asking


def _api(server: str) -> str:
    """Return where the API is (GitHub Docs, "Getting started with the REST API")."""
    if server == "github.com" or server.endswith(".ghe.com"):
        return f"https://api.{server}"
    return f"https://{server}/api/v3"


def _repositories(channel: Asking, owner: str) -> Generator[Listed, None, None]:
    from github import Github
    from github.Requester import (
        HTTPRequestsConnectionClass,
        HTTPSRequestsConnectionClass,
        Requester,
    )

    # Also the one without TLS, which an address from the server can ask for: the channel refuses.
    plain, secure = HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass
    Requester.injectConnectionClasses(_through(channel, plain), _through(channel, secure))
    try:
        # Pauses and repetitions are for the channel; PyGithub's own have no limit.
        github = Github(
            base_url=channel.api, per_page=PER_PAGE, retry=None, seconds_between_requests=0
        )
        yield from _of(github, channel, owner)
    finally:
        Requester.resetConnectionClasses()


def _through(channel: Asking, kind: Any) -> Any:
    """Return a connection of PyGithub like `kind` whose requests go through the `channel`."""

    class Connection(kind):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.session = channel

        def close(self) -> None:
            """Leave the channel open: there is a connection for each request."""

    return Connection


def _of(github: Any, channel: Asking, owner: str) -> Generator[Listed, None, None]:
    try:
        organisation = github.get_organization(owner)
    except RemoteError as error:
        if error.state is not State.MISSING:
            raise
        yield from _of_user(github, channel, owner)
        return

    number = 0
    for repository in _all(organisation.get_repos("all")):
        number += 1
        yield _listed(repository)
    # Private ones are counted for members only (GitHub Docs, "Get an organization").
    expected = (organisation.public_repos or 0) + (organisation.total_private_repos or 0)
    if number < expected:
        channel.problems.append(
            f"it lists {number:,} of {expected:,} repositories: check what the token may read"
        )


def _of_user(github: Any, channel: Asking, owner: str) -> Generator[Listed, None, None]:
    user = _self(github, owner) if channel.has_token else None
    for repository in _all((user or github.get_user(owner)).get_repos(type="owner")):
        yield _listed(repository)


def _all(repositories: Any) -> Iterator[Any]:
    """Yield what is on all pages, to the first that is empty.

    Iteration would keep all of them: 20 KB for each repository, or whatever a server sends.
    """
    for number in count():
        page = repositories.get_page(number)
        if not page:
            return
        yield from page


def _self(github: Any, owner: str) -> Any:
    """Return the user of the token if that is the `owner`, since only they see private ones.

    See GitHub Docs, "List repositories for the authenticated user".
    """
    user = github.get_user()
    try:
        return user if user.login.casefold() == owner.casefold() else None
    except RemoteError as error:
        if error.state is not State.DENIED:  # the token of an app or a job is nobody's
            raise
        return None


def _listed(repository: Any) -> Listed:
    pushed = repository.pushed_at
    return Listed(
        repository.full_name,
        repository.clone_url,
        repository.archived,
        repository.fork,
        repository.size == 0,
        pushed.isoformat() if pushed else "",
    )


FORGE: Final = Forge("PyGithub", "github", _api, _repositories)
