"""What a remote is known to have, by its refspecs and addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.git.remotes import _same_place, configured, tracked_objects
from scanner.git.repository import Repository

SAME = [
    ("https://github.com/org/repo", "git@github.com:org/repo.git"),
    ("https://github.com/org/repo.git", "ssh://git@ssh.github.com:443/org/repo"),
    ("https://user@gitlab.com/a/b/c.git", "ssh://git@altssh.gitlab.com:443/a/b/c.git"),
    ("https://github.com/org/repo", "git@github-work:org/repo.git"),
    ("HTTPS://GitHub.com/org/repo/".lower(), "https://github.com/org/repo"),
    ("/srv/repo.git", "file:///srv/repo.git"),
    ("/srv/repo", "/srv/repo/.git"),
]
OTHER = [
    ("https://github.com/org/repo", "https://github.com/me/repo"),
    ("https://github.com/org/repo", "https://gitlab.com/org/repo"),
    ("https://git.internal.example/org/repo", "git@github.com:org/repo.git"),
    ("git@github-work:org/repo.git", "git@github.com:me/repo.git"),
    ("/srv/repo", "/srv/other"),
    ("/org/repo", "https://github.com/org/repo"),
    ("http://localhost/org/repo", "https://github.com/org/repo"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_repository_reached_in_two_ways(one: str, other: str) -> None:
    assert _same_place(one, other)
    assert _same_place(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_two_repositories(one: str, other: str) -> None:
    assert not _same_place(one, other)
    assert not _same_place(other, one)


@pytest.fixture
def here(repository: Any, monkeypatch: Any) -> Repository:
    monkeypatch.chdir(repository.root)
    repository.commit("a")
    return Repository()


def configure(repository: Any, name: str, *refspecs: str, url: str = "/srv/x") -> None:
    for refspec in refspecs:
        repository.git("config", "--add", f"remote.{name}.fetch", refspec)
    repository.git("config", f"remote.{name}.url", url)


def track(repository: Any, *refs: str) -> str:
    commit = str(repository.git("rev-parse", "HEAD").strip())
    for ref in refs:
        repository.git("update-ref", ref, commit)
    return commit


def test_names_and_values_of_every_form(here: Repository, repository: Any) -> None:
    configure(repository, "a.b/c d", "+refs/heads/*:refs/x/*", "^refs/heads/no", "refs/heads/only")
    repository.git("config", "remote.a.b/c d.pushurl", "two\nlines")
    found = configured(here)["a.b/c d"]
    assert found == (["refs/x/*"], ["/srv/x"], ["two\nlines"], True)


def test_the_refspec_decides(here: Repository, repository: Any) -> None:
    configure(repository, "origin", "+refs/heads/*:refs/elsewhere/*")
    track(repository, "refs/remotes/origin/main")
    assert tracked_objects(here, "origin") == []
    commit = track(repository, "refs/elsewhere/main")
    now = Repository()  # `here` is as it was when it was first asked
    assert tracked_objects(now, "origin") == [commit]
    assert tracked_objects(now, "other") == []


def test_a_single_branch(here: Repository, repository: Any) -> None:
    configure(repository, "origin", "+refs/heads/main:refs/remotes/origin/main")
    track(repository, "refs/remotes/origin/main2")
    assert tracked_objects(here, "origin") == []


def test_a_ref_of_one_of_two_remotes(here: Repository, repository: Any) -> None:
    for name in ("team", "team/x"):
        configure(repository, name, f"+refs/heads/*:refs/remotes/{name}/*")
    track(repository, "refs/remotes/team/x/main")
    assert tracked_objects(here, "team") == []
    assert tracked_objects(here, "team/x") == []


@pytest.mark.parametrize("spec", ["+refs/*:refs/*", "refs/heads/*:refs/heads/*"])
def test_a_mirror_says_nothing(here: Repository, repository: Any, spec: str) -> None:
    configure(repository, "origin", spec)
    track(repository, "refs/heads/new", "refs/tags/new")
    assert tracked_objects(here, "origin") == []


def test_an_address_for_pushes(here: Repository, repository: Any, tmp_path: Path) -> None:
    configure(repository, "origin", "+refs/heads/*:refs/remotes/origin/*")
    commit = track(repository, "refs/remotes/origin/main")
    assert tracked_objects(here, "origin", "/srv/x") == [commit]
    assert tracked_objects(here, "origin", "/srv/y") == []
    repository.git("config", "remote.origin.pushurl", "/srv/y")
    now = Repository()  # `here` is as it was when it was first asked
    assert tracked_objects(now, "origin") == []
    assert tracked_objects(now, "origin", "/srv/x") == [commit]


def test_an_address_that_another_stands_for(here: Repository, repository: Any) -> None:
    """Git hands the hook the address with `insteadOf` applied."""
    configure(repository, "origin", "+refs/heads/*:refs/remotes/origin/*", url="gh:org/repo")
    repository.git("config", "url.https://github.com/.insteadOf", "gh:")
    commit = track(repository, "refs/remotes/origin/main")
    assert tracked_objects(here, "origin", "git@github.com:org/repo.git") == [commit]
