"""Reading objects through one git: all of them, whatever is missing or damaged among them."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scanner.commands.time_limit import TimeUp
from scanner.git.objects import ObjectReader
from scanner.git.process import GitError
from scanner.git.repository import Repository

MISSING = "1" * 40


@pytest.fixture
def here(repository: Any) -> Repository:
    return Repository(str(repository.root))


@pytest.fixture
def store(repository: Any) -> Callable[[bytes], str]:
    def write(content: bytes) -> str:
        path = repository.write("content", content)
        name: str = repository.git("hash-object", "-w", "--no-filters", str(path)).strip()
        return name

    return write


def loose(repository: Any, name: str) -> Path:
    path: Path = repository.root / ".git/objects" / name[:2] / name[2:]
    path.chmod(0o644)
    return path


def whole(reader: ObjectReader) -> bytes | None:
    size = reader.next_size()
    if size is None:
        return None
    content = b"".join(iter(lambda: reader.read(7), b""))
    assert len(content) == size
    return content


def test_contents_in_their_order(here: Repository, store: Any) -> None:
    contents = [b"", b"\n", b"one\n", b"\0binary\r\n", bytes(range(256)) * 40, b"", b"x" * 7]
    names = [store(content) for content in contents]
    with closing(ObjectReader(here, names)) as reader:
        assert [whole(reader) for _ in names] == contents
        with pytest.raises(GitError):
            reader.next_size()


@pytest.mark.parametrize("what", ["scanner.git.process.limit", "threading.Thread.start"])
def test_a_git_that_is_just_started_ends_with_the_time(
    here: Repository, store: Any, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    started: list[Any] = []
    real = subprocess.Popen

    class Recorded(real):  # type: ignore[misc,valid-type]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    def end(*_: Any) -> None:
        raise TimeUp

    names = [store(b"content")]
    monkeypatch.setattr(subprocess, "Popen", Recorded)
    monkeypatch.setattr(what, end)
    with pytest.raises(TimeUp):
        ObjectReader(here, names)
    monkeypatch.undo()
    (process,) = started
    assert process.wait(60) == -signal.SIGKILL
    process.stdin.close()
    process.stdout.close()


def test_what_is_left_unread_is_passed_over(here: Repository, store: Any) -> None:
    names = [store(b"long" * 1_000_000), store(b"next")]
    with closing(ObjectReader(here, names)) as reader:
        assert reader.next_size() == 4_000_000
        assert reader.read(4) == b"long"
        assert whole(reader) == b"next"
        assert reader.read(10) == b""


def test_a_missing_object_costs_no_other(here: Repository, store: Any) -> None:
    names = [store(b"a"), MISSING, store(b"b"), MISSING]
    with closing(ObjectReader(here, names)) as reader:
        assert [whole(reader) for _ in names] == [b"a", None, b"b", None]


def test_damaged_objects_cost_no_other(here: Repository, store: Any, repository: Any) -> None:
    contents = [bytes([number]) * 50 for number in range(8)]
    names = [store(content) for content in contents]
    for number in (0, 3, 4, 7):
        loose(repository, names[number]).write_bytes(b"nonsense")
    with closing(ObjectReader(here, names)) as reader:
        found = [whole(reader) for _ in names]
    assert found == [
        None if number in (0, 3, 4, 7) else content for number, content in enumerate(contents)
    ]


def test_an_object_that_ends_early(here: Repository, store: Any, repository: Any) -> None:
    """Its size is told before its content turns out to be cut off."""
    repository.git("config", "core.compression", "0")
    names = [store(b"first"), store(bytes(range(256)) * 4000), store(b"last")]
    repository.git("config", "core.bigFileThreshold", "1k")  # git passes such a one on in pieces
    path = loose(repository, names[1])
    path.write_bytes(path.read_bytes()[:-500_000])
    with closing(ObjectReader(here, names)) as reader:
        assert whole(reader) == b"first"
        if reader.next_size() is not None:
            with pytest.raises(GitError):
                b"".join(iter(lambda: reader.read(1 << 20), b""))
        assert whole(reader) == b"last"


def test_a_partial_clone(repository: Any, store: Any, tmp_path: Path) -> None:
    """Git ends at each object that it would have to fetch."""
    for number in range(6):
        repository.write(str(number), f"{number}\n")
    repository.commit()
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    url = repository.root.as_uri()
    repository.git("clone", "-q", "--no-checkout", "--filter=blob:none", url, str(clone))
    names = [repository.git("rev-parse", f"HEAD:{number}").strip() for number in range(6)]
    for number in (1, 4):
        repository.git("-C", str(clone), "cat-file", "blob", names[number])
    with closing(ObjectReader(Repository(str(clone)), names)) as reader:
        assert [whole(reader) for _ in names] == [None, b"1\n", None, None, b"4\n", None]


def test_more_than_the_pipes_hold(here: Repository, store: Any) -> None:
    name = store(b"y" * 3000)
    with closing(ObjectReader(here, [name] * 5000)) as reader:
        assert sum(len(whole(reader) or b"") for _ in range(5000)) == 15_000_000


def test_closing_early_leaves_nothing_behind(here: Repository, store: Any) -> None:
    name = store(b"y" * 3000)
    reader = ObjectReader(here, [name] * 100_000)
    assert reader.next_size() == 3000
    reader.close()
    assert reader._process.returncode is not None
    assert not reader._feeder.is_alive()
