"""Which blobs of a change are scanned, and what is remembered of where they come from."""

from __future__ import annotations

import contextlib
import os
from typing import Any

import pytest

from scanner.findings import Tally
from scanner.git.process import GitError
from scanner.git.repository import Repository
from scanner.sources import changes
from scanner.sources.interface import Origin


@pytest.fixture
def here(repository: Any) -> Repository:
    return Repository(str(repository.root))


@pytest.fixture
def tally() -> Tally:
    return Tally()


def nothing(path: str) -> bool:
    return False


def id_of(repository: Any, revision: str) -> str:
    name: str = repository.git("rev-parse", revision).strip()
    return name


def read(change: changes.ChangeSet) -> dict[str, bytes]:
    found = {blob.path: blob.read() for blob in change.blobs}
    change.close()
    return found


def test_of_index(here: Repository, repository: Any, tally: Tally) -> None:
    repository.commit("a")
    repository.write("a", "new\n")
    repository.write("b", "more\n")
    old = id_of(repository, "HEAD:a")
    repository.git("add", "-A")
    change = changes.of_index(here, tally, nothing)
    (origin,) = change.origins[id_of(repository, ":a")]
    assert origin == ("a", "index", "", "", frozenset({old}))
    assert change.origins[id_of(repository, ":b")][0].before == frozenset()
    assert change.removed == {"": frozenset()}
    assert read(change) == {"a": b"new\n", "b": b"more\n"}


def test_nothing_starts_no_git(here: Repository, repository: Any, tally: Tally) -> None:
    repository.commit("a")
    change = changes.of_index(here, tally, nothing)
    assert change.reader is None
    change.close()


def test_of_tracked(here: Repository, repository: Any, tally: Tally) -> None:
    repository.commit("a", "b/c")
    repository.write("b/c", "not staged\n")
    change = changes.of_tracked(here, tally, nothing)
    # One content at two paths is one blob.
    assert [origin.path for origin in change.origins[id_of(repository, ":a")]] == ["a", "b/c"]
    assert read(change) == {"a": b"text\n"}


def test_of_range(here: Repository, repository: Any, tally: Tally) -> None:
    for number in range(3):
        repository.write("a", f"{number}\n")
        repository.commit()
    base, first, last = (id_of(repository, f"HEAD~{back}") for back in (2, 1, 0))
    change = changes.of_range(here, [last], [base], "", tally, nothing)
    (origin,) = change.origins[id_of(repository, "HEAD:a")]
    assert (origin.scope, origin.commit) == ("commit", last)
    assert origin.before == {id_of(repository, "HEAD~1:a")}
    assert set(change.removed) == {first, last, ""}
    assert tally.commits == 2
    date = repository.git("show", "-s", "--format=%aI", last).strip()
    message = Origin("commit message", "commit-message", last, date, frozenset())
    assert change.origins[last] == [message]
    assert change.messages == 2
    contents = [blob.read() for blob in change.blobs]
    raw = [repository.git("cat-file", "commit", name).encode() for name in (first, last)]
    assert contents == [*raw, b"1\n", b"2\n"]
    change.close()


def test_tags(here: Repository, repository: Any, tally: Tally) -> None:
    """Each of a chain, with the commit at its end; a lightweight one is nothing to read."""
    repository.commit("a")
    head = id_of(repository, "HEAD")
    repository.git("tag", "-m", "one", "one", "HEAD")
    repository.git("tag", "-m", "two", "two", "one")
    repository.git("tag", "-m", "of a file", "three", "HEAD:a")
    one, two, three = (id_of(repository, name) for name in ("one", "two", "three"))
    change = changes.of_range(here, [two, head], [], "", tally, nothing)
    of_tag = [(at.scope, at.commit) for name in (two, one) for at in change.origins[name]]
    assert of_tag == [("tag-message", head)] * 2
    assert change.origins[two][0].author_date == change.origins[head][0].author_date != ""
    assert change.messages == 3
    contents = [blob.read() for blob in change.blobs]
    assert contents[1:3] == [
        repository.git("cat-file", "tag", name).encode() for name in (two, one)
    ]
    change.close()
    change = changes.of_range(here, [two], [one, head], "", tally, nothing)
    assert [blob.object for blob in change.blobs] == [two]
    change.close()
    change = changes.of_range(here, [three], [], "", tally, nothing)
    assert [(at.scope, at.commit) for at in change.origins[three]] == [("tag-message", "")]
    assert set(change.names) == {id_of(repository, "HEAD:a")}
    change.close()


def test_what_may_be_part_of_it(here: Repository, repository: Any, tally: Tally) -> None:
    """Neither what is certain nor what any remote has."""
    repository.commit("a")
    base = id_of(repository, "HEAD")
    repository.commit("sure")
    sure = id_of(repository, "HEAD")
    repository.git("checkout", "-q", "-b", "side", base)
    repository.commit("known")
    repository.git("update-ref", "refs/remotes/other/side", "HEAD")
    repository.commit("perhaps")
    perhaps = id_of(repository, "HEAD")
    ends = [sure], [base], "", tally, nothing
    change = changes.of_range(here, *ends, perhaps=[perhaps, sure])
    change.close()
    assert change.doubtful == {perhaps}
    assert tally.commits == change.messages == 2
    change = changes.of_range(here, *ends)
    change.close()
    assert change.doubtful == set()


def test_names(here: Repository, repository: Any, tally: Tally) -> None:
    """Of whatever has one, whether or not its content is read."""
    for name in ("old", "edited", "gone", "left/out"):
        repository.write(name, f"{name}\n")
    repository.commit()
    base = id_of(repository, "HEAD")
    repository.git("mv", "old", "moved")
    repository.git("rm", "-q", "gone")
    for name, text in (("edited", "more"), ("one", "same"), ("two", "same"), ("left/out", "x")):
        repository.write(name, text)
    repository.git("add", "-A")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{base},module")
    repository.git("commit", "-qm", "x")
    until = id_of(repository, "HEAD")
    change = changes.of_range(
        here, [until], [base], "", tally, lambda path: path == "left/out", ["refs/heads/x"]
    )
    change.close()
    found = {name: [(at.scope, bool(at.before)) for at in at] for name, at in change.names.items()}
    assert found == {
        "edited": [("commit", True)],
        "module": [("commit", False)],
        "moved": [("commit", False)],
        "one": [("commit", False)],
        "refs/heads/x": [("reference-name", False)],
        "two": [("commit", False)],
    }


def test_moves(here: Repository, repository: Any, tally: Tally) -> None:
    repository.write("moved", "moved\n")
    repository.write("edited", "edited\n")
    repository.commit()
    old = id_of(repository, "HEAD:edited")
    repository.git("mv", "moved", "moved2")
    repository.git("mv", "edited", "edited2")
    repository.write("edited2", "edited more\n")
    repository.git("add", "-A")
    change = changes.of_index(here, tally, nothing)
    assert old in change.removed[""]
    assert tally.skipped == {"moved-unchanged": 1}
    assert read(change) == {"edited2": b"edited more\n"}


def test_exclusion(here: Repository, repository: Any, tally: Tally) -> None:
    for name in ("in", "out"):
        repository.write(name, f"{name}\n")
    repository.git("add", "-A")
    change = changes.of_index(here, tally, lambda path: path == "out")
    assert tally.skipped == {"excluded-by-configuration": 1}
    assert read(change) == {"in": b"in\n"}


@pytest.mark.parametrize("edit", ["", "more\n"])
def test_what_leaves_an_excluded_path_is_new(
    edit: str, here: Repository, repository: Any, tally: Tally
) -> None:
    """It was not searched where it was, so that it would never be."""
    for name in ("vendor/a", "b"):
        repository.write(name, f"{name}\n")
    repository.commit()
    for name in ("vendor/a", "b"):
        (repository.root / name).unlink()
        repository.write(f"{os.path.basename(name)}2", f"{name}\n{edit}")
    repository.git("add", "-A")
    change = changes.of_index(here, tally, lambda path: path.startswith("vendor/"))
    assert change.removed[""] == {id_of(repository, "HEAD:b")}
    assert set(read(change)) == ({"a2", "b2"} if edit else {"a2"})


def test_what_goes_to_an_excluded_path_is_excluded(
    here: Repository, repository: Any, tally: Tally
) -> None:
    repository.commit("a")
    repository.git("mv", "a", "b")
    change = changes.of_index(here, tally, lambda path: path == "b")
    assert read(change) == {}


def test_a_content_that_is_excluded_at_one_path_only(
    here: Repository, repository: Any, tally: Tally
) -> None:
    repository.write("in")
    repository.write("an/out")
    repository.git("add", "-A")
    change = changes.of_index(here, tally, lambda path: path == "an/out")
    assert read(change) == {"in": b"text\n"}


@pytest.mark.skipif(os.name == "nt", reason="needs the file system of POSIX")
def test_undecodable_names(here: Repository, repository: Any, tally: Tally) -> None:
    path = os.path.join(os.fsencode(repository.root), b"\xff")
    with open(path, "wb") as file:
        file.write(b"x")
    repository.git("add", "-A")
    assert read(changes.of_index(here, tally, nothing)) == {"\udcff": b"x"}


def test_a_shallow_clone(repository: Any, tmp_path: Any, tally: Tally) -> None:
    for name in ("a", "b"):
        repository.commit(name)
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--depth=1", repository.root.as_uri(), str(clone))
    shallow = Repository(str(clone))
    head = shallow.required("HEAD", "")
    with pytest.raises(GitError, match=r"shallow.*: fetch it all"):
        changes.of_range(shallow, [head], [], "fetch it all", tally, nothing)
    # A branch that may not be part of it does not stop the rest, and is counted.
    repository.git("-C", str(clone), "remote", "remove", "origin")
    with contextlib.closing(
        changes.of_range(shallow, [], [], "fetch it all", tally, nothing, perhaps=[head])
    ) as change:
        assert (change.blobs, change.doubtful) == ([], frozenset())
    assert tally.skipped == {"branch-cut-off": 1}
