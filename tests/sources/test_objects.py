"""Blobs that git stores, and the files that pointers of Git LFS stand for."""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import Any

import pytest

from scanner.git.lfs import Storage
from scanner.git.objects import ObjectReader
from scanner.git.repository import Repository
from scanner.sources import files
from scanner.sources.interface import WINDOW, TooLarge, Unread
from scanner.sources.objects import GitBlob


class Given:
    """Stands for a reader with one object."""

    kind = "blob"

    def __init__(self, content: bytes | None) -> None:
        self._content = content or b""
        self._size = None if content is None else len(content)

    def next_size(self) -> int | None:
        return self._size

    def read(self, number: int) -> bytes:
        piece, self._content = self._content[:number], self._content[number:]
        return piece


class Unconfigured:
    """Stands for a repository without a setting for Git LFS."""

    def __init__(self, directory: Any) -> None:
        self.git_directory = str(directory)

    def run(self, *command: str, what: str) -> bytes:
        return b""


def blob(content: bytes | None, directory: Any = "nowhere") -> GitBlob:
    lfs = Storage(Unconfigured(directory))  # type: ignore[arg-type]
    return GitBlob("path", "a" * 40, Given(content), lfs)  # type: ignore[arg-type]


def pointer(content: bytes, extra: bytes = b"") -> bytes:
    name = hashlib.sha256(content).hexdigest().encode()
    head = b"version https://git-lfs.github.com/spec/v1\n"
    return head + extra + b"oid sha256:%s\nsize %d\n" % (name, len(content))


def keep(directory: Any, content: bytes) -> None:
    name = hashlib.sha256(content).hexdigest()
    path = directory / "lfs/objects" / name[:2] / name[2:4] / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


@pytest.mark.parametrize("content", [b"", b"text\n", b"\0\xff\r\n", b"x" * 100_000])
def test_a_content(content: bytes) -> None:
    assert blob(content).read() == content


def test_from_a_repository(repository: Any) -> None:
    repository.commit("a")
    name = repository.git("rev-parse", "HEAD:a").strip()
    here = Repository(str(repository.root))
    with closing(ObjectReader(here, [name])) as reader:
        found = GitBlob("a", name, reader, Storage(here))
        assert (found.path, found.object, found.shareable) == ("a", name, False)
        assert found.read() == b"text\n"


def test_a_missing_one_makes_the_scan_incomplete() -> None:
    with pytest.raises(Unread) as error:
        blob(None).read()
    assert (error.value.reason, error.value.hides) == ("missing-object", True)
    assert error.value.detail


def test_a_large_one_comes_in_windows() -> None:
    content = b"line\n" * (WINDOW // 4)
    large = blob(content)
    with pytest.raises(TooLarge):
        large.read()
    found = list(large.windows())
    assert len(found) > 1
    assert sum(window.fresh for window in found) == len(content)


@pytest.mark.parametrize("extra", [b"", b"ext-0-foo sha256:" + b"0" * 64 + b"\n"])
def test_a_pointer_of_git_lfs(tmp_path: Any, extra: bytes) -> None:
    keep(tmp_path, b"behind it\n")
    assert blob(pointer(b"behind it\n", extra), tmp_path).read() == b"behind it\n"


def test_a_pointer_to_a_large_file(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(files, "WINDOW", 1000)
    content = b"line\n" * 1000
    keep(tmp_path, content)
    large = blob(pointer(content), tmp_path)
    with pytest.raises(TooLarge):
        large.read()
    assert sum(window.fresh for window in large.windows()) == len(content)


def test_a_pointer_to_nothing_is_counted_and_read_itself() -> None:
    text = pointer(b"elsewhere")
    with pytest.raises(Unread) as error:
        blob(text).read()
    unread = error.value
    assert (unread.reason, unread.hides, unread.partial) == ("lfs-pointer", False, text)


def test_a_message_is_no_pointer(tmp_path: Any) -> None:
    keep(tmp_path, b"behind it\n")
    text = pointer(b"behind it\n")
    assert GitBlob("commit message", "a" * 40, Given(text)).read() == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        b"version https://git-lfs.github.com/spec/v1\n",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:../../../../etc/passwd\n",
        b"# " + b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\n",
        pointer(b"x") + b"#" * 1024,
    ],
)
def test_no_pointer(text: bytes) -> None:
    assert blob(text).read() == text
