"""The record of a history while git changes the repository under the scan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner import rulebook
from scanner.git.repository import Repository
from scanner.history import rescan
from scanner.history.record.record_file import STATE
from scanner.history.rescan import Rescan
from scanner.history.run import HistoryJob, search


class Scans:
    """Scans of a repository in this process, each compared with one that has no record."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.rules = rulebook.load_rules((), ())

    def scan(self) -> tuple[int, bool]:
        """Return how many new objects were read, and whether there is a record now."""
        repository = Repository(str(self.root), named=True)
        record = Rescan(repository, HistoryJob(self.rules))
        found = record.search()
        plain = search(repository, HistoryJob(self.rules))
        assert sorted(map(repr, found.findings)) == sorted(map(repr, plain.findings))
        for field in ("blobs", "bytes", "commits", "skipped", "set_aside"):
            assert getattr(found.tally, field) == getattr(plain.tally, field)
        assert record.save([], found.spellings) == ""
        return record.new, Path(record.path + STATE).exists()


@pytest.fixture
def scans(repository: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Scans:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Scans(repository.root)


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], object]], None]:
    """Have something happen once, right before the scan calls a function."""

    def arrange(name: str, happens: Callable[[], object]) -> None:
        real = getattr(rescan, name)
        pending = [happens]

        def called(*arguments: Any, **options: Any) -> Any:
            while pending:
                pending.pop()()
            return real(*arguments, **options)

        monkeypatch.setattr(rescan, name, called)

    return arrange


def commit(repository: Any, content: str) -> None:
    repository.write("a", content)
    repository.commit("b")


def test_a_commit_during_a_whole_scan(
    scans: Scans, repository: Any, plant: Any, before: Any
) -> None:
    commit(repository, plant.pair())
    before("search", lambda: commit(repository, plant.pair()))
    assert scans.scan() == (-1, False)
    assert scans.scan() == (-1, True)
    assert scans.scan() == (0, True)


def test_a_new_pack_that_is_replaced(
    scans: Scans, repository: Any, plant: Any, before: Any
) -> None:
    commit(repository, "text\n")
    assert scans.scan() == (-1, True)
    commit(repository, plant.pair())
    repository.git("repack", "-qd")
    before("ObjectWork", lambda: repository.git("repack", "-qadf", "--window=1", "--depth=1"))
    commit(repository, "more\n")
    new, _ = scans.scan()
    assert new == -1


def test_packs_that_are_replaced_at_the_end(
    scans: Scans, repository: Any, plant: Any, before: Any
) -> None:
    commit(repository, "text\n")
    assert scans.scan() == (-1, True)
    commit(repository, plant.pair())

    def go_on() -> None:
        commit(repository, plant.pair())
        repository.git("repack", "-qad")

    before("find_missing", go_on)
    assert scans.scan() == (-1, True)
    assert scans.scan() == (6, True)  # since the record before
    assert scans.scan() == (0, True)


def test_the_only_known_tree_with_a_name_goes(scans: Scans, repository: Any, plant: Any) -> None:
    import json

    key = plant.key_id()
    repository.commit("a")
    repository.git("branch", "-M", "one")
    tips = {}
    for branch in ("one", "two"):
        if branch == "two":
            repository.git("checkout", "-q", "-b", "two", "HEAD~1")
        repository.write(f"{key}.txt", f"{branch}\n")
        repository.commit()
        tips[repository.git("rev-parse", "HEAD^{tree}").strip()] = branch
    assert scans.scan() == (-1, True)
    (path,) = (repository.root.parent / "cache").glob(f"keycatch/history/*{STATE}")
    (known,) = json.loads(path.read_bytes().partition(b"\n")[2])["trees"]
    repository.git("checkout", "-q", "--detach", "one~1")
    repository.git("branch", "-D", tips[known])
    repository.git("reflog", "expire", "--expire=now", "--all")
    repository.git("prune", "--expire=now")
    assert scans.scan() == (-1, True)
