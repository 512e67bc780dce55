"""Organisations and users of GitHub, as PyGithub reads them."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.fleet.forges.github import FORGE


@pytest.mark.parametrize(
    ("server", "api"),
    [
        ("github.com", "https://api.github.com"),
        ("acme.ghe.com", "https://api.acme.ghe.com"),
        ("git.example:8443", "https://git.example:8443/api/v3"),
    ],
)
def test_where_the_api_is(server: str, api: str) -> None:
    assert FORGE.api(server) == api


def test_an_organisation_has_all_pages(github: Any, list_all: Any, token: str) -> None:
    for name in ("one", "two", "three"):
        github.add(name)
    github.add("old", archived=True, fork=True, pushed_at=None)
    github.page = 2
    found = list_all("github", token=token)
    assert found.problem == ""
    assert [each.label for each in found.repositories] == [
        "private/one", "private/two", "private/three", "private/old",
    ]  # fmt: skip
    first, *_, last = found.repositories
    assert first.name == first.address.url == f"{github.server.url}/private/one"
    assert (first.is_archived, first.is_fork, first.pushed) == (False, False, 1767323045)
    assert (last.is_archived, last.is_fork, last.pushed) == (True, True, float("inf"))
    assert {who for _, who in github.asked} == {f"Bearer {token}"}
    assert len(github.asked) == 4  # no request for each repository


def test_fewer_than_the_organisation_has_is_not_all(github: Any, list_all: Any) -> None:
    github.add("one")
    github.private = 5
    assert "it lists 1 of 5 repositories" in list_all("github").problem


def test_a_user_has_what_is_public_and_the_owner_of_the_token_all(
    github: Any, list_all: Any, token: str
) -> None:
    github.is_user = True
    github.add("one")
    assert [each.label for each in list_all("github").repositories] == ["private/one"]
    assert github.asked[-1][0].startswith("/api/v3/users/private/repos")
    list_all("github", token=token)
    assert github.asked[-1][0].startswith("/api/v3/users/private/repos")
    github.self_ = "Private"
    assert list_all("github", token=token).repositories
    assert github.asked[-1][0].startswith("/api/v3/user/repos")


def test_single_sign_on(github: Any, list_all: Any, token: str) -> None:
    github.add("one")
    github.hook = lambda path: (403, {"X-GitHub-SSO": "required; url=https://x"}, "{}")
    assert list_all("github", token=token).problem == (
        "the token has to be authorised for single sign-on"
    )
    partial = {"X-GitHub-SSO": "partial-results; organizations=1"}
    github.hook = lambda path: github.paged(path, partial) if path.count("repos") else None
    found = list_all("github", token=token)
    assert len(found.repositories) == 1
    assert "may not see all repositories" in found.problem
