"""What options leave of a history; `tests/commands/test_history_options.py` has the rest."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.errors import UsageError
from scanner.git import changes
from scanner.git.process import GitError
from scanner.git.repository import Repository
from scanner.history.narrowing import Narrowing, checked_date, objects


def test_what_commits_brought_in(repository: Any) -> None:
    repository.commit("a")
    repository.write("b", "other\n")
    repository.git("rm", "-q", "a")
    repository.commit()
    opened = Repository(str(repository.root))
    names = repository.git("rev-parse", "HEAD", "HEAD:b", "HEAD~1", "HEAD~1:a").split()
    expected = {bytes.fromhex(name) for name in names}
    assert objects(opened, Narrowing(("HEAD",))) == expected
    repository.git("branch", "old", "HEAD~1")
    assert objects(opened, Narrowing(("old",))) == {bytes.fromhex(name) for name in names[2:]}


def test_an_empty_repository(repository: Any) -> None:
    opened = Repository(str(repository.root))
    assert objects(opened, Narrowing(since="2026-01-01T00:00:00")) == set()
    with pytest.raises(GitError, match="main is not in this clone: name a branch"):
        objects(opened, Narrowing(("main",)))


def test_a_commit_that_git_passes_over(repository: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit("a")
    monkeypatch.setattr(changes, "_listed", lambda *_asked, **_: iter(()))
    with pytest.raises(GitError, match="run `git fsck`"):
        objects(Repository(str(repository.root)), Narrowing(("HEAD",)))


def test_sentences() -> None:
    assert not Narrowing()
    assert Narrowing().sentences() == []
    every = Narrowing(("a", "b\x1b"), "2026-01-01T00:00:00", "2026-02-01T00:00:00")
    assert every
    assert every.sentences() == [
        "only commits that a, b\\x1b has",
        "only commits since 2026-01-01T00:00:00",
        "only commits until 2026-02-01T00:00:00",
        "only objects that these commits added, without tags and names",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ""),
        ("", ""),
        ("2026-05-01", "2026-05-01T00:00:00"),
        ("2024-02-29", "2024-02-29T00:00:00"),
        ("2026-05-01T12:00", "2026-05-01T12:00"),
        ("2026-05-01 12:00:30Z", "2026-05-01 12:00:30Z"),
        ("2026-05-01T12:00:30+0200", "2026-05-01T12:00:30+0200"),
    ],
)
def test_dates(text: str | None, expected: str) -> None:
    assert checked_date(text) == expected


@pytest.mark.parametrize(
    "text",
    ["now", "2026", "2026-5-1", "2025-02-29", "2026-05-01T25:00", "2026-05-01\n", "\x1b[31m"],
)
def test_no_dates(text: str) -> None:
    with pytest.raises(UsageError, match="is not a date: write a date such as") as error:
        checked_date(text)
    assert "\x1b" not in str(error.value)
