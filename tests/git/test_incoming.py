"""What remotes have of the commits that a merge names, in a repository with known refs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scanner.git.incoming import published_sides
from scanner.git.repository import Repository
from scanner.sources.interface import PublishedSide


@pytest.fixture
def sides(repository: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[PublishedSide]]:
    """Return what remotes have of a revision, as if it were merged into `main`."""
    monkeypatch.chdir(repository.root)
    repository.git("checkout", "-q", "-b", "main")
    repository.commit("base")
    repository.git("remote", "add", "origin", "elsewhere.git")

    def found(revision: str, how: str = "merge") -> list[PublishedSide]:
        name = repository.git("rev-parse", revision).strip()
        base = repository.git("rev-parse", "main").strip()
        return published_sides(Repository(), [(how, name)], base)

    return found


def branch(repository: Any, name: str, start: str, *files: str) -> None:
    repository.git("checkout", "-q", "-b", name, start)
    for file in files:
        repository.commit(file)
    repository.git("checkout", "-q", "main")


def publish(repository: Any, revision: str, name: str = "origin/dev") -> None:
    repository.git("update-ref", f"refs/remotes/{name}", revision)


def test_without_remote_tracking_refs_nothing_is_published(sides: Any, repository: Any) -> None:
    branch(repository, "side", "main", "one")
    assert sides("side") == []


def test_a_published_head_is_the_side_itself(sides: Any, repository: Any) -> None:
    branch(repository, "side", "main", "one")
    publish(repository, "side")
    (side,) = sides("side")
    assert side.name() == "the merge of origin/dev"
    assert side.contents["one"]  # the index of main does not have it
    assert list(side.removed.values()) == ["one"]
    assert [len(each) for each in side.versions("one")] == [2]
    assert side.versions("other") == []


def test_below_a_local_head_are_published_commits(sides: Any, repository: Any) -> None:
    branch(repository, "dev", "main", "one")
    publish(repository, "dev")
    branch(repository, "side", "dev", "two")
    (side,) = sides("side")
    assert list(side.removed.values()) == ["one"]
    assert sides("side", "cherry-pick") == []  # it takes what the commit does, and no more


def test_several_published_commits_below_one_head(sides: Any, repository: Any) -> None:
    for name in ("a", "b"):
        branch(repository, name, "main", name)
        publish(repository, name, f"origin/{name}")
    branch(repository, "side", "a", "local")
    repository.git("checkout", "-q", "side")
    repository.git("merge", "-q", "--no-edit", "b")
    repository.git("checkout", "-q", "main")
    assert {path for side in sides("side") for path in side.removed.values()} == {"a", "b"}


def test_what_head_has_already_is_left_over(sides: Any, repository: Any) -> None:
    repository.commit("more")
    publish(repository, "main")
    assert sides("main~1") == sides("main") == []


@pytest.mark.parametrize("name", ["f" * 40, "junk", "", "--all", "origin/dev"])
def test_names_of_no_commit(sides: Any, repository: Any, name: str) -> None:
    publish(repository, "main")
    base = repository.git("rev-parse", "main").strip()
    assert published_sides(Repository(), [("merge", name)], base) == []


def test_before_the_first_commit(make_repository: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = make_repository("fresh")
    monkeypatch.chdir(fresh.root)
    fresh.commit("one")
    publish(fresh, "HEAD")
    fresh.git("remote", "add", "origin", "elsewhere.git")
    head = fresh.git("rev-parse", "HEAD").strip()
    fresh.git("checkout", "-q", "--orphan", "empty")
    here = Repository()
    (side,) = published_sides(here, [("merge", head)], here.base_of_index())
    assert side.name() == "the merge of origin/dev"


def test_the_branch_that_ends_there_is_named(sides: Any, repository: Any) -> None:
    branch(repository, "side", "main", "one")
    publish(repository, "side", "origin/HEAD")
    publish(repository, "side", "origin/zeta")
    branch(repository, "later", "side", "two")
    publish(repository, "later", "origin/main")
    assert sides("side")[0].name() == "the merge of origin/zeta"
    repository.git("update-ref", "-d", "refs/remotes/origin/zeta")
    repository.git("update-ref", "-d", "refs/remotes/origin/HEAD")
    assert sides("side")[0].name() == "the merge of origin/main"
