"""Where the files behind pointers of Git LFS are looked for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from scanner.git.lfs import Storage
from scanner.git.repository import Repository

NAME = "ab" + "cd" + "0" * 60
BELOW = os.path.join("objects", "ab", "cd", NAME)


@pytest.fixture
def here(repository: Any) -> Repository:
    return Repository(str(repository.root))


def directory(here: Repository) -> str:
    path = os.path.normpath(Storage(here).file(NAME))
    assert path.endswith(BELOW)
    return path[: -len(BELOW) - 1]


def test_without_a_setting(here: Repository, repository: Any) -> None:
    assert directory(here) == str(repository.root / ".git/lfs")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("", ".git/lfs"),
        ("store", ".git/store"),
        ("deep/er", ".git/deep/er"),
        ("../beside", "beside"),
        ("new\nline", ".git/new\nline"),
    ],
)
def test_relative(here: Repository, repository: Any, setting: str, expected: str) -> None:
    repository.git("config", "lfs.storage", setting)
    assert directory(here) == str(repository.root / expected)


def test_absolute(here: Repository, repository: Any, tmp_path: Path) -> None:
    repository.git("config", "lfs.storage", str(tmp_path / "store"))
    assert directory(here) == str(tmp_path / "store")


def test_at_home(here: Repository, repository: Any, clean_environment: Path) -> None:
    repository.git("config", "lfs.storage", "~/store")
    assert directory(here) == str(clean_environment / "store")
    repository.git("config", "lfs.storage", "~nobody-of-this-name/store")
    assert directory(here) == str(repository.root / ".git/lfs")


def test_the_last_setting_counts(here: Repository, repository: Any) -> None:
    repository.git("config", "--add", "lfs.storage", "one")
    repository.git("config", "--add", "lfs.storage", "two")
    assert directory(here) == str(repository.root / ".git/two")


def test_a_file_of_the_repository_has_no_say(here: Repository, repository: Any) -> None:
    repository.write(".lfsconfig", "[lfs]\n\tstorage = /elsewhere\n")
    assert directory(here) == str(repository.root / ".git/lfs")


def test_a_linked_work_tree_has_the_store_of_its_repository(
    here: Repository, repository: Any, tmp_path: Path
) -> None:
    repository.commit("a")
    repository.git("worktree", "add", "-q", str(tmp_path / "linked"))
    repository.git("config", "lfs.storage", "store")
    linked = Repository(str(tmp_path / "linked"))
    assert directory(linked) == str(repository.root / ".git/store")


def test_git_is_asked_once_and_not_before(
    here: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    run = Repository.run
    monkeypatch.setattr(
        Repository, "run", lambda self, *c, **k: asked.append(c) or run(self, *c, **k)
    )
    storage = Storage(here)
    assert asked == []
    storage.file(NAME)
    storage.file(NAME)
    assert len(asked) == 1
