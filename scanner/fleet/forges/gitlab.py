"""Groups with their subgroups, and users, of GitLab, through python-gitlab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scanner.fleet.forges.interface import PER_PAGE, Forge, Listed
from scanner.remote.failure import RemoteError, State

if TYPE_CHECKING:
    from collections.abc import Generator

    from scanner.fleet.forges.interface import Asking

_VERSION: Final = "/api/v4"
_IN_ORDER: Final = {"order_by": "id", "sort": "asc"}
"""What is added meanwhile is at the end, so that no page moves."""


def _api(server: str) -> str:
    """Return where the API is (GitLab Docs, "REST API")."""
    return f"https://{server}{_VERSION}"


def _repositories(channel: Asking, owner: str) -> Generator[Listed, None, None]:
    from gitlab import Gitlab

    gitlab = Gitlab(channel.api.removesuffix(_VERSION), session=channel, per_page=PER_PAGE)
    projects: Any
    try:
        group = gitlab.groups.get(owner, with_projects=False)
    except RemoteError as error:
        if error.state is not State.MISSING or "/" in owner:
            raise
        users = gitlab.users.list(iterator=True, username=owner)
        found = next((user.get_id() for user in users), None)
        if found is None:
            raise
        projects = gitlab.users.get(found, lazy=True).projects.list(iterator=True, **_IN_ORDER)
    else:
        projects = group.projects.list(
            # What is shared with the group belongs to another one.
            iterator=True, include_subgroups=True, with_shared=False, **_IN_ORDER
        )  # fmt: skip

    number = 0
    for project in projects:
        number += 1
        yield _listed(project.asdict())
    # Left out by the server where there are more than 10,000 (GitLab Docs, "Pagination").
    if projects.total is not None and number < projects.total:
        channel.problems.append(f"it lists {number:,} of {projects.total:,} repositories")


def _listed(fields: dict[str, Any]) -> Listed:
    return Listed(
        fields.get("path_with_namespace"),
        fields.get("http_url_to_repo"),
        fields.get("archived", False),
        fields.get("forked_from_project") is not None,
        fields.get("empty_repo", False),
        fields.get("last_activity_at"),
    )


FORGE: Final = Forge("python-gitlab", "gitlab", _api, _repositories)
