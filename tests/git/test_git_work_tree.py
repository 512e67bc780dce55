"""How git is started: hardened, found on the PATH only, and its answers taken apart."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from scanner.git import hardening, process
from scanner.git import work_tree as git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("clean_environment")


@pytest.fixture(autouse=True)
def _fresh_program() -> Iterator[None]:
    process.program.cache_clear()
    yield
    process.program.cache_clear()


@pytest.fixture
def calls(monkeypatch: Any) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Record how git is started instead of starting it."""
    made: list[tuple[tuple[str, ...], dict[str, Any]]] = []
    answer_with(monkeypatch, 0, made=made)
    return made


def answer_with(
    monkeypatch: Any,
    code: int,
    output: bytes = b"",
    errors: bytes = b"",
    made: list[tuple[tuple[str, ...], dict[str, Any]]] | None = None,
) -> None:
    """Let git answer so, without a process; what it would be given goes into `made`."""

    class Process:
        pid = -1
        returncode = code

        def __init__(self, command: tuple[str, ...], **options: Any) -> None:
            self.command, self.options = command, options

        def __enter__(self) -> Process:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def communicate(self, stdin: bytes, timeout: float) -> tuple[bytes, bytes]:
            if made is not None:
                made.append((self.command, {**self.options, "input": stdin}))
            return output, errors

    monkeypatch.setattr(subprocess, "Popen", Process)


def test_every_call_is_hardened(calls: Any, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.fsmonitor=evil'")
    git.list_files(str(tmp_path), str(tmp_path))
    git.is_ignored(str(tmp_path), str(tmp_path))
    assert len(calls) == 2
    for command, options in calls:
        assert os.path.isabs(command[0])
        joined = " ".join(command)
        for setting in ("core.fsmonitor=false", "core.hooksPath=/dev/null", "--no-optional-locks"):
            assert setting in joined
        assert "safe.directory" not in joined
        assert "safe.bareRepository=explicit" in joined
        variables = {name: value for name, value in options["env"].items() if name[:4] == "GIT_"}
        assert variables == {
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": hardening.SETTINGS["GIT_ALLOW_PROTOCOL"],
            "GIT_WORK_TREE": str(tmp_path),
        }
        assert options["env"]["LC_ALL"] == "C"
        assert options["input"] == b""  # nothing of ours is left for git to read


def test_records_are_taken_apart(monkeypatch: Any) -> None:
    oid = b"0" * 40
    records = (
        b"? new",
        b"? nested/",
        b"? deep/nested/",
        b"? 100644 %b 0\tplain untracked" % oid,
        b"? 160000 %b 0\tno submodule" % oid,
        b"H 100644 %b 0\tplain" % oid,
        b"S 100644 %b 0\tsparse" % oid,
        b"M 100755 %b 1\twith\ttab and\nline" % oid,
        b"M 100755 %b 2\twith\ttab and\nline" % oid,
        b"H 120000 %b 0\t160000 link" % oid,
        b"H 160000 %b 0\tsub" % oid,
        b"",
    )
    said = b"warning: unable to access 'x'\nwarning: could not open directory 'y\xff/': No\n"

    answer_with(monkeypatch, 0, b"\0".join(records), said)
    assert git.list_files(".", "/") == git.Listing(
        [
            b"100644 %b 0\tplain untracked" % oid,
            b"160000 %b 0\tno submodule" % oid,
            b"160000 link",
            b"new",
            b"plain",
            b"sparse",
            b"with\ttab and\nline",
        ],
        [b"deep/nested", b"nested", b"sub"],
        ["warning: could not open directory 'y\udcff/': No"],
    )


@pytest.mark.skipif(os.name == "nt", reason="no such names")
def test_an_untracked_file_cannot_pass_for_a_record_of_the_index(repository: Any) -> None:
    repository.commit("tracked")
    record = repository.git("ls-files", "--stage").strip()
    name = f"{record}2"
    repository.write(name)
    found = git.list_files(str(repository.root), str(repository.root))
    assert found == git.Listing(sorted([b"tracked", name.encode()]), [], [])


def test_what_git_says_is_in_the_error_and_harmless(monkeypatch: Any) -> None:
    answer_with(monkeypatch, 128, errors=b"fatal: \x1b[31mno\xff\nmore")
    with pytest.raises(process.GitError) as caught:
        git.list_files("dir\x1b", "/")
    text = str(caught.value)
    assert text.startswith("git could not list the files of dir\\x1b: fatal: \\x1b[31mno")
    assert text.isprintable()
    assert not git.is_ignored(".", "/")


@pytest.mark.parametrize("path", [None, "", ":", ".", "bin", "./bin:relative"])
def test_only_absolute_entries_of_the_path_count(
    monkeypatch: Any, tmp_path: Path, path: str | None
) -> None:
    name = "git.exe" if os.name == "nt" else "git"
    for directory in (tmp_path, tmp_path / "bin", tmp_path / "relative"):
        directory.mkdir(exist_ok=True)
        (directory / name).write_text("#!/bin/sh\n")
        (directory / name).chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "defpath", "")
    if path is None:
        monkeypatch.delenv("PATH")
    else:
        monkeypatch.setenv("PATH", path.replace(":", os.pathsep))
    with pytest.raises(process.GitError, match="git was not found: install it"):
        process.program()
    monkeypatch.setenv("PATH", os.pathsep.join(["bin", str(tmp_path / "none"), str(tmp_path)]))
    assert process.program() == str(tmp_path / name)


@pytest.mark.skipif(os.name == "nt", reason="no execution bit")
def test_a_directory_and_a_text_called_git_are_no_program(monkeypatch: Any, tmp_path: Path) -> None:
    (tmp_path / "a" / "git").mkdir(parents=True)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "git").write_text("text")
    monkeypatch.setenv("PATH", f"{tmp_path / 'a'}:{tmp_path / 'b'}")
    with pytest.raises(process.GitError, match="git was not found"):
        process.program()


def test_the_root_of_the_work_tree(tmp_path: Path, monkeypatch: Any) -> None:
    inner = tmp_path / "repo" / "a" / "b"
    inner.mkdir(parents=True)
    assert git.find_work_tree(str(inner)) is None
    (tmp_path / "repo" / ".git" / "refs").mkdir(parents=True)
    root = str((tmp_path / "repo").resolve())
    assert git.find_work_tree(str(inner)) == root
    assert git.find_work_tree(str(tmp_path / "repo" / ".git" / "refs")) is None
    monkeypatch.chdir(inner)
    assert git.find_work_tree(".") == git.find_work_tree("..") == root
    (inner / ".git").write_text("gitdir: elsewhere\n")
    assert git.find_work_tree(".") == str(inner.resolve())


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_the_root_is_that_of_the_real_directory(tmp_path: Path) -> None:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "a").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "to-inside").symlink_to("repo/a")
    (tmp_path / "repo" / "to-outside").symlink_to("../outside")
    assert git.find_work_tree(str(tmp_path / "to-inside")) == str((tmp_path / "repo").resolve())
    assert git.find_work_tree(str(tmp_path / "repo" / "to-outside")) is None


def test_the_pattern_that_ignores_a_file(repository) -> None:
    repository.write(".gitignore", "# logs\n*.log\n")
    repository.write("a/.gitignore", "x\n")
    for name in ("a.log", "a/x", "a/b", "a/kept.log"):
        repository.write(name)
    repository.git("add", "-f", "a/kept.log")
    root = str(repository.root)
    found = [
        git.ignored_by(f"{root}/{name}", root) for name in ("a.log", "a/x", "a/b", "a/kept.log")
    ]
    assert found == [".gitignore:2: *.log", "a/.gitignore:1: x", "", ""]
