"""Commits in the order of git, arranged from what a scan keeps of each."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.git import log
from scanner.git.repository import Repository
from scanner.history.attribution.commit_order import in_order
from scanner.history.attribution.graph import numbered
from scanner.history.objects.commit_rows import CommitReader, CommitRows
from scanner.history.run import HistoryJob, search

TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""The empty one."""
EPOCH = 1_600_000_000


def imported(root: Path, script: bytes) -> None:
    command = ["git", "fast-import", "--quiet", "--force"]
    subprocess.run(command, cwd=root, input=script, check=True)


def history(chance: random.Random, number: int) -> bytes:
    """Return commits with merges; half of them have the time of another, or an earlier one."""
    script = bytearray()
    for mark in range(1, number + 1):
        time = EPOCH + chance.choice((mark, mark // 4, 100 - mark))
        script += b"commit refs/heads/%d\nmark :%d\n" % (chance.randint(0, 4), mark)
        script += b"committer C <c@example.com> %d +0000\ndata 1\nx\n" % time
        parents = chance.sample(range(1, mark), min(mark - 1, chance.choice((0, 1, 1, 1, 2, 3))))
        for word, parent in zip((b"from", b"merge", b"merge"), parents, strict=False):
            script += b"%b :%d\n" % (word, parent)
        script += b"\n"
    return bytes(script)


def rows_of(repository: Repository) -> CommitRows:
    found = search(repository, HistoryJob(()))
    assert found.units is not None
    assert found.units.commits is not None
    return found.units.commits


@pytest.mark.parametrize("is_packed", [True, False], ids=["packed", "loose"])
def test_the_order_is_that_of_git(make_repository: Callable[..., Any], is_packed: bool) -> None:
    root = make_repository().root
    for seed in range(4):
        imported(root, history(random.Random(seed), 30))
        if is_packed:
            subprocess.run(["git", "repack", "-adq"], cwd=root, check=True)
        repository = Repository(str(root))
        expected = numbered(log.commits(repository))
        assert len(expected.ids) > 10
        assert in_order(rows_of(repository), log.tips(repository), 20) == expected


def test_a_reflog_and_a_tag_reach_commits_too(make_repository: Callable[..., Any]) -> None:
    here = make_repository()
    for name in ("one", "two", "three"):
        here.git("commit", "-q", "--allow-empty", "-m", name)
    here.git("tag", "-a", "-m", "t", "v1", "HEAD~1")
    here.git("reset", "-q", "--hard", "HEAD~2")
    repository = Repository(str(here.root))
    expected = numbered(log.commits(repository))
    assert len(expected.ids) == 3
    assert in_order(rows_of(repository), log.tips(repository), 20) == expected


def raw(author: str = "A <a@example.com> 1 +0000", committer: str = "") -> bytes:
    lines = (f"tree {TREE}", f"author {author}", f"committer {committer or author}", "", "x", "")
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    "data",
    [
        raw(committer="C <c@example.com> 1> 2 +0000"),
        raw(committer="C <c@example.com> -1 +0000"),
        raw(committer="C <c@example.com> 9999999999999999999 +0000"),
        raw().replace(b"author", b"auteur"),
        raw().replace(b"tree ", b"tree  "),
    ],
)
def test_a_commit_that_git_may_read_otherwise_is_left_to_git(data: bytes) -> None:
    reader = CommitReader(20)
    assert reader.read(b"a" * 20, raw())
    assert not reader.read(b"b" * 20, data)
    assert in_order(reader.rows(), [(b"a" * 20).hex()], 20) is None


def test_a_commit_that_is_not_there_is_left_to_git() -> None:
    reader = CommitReader(20)
    child = raw().replace(b"author", b"parent %b\nauthor" % (b"b" * 20).hex().encode(), 1)
    assert reader.read(b"a" * 20, child)
    rows = reader.rows()
    assert in_order(rows, [(b"a" * 20).hex()], 20) is None
    assert in_order(rows, ["c" * 40], 20) is None
    assert in_order(rows, [], 20) == ([], [], [], {})


def test_ids_of_sha256() -> None:
    reader = CommitReader(32)
    data = raw().replace(TREE.encode(), b"d" * 64)
    child = data.replace(b"author", b"parent %b\nparent %b\nauthor" % (b"e" * 64, b"f" * 64), 1)
    names = [bytes.fromhex(digit * 64) for digit in "efa"]
    assert [reader.read(name, each) for name, each in zip(names, (data, data, child), strict=True)]
    order = in_order(reader.rows(), ["a" * 64], 32)
    assert order is not None
    assert (order.ids[2], order.trees) == ("a" * 64, ["d" * 64] * 3)
    assert [order.ids[parent] for parent in order.parents[2]] == ["e" * 64, "f" * 64]
