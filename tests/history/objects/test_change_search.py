"""What a change adds, read from packs in process: the same report as of what git returns."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.engine import workers
from scanner.engine.run import ScanJob, run
from scanner.findings import Report, Tally
from scanner.git.process import GitError
from scanner.git.repository import Repository
from scanner.history.objects import change_search
from scanner.history.objects import search as searching
from scanner.history.objects.change_search import ChangeSearch, _Work
from scanner.sources import changes
from scanner.sources.packed import PackedContents

ALL = 1 << 30
"""More contents than any change has: git reads all."""
PATHS = ("notes.txt", ".aws/credentials", "deep/er/credentials", "config.json", "b64")
"""Some of these decide what a lone secret is taken for."""


def stored(root: Path, files: dict[str, list[bytes]]) -> str:
    """Commit the versions of each of `files` in turn, and pack all; return the first commit."""
    stream = []
    steps = max(map(len, files.values()))
    for number in range(steps):
        message = b"step %d" % number
        stream.append(b"commit refs/heads/main\nmark :%d\n" % (number + 1))
        stream.append(b"committer T <t@example.com> %d +0000\n" % (1_700_000_000 + number))
        stream.append(b"data %d\n%b\n" % (len(message), message))
        for path, versions in files.items():
            if number < len(versions):
                stream.append(b"M 100644 inline %b\n" % path.encode())
                stream.append(b"data %d\n%b\n" % (len(versions[number]), versions[number]))
    git(root, "fast-import", "--quiet", given=b"".join(stream))
    git(root, "repack", "-qadf", "--depth=20", "--window=20")
    return git(root, "rev-list", "--max-parents=0", "main").decode().strip()


def git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    done = subprocess.run(["git", *arguments], cwd=root, input=given, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def scanned(rules: Any, repository: Any, monkeypatch: Any) -> Callable[..., Any]:
    """Return a function that scans what `main` has since a commit, and what was left to git."""

    def scan(since: str, *, many: int = 1, jobs: int = 1) -> tuple[Report, list[str]]:
        monkeypatch.setattr(changes, "_MANY", many)
        here = Repository(str(repository.root))
        tally = Tally()
        tip = git(repository.root, "rev-parse", "main").decode().strip()
        change = changes.of_range(here, [tip], [since], "", tally, lambda _: False)
        assert (change.packed is not None) == (many == 1)
        assert change.reader is None or many > 1, "a git is open while processes are forked"

        left: list[str] = []
        read_by_git = PackedContents.read_by_git

        def noted(contents: PackedContents, names: Any) -> Any:
            left.extend(names)
            return read_by_git(contents, names)

        monkeypatch.setattr(PackedContents, "read_by_git", noted)
        others = ChangeSearch(change.packed) if change.packed else None
        report = run("range", change.blobs, tally, ScanJob(rules, jobs, others=others))
        change.close()
        monkeypatch.setattr(PackedContents, "read_by_git", read_by_git)
        return report, left

    return scan


def difference(one: Report, other: Report) -> list[Any]:
    """Return in what two reports differ; they may have read in another order."""
    said = [
        (
            ("blobs", tally.blobs), ("bytes", tally.bytes), ("commits", tally.commits),
            ("skipped", dict(tally.skipped)), ("set aside", dict(tally.set_aside)),
            ("notices", tally.notices), ("allowed", tally.allowed), ("findings", findings),
        )
        for findings, tally in ((each.findings, each.tally) for each in (one, other))
    ]  # fmt: skip
    return [pair for pair in zip(*said, strict=True) if pair[0] != pair[1]]


def histories(author: Any, seed: int) -> dict[str, list[bytes]]:
    return {
        path: [each.data for each in author(100 * seed + number).history(9)]
        for number, path in enumerate(PATHS)
    }


@pytest.mark.parametrize("dense", [0, 4])
def test_random_histories(
    repository: Any,
    author: Any,
    history_seeds: Any,
    scanned: Any,
    dense: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With `dense` 0 every delta is used, however little it saves."""
    monkeypatch.setattr(searching, "_DENSE", dense)
    found = 0
    for seed in history_seeds(2):
        first = stored(repository.root, histories(author, 2 * seed + dense // 4))
        read, left = scanned(first)
        assert not left
        assert difference(read, scanned(first, many=ALL)[0]) == []
        found += len(read.findings)
        git(repository.root, "update-ref", "-d", "refs/heads/main")
    assert found > 10


def test_several_processes_and_lost_ones(
    repository: Any, author: Any, scanned: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a worker was reading when it ended is read by git."""
    first = stored(repository.root, histories(author, 7))
    expected, _ = scanned(first)
    monkeypatch.setattr(change_search, "_FOR_EACH", 1)
    monkeypatch.setattr(change_search, "_ROOTS", 3)
    read, left = scanned(first, jobs=2)
    assert (difference(read, expected), left) == ([], [])

    if workers.FORKS:
        monkeypatch.setattr(_Work, "scan", lambda *_: os._exit(1))
        read, left = scanned(first, jobs=2)
        assert len(left) == expected.tally.blobs
        assert difference(read, expected) == []


def test_what_git_reads_instead(
    repository: Any, plant: Any, scanned: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file in Git LFS, one that is large, and one that is a tree, each of them in a pack."""
    monkeypatch.setattr(change_search, "WINDOW", 50_000)
    kept = plant.pair().encode()
    name = hashlib.sha256(kept).hexdigest()
    at = repository.root / ".git/lfs/objects" / name[:2] / name[2:4] / name
    at.parent.mkdir(parents=True)
    at.write_bytes(kept)
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:%b\nsize %d\n"
    pointed = pointer % (name.encode(), len(kept))
    large = b"line\n" * 12_000 + plant.pair().encode()
    first = stored(
        repository.root,
        {"a": [b"1\n", pointed], "b": [b"2\n", large, large + b"more\n"], "c/d": [b"3\n", b"4\n"]},
    )
    # No git makes a tree in which a directory has the mode of a file.
    tree = git(repository.root, "rev-parse", "main:c").decode().strip()
    entry = b"100644 as-file\0" + bytes.fromhex(tree)
    wrong = git(repository.root, "hash-object", "-t", "tree", "--literally", "-w", "--stdin",
                given=entry).decode().strip()  # fmt: skip
    commit = git(repository.root, "commit-tree", "-m", "wrong", "-p", "main", wrong)
    git(repository.root, "update-ref", "refs/heads/main", commit.decode().strip())
    # None packs it either, if it has to walk there.
    options = ("--batch-all-objects", "--batch-check=%(objectname)")
    names = git(repository.root, "cat-file", *options)
    git(repository.root, "pack-objects", "-q", ".git/objects/pack/pack", given=names)
    git(repository.root, "prune-packed")

    read, left = scanned(first)
    assert len(left) == 4
    assert {at.path for each in read.findings for at in each.locations} == {"a", "b"}
    assert [each.path for each in read.tally.notices] == ["as-file"]
    assert difference(read, scanned(first, many=ALL)[0]) == []


def test_a_damaged_pack(repository: Any, author: Any, scanned: Any) -> None:
    """Git is asked for each content that is damaged here, and says so."""
    first = stored(repository.root, histories(author, 9))
    (pack,) = (repository.root / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    whole = bytearray(pack.read_bytes())
    whole[len(whole) // 2 :: 997] = b"?" * len(whole[len(whole) // 2 :: 997])
    pack.write_bytes(whole)
    try:
        read, left = scanned(first)
    except GitError:
        return  # it needs one of these to say what the change is
    assert left
    assert difference(read, scanned(first, many=ALL)[0]) == []
