"""A repository as the command meets it: what it is asked, and what it refuses."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scanner.git import hardening
from scanner.git.process import GitError
from scanner.git.repository import Repository


@pytest.fixture
def here(repository: Any, monkeypatch: Any) -> Repository:
    monkeypatch.chdir(repository.root)
    return Repository()


def test_what_it_is(here: Repository, repository: Any) -> None:
    assert here.zero == "0" * 40
    assert not here.is_shallow
    assert os.path.samefile(here.git_directory, repository.root / ".git")


def test_the_common_directory_of_a_linked_work_tree(repository: Any, tmp_path: Path) -> None:
    repository.commit("a")
    repository.git("worktree", "add", "-q", str(tmp_path / "linked"))
    found = Repository(str(tmp_path / "linked")).git_directory
    assert os.path.samefile(found, repository.root / ".git")


def test_directories_whose_names_have_line_feeds(
    clean_environment: Path, tmp_path: Path, make_repository: Any
) -> None:
    repository = make_repository("a\nsha1 \nb\n")
    repository.commit("below/a")
    repository.git("worktree", "add", "-q", str(tmp_path / "linked"))
    git = repository.root / ".git"
    for directory, own in (
        (repository.root, git),
        (repository.root / "below", git),
        (tmp_path / "linked", git / "worktrees" / "linked"),
    ):
        found = Repository(str(directory))
        assert os.path.samefile(found.git_directory, git)
        assert os.path.samefile(found.own_directory, own)
        assert os.path.samefile(found.objects, git / "objects")


def test_a_directory_that_the_answer_cannot_tell_apart(
    clean_environment: Path, tmp_path: Path, make_repository: Any
) -> None:
    make_repository("a\nsha1\nb").git("worktree", "list")
    below = tmp_path / "a\nsha1\nb" / "below"
    below.mkdir()
    with pytest.raises(GitError, match="the directories of a repository"):
        Repository(str(below))


def test_objects_of_the_environment(repository: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """The hook of a push has them in quarantine (git-receive-pack(1))."""
    repository.commit("below/a")
    (tmp_path / "quarantine").mkdir()
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "quarantine"))
    for directory in (repository.root, repository.root / "below"):
        assert os.path.samefile(Repository(str(directory)).objects, tmp_path / "quarantine")
        assert Repository(str(directory), named=True).objects.endswith(
            os.path.join(".git", "objects")
        )


def test_what_to_do_without_a_repository(
    clean_environment: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "x").mkdir()
    monkeypatch.chdir(tmp_path)
    said = r"git could not find a repository here: .*; run keycatch inside a repository$"
    with pytest.raises(GitError, match=said):
        Repository()
    said = r"git could not find a repository at x: .*; name the directory of a repository$"
    with pytest.raises(GitError, match=said):
        Repository("x", named=True)


def test_nothing_is_fetched_by_any_version_of_git(here: Repository) -> None:
    """`tests/hostile/test_no_fetch.py` tries it with what those before 2.45 know."""
    assert here._variables.items() >= hardening.SETTINGS.items()
    assert hardening.SETTINGS["GIT_NO_LAZY_FETCH"] == "1"


def test_from_a_subdirectory(repository: Any) -> None:
    repository.commit("below/a")
    found = Repository(str(repository.root / "below"))
    assert os.path.samefile(found.git_directory, repository.root / ".git")


def test_sha256(clean_environment: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--object-format=sha256", tmp_path / "w"], check=True)
    found = Repository(str(tmp_path / "w"))
    assert found.zero == "0" * 64
    assert len(found.base_of_index()) == 64


def test_resolve(here: Repository, repository: Any) -> None:
    assert here.resolve("HEAD") is None
    repository.commit("a")
    head = repository.git("rev-parse", "HEAD").strip()
    repository.git("tag", "-m", "x", "v1")
    for name in ("HEAD", head, head[:10], "v1", "HEAD^{commit}", "@"):
        assert here.resolve(name) == head
    repository.git("tag", "file", "HEAD:a")
    repository.commit("b")
    for name in (
        "", "nothing", "file", "--all", "-h", "HEAD\0", "HEAD\n", "HEAD^..HEAD", "HEAD^!", "^HEAD",
        "0" * 40, "1" * 40,
    ):  # fmt: skip
        assert here.resolve(name) is None, name


def test_required_says_what_to_do(here: Repository) -> None:
    with pytest.raises(GitError, match=r"^nothing is not in this clone: fetch it$"):
        here.required("nothing", "fetch it")
    with pytest.raises(GitError) as error:
        here.required("\x1b[31m", "fetch it")
    assert "\x1b" not in str(error.value)


def test_existing(here: Repository, repository: Any) -> None:
    repository.commit("a")
    head = here.required("HEAD", "")
    assert here.existing([]) == []
    assert here.existing(["1" * 40, head, "2" * 40, head]) == [head, head]


def test_is_name(here: Repository) -> None:
    assert here.is_name("0" * 40)
    assert here.is_name("0123456789abcdef" * 2 + "f" * 8)
    for text in ("", "0" * 39, "0" * 64, "g" * 40, "A" * 40, "-" * 40):
        assert not here.is_name(text)


def test_base_of_index(here: Repository, repository: Any) -> None:
    assert here.base_of_index() == here.empty_tree() == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    assert not (repository.root / ".git/objects/4b").exists()
    repository.commit("a")
    assert here.base_of_index() == here.resolve("HEAD")


def test_head(here: Repository, repository: Any, monkeypatch: Any) -> None:
    assert here.head() is None
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-05-01T23:30:00-05:00")
    repository.git("commit", "-q", "--allow-empty", "-m", "x", "--date=2001-01-01T00:00:00Z")
    assert here.head() == (here.resolve("HEAD"), "2026-05-02T04:30:00Z")


def test_head_with_a_date_that_is_none(here: Repository, repository: Any) -> None:
    tree = here.empty_tree()
    repository.git("hash-object", "-t", "tree", "-w", os.devnull)
    for date in ("99999999999999999 +0000", "soon +0000"):
        text = f"tree {tree}\nauthor A <a@b> {date}\ncommitter A <a@b> {date}\n\nx\n"
        (repository.root / "commit").write_text(text)
        name = repository.git("hash-object", "-t", "commit", "-w", "--literally", "commit").strip()
        repository.git("update-ref", "HEAD", name)
        assert here.head() == (name, "1970-01-01T00:00:00Z")


def test_merge_heads(here: Repository, repository: Any) -> None:
    assert here.merge_heads() == []
    repository.commit("a")
    repository.git("checkout", "-qb", "side")
    repository.commit("b")
    side = here.required("HEAD", "")
    repository.git("checkout", "-q", "-")
    repository.commit("c")
    repository.git("merge", "-q", "--no-commit", "--no-ff", "side")
    assert here.merge_heads() == [side]


def test_cut_off(repository: Any, tmp_path: Path) -> None:
    repository.commit("a")
    repository.commit("b")
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--depth=1", repository.root.as_uri(), str(clone))
    shallow = Repository(str(clone))
    head = shallow.required("HEAD", "")
    assert shallow.is_shallow
    assert shallow.cut_off([head])
    assert not shallow.cut_off(["1" * 40])
    (clone / ".git/shallow").rename(clone / ".git/elsewhere")
    assert shallow.cut_off(["1" * 40])  # nobody can tell
    assert not Repository(str(repository.root)).cut_off([head])


def test_the_reason_and_not_the_warning(
    here: Repository, monkeypatch: Any, repository: Any
) -> None:
    monkeypatch.setenv("GIT_TRACE", "1")
    found = Repository()
    with pytest.raises(GitError, match=r"^git could not try: fatal: "):
        found.run("cat-file", "blob", "HEAD", what="try")


def test_nothing_of_the_environment_is_shown(here: Repository, capfd: Any) -> None:
    with pytest.raises(GitError):
        here.run("rev-parse", "--verify", "nothing", what="try")
    assert capfd.readouterr() == ("", "")
