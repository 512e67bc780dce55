"""Groups and users of GitLab, as python-gitlab reads them."""

from __future__ import annotations

from typing import Any


def test_a_group_has_all_pages_of_its_subgroups(gitlab: Any, list_all: Any, token: str) -> None:
    gitlab.owner = "private/team"
    for name in ("one", "deep/two"):
        gitlab.add(name)
    gitlab.add("old", archived=True, forked_from_project={"id": 1}, last_activity_at=None)
    gitlab.page = 2
    found = list_all("gitlab", "private/team", token)
    assert found.problem == ""
    assert [each.label for each in found.repositories] == [
        "private/team/one", "private/team/deep/two", "private/team/old",
    ]  # fmt: skip
    first, *_, last = found.repositories
    assert first.name == first.address.url == f"{gitlab.server.url}/private/team/one"
    assert (first.is_archived, first.is_fork, first.pushed) == (False, False, 1767323045.678)
    assert (last.is_archived, last.is_fork, last.pushed) == (True, True, float("inf"))
    assert {who for _, who in gitlab.asked} == {f"Bearer {token}"}
    asked = gitlab.asked[1][0]
    assert "include_subgroups=True" in asked
    assert "with_shared=False" in asked


def test_a_user_is_found_where_there_is_no_such_group(gitlab: Any, list_all: Any) -> None:
    gitlab.is_user = True
    gitlab.add("one")
    assert [each.label for each in list_all("gitlab").repositories] == ["private/one"]
    assert "there is no such organisation, group or user" in list_all("gitlab", "a/b").problem
    gitlab.is_user = False
    gitlab.owner = "other"
    assert "there is no such organisation, group or user" in list_all("gitlab").problem


def test_fewer_than_the_server_counts_are_not_all(gitlab: Any, list_all: Any) -> None:
    gitlab.add("one")
    gitlab.hook = lambda path: (
        gitlab.paged(path, {"X-Total": "3"}) if "/projects?" in path else None
    )
    assert list_all("gitlab").problem == "it lists 1 of 3 repositories"
