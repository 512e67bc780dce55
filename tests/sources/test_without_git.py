"""Where git is missing or refuses to answer, everything is read, and the report says why."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from scanner.findings import Tally

pytestmark = pytest.mark.usefixtures("clean_environment")
posix = pytest.mark.skipif(os.name == "nt", reason="needs the file system of POSIX")


def everything_is_scanned(names: Any, repository: Any) -> str:
    """Check that the directory is read whole, with a notice; return what the notice says."""
    tally = Tally()
    found = {os.path.basename(name) for name in names(str(repository.root), tally=tally)}
    assert {"tracked", "untracked", "ignored"} <= found
    ((reason, path, detail, hides),) = tally.notices
    assert (reason, path, hides) == ("git-unavailable", str(repository.root), False)
    assert detail.startswith("ignored files are scanned too: ")
    return detail


@pytest.fixture
def with_ignored(repository: Any) -> Any:
    repository.commit("tracked")
    repository.write("untracked")
    repository.write(".gitignore", "ignored\n")
    repository.write("ignored")
    return repository


def test_git_is_missing(names: Any, with_ignored: Any, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git was not found" in everything_is_scanned(names, with_ignored)


@posix
def test_git_cannot_be_started(
    names: Any, with_ignored: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text("no program\n")
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert "git cannot be run" in everything_is_scanned(names, with_ignored)


@pytest.mark.parametrize("content", [b"", b"DIRC", b"no index at all" * 9, None])
def test_the_index_is_damaged(names: Any, with_ignored: Any, content: bytes | None) -> None:
    index = with_ignored.root / ".git" / "index"
    if content is not None:
        index.write_bytes(content)
        everything_is_scanned(names, with_ignored)
        return
    # Git does not notice that entries are cut off; then it calls their files untracked.
    index.write_bytes(index.read_bytes()[:60])
    found = {os.path.basename(name) for name in names(str(with_ignored.root))}
    assert {"tracked", "untracked"} <= found


def test_the_index_is_gone(names: Any, with_ignored: Any, monkeypatch: Any) -> None:
    """Then git calls the tracked files untracked."""
    (with_ignored.root / ".git" / "index").unlink()
    monkeypatch.chdir(with_ignored.root)
    assert names() == [".gitignore", "tracked", "untracked"]


def test_the_configuration_of_the_repository_is_damaged(names: Any, with_ignored: Any) -> None:
    (with_ignored.root / ".git" / "config").write_text("[core\n")
    everything_is_scanned(names, with_ignored)


def test_the_repository_is_no_repository(names: Any, with_ignored: Any) -> None:
    (with_ignored.root / ".git" / "HEAD").unlink()
    everything_is_scanned(names, with_ignored)


@posix
@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_the_repository_belongs_to_somebody_else(names: Any, with_ignored: Any) -> None:
    for path in (with_ignored.root, with_ignored.root / ".git"):
        os.chown(path, 65534, 65534)
    assert "dubious ownership" in everything_is_scanned(names, with_ignored)
    assert "safe.directory" not in (with_ignored.root / ".git/config").read_text()


@pytest.mark.parametrize("locked", ["locked", "deeper/locked"])
def test_a_directory_that_git_cannot_open(
    listing: Any, repository: Any, unprivileged: list[str], locked: str
) -> None:
    """Git warns and lists nothing of it, with exit code 0."""
    repository.commit("file")
    repository.write(f"{locked}/key")
    (repository.root / locked).chmod(0)
    found, notices = listing(unprivileged, ".", repository.root)
    (repository.root / locked).chmod(0o755)
    assert found == "['file']"
    assert notices.startswith("[Notice(reason='unreadable', path='.', detail=")
    assert f"{locked}/" in notices
    assert "hides=True" in notices


def test_a_directory_that_cannot_be_entered(
    listing: Any, repository: Any, unprivileged: list[str]
) -> None:
    repository.commit("locked/file")
    (repository.root / "locked").chmod(0)
    found, notices = listing(unprivileged, "locked", repository.root)
    (repository.root / "locked").chmod(0o755)
    assert found == "[]"
    assert "git cannot be run in locked: Permission denied" in notices
    assert (
        "Notice(reason='unreadable', path='locked', detail='Permission denied', hides=True)"
        in notices
    )
