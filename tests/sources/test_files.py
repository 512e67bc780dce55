"""Reading files that change, vanish, are none, or are too large to hold."""

from __future__ import annotations

import os
import pickle
import socket
import stat
from typing import TYPE_CHECKING, Any

import pytest

from scanner.sources import files
from scanner.sources.files import FileBlob
from scanner.sources.interface import TooLarge, Unread

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

posix = pytest.mark.skipif(os.name == "nt", reason="needs the file system of POSIX")


def unread(read: Callable[[], object]) -> Unread:
    with pytest.raises(Unread) as caught:
        read()
    return caught.value


def in_windows(blob: FileBlob) -> bytes:
    """Return the content from windows, each without what it shares with the one before."""
    return b"".join(w.layer.data[len(w.layer.data) - w.fresh :] for w in blob.windows())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.mark.parametrize("content", [b"", b"x", b"\0\xff\r\n" * 1000, bytes(range(256))])
@pytest.mark.parametrize("follow", [True, False])
def test_content_comes_back_as_it_is(path: Path, content: bytes, follow: bool) -> None:
    path.write_bytes(content)
    assert FileBlob(str(path), follow=follow).read() == content
    assert in_windows(FileBlob(str(path), follow=follow)) == content


def test_a_file_of_exactly_the_window_is_held_and_a_larger_one_is_not(
    path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(files, "WINDOW", 1000)
    path.write_bytes(b"x" * 1000)
    assert len(FileBlob(str(path)).read()) == 1000
    path.write_bytes(b"x" * 1001)
    with pytest.raises(TooLarge):
        FileBlob(str(path)).read()


def test_short_reads_are_put_together(path: Path, monkeypatch: Any) -> None:
    """As network file systems give them."""
    read = os.read
    monkeypatch.setattr(os, "read", lambda descriptor, size: read(descriptor, min(size, 7)))
    path.write_bytes(bytes(range(200)))
    assert FileBlob(str(path)).read() == bytes(range(200))
    assert in_windows(FileBlob(str(path))) == bytes(range(200))


# -- what is missing or no file -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["gone", "file/below"])
@pytest.mark.parametrize("follow", [True, False])
def test_what_is_missing_hides_something_only_if_the_user_named_it(
    tmp_path: Path, name: str, follow: bool
) -> None:
    (tmp_path / "file").write_text("text")
    blob = FileBlob(str(tmp_path / name), follow=follow)
    for read in (blob.read, lambda: in_windows(blob)):
        found = unread(read)
        assert (found.reason, found.hides) == ("missing", follow)


@posix
@pytest.mark.parametrize("kind", ["directory", "pipe", "socket", "device"])
@pytest.mark.parametrize("follow", [True, False])
def test_what_is_no_file_is_not_read_and_does_not_block(
    tmp_path: Path, monkeypatch: Any, kind: str, follow: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    name = kind
    if kind == "directory":
        os.mkdir(name)
    elif kind == "pipe":
        os.mkfifo(name)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(name)
    else:
        name = os.devnull
    blob = FileBlob(name, follow=follow)
    for read in (blob.read, lambda: in_windows(blob)):
        found = unread(read)
        assert (found.reason, found.hides) == ("not-a-file", follow)


def test_an_unreadable_file_hides_something(path: Path, monkeypatch: Any) -> None:
    path.write_text("text")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    found = unread(FileBlob(str(path)).read)
    assert (found.reason, found.detail, found.hides) == ("unreadable", "Permission denied", True)


@pytest.mark.parametrize("large", [True, False])
def test_an_error_in_the_middle_hides_something(path: Path, monkeypatch: Any, large: bool) -> None:
    path.write_text("text")

    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", fail)
    blob = FileBlob(str(path))
    found = unread(lambda: in_windows(blob) if large else blob.read())
    assert (found.reason, found.detail, found.hides) == ("unreadable", "Input/output error", True)


def test_every_descriptor_is_closed(tmp_path: Path, monkeypatch: Any) -> None:
    opened: list[int] = []
    closed: list[int] = []
    real_open, real_close = os.open, os.close

    def recording_open(*arguments: Any) -> int:
        opened.append(real_open(*arguments))
        return opened[-1]

    def recording_close(descriptor: int) -> None:
        closed.append(descriptor)
        real_close(descriptor)

    monkeypatch.setattr(os, "open", recording_open)
    monkeypatch.setattr(os, "close", recording_close)
    monkeypatch.setattr(files, "WINDOW", 10)
    (tmp_path / "small").write_bytes(b"x")
    (tmp_path / "large").write_bytes(b"x" * 11)
    for name in ("small", "large"):
        FileBlob(str(tmp_path / name)).read() if name == "small" else None
        in_windows(FileBlob(str(tmp_path / name)))
    with pytest.raises(TooLarge):
        FileBlob(str(tmp_path / "large")).read()
    stopped = FileBlob(str(tmp_path / "large")).windows()
    next(stopped)
    stopped.close()  # type: ignore[attr-defined]
    assert opened == closed
    assert len(opened) == 5


# -- links --------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("target", ["file", "/", "nowhere", "link", "\udcff\n\x1b", "a" * 200])
def test_a_link_is_the_text_of_its_target(tmp_path: Path, target: str) -> None:
    (tmp_path / "file").write_text("text")
    (tmp_path / "link").symlink_to(target)
    assert FileBlob(str(tmp_path / "link")).read() == os.fsencode(target)


@posix
def test_links_are_seen_where_the_system_cannot_refuse_to_follow(
    tmp_path: Path, monkeypatch: Any
) -> None:
    """Windows has no O_NOFOLLOW."""
    monkeypatch.setattr(files, "NO_FOLLOW", 0)
    (tmp_path / "file").write_text("text")
    (tmp_path / "link").symlink_to("file")
    assert FileBlob(str(tmp_path / "link")).read() == b"file"
    assert FileBlob(str(tmp_path / "file")).read() == b"text"


@posix
def test_a_file_that_becomes_a_link_before_its_windows_are_read(path: Path) -> None:
    path.symlink_to("elsewhere")
    found = unread(lambda: in_windows(FileBlob(str(path))))
    assert (found.reason, found.hides) == ("changed-while-read", True)


# -- sizes that are not true --------------------------------------------------------------------


def pretend_size(monkeypatch: Any, size: int) -> None:
    """Let every regular file seem to have `size` bytes when it is opened."""
    fstat = os.fstat

    def changed(descriptor: int) -> os.stat_result:
        status = list(fstat(descriptor))
        if stat.S_ISREG(status[0]):
            status[6] = size
        return os.stat_result(status)

    monkeypatch.setattr(os, "fstat", changed)


@pytest.mark.parametrize("size", [5, 15], ids=["grown", "shrunk"])
def test_a_file_that_changes_is_scanned_as_far_as_it_was_read(
    path: Path, monkeypatch: Any, size: int
) -> None:
    path.write_bytes(b"0123456789")
    pretend_size(monkeypatch, size)
    found = unread(FileBlob(str(path)).read)
    assert (found.reason, found.hides, found.partial) == ("changed-while-read", True, b"0123456789")
    windows = FileBlob(str(path)).windows()
    assert next(windows).layer.data == b"0123456789"
    assert unread(lambda: next(windows)).reason == "changed-while-read"


@pytest.mark.parametrize("size", [4, 20], ids=["grown", "shrunk"])
def test_a_large_file_that_changes(path: Path, monkeypatch: Any, size: int) -> None:
    monkeypatch.setattr(files, "WINDOW", 3)
    path.write_bytes(b"0123456789")
    pretend_size(monkeypatch, size)
    with pytest.raises(TooLarge):
        FileBlob(str(path)).read()
    assert unread(lambda: in_windows(FileBlob(str(path)))).hides


def test_a_file_that_grows_for_ever_comes_to_an_end(path: Path, monkeypatch: Any) -> None:
    path.write_bytes(b"x" * 100)
    given = 0

    def read(_descriptor: int, size: int) -> bytes:
        nonlocal given
        given += min(size, 1 << 20)
        assert given < 200 << 20, "this would never end"
        return b"x" * min(size, 1 << 20)

    monkeypatch.setattr(os, "read", read)
    with pytest.raises(TooLarge):
        FileBlob(str(path)).read()
    assert unread(lambda: in_windows(FileBlob(str(path)))).reason == "changed-while-read"


@pytest.mark.parametrize("number", [1, 5000])
def test_a_file_without_a_size_is_read_to_its_end(
    path: Path, monkeypatch: Any, number: int
) -> None:
    """As those of /proc."""
    path.write_bytes(b"x" * number)
    pretend_size(monkeypatch, 0)
    assert len(FileBlob(str(path)).read()) == number
    assert len(in_windows(FileBlob(str(path)))) == number
    monkeypatch.setattr(files, "WINDOW", 4000)
    if number > 4000:  # and is not cut off in silence where it is large
        with pytest.raises(TooLarge):
            FileBlob(str(path)).read()


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
def test_proc() -> None:
    assert os.stat("/proc/self/status").st_size == 0
    assert b"\nPid:" in FileBlob("/proc/self/status").read()


# -- other processes ----------------------------------------------------------------------------


@pytest.mark.parametrize("follow", [True, False])
def test_a_blob_can_be_sent_to_another_process(path: Path, follow: bool) -> None:
    path.write_bytes(b"text")
    blob = pickle.loads(pickle.dumps(FileBlob(str(path), follow=follow)))
    assert (blob.path, blob.follow, blob.shareable) == (str(path), follow, True)
    assert blob.read() == b"text"
