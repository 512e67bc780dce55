"""The files of packs: a bounded number is open, and each gives what it gave at first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.git import pack_file
from scanner.git.pack_file import PackFile
from scanner.git.pack_index import PackError


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[PackFile]:
    monkeypatch.setattr(pack_file, "MOST_OPEN", 3)
    monkeypatch.setattr(pack_file, "_open", {})
    for number in range(10):
        (tmp_path / str(number)).write_bytes(b"%d" % number)
    return [PackFile(str(tmp_path / str(number))) for number in range(10)]


def open_files() -> int:
    return len(os.listdir("/dev/fd"))


def test_each_is_read_in_any_order(files: list[PackFile]) -> None:
    for number in (0, 9, 0, 1, 2, 3, 0, 5, 5):
        assert os.pread(files[number].descriptor(), 10, 0) == b"%d" % number
        assert len(pack_file._open) == 3


def test_the_one_used_last_stays_open(files: list[PackFile]) -> None:
    kept = files[4].descriptor()
    for number in (5, 6, 4, 7, 8, 4, 9):
        files[number].descriptor()
    assert os.pread(kept, 10, 0) == b"4"


def test_what_is_closed_counts_no_more(files: list[PackFile]) -> None:
    before = open_files()
    for file in files:
        file.close()
        file.close()
    assert (open_files(), pack_file._open) == (before - 3, {})


@pytest.mark.parametrize("how", ["replaced", "longer", "gone", "pipe"])
def test_another_file_in_its_place(files: list[PackFile], how: str) -> None:
    path = Path(files[0].path)
    if how == "longer":
        path.write_bytes(b"00")
    else:
        path.unlink()
    if how == "replaced":
        path.write_bytes(b"0")
    elif how == "pipe":
        os.mkfifo(path)
    before = open_files()
    with pytest.raises((PackError, OSError)):
        files[0].descriptor()
    assert open_files() <= before
