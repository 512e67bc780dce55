"""Directories outside of git, and which paths are given."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scanner.errors import UsageError
from scanner.findings import Tally
from scanner.sources import tree
from scanner.sources.files import FileBlob
from scanner.sources.stdin import PipeBlob

pytestmark = pytest.mark.usefixtures("clean_environment")
posix = pytest.mark.skipif(os.name == "nt", reason="needs the file system of POSIX")


def write(root: Path, *names_: str) -> None:
    for name in names_:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")


def test_everything_but_git_directories(names: Any, tmp_path: Path, monkeypatch: Any) -> None:
    write(tmp_path, "top/a", "top/.hidden/b", "top/node_modules/c", "top/d/.git/config", "top/d/e")
    monkeypatch.chdir(tmp_path / "top")
    tally = Tally()
    assert [name.replace(os.sep, "/") for name in names(tally=tally)] == [
        ".hidden/b",
        "a",
        "d/e",
        "node_modules/c",
    ]
    assert tally.skipped == {"git-directory": 1}


@posix
def test_what_is_no_file_is_counted_and_never_opened(
    names: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    import socket

    top = tmp_path / "top"
    write(top, "file")
    os.mkfifo(top / "pipe")
    (top / "loop").symlink_to(".")
    with socket.socket(socket.AF_UNIX) as listening:
        monkeypatch.chdir(top)
        listening.bind("socket")
        tally = Tally()
        assert names(tally=tally) == ["file", "loop"]
    assert tally.skipped == {"not-a-file": 2}
    assert tally.notices == []


@posix
def test_directories_too_deep_for_the_system_make_the_scan_incomplete(
    names: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkdir("top")
    opened = os.open("top", os.O_RDONLY)
    try:
        for level in range(3000):
            os.mkdir("d", dir_fd=opened)
            inner = os.open("d", os.O_RDONLY, dir_fd=opened)
            os.close(opened)
            opened = inner
            if level == 1000:
                os.close(os.open("near", os.O_CREAT | os.O_WRONLY, dir_fd=opened))
        os.close(os.open("far", os.O_CREAT | os.O_WRONLY, dir_fd=opened))
    finally:
        os.close(opened)
    tally = Tally()
    found = names("top", tally=tally)
    assert [os.path.basename(name) for name in found] in (["near"], ["far", "near"])
    if len(found) == 1:
        assert [(n.reason, n.hides) for n in tally.notices] == [("unreadable", True)]
    subprocess.run(["rm", "-rf", "top"], check=True)


def test_a_directory_that_cannot_be_listed(
    listing: Any, tmp_path: Path, unprivileged: list[str]
) -> None:
    write(tmp_path, "top/locked/file", "top/open/file")
    (tmp_path / "top/locked").chmod(0)
    found, notices = listing(unprivileged, "top", tmp_path)
    (tmp_path / "top/locked").chmod(0o755)
    assert found == "['top/open/file']"
    assert notices.startswith("[Notice(reason='unreadable', path='top/locked', detail='Permission ")
    assert notices.endswith(" denied', hides=True)]")


# -- which paths are given -------------------------------------------------------------------------
@pytest.mark.parametrize(
    "paths",
    [
        (".", "."),
        (".", "src"),
        ("src", "."),
        ("src", "src/"),
        ("src", "./src"),
        (".", "src/../src"),
        ("src/file", "src"),
        (".", "src/file"),
        ("src/file", "./src/file"),
        (".", "ABSOLUTE"),
        ("ABSOLUTE/src", "src"),
        (".", "ABSOLUTE/src/file"),
    ],
)
def test_a_file_is_read_once_however_often_it_is_named(
    tmp_path: Path, monkeypatch: Any, paths: tuple[str, ...]
) -> None:
    write(tmp_path, "top/src/file")
    monkeypatch.chdir(tmp_path / "top")
    given = [path.replace("ABSOLUTE", str(tmp_path / "top")) for path in paths]
    assert len(tree.blobs(given, Tally())) == 1


@posix
def test_a_link_that_is_given_is_followed_even_if_its_directory_is_too(
    tmp_path: Path, monkeypatch: Any
) -> None:
    write(tmp_path, "outside")
    (tmp_path / "top").mkdir()
    (tmp_path / "top" / "link").symlink_to("../outside")
    monkeypatch.chdir(tmp_path / "top")
    for paths in (("link", "."), (".", "link"), ("./link",)):
        (blob,) = tree.blobs(paths, Tally())
        assert blob.read() == b"text"


@posix
def test_a_link_to_a_directory_that_is_given_is_followed(
    names: Any, repository: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    repository.commit("inside/file")
    repository.write(".gitignore", "ignored\n")
    repository.write("inside/ignored")
    (tmp_path / "link").symlink_to(repository.root / "inside")
    monkeypatch.chdir(tmp_path)
    assert names("link") == ["link/file"]
    # And out of a work tree, where the work tree's git has no say.
    write(tmp_path, "outside/file", "outside/ignored")
    (repository.root / "out").symlink_to(tmp_path / "outside")
    monkeypatch.chdir(repository.root)
    assert names("out") == ["out/file", "out/ignored"]


@pytest.mark.parametrize("path", ["", "missing", "file/below", "nul\0byte", "a" * 300])
def test_a_path_that_does_not_exist(tmp_path: Path, monkeypatch: Any, path: str) -> None:
    write(tmp_path, "file")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"^cannot scan '"):
        tree.blobs([path], Tally())


@posix
def test_the_error_shows_no_terminal_escapes(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        tree.blobs(["\x1b[31m\udcff"], Tally())
    assert str(caught.value).isprintable()


@posix
def test_a_pipe_that_is_given_is_read_first(tmp_path: Path, monkeypatch: Any) -> None:
    write(tmp_path, "file")
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    found = tree.blobs(["file", "pipe"], Tally())
    assert [type(blob) for blob in found] == [PipeBlob, FileBlob]
    assert [blob.shareable for blob in found] == [False, True]
