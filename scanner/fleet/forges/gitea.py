"""Organisations and users of Gitea and Forgejo, which have one API for them.

It is asked without a library of its own: docs/architecture.md says which there are, and why.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from scanner.fleet.forges.interface import PER_PAGE, Forge, Listed
from scanner.remote.failure import RemoteError, State

if TYPE_CHECKING:
    from collections.abc import Generator

    from scanner.fleet.forges.interface import Asking


def _api(server: str) -> str:
    """Return where the API is (Gitea Docs, "API Usage"; the same for Forgejo)."""
    return f"https://{server}/api/v1"


def _repositories(channel: Asking, owner: str) -> Generator[Listed, None, None]:
    name = quote(owner, safe="")
    try:
        yield from _all(channel, f"{channel.api}/orgs/{name}/repos")
    except RemoteError as error:
        if error.state is not State.MISSING:
            raise
        yield from _all(channel, f"{channel.api}/users/{name}/repos")


def _all(channel: Asking, url: str) -> Generator[Listed, None, None]:
    """Yield what is on all pages of the list at `url`.

    What the token may not read is taken out of a page, also if nothing else was on it, and counts
    (Gitea, routers/api/v1/user/repo.go). So an empty page is no end.
    """
    number = 0
    for page in count(1):
        answer = channel.request("GET", url, params={"page": page, "limit": PER_PAGE})
        for repository in answer.json():
            number += 1
            yield _listed(repository)
        if "next" not in answer.links:
            break
    total = _total(answer.headers.get("X-Total-Count", ""))
    if total is None:
        channel.problems.append(
            "the server does not say how many repositories there are: Gitea does from 1.12 on"
        )
    elif number < total:
        channel.problems.append(
            f"it lists {number:,} of {total:,} repositories: check what the token may read"
        )


def _total(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _listed(fields: dict[str, Any]) -> Listed:
    return Listed(
        fields.get("full_name"),
        fields.get("clone_url"),
        fields.get("archived"),
        fields.get("fork"),
        fields.get("empty"),
        fields.get("updated_at"),
    )


FORGE: Final = Forge("requests", "requests", _api, _repositories)
