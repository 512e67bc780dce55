"""Which contents of a change are read from packs, and which are left to git."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.git.repository import Repository
from scanner.sources import packed
from scanner.sources.packed import PackedContents


@pytest.fixture
def names(repository: Any) -> dict[str, str]:
    """Commit files, each into a pack of its own but for the last one; return their IDs."""
    found = {}
    for number in range(4):
        path = f"file{number}"
        repository.write(path, f"content {number}\n")
        repository.commit()
        if number < 3:
            repository.git("repack", "-qd")
        found[path] = repository.git("rev-parse", f"HEAD:{path}").strip()
    return found


def contents(repository: Any, names: dict[str, str]) -> PackedContents:
    head = repository.git("rev-parse", "HEAD^").strip()
    files = {name: path for path, name in names.items()}
    return PackedContents(Repository(str(repository.root)), {head: "message"}, files)


def test_each_in_one_pack(repository: Any, names: dict[str, str]) -> None:
    repository.git("repack", "-qa")  # next to the others
    found = contents(repository, names)
    assert len(found) == sum(len(pack.names()) for pack in found.packs) == 5
    assert found.elsewhere == []


def test_what_is_in_no_pack(repository: Any, names: dict[str, str]) -> None:
    found = contents(repository, names)
    assert found.elsewhere == [names["file3"]]
    assert len(found.packs) == 3


@pytest.mark.parametrize("ending", ["idx", "pack"])
def test_what_is_damaged(repository: Any, names: dict[str, str], ending: str) -> None:
    for path in (repository.root / ".git/objects/pack").glob(f"*.{ending}"):
        path.chmod(0o644)
        path.write_bytes(b"nonsense")
    found = contents(repository, names)
    assert (found.packs, len(found.elsewhere)) == ([], 5)


def test_many_packs(repository: Any, names: dict[str, str], monkeypatch: Any) -> None:
    monkeypatch.setattr(packed, "_MOST_PACKS", 2)
    found = contents(repository, names)
    assert (found.packs, len(found.elsewhere)) == ([], 5)


def test_what_git_reads(repository: Any, names: dict[str, str]) -> None:
    found = contents(repository, names)
    wanted = {names["file1"], *found.messages}
    read = {blob.path: blob.read() for blob in found.read_by_git(wanted)}
    assert read["file1"] == b"content 1\n"
    assert read["message"].startswith(b"tree ")
    assert list(found.read_by_git(())) == []
