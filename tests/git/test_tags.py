"""Which annotated tags are published with a reference, and what comes without a commit."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from scanner.git import tags
from scanner.git.process import GitError
from scanner.git.repository import Repository
from scanner.git.tags import Tag


@pytest.fixture
def here(repository: Any) -> Repository:
    repository.commit("a", "below/b")
    return Repository(str(repository.root))


def id_of(repository: Any, revision: str) -> str:
    name: str = repository.git("rev-parse", revision).strip()
    return name


def tag(repository: Any, name: str, of: str, message: str = "x") -> str:
    repository.git("tag", "-F", str(repository.write("message", message)), name, of)
    (repository.root / "message").unlink()
    return id_of(repository, name)


def store(repository: Any, text: str) -> str:
    """Store a tag of any content, with as few checks as git has."""
    options = ["--literally", "-w", "-t", "tag", "--stdin"]
    done = subprocess.run(
        ["git", "hash-object", *options], cwd=repository.root, input=text.encode(),
        capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout.decode().strip()


def test_a_commit_is_no_tag(here: Repository, repository: Any) -> None:
    assert tags.published(here, [id_of(repository, "HEAD")]) == ([], [])


def test_a_chain(here: Repository, repository: Any) -> None:
    head = id_of(repository, "HEAD")
    one = tag(repository, "one", "HEAD")
    two = tag(repository, "two", "one", "long\n" * 100_000)
    three = tag(repository, "three", "two")
    expected = [Tag(name, head) for name in (three, two, one)]
    assert tags.published(here, [three, head]) == (expected, [])
    # What stands behind a long one is read as well, and nothing twice.
    other = tag(repository, "other", "HEAD")
    expected.append(Tag(other, head))
    assert tags.published(here, [three, one, other]) == (expected, [])


def test_a_tag_of_a_file_and_of_a_directory(here: Repository, repository: Any) -> None:
    blob, tree = id_of(repository, "HEAD:a"), id_of(repository, "HEAD^{tree}")
    file, directory = tag(repository, "file", blob), tag(repository, "directory", tree)
    outer = tag(repository, "outer", file)
    found, (entry,) = tags.published(here, [outer])
    assert found == [Tag(outer, ""), Tag(file, "")]
    assert (entry.path, entry.blob, entry.is_blob) == (blob.encode(), blob, True)
    found, entries = tags.published(here, [directory, blob])
    assert found == [Tag(directory, "")]
    assert [entry.path for entry in entries] == [b"a", b"below/b", blob.encode()]


def test_what_is_not_here(here: Repository, repository: Any) -> None:
    missing = "1" * 40
    broken = store(repository, f"object {missing}\ntype commit\ntag x\ntagger T <t> 1 +0000\n\nx\n")
    for name in (missing, broken):
        with pytest.raises(GitError, match="not in this clone"):
            tags.published(here, [name])


def test_a_name_is_not_mistaken_for_a_chain(here: Repository, repository: Any) -> None:
    """The first lines decide, whatever the message says."""
    head = id_of(repository, "HEAD")
    text = f"\nobject {head}\ntype tag\n"
    name = tag(repository, "x", "HEAD", text)
    assert tags.published(here, [name]) == ([Tag(name, head)], [])


def test_a_damaged_tag(here: Repository, repository: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git told its type, and then cannot read it."""
    name = tag(repository, "x", "HEAD")
    start = Repository.start

    def damage(self: Repository, *command: str) -> Any:
        path: Path = repository.root / ".git/objects" / name[:2] / name[2:]
        path.chmod(0o644)
        path.write_bytes(b"nonsense")
        return start(self, *command)

    monkeypatch.setattr(Repository, "start", damage)
    with pytest.raises(GitError, match="git fsck"):
        tags.published(here, [name])
