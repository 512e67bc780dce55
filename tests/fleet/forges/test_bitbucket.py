"""Workspaces of Bitbucket Cloud and projects of Data Center, as atlassian-python-api reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from forge_api import said

from scanner.fleet.forges.bitbucket import FORGE


def test_a_workspace_has_all_of_its_pages(bitbucket_cloud: Any, list_all: Any, token: str) -> None:
    api = bitbucket_cloud
    for name in ("one", "two"):
        api.add(name)
    api.add("fork", parent={"full_name": "other/fork"}, mainbranch=None, updated_on=None)
    api.page = 2
    found = list_all("bitbucket", "private", token)
    assert found.problem == ""
    assert [each.label for each in found.repositories] == [
        "private/one", "private/two", "private/fork",
    ]  # fmt: skip
    first, _, last = found.repositories
    assert first.name == first.address.url == f"{api.server.url}/private/one"
    assert (first.is_archived, first.is_fork, first.is_empty) == (False, False, False)
    assert first.pushed == 1767323045.678901
    assert (last.is_archived, last.is_fork, last.is_empty) == (False, True, True)
    assert last.pushed == float("inf")
    assert {who for _, who in api.asked} == {f"Bearer {token}"}
    asked, _ = api.asked[0]
    assert "pagelen=100" in asked
    assert "sort=created_on" in asked


def test_fewer_than_a_workspace_counts_are_not_all(bitbucket_cloud: Any, list_all: Any) -> None:
    bitbucket_cloud.add("one")
    values = bitbucket_cloud.repositories
    bitbucket_cloud.hook = lambda path: said({"size": 3, "values": values})
    found = list_all("bitbucket")
    assert len(found.repositories) == 1
    assert found.problem == "it lists 1 of 3 repositories: check what the token may read"


def test_an_empty_page_before_the_last_one_is_not_taken_for_the_end(
    bitbucket_cloud: Any, list_all: Any
) -> None:
    bitbucket_cloud.add("one")
    here = f"{bitbucket_cloud.server.url}/2.0/repositories/private?page="
    pages = [
        {"values": bitbucket_cloud.repositories, "next": f"{here}2"},
        {"values": [], "next": f"{here}3"},
    ]
    bitbucket_cloud.hook = lambda path: said(pages.pop(0))
    found = list_all("bitbucket")
    assert (len(found.repositories), found.problem) == (1, "its list breaks off: try again later")


@pytest.mark.parametrize(
    ("following", "problem"),
    [
        ("https://other.example/2.0/x", "its list goes on at another server"),
        ("http://localhost/2.0/x", "its list goes on at another server"),
        ("https://[bad/", "an answer that cannot be used (InvalidURL)"),
        (1, "an answer that cannot be used (MissingSchema)"),
    ],
)
def test_a_page_at_another_server_is_not_asked_for(
    bitbucket_cloud: Any, list_all: Any, token: str, following: object, problem: str
) -> None:
    bitbucket_cloud.add("one")
    page = {"values": bitbucket_cloud.repositories, "next": following}
    bitbucket_cloud.hook = lambda path: said(page)
    found = list_all("bitbucket", "private", token)
    assert problem in found.problem
    assert len(found.repositories) == 1
    assert len(bitbucket_cloud.asked) == 1


def test_a_project_has_all_of_its_pages(bitbucket: Any, list_all: Any, token: str) -> None:
    bitbucket.owner = "KEY"
    for name in ("one", "two"):
        bitbucket.add(name)
    bitbucket.add("old", archived=True, origin={"slug": "old"})
    bitbucket.page = 2
    found = list_all("bitbucket", "projects/KEY", token)
    assert found.problem == ""
    assert [each.label for each in found.repositories] == ["KEY/one", "KEY/two", "KEY/old"]
    first, _, last = found.repositories
    assert first.name == first.address.url == f"{bitbucket.server.url}/scm/key/one"
    assert (first.is_archived, first.is_fork, first.is_empty) == (False, False, False)
    assert first.pushed == float("inf")
    assert (last.is_archived, last.is_fork) == (True, True)
    assert {who for _, who in bitbucket.asked} == {f"Bearer {token}"}
    assert "limit=100" in bitbucket.asked[0][0]


def test_a_user_has_a_project_of_their_own(bitbucket: Any, list_all: Any) -> None:
    bitbucket.owner = "~bob"
    bitbucket.add("one")
    (found,) = list_all("bitbucket", "~bob").repositories
    assert found.address.url == f"{bitbucket.server.url}/scm/~bob/one"


@pytest.mark.parametrize("last", [{}, {"isLastPage": False}, {"isLastPage": True}])
def test_a_list_that_breaks_off_is_not_whole(
    bitbucket: Any, list_all: Any, last: dict[str, bool]
) -> None:
    bitbucket.add("one")
    values = bitbucket.repositories
    first = {"values": values, "isLastPage": False, "nextPageStart": 1}
    bitbucket.hook = lambda path: said(last if "start=1" in path else first)
    found = list_all("bitbucket")
    assert len(found.repositories) == 1
    is_whole = last.get("isLastPage", False)
    assert found.problem == ("" if is_whole else "its list breaks off: try again later")


def test_a_page_that_follows_itself_ends(bitbucket: Any, list_all: Any) -> None:
    bitbucket.add("one")
    bitbucket.hook = lambda path: said(
        {"values": bitbucket.repositories, "isLastPage": False, "nextPageStart": 25}
    )
    assert "repeats a page and has no end" in list_all("bitbucket").problem
    assert len(bitbucket.asked) == 2


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"slug": "../../one"}, "that of another repository"),
        ({"links": {"clone": []}}, "names no https address"),
        (
            {"links": {"clone": [{"name": "http", "href": "https://other.example/KEY/one.git"}]}},
            "is not on localhost",
        ),
    ],
)
def test_one_that_lies_is_not_cloned(
    bitbucket: Any, list_all: Any, fields: dict[str, Any], problem: str
) -> None:
    bitbucket.add("one", **fields)
    bitbucket.add("two")
    bad, good = list_all("bitbucket").repositories
    assert (good.label, good.problem) == ("private/two", "")
    assert bad.address is None
    assert problem in bad.problem


@pytest.mark.parametrize("path", ["a%3Fb", "a%23b", "a%2Fb"])
def test_a_name_is_one_part_of_the_path(
    bitbucket: Any, list_all: Callable[..., Any], path: str
) -> None:
    list_all("bitbucket", path)
    for asked, _ in bitbucket.asked:
        assert asked.startswith(f"/rest/api/1.0/projects/{path}/repos?")


def test_only_bitbucket_org_is_the_cloud() -> None:
    assert FORGE.api("bitbucket.org") == "https://api.bitbucket.org/2.0"
    assert FORGE.api("bitbucket.org.example") == "https://bitbucket.org.example/rest/api/1.0"
    assert FORGE.api("bitbucket.org:8443") == "https://bitbucket.org:8443/rest/api/1.0"
