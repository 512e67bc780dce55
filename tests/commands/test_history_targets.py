"""`keycatch history` of several repositories, and of directories that hold some."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from scanner.git.process import GitError
from scanner.history.attribution import credentials as attribution


class Folder:
    """A directory with clones of repositories, of which each has a pair of its own."""

    def __init__(self, root: Path, make_repository: Any, plant: Any, keycatch: Any) -> None:
        self.root = root
        self._make = make_repository
        self._plant = plant
        self._keycatch = keycatch

    def clone(self, name: str) -> Any:
        """Make a repository with a finding in `key`."""
        repository = self._make(name)
        repository.write("key", self._plant.pair())
        repository.commit()
        return repository

    def scan(self, code: int, *names: str, **settings: Any) -> Any:
        """Run the command over `names` in the directory above, and require the exit code."""
        settings.setdefault("cwd", self.root.parent)
        done = self._keycatch("history", "--format", "json", *(names or ["clones"]), **settings)
        assert done.returncode == code, done.stderr
        return done

    def unread(self, done: Any) -> list[str]:
        """Return the repositories that were not read."""
        notices = done.report()["scan"]["notices"]
        return sorted(e["path"] for e in notices if e["reason"] == "repository-not-read")


@pytest.fixture
def folder(tmp_path: Path, make_repository: Any, plant: Any, keycatch: Any) -> Folder:
    (tmp_path / "clones").mkdir()
    return Folder(tmp_path / "clones", make_repository, plant, keycatch)


def test_all_repositories_below_a_directory_are_read(folder: Folder) -> None:
    one = folder.clone("clones/one")
    folder.clone("clones/team/two")
    one.git("clone", "-q", "--mirror", ".", str(folder.root / "mirror.git"))
    assert folder.scan(1).paths() == {
        "clones/mirror.git/key", "clones/one/key", "clones/team/two/key",
    }  # fmt: skip


def test_broken_ones_are_named_and_the_others_read(folder: Folder) -> None:
    one = folder.clone("clones/one")
    one.commit("more")
    (folder.root / "broken" / ".git").mkdir(parents=True)
    one.git("clone", "-q", "--depth=1", one.root.as_uri(), str(folder.root / "shallow"))
    done = folder.scan(2)
    assert done.paths() == {"clones/one/key"}
    assert folder.unread(done) == ["clones/broken", "clones/shallow"]
    assert not done.report()["scan"]["complete"]

    done = folder.scan(2, "clones/one", "gone", "clones/broken")
    assert done.paths() == {"clones/one/key"}
    assert folder.unread(done) == ["clones/broken", "gone"]


def test_one_that_fails_on_the_way_is_named(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a git that lists its commits is killed."""

    def credentials(repository: Any, *arguments: Any) -> Any:
        if repository.directory.endswith("two"):
            raise GitError("git could not list the commits")
        return real(repository, *arguments)

    real = attribution.credentials
    monkeypatch.setattr(attribution, "credentials", credentials)
    folder.clone("clones/one")
    folder.clone("clones/two")
    done = folder.scan(2)
    assert (done.paths(), folder.unread(done)) == ({"clones/one/key"}, ["clones/two"])


@pytest.mark.parametrize("name", ["broken", "gone", "."])
def test_alone_it_is_an_error(folder: Folder, name: str) -> None:
    (folder.root / "broken" / ".git").mkdir(parents=True)
    where = folder.root / "empty"
    where.mkdir()
    done = folder.scan(2, name if name == "." else str(folder.root / name), cwd=where)
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)


def test_directories_without_a_repository_are_counted(folder: Folder) -> None:
    folder.clone("clones/one")
    (folder.root / "notes" / "old").mkdir(parents=True)
    (folder.root / "README").touch()
    assert folder.scan(1).report()["scan"]["counts"]["skipped"] == {"no-repository": 1}


def test_two_work_trees_of_one_repository_are_read_once(folder: Folder) -> None:
    one = folder.clone("clones/one")
    one.git("worktree", "add", "-q", str(folder.root / "two"))
    assert folder.scan(1).paths() == {"clones/one/key"}
    assert folder.scan(1, "clones/one", "clones", "clones/one/").paths() == {"clones/one/key"}


def test_repositories_in_a_work_tree_are_no_part_of_it(folder: Folder) -> None:
    """A submodule and a clone in an ignored directory are repositories of their own."""
    one = folder.clone("clones/one")
    folder.clone("clones/one/inner")
    assert folder.scan(1).paths() == {"clones/one/key"}
    done = folder.scan(1, "clones/one", "clones/one/inner")
    assert done.paths() == {"clones/one/key", "clones/one/inner/key"}
    assert folder.scan(1, ".", cwd=one.root / "inner").paths() == {"key"}


def test_a_link_is_not_followed(folder: Folder, tmp_path: Path) -> None:
    folder.clone("clones/one")
    folder.clone("elsewhere")
    os.symlink(tmp_path / "elsewhere", folder.root / "two", target_is_directory=True)
    os.symlink(folder.root, folder.root / "circle", target_is_directory=True)
    assert folder.scan(1).paths() == {"clones/one/key"}
    assert folder.scan(1, "clones/two").paths() == {"key"}


def test_what_cannot_be_listed_makes_it_incomplete(folder: Folder, unprivileged: list[str]) -> None:
    folder.clone("clones/one")
    closed = folder.root / "closed"
    closed.mkdir()
    closed.chmod(0)
    try:
        done = folder.scan(1, "clones", prefix=unprivileged)
    finally:
        closed.chmod(0o700)
    assert done.report()["scan"]["incomplete"] == ["unreadable"]


def test_what_a_mirror_has_was_pushed(folder: Folder) -> None:
    """The record of the scan does not outlive a change of the remotes."""
    one = folder.clone("elsewhere")
    mirror = folder.root / "mirror.git"
    one.git("clone", "-q", "--bare", ".", str(mirror))
    histories = [e["history"] for e in folder.scan(1).report()["findings"]]
    assert [each["pushed"] for each in histories] == [True]

    clone = folder.root / "clone"
    one.git("clone", "-q", ".", str(clone))
    one.git("-C", str(clone), "-c", "user.name=T", "-c", "user.email=t@example.com", "commit",
            "-q", "--amend", "--no-edit")  # fmt: skip
    one.git("-C", str(clone), "update-ref", "-d", "refs/remotes/origin/main", check=False)
    one.git("-C", str(clone), "reflog", "expire", "--expire=all", "--all")
    for branch in one.git("-C", str(clone), "for-each-ref", "--format=%(refname)",
                          "refs/remotes").split():  # fmt: skip
        one.git("-C", str(clone), "update-ref", "--no-deref", "-d", branch)
    (first,) = folder.scan(1, "clones/clone").report()["findings"]
    one.git("-C", str(clone), "remote", "remove", "origin")
    (second,) = folder.scan(1, "clones/clone").report()["findings"]
    assert first["history"]["pushed"] is False
    assert (second["history"]["pushed"], second["history"]["pushed_unknown"]) == (None, "no-remote")


def test_the_same_key_in_two_repositories_is_one_credential(folder: Folder) -> None:
    one = folder.clone("clones/one")
    one.git("clone", "-q", ".", str(folder.root / "two"))
    folder.clone("clones/three")
    done = folder.scan(1)
    found = {tuple(e["repository"] for e in each["repositories"]): each
             for each in done.report()["findings"]}  # fmt: skip
    assert set(found) == {("clones/one", "clones/two"), ("clones/three",)}
    shared = found["clones/one", "clones/two"]
    assert [e["history"]["pushed"] for e in shared["repositories"]] == [False, True]
    assert shared["history"]["pushed"] is True
    assert {(at["repository"], at["path"]) for at in shared["locations"]} == {
        ("clones/one", "clones/one/key"), ("clones/two", "clones/two/key"),
    }  # fmt: skip
    (alone,) = folder.scan(1, "clones/one").report()["findings"]
    assert "repositories" not in alone
    assert "repository" not in alone["locations"][0]


def test_the_answers_to_a_report_of_several_are_about_all_of_them(
    folder: Folder, keycatch: Any, tmp_path: Path
) -> None:
    """The response names the repositories, and the check afterwards those that still have it."""
    one = folder.clone("clones/one")
    one.git("clone", "-q", ".", str(folder.root / "two"))
    saved = tmp_path / "report.json"
    folder.scan(1, "clones", "--output", str(saved))

    done = keycatch("respond", str(saved), cwd=tmp_path)
    assert "number 2" not in done.stdout
    assert "clones/two: still in HEAD, already pushed" in done.stdout
    assert "git -C clones/one cat-file" in " ".join(done.stdout.split())

    verify = ("history", "--verify-removed", str(saved))
    done = keycatch(*verify, "clones", cwd=tmp_path)
    assert done.returncode == 1
    assert "in clones/one kept by" in done.stdout
    assert "in clones/two kept by" in done.stdout

    shutil.rmtree(folder.root / "one")
    shutil.rmtree(folder.root / "two")
    folder.clone("clones/three")
    done = keycatch(*verify, "clones", cwd=tmp_path)
    assert done.returncode == 0
    assert "gone: " in done.stdout
    assert "the report is on 2 repositories, and 1 was checked" in done.stderr
