"""What git's answers about whole histories say, down to the damaged ones."""

from __future__ import annotations

import subprocess
from itertools import pairwise
from typing import Any

import pytest

from scanner.git import log, records
from scanner.git.process import GitError
from scanner.git.repository import Repository

A, B, C, D = (letter * 40 for letter in "abcd")
ZERO = "0" * 40


def answer(*parts: str | bytes) -> bytes:
    return b"".join(part if isinstance(part, bytes) else part.encode() for part in parts)


def entry(before: str, after: str, path: bytes, letter: str = "M", modes: str = "") -> bytes:
    modes = modes or "100644 100644"
    return f":{modes} {before} {after} {letter}\0".encode() + path + b"\0"


def test_differences_belong_to_the_pair_before_them() -> None:
    shown = answer(
        f"{A} {B}\n{B} {C}\n",
        entry(A, B, b"x\n" + f"{A} {B}\n:".encode()),
        entry(C, D, b":y"),
        f"{C} {D}\n{D} {A}\n",
        entry(ZERO, A, b"z", "A", "000000 120000"),
    )
    number, found = log._parse(shown, {A.encode(), D.encode()}, None)
    assert number == 4
    assert list(found) == [f"{B} {C}", f"{D} {A}"]
    path = b"x\n" + f"{A} {B}\n:".encode()
    assert found[f"{B} {C}"] == [
        log.Difference(path, A, "", True, True),
        log.Difference(b":y", "", D, True, True),
    ]
    assert found[f"{D} {A}"] == [log.Difference(b"z", "", A, False, True)]


def test_submodules_are_not_blobs() -> None:
    shown = answer(f"{A} {B}\n", entry(A, B, b"x", "T", "160000 160000"))
    assert log._parse(shown, {A.encode(), B.encode()}, None) == (1, {})


def test_names_are_whole_components() -> None:
    component = log._component([b"n.m", b"o"])
    for path in (b"n.m", b"d/n.m", b"n.m/x", b"d/o/x"):
        assert log._parse(answer(f"{A} {B}\n", entry(C, D, path)), set(), component)[1], path
    for path in (b"nxm", b"n.mo", b"xo/x", b"d/on.m\n"):
        assert not log._parse(answer(f"{A} {B}\n", entry(C, D, path)), set(), component)[1], path


@pytest.mark.parametrize(
    "shown",
    [
        b"nonsense",
        f"{A} {B}\nnonsense".encode(),
        f"{A} {B}\n:nonsense\0x\0".encode(),
        f"{A} {B}\n:100644 100644 {A} {B} M\0\0".encode(),
        entry(A, B, b"x"),
    ],
)
def test_nonsense_is_an_error(shown: bytes) -> None:
    with pytest.raises(GitError):
        log._parse(shown, set(), None)


@pytest.mark.parametrize(
    ("line", "author", "time", "date"),
    [
        (b"A <a> 0 +0000", "A <a>", 0, "1970-01-01T00:00:00+00:00"),
        (b"A <a> 1700000000 +0530", "A <a>", 1700000000, "2023-11-15T03:43:20+05:30"),
        (b"A <a> 1700000000 -0930", "A <a>", 1700000000, "2023-11-14T12:43:20-09:30"),
        (b"\xff > <a> 1 -0000", "\udcff > <a>", 1, "1970-01-01T00:00:01-00:00"),
        (b" <> 5 +0000", " <>", 5, "1970-01-01T00:00:05+00:00"),
        # A damaged date is that of the committer.
        (b"A <a> soon", "A <a>", 9, "1970-01-01T01:00:09+01:00"),
        (b"A <a> 99999999999999999999 +0000", "A <a>", 9, "1970-01-01T01:00:09+01:00"),
        (b"A <a> 999999999999999999 +0000", "A <a>", 9, "1970-01-01T01:00:09+01:00"),
        (b"nobody", "nobody", 9, "1970-01-01T01:00:09+01:00"),
    ],
)
def test_authors(line: bytes, author: str, time: int, date: str) -> None:
    rest = b"committer C <c> 9 +0100\ngpgsig x\n author Y <y> 7 +0000\n\nauthor Z <z> 8 +0000\n"
    assert records._person(b"tree t\nauthor " + line + b"\n" + rest) == (author, time, date)


def test_a_commit_without_people() -> None:
    assert records._person(b"tree t\n\nauthor A <a> 8 +0000") == (
        "",
        0,
        "1970-01-01T00:00:00+00:00",
    )


@pytest.fixture
def here(repository: Any, monkeypatch: Any) -> Repository:
    for number in range(9):
        repository.commit(f"file{number}")
    monkeypatch.chdir(repository.root)
    return Repository()


def pairs_of(repository: Any) -> list[str]:
    trees = repository.git("log", "--reverse", "--format=%T").split()
    return [f"{one} {other}" for one, other in pairwise(trees)]


def test_commits(repository: Any, here: Repository) -> None:
    found = log.commits(here)
    shown = [line.split() for line in repository.git("log", "--format=%H %T %P").splitlines()]
    assert found == [(name, tree, parents) for name, tree, *parents in reversed(shown)]


@pytest.mark.parametrize("chunk", [1, 2, 3, 8, 100])
@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_every_pair_is_looked_at(
    repository: Any, here: Repository, chunk: int, jobs: int, monkeypatch: Any
) -> None:
    monkeypatch.setattr(log, "_FEWEST", 1)
    monkeypatch.setattr(log, "_MOST", chunk)
    pairs = pairs_of(repository)
    blob = repository.git("rev-parse", "HEAD:file0").strip()  # all have the same content
    found = log.differences(here, pairs, {blob}, jobs=jobs)
    assert {pair: [each.path for each in found[pair]] for pair in found} == {
        pair: [f"file{number}".encode()] for number, pair in enumerate(pairs, 1)
    }


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_unreadable_tree_is_an_error(
    repository: Any, here: Repository, jobs: int, monkeypatch: Any
) -> None:
    monkeypatch.setattr(log, "_FEWEST", 2)
    pairs = pairs_of(repository)
    with pytest.raises(GitError, match="fetch them"):
        log.differences(here, [*pairs, f"{A} {B}"], {C}, jobs=jobs)
    with pytest.raises(GitError, match="fetch them"):
        log.differences(here, [f"{pairs[0][:40]} {B}", *pairs], {C}, jobs=jobs)


def test_nothing_to_compare(here: Repository) -> None:
    assert log.differences(here, [], {A}, jobs=2) == {}


def test_no_commit(make_repository: Any) -> None:
    assert log.commits(Repository(str(make_repository("empty").root))) == []


def test_contents_and_kinds(repository: Any, here: Repository) -> None:
    head, tree = repository.git("rev-parse", "HEAD", "HEAD^{tree}").split()
    content = subprocess.run(
        ["git", "cat-file", "commit", head], capture_output=True, check=True
    ).stdout
    blob = repository.git("rev-parse", "HEAD:file0").strip()
    assert records.contents(here, [head, A, blob]) == [
        (head, "commit", content),
        (blob, "blob", b"text\n"),
    ]
    assert records.kinds(here, [head, A, tree, blob]) == {
        head: "commit", tree: "tree", blob: "blob"
    }  # fmt: skip
    assert records.contents(here, []) == []
    assert records.kinds(here, []) == {}
    assert list(records.people(here, [blob, head])) == [head]


WINDOWS_COMMAND_LINE = 32_767


class AskedError(Exception):
    """A command, in place of running it."""


class Asking:
    """In place of a repository: raises the command that would be run."""

    def run(self, *command: str, **_more: Any) -> bytes:
        raise AskedError(*command)


@pytest.mark.parametrize(("number", "asked"), [(400, 400), (401, 0)])
def test_git_is_asked_for_as_many_objects_as_any_command_line_holds(
    number: int, asked: int
) -> None:
    names = {f"{each:064x}" for each in range(number)}
    with pytest.raises(AskedError) as caught:
        log.differences(Asking(), ["a b"], names)  # type: ignore[arg-type]
    options = [each for each in caught.value.args if each.startswith("--find-object=")]
    assert len(options) == asked
    assert sum(len(each) + 1 for each in caught.value.args) < WINDOWS_COMMAND_LINE


@pytest.mark.parametrize(("length", "is_asked"), [(8191, True), (8192, False)])
def test_git_is_asked_for_as_many_paths_as_any_command_line_holds(
    length: int, is_asked: bool
) -> None:
    with pytest.raises(AskedError) as caught:
        log.differences(Asking(), ["a b"], {A}, paths=[b"x" * length])  # type: ignore[arg-type]
    assert ("x" * length in caught.value.args) is is_asked
