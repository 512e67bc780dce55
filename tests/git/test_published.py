"""Which remotes have a commit, by where their refspecs put refs."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.git.published import objects_of, published_commits
from scanner.git.remotes import configured
from scanner.git.repository import Repository


@pytest.fixture
def commits(repository: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return three commits; `upstream` has the first two, `team/x` the first."""
    monkeypatch.chdir(repository.root)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2024-03-01T23:00:00-05:00")
    for name in ("one", "two", "three"):
        repository.commit(name)
    listed: list[str] = repository.git("rev-list", "--reverse", "HEAD").split()
    for remote, ref, commit in (
        ("upstream", "upstream/main", listed[1]), ("team/x", "team/x/dev", listed[0]),
        ("team", "team/none", ""),
    ):  # fmt: skip
        repository.git("remote", "add", remote, f"{remote}.git", check=False)
        if commit:
            repository.git("update-ref", f"refs/remotes/{ref}", commit)
    return listed


def test_where_each_commit_is(commits: list[str]) -> None:
    here = Repository()
    found = published_commits(here, configured(here), commits)
    assert {name: each.remote for name, each in found.items()}.keys() == set(commits[:2])
    assert found[commits[1]] == ("upstream", "upstream/main", "2024-03-01")


def test_objects_of_some_remotes(commits: list[str]) -> None:
    here = Repository()
    assert objects_of(here, configured(here), ["upstream"]) == [commits[1]]
    assert objects_of(here, configured(here), ["elsewhere"]) == []


def test_a_ref_of_two_remotes_is_of_none(commits: list[str], repository: Any) -> None:
    repository.git("config", "remote.other.fetch", "+refs/heads/*:refs/remotes/upstream/*")
    here = Repository()
    assert objects_of(here, configured(here), ["upstream", "other"]) == []


def test_nothing_asked_and_nothing_there(commits: list[str]) -> None:
    here = Repository()
    assert published_commits(here, configured(here), []) == {}
    assert published_commits(here, {}, commits) == {}
