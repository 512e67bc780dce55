"""Pushed, not pushed, or not known: what mirrors, bare clones and odd remotes show."""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scanner.git.repository import Repository
from scanner.history.attribution.attribution import attribute
from scanner.pushed import Pushed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PERSON = ("-c", "user.name=T", "-c", "user.email=t@example.com")
URL = "https://example.com/team/app.git"


class Place:
    """A server, and clones of it in which later work is asked about."""

    def __init__(self, server: Any, root: Path) -> None:
        self.server = server
        self.root = root

    def clone(self, *options: str) -> Any:
        """Clone the server; `later` is not on it."""
        self.server.git("clone", "-q", *options, self.server.root.as_uri(), str(self.root))
        return self.at(self.root)

    def at(self, root: Path) -> Any:
        """Return the repository at `root`."""
        repository = copy(self.server)
        repository.root = root
        return repository

    def pushed(self) -> dict[str, Pushed]:
        """Return what is known of each message, of commits that are its own."""
        repository = Repository(str(self.root), named=True)
        listed = repository.run("rev-list", "--reflog", "--all", what="list").decode().split()
        subjects = {
            name: repository.run("log", "-1", "--format=%s", name, what="read").decode().strip()
            for name in listed
        }
        answers = attribute(repository, listed)
        return {subjects[name]: answers.histories([([name], [])])[0].pushed for name in listed}


@pytest.fixture
def place(make_repository: Callable[[str], Any], tmp_path: Path) -> Place:
    server = make_repository("server")
    later(server, "early")
    server.git("branch", "-q", "other")
    return Place(server, tmp_path / "clone")


def later(clone: Any, name: str = "later") -> Any:
    clone.git(*_PERSON, "commit", "-q", "--allow-empty", "-m", name)
    return clone


def test_a_clone_with_all_branches_knows(place: Place) -> None:
    later(place.clone())
    assert place.pushed() == {"early": Pushed.YES, "later": Pushed.NO}


@pytest.mark.parametrize("option", ["--mirror", "--bare"])
def test_a_mirror_and_a_bare_clone_have_all_from_the_server(place: Place, option: str) -> None:
    clone = place.clone(option)
    assert place.pushed() == {"early": Pushed.YES}

    # Somebody uses it as a server of their own, and what they deleted was pushed as well.
    commit = clone.git(*_PERSON, "commit-tree", "-p", "HEAD", "-m", "later", "HEAD^{tree}")
    clone.git("update-ref", "refs/heads/new", commit.strip())
    assert place.pushed() == {"early": Pushed.YES, "later": Pushed.YES}


def test_a_server_has_what_was_pushed_to_it(place: Place, tmp_path: Path) -> None:
    place.server.git("init", "-q", "--bare", str(place.root))
    place.server.git("push", "-q", str(place.root), "HEAD:refs/heads/main")
    assert place.pushed() == {"early": Pushed.YES}


def test_work_in_the_trees_of_a_bare_clone_is_not_on_the_server(place: Place) -> None:
    clone = place.clone("--bare")
    clone.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    clone.git("fetch", "-q")
    clone.git("worktree", "add", "-q", "-b", "new", "work")
    later(place.at(place.root / "work"))
    assert place.pushed() == {"early": Pushed.YES, "later": Pushed.NO}


def test_a_push_by_force_takes_nothing_back(place: Place) -> None:
    clone = later(place.clone())
    clone.git("push", "-q", "origin", "HEAD:refs/heads/topic")
    clone.git("push", "-q", "-f", "origin", "HEAD~:refs/heads/topic")
    assert place.pushed()["later"] is Pushed.YES


def test_a_tag_may_be_on_the_server(place: Place) -> None:
    later(place.clone()).git("tag", "v1")
    assert place.pushed()["later"] is Pushed.TAG


def test_a_clone_whose_remote_is_gone_had_what_it_was_cloned_with(place: Place) -> None:
    later(place.clone()).git("remote", "remove", "origin")
    assert place.pushed() == {"early": Pushed.YES, "later": Pushed.REMOTE_REMOVED}


@pytest.mark.parametrize(("has_logs", "expected"), [(True, Pushed.NO), (False, Pushed.NO_REMOTE)])
def test_without_a_remote_its_reflog_says_whether_it_was_made_here(
    place: Place, has_logs: bool, expected: Pushed
) -> None:
    place.root = Path(place.server.root)
    if not has_logs:
        place.server.git("reflog", "expire", "--expire=all", "--all")
    assert place.pushed() == {"early": expected}


_CONFIGURED: Mapping[str, tuple[list[str], Pushed]] = {
    "a fork that is pushed to without a refspec": (["remote.fork.url", URL], Pushed.UNTRACKED),
    "a mirror that is pushed to": (["remote.fork.pushurl", URL], Pushed.UNTRACKED),
    "a branch that is pushed to an address": (["branch.main.pushRemote", URL], Pushed.UNTRACKED),
    "an address for all branches": (["remote.pushDefault", URL], Pushed.UNTRACKED),
    "pushes that go elsewhere": (["remote.origin.pushurl", URL], Pushed.ELSEWHERE),
    "a remote in the local branches": (
        ["remote.origin.fetch", "+refs/heads/*:refs/heads/*"], Pushed.LOCAL_BRANCHES,
    ),
    "one branch only": (
        ["remote.origin.fetch", "+refs/heads/main:refs/remotes/origin/main"], Pushed.SOME_BRANCHES,
    ),
    "the remote by its name": (["branch.main.pushRemote", "origin"], Pushed.NO),
    "a refspec for all repositories": (
        ["remote.upstream.fetch", "+refs/pull/*:refs/pull/*"], Pushed.NO,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", _CONFIGURED)
def test_remotes_that_leave_no_trace(place: Place, name: str) -> None:
    setting, expected = _CONFIGURED[name]
    later(place.clone()).git("config", *setting)
    assert place.pushed() == {"early": Pushed.YES, "later": expected}


@pytest.mark.parametrize("option", ["--single-branch", "--depth=1"])
def test_a_clone_of_one_branch_does_not_know_the_others(place: Place, option: str) -> None:
    later(place.clone(option))
    assert place.pushed() == {"early": Pushed.YES, "later": Pushed.SOME_BRANCHES}


def test_references_that_are_fetched_to_a_place_of_their_own(place: Place) -> None:
    place.server.git("update-ref", "refs/pull/1/head", "HEAD")
    clone = later(place.clone())
    clone.git("update-ref", "refs/pull/2/head", "HEAD")
    assert place.pushed()["later"] is Pushed.NO
    clone.git("config", "--add", "remote.origin.fetch", "+refs/pull/*:refs/pull/*")
    assert place.pushed()["later"] is Pushed.YES


def test_the_commit_that_a_job_fetched_is_on_the_server(place: Place, tmp_path: Path) -> None:
    """As jobs of GitLab fetch `refs/pipelines/ID`, which no refspec has."""
    place.server.git("init", "-q", str(place.root))
    clone = place.at(place.root)
    clone.git("remote", "add", "origin", place.server.root.as_uri())
    clone.git("fetch", "-q", "origin", "HEAD:refs/pipelines/1")
    clone.git("checkout", "-q", "--detach", "refs/pipelines/1")
    later(clone)
    assert place.pushed() == {"early": Pushed.YES, "later": Pushed.NO}


def test_what_was_fetched_from_here_was_not_pushed(place: Place) -> None:
    clone = later(place.clone())
    clone.git("fetch", "-q", ".", "HEAD:refs/heads/copy")
    assert place.pushed()["later"] is Pushed.NO


def test_a_bare_repository_for_the_files_of_a_home_directory(place: Place, tmp_path: Path) -> None:
    """People commit in it by `git --work-tree`, and it may never have been pushed."""
    clone = place.clone("--bare")
    clone.git("config", "core.bare", "true")
    clone.git(f"--work-tree={tmp_path}", *_PERSON, "commit", "-q", "--allow-empty", "-m", "later")
    assert place.pushed()["later"] is Pushed.UNTRACKED


def test_a_server_that_checks_out_what_is_pushed(place: Place, tmp_path: Path) -> None:
    """As hooks do that deploy: it has an index, and nobody commits in it."""
    clone = place.clone("--bare")
    (tmp_path / "site").mkdir()
    clone.git(f"--work-tree={tmp_path / 'site'}", "checkout", "-q", "-f")
    assert (place.root / "index").exists()
    assert place.pushed() == {"early": Pushed.YES}


def test_hundreds_of_remotes_take_no_process_each(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = later(place.clone())
    with (place.root / ".git" / "config").open("a") as file:
        for number in range(300):
            name = f"fork{number}"
            file.write(f'[remote "{name}"]\n\turl = {URL}\n')
            file.write(f"\tfetch = +refs/heads/*:refs/remotes/{name}/*\n")
    repository = Repository(str(clone.root), named=True)
    calls = []
    real = Repository.answers

    def counted(self: Repository, *command: str, **more: Any) -> bytes:
        calls.append(command)
        return real(self, *command, **more)

    monkeypatch.setattr(Repository, "answers", counted)
    commit = clone.git("rev-parse", "HEAD").strip()
    (history,) = attribute(repository, [commit]).histories([([commit], [])])
    assert history.pushed is Pushed.NO
    assert len(calls) < 10
