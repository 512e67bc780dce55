"""Pointers of Git LFS: what only begins like one, and a store with other files than it says."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from scanner.commands import main
from scanner.kinds.examples import expand

pytestmark = pytest.mark.usefixtures("clean_environment")
PAIR = "aws_access_key_id = {{access_key_id}}\naws_secret_access_key = {{secret_access_key}}\n"
PLANTED = expand(PAIR, "planted")
HEAD = "version https://git-lfs.github.com/spec/v1\n"
CONTENT = b"the file itself\n"
NAME = hashlib.sha256(CONTENT).hexdigest()
OID, SIZE = f"oid sha256:{NAME}\n", f"size {len(CONTENT)}\n"
LIKE_A_POINTER = {
    "between": HEAD + PLANTED + OID + SIZE,
    "after the end": HEAD + OID + SIZE + PLANTED,
    "before the size": HEAD + OID + PLANTED + SIZE,
    "in an extension": HEAD + f"ext-0-x sha256:{PLANTED}" + OID + SIZE,
    "in the size": HEAD + OID + f"size {PLANTED}",
    "without a size": HEAD + OID + PLANTED,
    "after a line of its own": HEAD + "\n" + PLANTED + OID + SIZE,
}


def keep(root: Path, name: str = NAME) -> Path:
    path = root / ".git/lfs/objects" / name[:2] / name[2:4] / name
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("where", LIKE_A_POINTER)
@pytest.mark.parametrize("is_there", [True, False])
def test_what_begins_like_a_pointer(
    where: str, is_there: bool, repository: Any, monkeypatch: Any
) -> None:
    repository.write("a.bin", LIKE_A_POINTER[where])
    repository.git("add", "-A")
    if is_there:
        keep(repository.root).write_bytes(CONTENT)
    monkeypatch.chdir(repository.root)
    assert main(["staged"]) == 1
    assert main(["scan", "."]) == 1


@pytest.mark.parametrize("command", [["staged"], ["scan", "."], ["history"]])
@pytest.mark.parametrize("large", [False, True])
def test_another_file_in_the_store(
    command: list[str], large: bool, repository: Any, monkeypatch: Any
) -> None:
    repository.commit("first")
    repository.write("a.bin", HEAD + OID + SIZE)
    repository.git("add", "-A")
    keep(repository.root).write_bytes(b"x" * (17 << 20) if large else b"harmless\n")
    if "--history" in command:
        repository.git("commit", "-qm", "a file")
    monkeypatch.chdir(repository.root)
    assert main(command) == 2


@pytest.mark.skipif(os.name == "nt", reason="needs the file system of POSIX")
@pytest.mark.parametrize("kind", ["directory", "pipe", "link"])
def test_no_file_in_the_store(kind: str, repository: Any, monkeypatch: Any) -> None:
    repository.write("a.bin", HEAD + OID + SIZE)
    repository.git("add", "-A")
    path = keep(repository.root)
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        repository.write("elsewhere", PLANTED)
        path.symlink_to(repository.root / "elsewhere")
    monkeypatch.chdir(repository.root)
    assert main(["staged"]) in (1, 2)


def test_the_file_itself_is_read(repository: Any, monkeypatch: Any) -> None:
    content = PLANTED.encode()
    name = hashlib.sha256(content).hexdigest()
    keep(repository.root, name).write_bytes(content)
    repository.write("a.bin", f"{HEAD}oid sha256:{name}\nsize {len(content)}\n")
    repository.git("add", "-A")
    monkeypatch.chdir(repository.root)
    assert main(["staged"]) == 1
