"""APIs of GitHub and GitLab on loopback that answer as they are told."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Answer = tuple[int, dict[str, str], str | bytes]


class ForgeApi:
    """Lists repositories by pages. `hook` may answer in its place, or change what it answers."""

    def __init__(self, server: Any, owner: str = "private") -> None:
        self.server = server
        self.owner = owner
        self.repositories: list[dict[str, Any]] = []
        self.page = 100
        self.asked: list[tuple[str, str | None]] = []
        """The paths with query, and who asked."""
        server.api = self

    def __call__(self, path: str, headers: Any) -> Answer:
        self.asked.append((path, headers.get("Authorization")))
        answer = self.hook(path)
        return answer or self.answer(path)

    def hook(self, path: str) -> Answer | bool | None:
        return None

    def answer(self, path: str) -> Answer:
        raise NotImplementedError

    def paged(self, path: str, more: dict[str, str] | None = None) -> Answer:
        number = int(parse_qs(urlsplit(path).query).get("page", ["1"])[0])
        begin = (number - 1) * self.page
        headers = dict(more or {})
        if begin + self.page < len(self.repositories):
            following = f"{self.server.url}{urlsplit(path).path}?page={number + 1}"
            headers["Link"] = f'<{following}>; rel="next"'
        return said(self.repositories[begin : begin + self.page], **headers)


class GitHubApi(ForgeApi):
    """`/api/v3`, as GitHub Enterprise Server has it."""

    is_user = False
    private = 0
    """How many the organisation says it has that are private."""
    self_ = ""
    """Whose token it is."""

    def add(self, name: str, **fields: Any) -> None:
        full = f"{self.owner}/{name}"
        self.repositories.append({
            "id": len(self.repositories) + 1,
            "name": name,
            "full_name": full,
            "clone_url": f"{self.server.url}/{full}.git",
            "archived": False,
            "fork": False,
            "size": 1,
            "pushed_at": "2026-01-02T03:04:05Z",
            **fields,
        })  # fmt: skip

    def answer(self, path: str) -> Answer:
        what = urlsplit(path).path.removeprefix("/api/v3")
        if what == f"/orgs/{self.owner}" and not self.is_user:
            public = len(self.repositories) - self.private
            return said({
                "login": self.owner,
                "url": f"{self.server.url}/api/v3/orgs/{self.owner}",
                "public_repos": max(public, 0),
                "total_private_repos": self.private,
            })  # fmt: skip
        if what == f"/users/{self.owner}" and self.is_user:
            url = f"{self.server.url}/api/v3/users/{self.owner}"
            return said({"login": self.owner, "url": url, "repos_url": f"{url}/repos"})
        if what == "/user":
            return said({"login": self.self_}) if self.self_ else (403, {}, "{}")
        if what in (f"/orgs/{self.owner}/repos", f"/users/{self.owner}/repos", "/user/repos"):
            return self.paged(path)
        return 404, {}, '{"message": "Not Found"}'


class GitLabApi(ForgeApi):
    """`/api/v4`."""

    is_user = False

    def add(self, name: str, **fields: Any) -> None:
        full = f"{self.owner}/{name}"
        self.repositories.append({
            "id": len(self.repositories) + 1,
            "path_with_namespace": full,
            "http_url_to_repo": f"{self.server.url}/{full}.git",
            "archived": False,
            "last_activity_at": "2026-01-02T03:04:05.678Z",
            **fields,
        })  # fmt: skip

    def answer(self, path: str) -> Answer:
        what = unquote(urlsplit(path).path.removeprefix("/api/v4"))
        if what == f"/groups/{self.owner}" and not self.is_user:
            return said({"id": 7, "full_path": self.owner})
        if what == "/users" and self.is_user:
            return said([{"id": 9, "username": self.owner}])
        if what in ("/users/9/projects", "/groups/7/projects"):
            return self.paged(path, {"X-Total": str(len(self.repositories))})
        return (200, {}, "[]") if what == "/users" else (404, {}, '{"message": "404"}')


def said(value: Any, **headers: str) -> Answer:
    return 200, {"Content-Type": "application/json", **headers}, json.dumps(value)
