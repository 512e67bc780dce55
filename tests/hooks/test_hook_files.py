"""Writing hooks: whole, all of them or none, whatever goes wrong in between."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from scanner.hooks import files
from scanner.hooks.files import HookError, look, make_directory, remove, write
from scanner.hooks.script import KEPT, HookKind, repository_hook

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs the file system of POSIX")

LINK = os.link
TEXT = repository_hook("pre-commit", "/x/keycatch")


def state(folder: Path) -> dict[str, tuple[int, str | bytes]]:
    return {
        path.name: (
            path.lstat().st_mode,
            os.readlink(path) if path.is_symlink() else path.read_bytes(),
        )
        for path in folder.iterdir()
    }


def absent(folder: Path) -> None:
    pass


def own(folder: Path) -> None:
    (folder / "pre-commit").write_bytes(b"#!/bin/sh\nexit 0\n")
    (folder / "pre-commit").chmod(0o741)


def link(folder: Path) -> None:
    (folder / "target").write_bytes(b"#!/bin/sh\n")
    (folder / "pre-commit").symlink_to("target")


def ours(folder: Path) -> None:
    (folder / "pre-commit").write_bytes(repository_hook("pre-commit", "/other/keycatch"))
    (folder / "pre-commit").chmod(0o750)


def cut_off(folder: Path) -> None:
    own(folder)
    LINK(folder / "pre-commit", folder / f"pre-commit{KEPT}")


def cut_off_link(folder: Path) -> None:
    link(folder)
    (folder / f"pre-commit{KEPT}").symlink_to("target")


START = [absent, own, link, ours, cut_off, cut_off_link]


@pytest.fixture(params=[True, False], ids=["links", "no links"])
def links(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run with a file system that has hard links, and with one that has none."""

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(1, "not here")

    if not request.param:
        monkeypatch.setattr(os, "link", refuse)


@pytest.mark.parametrize("start", START)
@pytest.mark.parametrize("reason", [KeyboardInterrupt, SystemExit, HookError])
def test_what_was_written_is_taken_back(
    tmp_path: Path, start: Any, reason: type[BaseException]
) -> None:
    start(tmp_path)
    before = state(tmp_path)
    undo = ExitStack()
    write(look(str(tmp_path), "pre-commit"), TEXT, undo)
    assert (tmp_path / "pre-commit").read_bytes() == TEXT
    with pytest.raises(reason), undo:
        raise reason
    assert state(tmp_path) == before


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("start", [absent, own, link, ours])
def test_a_write_that_fails_changes_nothing(
    tmp_path: Path, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(tmp_path)
    before = state(tmp_path)
    replace = os.replace

    def fail(source: str, target: str) -> None:
        if source.endswith(".tmp"):
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail)
    hook = look(str(tmp_path), "pre-commit")
    with pytest.raises(HookError, match=r"cannot write .*: No space left"), ExitStack() as undo:
        write(hook, TEXT, undo)
    assert state(tmp_path) == before


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("start", [own, link, cut_off, cut_off_link])
def test_what_was_there_comes_back(tmp_path: Path, start: Any) -> None:
    start(tmp_path)
    before = state(tmp_path)
    before.pop(f"pre-commit{KEPT}", None)
    write(look(str(tmp_path), "pre-commit"), TEXT, ExitStack())
    assert (tmp_path / "pre-commit").read_bytes() == TEXT
    assert not (tmp_path / "pre-commit").is_symlink()
    assert remove(look(str(tmp_path), "pre-commit"))
    assert state(tmp_path) == before


def test_directories_are_taken_back(tmp_path: Path) -> None:
    undo = ExitStack()
    make_directory(str(tmp_path / "a/b/c"), undo)
    write(look(str(tmp_path / "a/b/c"), "pre-commit"), TEXT, undo)
    with pytest.raises(KeyboardInterrupt), undo:
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git would ignore the hook there and say little about it."""
    own(tmp_path)
    before = state(tmp_path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(HookError, match="cannot be made executable"), ExitStack() as undo:
        write(look(str(tmp_path), "pre-commit"), TEXT, undo)
    assert state(tmp_path) == before


def test_the_mode_of_our_hook_is_kept(tmp_path: Path) -> None:
    ours(tmp_path)
    write(look(str(tmp_path), "pre-commit"), TEXT, ExitStack())
    assert state(tmp_path) == {"pre-commit": (0o100750 | 0o111 & ~files._umask(), TEXT)}


def test_our_hook_is_executable_again(tmp_path: Path) -> None:
    ours(tmp_path)
    (tmp_path / "pre-commit").chmod(0o640)
    write(look(str(tmp_path), "pre-commit"), TEXT, ExitStack())
    assert os.access(tmp_path / "pre-commit", os.X_OK)


def test_a_link_to_nothing_is_a_hook_of_someone(tmp_path: Path) -> None:
    (tmp_path / "pre-commit").symlink_to("nowhere")
    assert look(str(tmp_path), "pre-commit").kind is HookKind.FOREIGN


def test_ours_beneath_a_framework(tmp_path: Path) -> None:
    (tmp_path / "pre-commit").write_bytes(b"#!/bin/sh\n# File generated by pre-commit: x\n")
    (tmp_path / "pre-commit.legacy").write_bytes(TEXT)
    hook = look(str(tmp_path), "pre-commit")
    assert (hook.path, hook.kind) == (str(tmp_path / "pre-commit.legacy"), HookKind.OURS)
    (tmp_path / "pre-commit").write_bytes(b"#!/bin/sh\n")
    assert look(str(tmp_path), "pre-commit").kind is HookKind.FOREIGN
    (tmp_path / "pre-commit").write_bytes(TEXT)
    assert look(str(tmp_path), "pre-commit").path == str(tmp_path / "pre-commit")
