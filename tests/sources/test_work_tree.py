"""A directory in a git work tree stands for everything that git would keep of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from scanner.findings import Tally
from scanner.sources import tree
from scanner.sources.files import FileBlob
from scanner.sources.stdin import StdinBlob

pytestmark = pytest.mark.usefixtures("clean_environment")
posix = pytest.mark.skipif(os.name == "nt", reason="needs the file system of POSIX")


def test_tracked_and_untracked_but_not_ignored(
    names: Any, repository: Any, monkeypatch: Any
) -> None:
    repository.commit("tracked", "deep/er/tracked", "kept.log")
    for name in ("untracked", "deep/untracked", "ignored.log", "ignored/file"):
        repository.write(name)
    repository.write(".gitignore", "*.log\nignored/\n")
    monkeypatch.chdir(repository.root)
    expected = [
        ".gitignore",
        "deep/er/tracked",
        "deep/untracked",
        "kept.log",
        "tracked",
        "untracked",
    ]
    assert names() == expected


def test_a_tracked_file_that_is_ignored_is_listed(
    names: Any, repository: Any, monkeypatch: Any
) -> None:
    repository.write(".gitignore", "*.env\n")
    repository.commit("prod.env")
    monkeypatch.chdir(repository.root)
    assert names() == [".gitignore", "prod.env"]


def test_a_repository_without_commits(names: Any, repository: Any, monkeypatch: Any) -> None:
    repository.write("new")
    monkeypatch.chdir(repository.root)
    assert names() == ["new"]


def test_deleted_files_are_counted_as_missing(repository: Any, monkeypatch: Any) -> None:
    repository.commit("gone", "here", "directory/below")
    (repository.root / "gone").unlink()
    (repository.root / "directory/below").unlink()
    (repository.root / "directory").rmdir()
    (repository.root / "directory").write_text("now a file")
    monkeypatch.chdir(repository.root)
    from scanner.engine.examine import Examiner
    from scanner.engine.sweep import sweep

    tally = Tally()
    swept = sweep(Examiner(()), tree.blobs(["."], tally)).tally
    assert swept.skipped == {"missing": 2}
    assert (swept.blobs, swept.notices, tally.notices) == (2, [], [])


def test_a_tracked_file_that_became_a_directory(
    names: Any, repository: Any, monkeypatch: Any
) -> None:
    repository.commit("name")
    (repository.root / "name").unlink()
    repository.write("name/below")
    monkeypatch.chdir(repository.root)
    assert "name/below" in names()


def test_an_unmerged_index_lists_each_path_once(
    names: Any, repository: Any, monkeypatch: Any
) -> None:
    repository.write("file", "base\n")
    repository.git("add", "file")
    repository.git("commit", "-qm", "base")
    repository.git("checkout", "-qb", "other")
    repository.write("file", "theirs\n")
    repository.git("commit", "-qam", "theirs")
    repository.git("checkout", "-q", "-")
    repository.write("file", "ours\n")
    repository.git("commit", "-qam", "ours")
    repository.git("merge", "other", check=False)
    assert len(repository.git("ls-files", "--unmerged").splitlines()) == 3
    monkeypatch.chdir(repository.root)
    assert names() == ["file"]


@posix
def test_links_are_listed_and_not_followed(
    names: Any, repository: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("not in the tree")
    repository.write("directory/file")
    targets = {
        "to-file": "directory/file",
        "to-directory": "directory",
        "outside": str(outside),
        "broken": "nowhere",
        "loop": "loop",
        "up": "..",
    }
    for name, target in targets.items():
        (repository.root / name).symlink_to(target)
    monkeypatch.chdir(repository.root)
    assert names() == sorted(["directory/file", *targets])
    repository.git("add", "--all")
    assert names() == sorted(["directory/file", *targets])
    for name, target in targets.items():
        assert FileBlob(name).read() == target.encode()


@posix
@pytest.mark.parametrize("tracked", [True, False])
@pytest.mark.parametrize(
    "name",
    [
        b"-",
        b"--",
        b"-rf",
        b"two\nlines",
        b'quo"te',
        b"quo'te",
        b"tab\there",
        b"\xff\xfe",
        b"back\\slash",
        b" lead",
        b"trail ",
        b"star*",
        b"[a-z]",
        b":(top)x",
        b"#hash",
        "\u00fc\u0301".encode(),
        b"\x1b[31m",
    ],
)
def test_names_come_back_byte_for_byte(
    repository: Any, monkeypatch: Any, name: bytes, tracked: bool
) -> None:
    path = os.path.join(os.fsencode(repository.root), name)
    try:
        with open(path, "wb") as file:
            file.write(b"content")
    except OSError:
        pytest.skip("this file system has no such names")
    if tracked:
        repository.git("add", "--all")
    monkeypatch.chdir(repository.root)
    (blob,) = tree.blobs(["."], Tally())
    assert os.fsencode(blob.path) == name
    assert blob.read() == b"content"


@posix
def test_a_file_called_minus_is_not_standard_input(repository: Any, monkeypatch: Any) -> None:
    repository.write("-", "the file")
    monkeypatch.chdir(repository.root)
    found = tree.blobs(["-", "."], Tally())
    assert [type(blob) for blob in found] == [StdinBlob, FileBlob]
    (blob,) = tree.blobs(["./-"], Tally())
    assert blob.read() == b"the file"


def test_a_directory_in_the_work_tree_as_path(
    names: Any, repository: Any, monkeypatch: Any
) -> None:
    repository.commit("a/b/tracked", "elsewhere")
    repository.write("a/untracked")
    monkeypatch.chdir(repository.root)
    below = [os.path.join("a", "b", "tracked"), os.path.join("a", "untracked")]
    assert names("a") == below
    assert names("a" + os.sep) == below
    monkeypatch.chdir(repository.root / "a" / "b")
    assert names() == ["tracked"]
    up = [os.path.join("..", name) for name in (os.path.join("b", "tracked"), "untracked")]
    assert names("..") == up
    absolute = str(repository.root / "a")
    assert names(absolute) == [absolute + below[0][1:], absolute + below[1][1:]]


@pytest.mark.parametrize("inside", [".", "deeper", "deeper/still"])
@pytest.mark.parametrize("tracked", [[], ["ignored/.gitkeep"]])
def test_an_ignored_directory_as_path_is_read_whole(
    names: Any, repository: Any, monkeypatch: Any, inside: str, tracked: list[str]
) -> None:
    repository.commit("a", *tracked)
    repository.write(".gitignore", "ignored/\n")
    repository.write("ignored/deeper/still/file")
    monkeypatch.chdir(repository.root)
    assert names() == sorted([".gitignore", "a", *tracked])
    path = os.path.normpath(os.path.join("ignored", inside))
    assert os.path.join("ignored", "deeper", "still", "file") in names(path)


def test_an_ignored_file_as_path_is_read(names: Any, repository: Any, monkeypatch: Any) -> None:
    repository.write(".gitignore", "*\n")
    repository.write("file")
    monkeypatch.chdir(repository.root)
    assert names() == []
    assert names("file") == ["file"]


def test_a_directory_in_an_ignoring_parent_is_read(
    names: Any, repository: Any, monkeypatch: Any
) -> None:
    """A home directory under git that ignores everything must not hide what lies in it."""
    repository.write(".gitignore", "*\n")
    repository.write("project/src/file")
    monkeypatch.chdir(repository.root / "project")
    assert names() == [os.path.join("src", "file")]


def test_the_git_directory_as_path(names: Any, repository: Any, monkeypatch: Any) -> None:
    repository.commit("file")
    monkeypatch.chdir(repository.root)
    tally = Tally()
    assert os.path.join(".git", "config") in names(".git", tally=tally)
    assert os.path.join(".git", "refs", "heads") in {
        os.path.dirname(name) for name in names(os.path.join(".git", "refs"), tally=tally)
    }
    assert tally.notices == []
