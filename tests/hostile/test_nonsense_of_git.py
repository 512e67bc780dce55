"""Answers that no git gives: each reader says what it expected, and never ends in a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from scanner.commands import outgoing_branch
from scanner.git import (
    changes,
    incoming,
    log,
    process,
    published,
    records,
    remotes,
    tags,
    tips,
    work_tree,
)
from scanner.git.objects import ObjectReader
from scanner.git.process import GitError
from scanner.git.repository import Repository
from scanner.history import narrowing
from scanner.hooks import location

ID, OTHER = "1" * 40, "2" * 40
ENTRY = f":100644 100644 {ID} {OTHER} M\0a\0"
NONSENSE = {
    "nothing": b"",
    "a line feed": b"\n",
    "a zero": b"\0",
    "garbage": b"\xff\x00x y z\n\x00:\n",
    "one word": b"x" * 70_000,
    "words": b"error: no such thing\n",
    "half an ID": b"1" * 19,
    "IDs": f"{OTHER}\n{ID}\n".encode(),
    "an entry": ENTRY.encode(),
    "half an entry": ENTRY.encode()[:70],
    "an entry without a path": ENTRY.encode()[:-2],
    "an object": f"{ID} blob 3\nabc\n".encode(),
    "half an object": f"{ID} commit 300\nabc".encode(),
    "an absurd size": f"{ID} tag {'9' * 30}\n".encode(),
    "colours": b"\x1b[31mtrue\x1b[m\n",
    "separators of Unicode": "a\u2028b\x85c\n".encode(),
    "line ends of Windows": f"{ID} blob 3\r\nabc\r\n".encode(),
}
READERS: dict[str, Callable[[Repository], Any]] = {
    "repository": lambda _: Repository(),
    "resolve": lambda repository: repository.resolve("main"),
    "head": Repository.head,
    "existing": lambda repository: repository.existing([ID]),
    "names": lambda repository: repository.names("merge-base", ID, OTHER),
    "staged": lambda repository: changes.staged(repository, ID),
    "tree": lambda repository: changes.whole_tree(repository, ID),
    "commits": lambda repository: list(changes.of_commits(repository, f"{ID}\n".encode())),
    "path": lambda repository: list(changes.of_path(repository, f"{ID}\n".encode(), "a")),
    "log": log.commits,
    "ends of the log": log.tips,
    "differences": lambda repository: log.differences(repository, [f"{ID} {OTHER}"], [ID]),
    "published": lambda repository: tags.published(repository, [ID]),
    "kinds": lambda repository: records.kinds(repository, [ID]),
    "people": lambda repository: records.people(repository, [ID]),
    "references": lambda repository: tips.references(repository, {"": "."}),
    "indexes": lambda repository: tips.indexes(repository, {"": "."}),
    "files": lambda _: work_tree.list_files(".", "."),
    "unstaged": work_tree.not_staged,
    "ignored": lambda _: work_tree.ignored_by("a", "."),
    "remotes": remotes.configured,
    "tracked": lambda repository: remotes.tracked_objects(
        repository, "origin", "https://e.com/x", {"origin": remotes.Remote(["*"], [], [])}
    ),
    "known": lambda repository: published.published_commits(
        repository, {"origin": remotes.Remote(["*"], [], [])}, [ID]
    ),
    "sides": lambda repository: incoming.published_sides(repository, [("merge", ID)], OTHER),
    "narrowed": lambda repository: narrowing.objects(repository, narrowing.Narrowing()),
    "hooks": lambda _: location.here(),
    "settings": lambda _: location.settings(),
    "branch": lambda repository: outgoing_branch.outgoing(
        repository, outgoing_branch.PushedRef("refs/heads/a", ID), []
    ),
}


@pytest.fixture
def answer(repository: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], Repository]:
    """Return a function that returns a repository whose git gives one answer to everything."""
    repository.commit("a")
    monkeypatch.chdir(repository.root)
    here = Repository()

    def fake(said: bytes) -> Repository:
        class Git:
            args: Any = ()
            pid, returncode = os.getpid(), 0

            def __init__(self, *_: Any, **__: Any) -> None:
                self.stdin, self.stdout, self.stderr = BytesIO(), BytesIO(said), BytesIO()

            def __enter__(self) -> Git:
                return self

            def __exit__(self, *_: object) -> None: ...

            def communicate(self, *_: Any, **__: Any) -> tuple[bytes, bytes]:
                return said, b""

            def kill(self) -> None: ...

            def wait(self) -> int:
                return 0

        monkeypatch.setattr(process, "limit", lambda *_: None)
        monkeypatch.setattr(subprocess, "Popen", Git)
        return here

    return fake


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_ends_in_a_sentence(reader: str, answer: Callable[[bytes], Repository]) -> None:
    for said in NONSENSE.values():
        with suppress(GitError):
            READERS[reader](answer(said))


@pytest.mark.parametrize("said", [name for name in NONSENSE if name != "an entry"])
@pytest.mark.parametrize("reader", ["repository", "existing", "commits", "published", "people"])
def test_an_answer_that_hides_something_is_refused(
    reader: str, said: str, answer: Callable[[bytes], Repository]
) -> None:
    """Whatever was asked about would count as absent, and so as clean."""
    if reader == "people" and said in ("nothing", "an object"):  # of what is no commit
        return
    if reader == "existing" and NONSENSE[said].count(b"\n") == 1:
        return
    with pytest.raises(GitError, match="git "):
        READERS[reader](answer(NONSENSE[said]))


@pytest.mark.skipif(sys.platform == "win32", reason="a script takes the place of git")
@pytest.mark.parametrize("verify", [False, True])
@pytest.mark.parametrize("said", NONSENSE)
def test_objects_that_are_none_are_not_read(
    said: str, verify: bool, repository: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("a")
    here = Repository(str(repository.root))
    (tmp_path / "said").write_bytes(NONSENSE[said])
    script = tmp_path / "git"
    script.write_text(f"#!/bin/sh\ncat {tmp_path}/said\n")
    script.chmod(0o755)
    monkeypatch.setattr(process, "program", lambda: str(script))
    with closing(ObjectReader(here, [ID, OTHER], verify=verify)) as reader:
        for _ in range(2):
            with suppress(GitError):
                size = reader.next_size()
                content = b"".join(iter(lambda: reader.read(100), b"")) if size else b""
                assert not content or (not verify and said == "an object")
