"""Tests for `scanner.git.loose`: staged contents are read without git, odd ones with it."""

from __future__ import annotations

import os
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scanner.git import loose
from scanner.git.loose import LooseReader, new_reader
from scanner.git.process import GitError
from scanner.git.repository import Repository

CONTENTS = [b"", b"one\n", b"blob 3\0\n", bytes(range(256)) * 300]


@pytest.fixture
def here(repository: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(repository.root)
    return repository


def stored(here: Any, content: bytes) -> str:
    here.write("content", content)
    return here.git("hash-object", "-w", "content").strip()


def path_of(here: Any, name: str) -> Path:
    return Path(here.root, ".git/objects", name[:2], name[2:])


def read(names: list[str]) -> tuple[list[bytes | str | None], bool]:
    """Return each content, None where there is none, or the error; and whether git was needed."""
    found: list[bytes | str | None] = []
    with closing(new_reader(Repository(), names)) as reader:
        for _ in names:
            try:
                size = reader.next_size()
                if size is None:
                    found.append(None)
                    continue
                content = b"".join(iter(lambda: reader.read(7000), b""))
                assert (len(content), reader.kind) == (size, "blob")
                found.append(content)
            except GitError as error:
                found.append(str(error))
        return found, not isinstance(reader, LooseReader) or reader._git is not None


def rewritten(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)


def test_contents_are_read_without_git(here: Any) -> None:
    names = [stored(here, content) for content in CONTENTS]
    assert read(names) == (CONTENTS, False)


def test_commits_and_tags(here: Any) -> None:
    here.commit("a")
    here.git("tag", "-m", "message", "v1")
    names = here.git("rev-parse", "HEAD", "v1").split()
    with closing(new_reader(Repository(), names)) as reader:
        for kind, name in zip(("commit", "tag"), names, strict=True):
            size = reader.next_size()
            assert size is not None
            assert reader.kind == kind
            assert reader.read(size).decode() == here.git("cat-file", kind, name)
        assert isinstance(reader, LooseReader)
        assert reader._git is None


def test_a_content_in_a_pack_and_what_follows_is_for_git(here: Any) -> None:
    names = [stored(here, content) for content in CONTENTS]
    here.git("update-index", "--add", "--cacheinfo", f"100644,{names[1]},x")
    here.git("commit", "-qm", "x")
    here.git("repack", "-adq")
    here.git("prune-packed")
    assert read(names) == (CONTENTS, True)


def test_what_is_not_as_git_has_written_it_is_for_git(here: Any) -> None:
    name = stored(here, b"one\n")
    path = path_of(here, name)
    whole = path.read_bytes()
    other = zlib.compress(b"blob 4\0two\n")
    for damaged in (other, b"", whole[:-3], b"x" + whole, zlib.compress(b"blob 5\0one\n")):
        rewritten(path, damaged)
        found, by_git = read([name, name])
        assert by_git
        assert b"two\n" not in found
        assert b"one\n" not in found
    path.unlink()
    assert read([name]) == ([None], True)


@pytest.mark.skipif(os.name == "nt", reason="named pipes are those of POSIX")
def test_a_pipe_in_its_place_is_for_git(here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    name = stored(here, b"one\n")
    path = path_of(here, name)
    path.unlink()
    os.mkfifo(path)
    asked = []
    monkeypatch.setattr(loose, "_git", lambda _, names: asked.append(names))
    with pytest.raises(AttributeError):
        LooseReader(Repository(), [name]).next_size()
    assert asked == [[name]]


def test_large_and_many_ones_are_for_git(here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [stored(here, content) for content in CONTENTS]
    monkeypatch.setattr(loose, "_LARGEST", 100)
    assert read(names) == (CONTENTS, True)
    monkeypatch.setattr(loose, "_LARGEST", 1 << 20)
    monkeypatch.setattr(loose, "_MOST", 3)
    assert read(names) == (CONTENTS, True)


def test_an_object_of_sha256_is_read(here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    content = here.write("content", b"one\n")
    here.git("init", "-q", "--object-format=sha256", "other")
    monkeypatch.chdir("other")
    name = here.git("-C", "other", "hash-object", "-w", str(content)).strip()
    assert len(name) == 64
    assert read([name]) == ([b"one\n"], False)
