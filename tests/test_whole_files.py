"""scanner/files.py: a file appears whole or not at all, whatever goes wrong on the way."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.files import abandon, discard, prepare, publish, write_whole


def breaking(error: BaseException) -> Iterator[bytes]:
    yield b"half of it"
    raise error


def test_the_content_is_written_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(str(path), [b"one\n", b"\r\n\x00\xff"])
    assert path.read_bytes() == b"one\n\r\n\x00\xff"
    write_whole(str(path), [b"two"], durable=True)
    assert path.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("error", [OSError(28, "full"), ValueError(), KeyboardInterrupt()])
def test_an_older_file_stays_when_the_content_breaks_off(
    tmp_path: Path, error: BaseException
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(type(error)):
        write_whole(str(path), breaking(error))
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_nothing_is_left_when_a_step_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(5, "broken")

    monkeypatch.setattr(os, step, refuse)
    with pytest.raises(OSError, match="broken"):
        write_whole(str(tmp_path / "file"), [b"new"], exact=True, durable=True)
    assert os.listdir(tmp_path) == []


def test_the_content_is_on_the_disk_before_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (steps.append("fsync"), fsync(handle)))
    monkeypatch.setattr(os, "replace", lambda *names: (steps.append("replace"), replace(*names)))
    write_whole(str(tmp_path / "file"), [b"new"], durable=True)
    assert steps == ["fsync", "replace"]


def test_a_file_that_has_to_be_new(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(str(path), [b"first"], only_new=True)
    with pytest.raises(FileExistsError):
        write_whole(str(path), [b"second"], only_new=True)
    assert path.read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(os.name == "nt", reason="making links is a privilege there")
def test_a_link_to_nothing_is_not_new(tmp_path: Path) -> None:
    path = tmp_path / "link"
    path.symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        write_whole(str(path), [b"text"], only_new=True)
    assert path.is_symlink()
    assert os.listdir(tmp_path) == ["link"]


@pytest.mark.skipif(os.name == "nt", reason="permissions work in another way")
@pytest.mark.parametrize(
    ("mode", "exact", "found"),
    [(0o666, False, 0o640), (0o777, False, 0o750), (0o600, False, 0o600), (0o751, True, 0o751)],
)
def test_permissions(tmp_path: Path, mode: int, exact: bool, found: int) -> None:
    before = os.umask(0o027)
    try:
        write_whole(str(tmp_path / "file"), [b""], mode, exact=exact)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == found


def test_a_stream_whose_reader_left_is_silenced() -> None:
    reader, writer = os.pipe()
    stream = os.fdopen(writer, "w")
    stream.write("nobody reads this")
    os.close(reader)
    discard(stream)
    stream.close()


def test_a_closed_stream_is_left_alone(tmp_path: Path) -> None:
    with open(tmp_path / "file", "w") as stream:
        pass
    discard(stream)


# -- what only its owner may read ----------------------------------------------------------------

PRIVATE = 0o600
needs_unnamed_files = pytest.mark.skipif(
    not hasattr(os, "O_TMPFILE"), reason="the system has no files without a name"
)


@needs_unnamed_files
def test_a_private_file_has_no_name_until_it_is_whole(tmp_path: Path) -> None:
    """Whoever kills the process, by whatever signal, leaves nothing of it."""
    seen = []

    def content() -> Iterator[bytes]:
        yield b"secret"
        seen.append(os.listdir(tmp_path))

    path = tmp_path / "file"
    pending = prepare(str(path), content(), PRIVATE)
    assert seen == [[]]
    assert os.listdir(tmp_path) == []
    publish(pending)
    assert path.read_bytes() == b"secret"
    assert stat.S_IMODE(path.stat().st_mode) == PRIVATE
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("without", [True, False])
def test_private_files_with_and_without_such_files(
    without: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if without:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    path = tmp_path / "file"
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    for content in (b"one", b"two"):
        write_whole(str(path), [content], PRIVATE)
        assert path.read_bytes() == content
        assert stat.S_IMODE(path.stat().st_mode) == PRIVATE or os.name == "nt"
    with pytest.raises(FileExistsError):
        write_whole(str(path), [b"three"], PRIVATE, only_new=True)
    with pytest.raises(ValueError, match="broken"):
        write_whole(str(path), breaking(ValueError("broken")), PRIVATE)
    abandon(prepare(str(path), [b"four"], PRIVATE))
    assert path.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["file"]
    after = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    assert len(after) == len(before)


@needs_unnamed_files
@pytest.mark.parametrize("step", ["link", "replace"])
def test_nothing_is_left_when_a_private_file_gets_no_name(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(5, "broken")

    monkeypatch.setattr(os, step, refuse)
    with pytest.raises(OSError, match="broken"):
        write_whole(str(tmp_path / "file"), [b"new"], PRIVATE)
    assert os.listdir(tmp_path) == []
