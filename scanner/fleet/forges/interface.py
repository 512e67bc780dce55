"""What a member of the registry is: how the API of a product lists the repositories of an owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

PER_PAGE: Final = 100
"""The most that GitHub, GitLab and Bitbucket Cloud give at once (their "Pagination"); Gitea gives
50, or as many as it is configured to."""


class Asking(Protocol):
    """A session of requests for one server, which adds the token (`channel.py`)."""

    api: str
    """The address of the API, without a slash at the end."""
    has_token: bool
    problems: list[str]
    """Why the list is not complete: a member adds what it sees."""
    latest: Any
    """What is in the JSON of the last answer."""

    def request(self, method: str, url: str, params: Any = None) -> Any:
        """Return the answer of requests to a GET; raises RemoteError for all but JSON."""


class Listed(NamedTuple):
    """A repository as the server describes it; nothing of it is to be relied on."""

    name: object
    """With the owner, as in the address."""
    url: object
    """For a clone over https."""
    is_archived: object
    is_fork: object
    is_empty: object
    """Whether there is no commit in it."""
    pushed: object
    """When it was changed last, as an ISO 8601 date."""


class Forge(NamedTuple):
    """A product with an API."""

    library: str
    """The distribution that is needed."""
    module: str
    """What it is imported as."""
    api: Callable[[str], str]
    """(server) -> the address of its API, without a slash at the end."""
    repositories: Callable[[Asking, str], Generator[Listed, None, None]]
    """(channel, owner) -> all that the channel's token may see.

    Raises RemoteError; whatever else a library raises is an answer that cannot be used.
    """
