"""Workspaces of Bitbucket Cloud and projects of Bitbucket Data Center, by atlassian-python-api.

Both have an API of their own. The library ends a list without a word where a page has nothing on it
or no address of the next one, so that the last answer is looked at as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from scanner.fleet.forges.interface import PER_PAGE, Forge, Listed

if TYPE_CHECKING:
    from collections.abc import Generator

    from scanner.fleet.forges.interface import Asking

_CLOUD: Final = {"bitbucket.org": "https://api.bitbucket.org/2.0"}
"""The server of Bitbucket Cloud, to its API (Atlassian Developer, "The Bitbucket Cloud REST
API"); any other is one of Data Center."""
_DATA_CENTER: Final = "/rest/api/1.0"
_CUT_OFF: Final = "its list breaks off: try again later"


def _api(server: str) -> str:
    """Return where the API is ("The Bitbucket Data Center REST API")."""
    return _CLOUD.get(server) or f"https://{server}{_DATA_CENTER}"


def _repositories(channel: Asking, owner: str) -> Generator[Listed, None, None]:
    is_cloud = channel.api in _CLOUD.values()
    yield from _of_workspace(channel, owner) if is_cloud else _of_project(channel, owner)


def _of_workspace(channel: Asking, owner: str) -> Generator[Listed, None, None]:
    from atlassian.bitbucket.cloud import repositories

    library: Any = repositories  # it has types in part
    workspace = library.Repositories(
        f"{channel.api}/repositories/{quote(owner, safe='')}", session=channel, cloud=True
    )
    number = 0
    # What is added meanwhile is at the end, so that no page moves.
    for repository in workspace.each(sort="created_on", pagelen=PER_PAGE):
        number += 1
        yield _in_cloud(repository.data)
    size = channel.latest.get("size")
    if channel.latest.get("next") is not None:
        channel.problems.append(_CUT_OFF)
    elif isinstance(size, int) and number < size:
        channel.problems.append(
            f"it lists {number:,} of {size:,} repositories: check what the token may read"
        )


def _in_cloud(fields: dict[str, Any]) -> Listed:
    return Listed(
        fields.get("full_name"),
        _address(fields, "https"),
        False,  # nothing is archived there
        fields.get("parent") is not None,
        fields.get("mainbranch") is None,
        fields.get("updated_on"),
    )


def _of_project(channel: Asking, owner: str) -> Generator[Listed, None, None]:
    from atlassian import bitbucket

    library: Any = bitbucket  # it has types in part
    server = library.Bitbucket(channel.api.removesuffix(_DATA_CENTER), session=channel, cloud=False)
    for fields in server.repo_list(quote(owner, safe="~"), limit=PER_PAGE):
        yield _in_data_center(fields)
    if channel.latest.get("isLastPage") is not True:
        channel.problems.append(_CUT_OFF)


def _in_data_center(fields: dict[str, Any]) -> Listed:
    return Listed(
        f"{fields['project']['key']}/{fields['slug']}",
        _address(fields, "http"),  # it is called so with TLS too
        fields.get("archived"),
        fields.get("origin") is not None,
        False,
        None,  # it does not say when
    )


def _address(fields: dict[str, Any], name: str) -> object:
    """Return the address for a clone that is called `name`."""
    return next((each["href"] for each in fields["links"]["clone"] if each["name"] == name), "")


FORGE: Final = Forge("atlassian-python-api", "atlassian", _api, _repositories)
