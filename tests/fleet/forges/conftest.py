"""What the tests of each API share: a server that has it, and what is listed there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from forge_api import BitbucketApi, GiteaApi, GitHubApi, GitLabApi

from scanner.fleet.forges import bitbucket as member
from scanner.fleet.forges.listing import Listing, listing
from scanner.fleet.forges.owner import owner_of
from scanner.remote.login import Login
from scanner.secret import Secret

TOKEN = "-".join(("made", "up", "token", "of", "a", "list"))


@pytest.fixture
def token() -> str:
    return TOKEN


@pytest.fixture
def github(server: Any) -> GitHubApi:
    return GitHubApi(server)


@pytest.fixture
def gitlab(server: Any) -> GitLabApi:
    return GitLabApi(server)


@pytest.fixture
def gitea(server: Any) -> GiteaApi:
    return GiteaApi(server)


@pytest.fixture
def bitbucket(server: Any) -> BitbucketApi:
    return BitbucketApi(server)


@pytest.fixture
def bitbucket_cloud(server: Any, monkeypatch: pytest.MonkeyPatch) -> BitbucketApi:
    """Return one that is taken for bitbucket.org."""
    api = BitbucketApi(server)
    api.is_cloud = True
    monkeypatch.setitem(member._CLOUD, server.address, f"{server.url}/2.0")
    return api


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return how long it was waited, which takes no time."""
    waited: list[float] = []
    monkeypatch.setattr("scanner.fleet.forges.channel.sleep", waited.append)
    return waited


@pytest.fixture
def list_all(server: Any, pauses: list[float]) -> Callable[..., Listing]:
    """Return a function that lists what an owner has there: `list_all("github", "private")`."""

    def run(forge: str, path: str = "private", token: str = "", said: Any = print) -> Listing:
        owner = owner_of(f"{forge}+{server.url}/{path}")
        assert owner
        login = Login("oauth2", Secret(token.encode())) if token else None
        return listing(owner, login, str(server.ca_file), said)

    return run
