"""What git's raw diffs say, read from their bytes and from real repositories."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.git import changes
from scanner.git.changes import ChangedPath
from scanner.git.process import GitError
from scanner.git.repository import Repository

ZERO = "0" * 40
A, B, C = ("a" * 40, "b" * 40, "c" * 40)
PATHS = st.binary(min_size=1, max_size=20).filter(lambda path: b"\0" not in path)
BLOBS = st.text("0123456789abcdef", min_size=40, max_size=40)
MODES = st.sampled_from([b"100644", b"100755", b"120000", b"160000", b"000000"])


def entries(before: Any) -> Any:
    return st.builds(ChangedPath, PATHS, MODES, BLOBS, before, st.just(False))


@pytest.fixture
def here(repository: Any, monkeypatch: Any) -> Repository:
    monkeypatch.chdir(repository.root)
    return Repository()


def raw(entry: ChangedPath, letter: bytes = b"M") -> bytes:
    """Write an entry as git does."""
    parents = len(entry.before)
    fields = [*[b"100644"] * parents, entry.mode, *map(str.encode, entry.before)]
    fields += [entry.blob.encode(), letter * parents]
    return b":" * parents + b" ".join(fields) + b"\0" + entry.path + b"\0"


@given(st.lists(entries(st.tuples(BLOBS)), max_size=5))
def test_every_path_survives(expected: list[ChangedPath]) -> None:
    assert list(changes.parse_raw(b"".join(map(raw, expected)))) == expected


@given(
    st.lists(
        st.lists(entries(st.lists(BLOBS, min_size=1, max_size=3).map(tuple)), max_size=3),
        max_size=4,
    )
)
def test_every_commit_survives(groups: list[list[ChangedPath]]) -> None:
    """Whatever a path is: a colon and a line feed at its start among others."""
    date = "2026-01-01T00:00:00+00:00"
    expected = [changes.Commit(f"{n:040x}", date, tuple(each)) for n, each in enumerate(groups)]
    shown = b"".join(
        b"\0%s %s\0\n" % (commit.id.encode(), date.encode()) + b"".join(map(raw, commit.entries))
        for commit in expected
    )
    assert list(changes.parse_commits(shown)) == expected


@pytest.mark.parametrize(
    "diff", [b":100644 100644 a b\0x\0", b":nonsense\0x\0", b":100644\0", b"x\0y\0"]
)
def test_nonsense_is_an_error(diff: bytes) -> None:
    with pytest.raises(GitError):
        list(changes.parse_raw(diff))
    with pytest.raises(GitError):
        list(changes.parse_commits(diff))


@pytest.mark.parametrize(
    ("mode", "blob", "is_blob", "is_removal"),
    [
        (b"100644", A, True, False),
        (b"120000", A, True, False),
        (b"160000", A, False, False),
        (b"000000", ZERO, False, True),
        (b"000000", "0" * 64, False, True),
    ],
)
def test_kinds(mode: bytes, blob: str, is_blob: bool, is_removal: bool) -> None:
    entry = ChangedPath(b"path", mode, blob, ())
    assert (entry.is_blob, entry.is_removal) == (is_blob, is_removal)


def test_a_conflict_is_no_removal() -> None:
    (entry,) = changes.parse_raw(f":100644 000000 {A} {ZERO} U\0both\0".encode())
    assert entry.is_unmerged
    assert not entry.is_removal
    assert not entry.is_blob


def test_staged(here: Repository, repository: Any) -> None:
    repository.commit("kept", "gone", "edited")
    old = repository.git("rev-parse", "HEAD:edited").strip()
    repository.git("rm", "-q", "gone")
    repository.write("edited", "new\n")
    repository.write("added", "new\n")
    repository.git("add", "-A")
    new = repository.git("rev-parse", ":edited").strip()
    assert changes.staged(here, here.base_of_index()) == [
        ChangedPath(b"added", b"100644", new, (ZERO,)),
        ChangedPath(b"edited", b"100644", new, (old,)),
        ChangedPath(b"gone", b"000000", ZERO, (old,)),
    ]


def test_commits_come_oldest_first(here: Repository, repository: Any) -> None:
    names = []
    for name in ("a", "b", "c"):
        repository.commit(name)
        names.append(repository.git("rev-parse", "HEAD").strip())
    found = list(changes.commits(here, names[-1:], names[:1]))
    assert [commit.id for commit in found] == names[1:]
    assert [[entry.path for entry in commit.entries] for commit in found] == [[b"b"], [b"c"]]
    assert list(changes.commits(here, [], [])) == []


def test_the_first_commit_adds_its_tree(here: Repository, repository: Any) -> None:
    repository.commit("a", "below/b")
    (commit,) = changes.commits(here, [here.required("HEAD", "")], [])
    assert {entry.path for entry in commit.entries} == {b"a", b"below/b"}


def test_a_merge_of_three(here: Repository, repository: Any) -> None:
    repository.commit("base")
    base = here.required("HEAD", "")
    for name in ("x", "y"):
        repository.git("checkout", "-q", "-b", name, base)
        repository.commit(name)
    repository.git("checkout", "-q", "-b", "z", base)
    repository.commit("z")
    repository.write("evil")
    repository.git("add", "-A")
    tree = repository.git("write-tree").strip()
    name = repository.git("commit-tree", "-m", "m", "-p", "x", "-p", "y", "-p", "z", tree).strip()
    found = list(changes.commits(here, [name], [base]))
    (merge,) = [commit for commit in found if commit.id == name]
    (entry,) = [entry for entry in merge.entries if entry.path == b"evil"]
    assert entry.before == (ZERO,) * 3


def test_a_whole_tree(here: Repository, repository: Any) -> None:
    repository.commit("a", "below/b")
    tree = repository.git("rev-parse", "HEAD^{tree}").strip()
    found = changes.whole_tree(here, tree)
    assert [(entry.path, entry.before) for entry in found] == [
        (b"a", (ZERO,)),
        (b"below/b", (ZERO,)),
    ]
