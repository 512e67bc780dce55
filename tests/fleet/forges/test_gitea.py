"""Organisations and users of Gitea and Forgejo, which nothing reads but requests."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.fleet.forges import channel


def test_an_organisation_has_all_of_its_pages(gitea: Any, list_all: Any, token: str) -> None:
    for name in ("one", "two"):
        gitea.add(name)
    gitea.add("old", archived=True, fork=True, empty=True, updated_at=None)
    gitea.page = 2
    found = list_all("forgejo", "private", token)
    assert found.problem == ""
    assert [each.label for each in found.repositories] == [
        "private/one", "private/two", "private/old",
    ]  # fmt: skip
    first, _, last = found.repositories
    assert first.name == first.address.url == f"{gitea.server.url}/private/one"
    assert (first.is_archived, first.is_fork, first.is_empty) == (False, False, False)
    assert first.pushed == 1767323045
    assert (last.is_archived, last.is_fork, last.is_empty) == (True, True, True)
    assert last.pushed == float("inf")
    assert {who for _, who in gitea.asked} == {f"Bearer {token}"}
    assert [path for path, _ in gitea.asked] == [
        f"/api/v1/orgs/private/repos?page={page}&limit=100" for page in (1, 2)
    ]


def test_a_user_is_found_where_there_is_no_such_organisation(gitea: Any, list_all: Any) -> None:
    gitea.is_user = True
    gitea.add("one")
    assert [each.label for each in list_all("gitea").repositories] == ["private/one"]
    gitea.owner = "other"
    assert "there is no such organisation, group or user" in list_all("gitea").problem


def test_a_page_of_which_nothing_may_be_read_is_no_end(gitea: Any, list_all: Any) -> None:
    gitea.page = 2
    for name in ("one", "two", "three", "four", "five"):
        gitea.add(name, hidden=name in ("three", "four"))
    found = list_all("gitea")
    assert [each.label for each in found.repositories] == [
        "private/one", "private/two", "private/five",
    ]  # fmt: skip
    assert found.problem == "it lists 3 of 5 repositories: check what the token may read"


@pytest.mark.parametrize("total", ["-1", "many", "9" * 5000, "\u00b2", None])
def test_without_a_total_nobody_knows_whether_that_is_all(
    gitea: Any, list_all: Any, total: str | None
) -> None:
    gitea.add("one")
    gitea.hook = lambda path: gitea.paged(path, {"X-Total-Count": total} if total else {})
    found = list_all("gitea")
    assert [each.label for each in found.repositories] == ["private/one"]
    assert "the server does not say how many repositories there are" in found.problem


def test_pages_that_repeat_end(gitea: Any, list_all: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(50):
        gitea.add(str(number))
    link = {"Link": f'<{gitea.server.url}/api/v1/orgs/private/repos?page=2>; rel="next"'}
    gitea.hook = lambda path: gitea.paged("", link)
    found = list_all("gitea")
    assert "its list repeats itself and has no end" in found.problem
    assert (len(found.repositories), len(gitea.asked)) == (50, 6)


def test_empty_pages_without_an_end_end(
    gitea: Any, list_all: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "_MOST_REQUESTS", 6)
    link = {"Link": f'<{gitea.server.url}/api/v1/orgs/private/repos?page=2>; rel="next"'}
    gitea.hook = lambda path: (200, link, "[]")
    assert "more than 6 pages" in list_all("gitea").problem


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"clone_url": "https://other.example/private/one.git"}, "is not on localhost"),
        ({"full_name": "../../one"}, "that of another repository"),
        ({"full_name": ["x"], "clone_url": 1}, "names no https address"),
    ],
)
def test_one_that_lies_is_not_cloned(
    gitea: Any, list_all: Any, fields: dict[str, Any], said: str
) -> None:
    gitea.add("one", **fields)
    gitea.add("two")
    bad, good = list_all("gitea").repositories
    assert (good.label, good.problem) == ("private/two", "")
    assert bad.address is None
    assert said in bad.problem


def test_a_name_is_one_part_of_the_path(gitea: Any, list_all: Any) -> None:
    list_all("gitea", "a%3Fb%23c")
    asked, _ = gitea.asked[0]
    assert asked == "/api/v1/orgs/a%3Fb%23c/repos?page=1&limit=100"
