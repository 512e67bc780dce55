"""Submodules, untracked repositories in a work tree, and work trees away from their repository."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.findings import Tally

pytestmark = pytest.mark.usefixtures("clean_environment")
posix = pytest.mark.skipif(os.name == "nt", reason="needs the file system of POSIX")


@pytest.fixture
def with_submodule(make_repository: Callable[..., Any]) -> Any:
    inner = make_repository("inner")
    inner.commit("inside")
    outer = make_repository("outer")
    outer.commit("file")
    outer.git("submodule", "add", "-q", str(inner.root), "sub")
    outer.git("commit", "-qm", "submodule")
    return outer


def test_a_submodule_that_is_checked_out(names: Any, with_submodule: Any, monkeypatch: Any) -> None:
    with_submodule.write("sub/untracked")
    monkeypatch.chdir(with_submodule.root)
    expected = [
        ".gitmodules",
        "file",
        os.path.join("sub", "inside"),
        os.path.join("sub", "untracked"),
    ]
    assert names() == expected
    assert names("sub") == expected[2:]


@pytest.mark.parametrize("removed", [True, False])
def test_a_submodule_that_is_not_checked_out(
    names: Any, with_submodule: Any, monkeypatch: Any, removed: bool
) -> None:
    with_submodule.git("submodule", "--quiet", "deinit", "--force", "sub")
    if removed:
        (with_submodule.root / "sub").rmdir()
    monkeypatch.chdir(with_submodule.root)
    tally = Tally()
    assert names(tally=tally) == [".gitmodules", "file"]
    assert tally.skipped == {"submodule-not-checked-out": 1}
    assert tally.notices == []


def test_files_in_the_place_of_a_submodule(
    names: Any, with_submodule: Any, monkeypatch: Any
) -> None:
    """Git lists nothing below a submodule, so files put there by hand are for us to find."""
    with_submodule.git("submodule", "--quiet", "deinit", "--force", "sub")
    with_submodule.write("sub/by/hand")
    monkeypatch.chdir(with_submodule.root)
    assert os.path.join("sub", "by", "hand") in names()
    (with_submodule.root / "sub/by/hand").unlink()
    (with_submodule.root / "sub/by").rmdir()
    (with_submodule.root / "sub").rmdir()
    with_submodule.write("sub", "a file")
    assert "sub" in names()


@posix
def test_links_in_the_place_of_submodules_do_not_lead_in_circles(
    names: Any, with_submodule: Any, monkeypatch: Any
) -> None:
    with_submodule.git("submodule", "--quiet", "deinit", "--force", "sub")
    (with_submodule.root / "sub").rmdir()
    (with_submodule.root / "sub").symlink_to(".")
    monkeypatch.chdir(with_submodule.root)
    assert names() == [".gitmodules", "file", "sub"]


def test_a_submodule_whose_repository_is_gone(
    names: Any, with_submodule: Any, monkeypatch: Any
) -> None:
    """As in an image that copied the work tree but not .git/modules."""
    with_submodule.write("sub/.gitignore", "ignored\n")
    with_submodule.write("sub/ignored")
    (with_submodule.root / ".git/modules").rename(with_submodule.root / ".git/elsewhere")
    monkeypatch.chdir(with_submodule.root)
    tally = Tally()
    found = names(tally=tally)
    assert os.path.join("sub", "inside") in found
    assert os.path.join("sub", "ignored") in found
    assert [(n.reason, n.path, n.hides) for n in tally.notices] == [
        ("git-unavailable", "sub", False)
    ]


def test_untracked_repositories_are_read(
    names: Any, make_repository: Callable[..., Any], monkeypatch: Any
) -> None:
    outer = make_repository("outer")
    outer.commit("file")
    outer.write(".gitignore", "*.log\n")
    with_commits = make_repository("outer/with")
    with_commits.commit("inside")
    with_commits.write("inside.log")
    with_commits.write(".gitignore", "own\n")
    with_commits.write("own")
    make_repository("outer/without").write("deep/inside")
    make_repository("outer/with/again").write("inside")
    monkeypatch.chdir(outer.root)
    expected = [
        ".gitignore",
        "file",
        "with/.gitignore",
        "with/again/inside",
        "with/inside",
        "with/inside.log",
        "without/deep/inside",
    ]
    assert [name.replace(os.sep, "/") for name in names()] == expected


def test_a_linked_worktree(names: Any, repository: Any, monkeypatch: Any, tmp_path: Path) -> None:
    repository.commit("file")
    repository.git("worktree", "add", "-q", str(tmp_path / "linked"))
    (tmp_path / "linked" / "untracked").write_text("text")
    (tmp_path / "linked" / ".gitignore").write_text("ignored\n")
    (tmp_path / "linked" / "ignored").write_text("text")
    monkeypatch.chdir(tmp_path / "linked")
    assert names() == [".gitignore", "file", "untracked"]


def test_a_git_file_that_leads_to_a_bare_repository(
    names: Any, repository: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    repository.commit("file")
    repository.git("clone", "-q", "--bare", ".", str(tmp_path / "project" / ".bare"))
    (tmp_path / "project" / ".git").write_text("gitdir: ./.bare\n")
    (tmp_path / "project" / "notes").write_text("text")
    monkeypatch.chdir(tmp_path / "project")
    assert "notes" in names()
