"""Attribution from a record: the same answers, until anything it depends on has changed."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from scanner import rulebook
from scanner.findings import Finding
from scanner.git.repository import Repository
from scanner.history.attribution.credentials import credentials
from scanner.history.attribution.tree_contents import TreeContents
from scanner.history.record import recollection
from scanner.history.record.record_file import STATE
from scanner.history.rescan import Rescan
from scanner.history.run import HistoryJob

DAY = 86400


class Scans:
    """Scans of a repository in this process, which count how often attribution is worked out."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
        self.root = root
        self.worked_out = 0
        self.rules = rulebook.load_rules((), ())
        monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
        attribute = recollection.attribute

        def counted(*arguments: Any, **options: Any) -> Any:
            self.worked_out += 1
            return attribute(*arguments, **options)

        monkeypatch.setattr(recollection, "attribute", counted)

    def scan(self) -> list[Finding]:
        repository = Repository(str(self.root), named=True)
        record = Rescan(repository, HistoryJob(self.rules))
        result = record.search()
        tally = result.tally
        found = credentials(repository, result.findings, self.rules, 1, tally, record.recall)
        assert record.save(found, result.spellings) == ""
        assert not tally.notices
        self.path = Path(record.path + STATE)
        plain = credentials(repository, result.findings, self.rules, 1, tally)
        assert found == plain
        return found


@pytest.fixture
def scans(repository: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Scans:
    return Scans(repository.root, monkeypatch, tmp_path / "cache")


@pytest.fixture
def with_pair(repository: Any, plant: Any) -> Any:
    repository.write("keys", plant.pair())
    repository.commit("a")
    return repository


def test_nothing_has_changed(scans: Scans, with_pair: Any) -> None:
    scans.scan()
    scans.scan()
    assert scans.worked_out == 1
    # Git writes an index anew when it looks at files: that is no change of what is in it.
    with_pair.write("a", "text\n")
    with_pair.git("status")
    scans.scan()
    assert scans.worked_out == 1


CHANGES = {
    "a branch": ["branch", "other"],
    "a moved branch": ["commit", "-q", "--allow-empty", "-m", "x"],
    "a tag": ["tag", "v1"],
    "a remote branch": ["update-ref", "refs/remotes/origin/main", "HEAD"],
    "a detached HEAD": ["checkout", "-q", "--detach"],
    "another branch": ["symbolic-ref", "HEAD", "refs/heads/none"],
    "a reflog": ["reflog", "expire", "--expire=now", "--all"],
    "an index": ["rm", "-q", "--cached", "keys"],
    "a work tree": ["worktree", "add", "-q", "--detach", "../linked"],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change(scans: Scans, with_pair: Any, change: str) -> None:
    with_pair.git("branch", "-M", "main")
    scans.scan()
    with_pair.git(*CHANGES[change])
    scans.scan()
    assert scans.worked_out == 2
    scans.scan()
    assert scans.worked_out == 2


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Count how often trees are asked: once for each attribution that knows nothing."""
    found: list[object] = []

    def counted(contents: TreeContents) -> None:
        found.append(None)
        whole(contents)

    whole = TreeContents.search
    monkeypatch.setattr(TreeContents, "search", counted)
    return found


COMMITS = {
    "nothing": ["git commit -q --allow-empty -m x"],
    "removed": ["git rm -q keys", "git commit -qm x"],
    "moved and back": ["git mv keys z", "git commit -qm x", "git mv z keys", "git commit -qm x"],
    "copied into a directory": ["mkdir d", "cp keys d/k", "git add .", "git commit -qm x"],
    "a merge": [
        "git checkout -qb side HEAD~1", "git commit -q --allow-empty -m x",
        "git checkout -q main", "git merge -q --no-ff -m x side",
    ],
    "a merge that removes": [
        "git checkout -qb side HEAD~1", "git rm -q keys", "git commit -qm x",
        "git checkout -q main", "git merge -q --no-ff --no-commit -s ours side",
        "git rm -q keys", "git commit -qm x",
    ],
    "another history": ["git checkout -q --orphan other", "git commit -qm x"],
    "what was there is gone": [
        "git commit -q --amend -m y", "git reflog expire --expire=now --all",
        "git gc -q --prune=now",
    ],
    "an older branch": ["git branch old HEAD~1", "git reset -q --hard old"],
    "a tag of a tree": ["git tag tree HEAD^{tree}"],
}  # fmt: skip


@pytest.mark.parametrize("what", COMMITS)
def test_new_commits_do_not_start_it_over(
    scans: Scans, with_pair: Any, read: list[object], what: str
) -> None:
    with_pair.git("branch", "-M", "main")
    with_pair.commit("b")
    scans.scan()
    assert len(read) == 2  # with and without the record
    for command in COMMITS[what]:
        subprocess.run(command, shell=True, cwd=with_pair.root, check=True)
    scans.scan()  # compares the answers with those of a scan without the record
    assert len(read) == 3


def test_a_new_credential_starts_it_over(
    scans: Scans, with_pair: Any, read: list[object], plant: Any
) -> None:
    scans.scan()
    with_pair.write("more", plant.pair())
    with_pair.commit("c")
    scans.scan()
    assert len(read) == 4


def test_older_commits_that_are_fetched_later_start_it_over(
    scans: Scans, with_pair: Any, read: list[object]
) -> None:
    """The parents of the commits at which the clone was cut off are others then."""
    with_pair.commit("b")
    with_pair.commit("c")
    url = f"file://{with_pair.root}"
    with_pair.git("clone", "-q", "--depth=1", url, "../shallow")
    scans.root = with_pair.root.parent / "shallow"
    scans.scan()
    with_pair.git("-C", "../shallow", "fetch", "-q", "--unshallow")
    scans.scan()
    assert len(read) == 4


def test_the_reflog_of_a_linked_work_tree(scans: Scans, with_pair: Any) -> None:
    with_pair.git("worktree", "add", "-q", "--detach", "../linked")
    scans.scan()
    with_pair.git("-C", "../linked", "commit", "-q", "--allow-empty", "-m", "x")
    with_pair.git("-C", "../linked", "reset", "-q", "--hard", "HEAD~1")
    scans.scan()
    assert scans.worked_out == 2


def test_a_new_object_with_the_same_credential(scans: Scans, with_pair: Any) -> None:
    (first,) = scans.scan()
    content = (with_pair.root / "keys").read_text() + "more\n"
    (with_pair.root / "other").write_text(content)
    with_pair.git("hash-object", "-w", "other")
    (second,) = scans.scan()
    assert scans.worked_out == 2
    assert first.history
    assert second.history
    assert second.history.copies == first.history.copies + 1


def test_days_go_on(scans: Scans, with_pair: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (finding,) = scans.scan()
    assert finding.history
    assert finding.history.days == 0
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 12 * DAY)
    (finding,) = scans.scan()
    assert finding.history
    assert finding.history.days == 12
    assert scans.worked_out == 1
    with_pair.git("rm", "-q", "keys")
    with_pair.git("commit", "-q", "-m", "gone")
    for wait in (24, 36):
        monkeypatch.setattr(time, "time", lambda wait=wait: now + wait * DAY)
        (finding,) = scans.scan()
        assert finding.history
        assert finding.history.removed
        assert finding.history.days == 0


def test_nothing_is_stored_of_names_with_credentials(
    scans: Scans, with_pair: Any, plant: Any
) -> None:
    with_pair.write(f"{plant.key_id()}/x", "text\n")
    with_pair.commit("b")
    scans.scan()
    assert json.loads(scans.path.read_bytes().partition(b"\n")[2])["attribution"] is None
    scans.scan()
    assert scans.worked_out == 2


def test_names_that_are_not_unicode(scans: Scans, with_pair: Any, plant: Any) -> None:
    with_pair.write(b"\xff-keys".decode("utf-8", "surrogateescape"), plant.pair())
    with_pair.commit("b")
    assert scans.scan() == scans.scan()
    assert scans.worked_out == 1
