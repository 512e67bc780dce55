"""APIs of products with repositories, on loopback, that answer as they are told."""

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

    def add(self, name: str, **fields: Any) -> None:
        """Let a repository be listed, with what is different from any other."""
        raise NotImplementedError

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


class GiteaApi(ForgeApi):
    """`/api/v1`, which takes what a token may not read out of its page, and counts it."""

    is_user = False

    def add(self, name: str, **fields: Any) -> None:
        full = f"{self.owner}/{name}"
        self.repositories.append({
            "id": len(self.repositories) + 1,
            "full_name": full,
            "clone_url": f"{self.server.url}/{full}.git",
            "archived": False,
            "fork": False,
            "empty": False,
            "updated_at": "2026-01-02T03:04:05Z",
            **fields,
        })  # fmt: skip

    def answer(self, path: str) -> Answer:
        what = unquote(urlsplit(path).path.removeprefix("/api/v1"))
        if what != f"/{'users' if self.is_user else 'orgs'}/{self.owner}/repos":
            return 404, {}, '{"message": "not found"}'
        total = {"X-Total-Count": str(len(self.repositories))}
        status, headers, body = self.paged(path, total)
        readable = [each for each in json.loads(body) if not each.get("hidden")]
        return status, headers, json.dumps(readable)


class BitbucketApi(ForgeApi):
    """`/rest/api/1.0` of Data Center; `/2.0` of Cloud."""

    is_cloud = False

    def add(self, name: str, **fields: Any) -> None:
        full = f"{self.owner}/{name}" if self.is_cloud else f"scm/{self.owner.lower()}/{name}"
        protocol = "https" if self.is_cloud else "http"
        clone = [
            {"name": "ssh", "href": f"ssh://git@localhost:7999/{full}.git"},
            {"name": protocol, "href": f"{self.server.url}/{full}.git"},
        ]
        of_cloud = {
            "type": "repository",
            "full_name": full,
            "mainbranch": {"name": "main"},
            "updated_on": "2026-01-02T03:04:05.678901+00:00",
        }
        of_data_center = {"slug": name, "project": {"key": self.owner}, "archived": False}
        self.repositories.append({
            "links": {"clone": clone},
            **(of_cloud if self.is_cloud else of_data_center),
            **fields,
        })  # fmt: skip

    def answer(self, path: str) -> Answer:
        what = unquote(urlsplit(path).path)
        query = parse_qs(urlsplit(path).query)
        if self.is_cloud and what == f"/2.0/repositories/{self.owner}":
            number = int(query.get("page", ["1"])[0])
            begin = (number - 1) * self.page
            page: dict[str, Any] = {"size": len(self.repositories), "page": number}
            if begin + self.page < len(self.repositories):
                page["next"] = f"{self.server.url}{what}?page={number + 1}"
        elif what in self._paths and not self.is_cloud:
            begin = int(query.get("start", ["0"])[0])
            is_last = begin + self.page >= len(self.repositories)
            following = None if is_last else begin + self.page
            page = {"isLastPage": is_last, "nextPageStart": following}
        else:
            return 404, {}, '{"errors": []}'
        return said({**page, "values": self.repositories[begin : begin + self.page]})

    @property
    def _paths(self) -> list[str]:
        kinds = ("projects", "users") if self.owner.startswith("~") else ("projects",)
        return [f"/rest/api/1.0/{kind}/{self.owner}/repos" for kind in kinds]


def said(value: Any, **headers: str) -> Answer:
    return 200, {"Content-Type": "application/json", **headers}, json.dumps(value)
