"""Packs that git cannot use, for lack of a right index: they are read, and named.

A pack without an index can be left over from a push, or be put there. Git ignores it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fuzz.borrowed import of_tests
from scanner.git.pack import Pack
from scanner.git.pack_heads import KINDS

FORMAT: Any = of_tests("git/conftest.py").Format()


def flipped(_pack: Path, index: Path) -> None:
    content = bytearray(index.read_bytes())
    content[1100] ^= 0x10
    index.write_bytes(content)


def with_another_name_for_the_first_commit(pack: Path, index: Path) -> None:
    """Git does not find it, and finds all else."""
    opened = Pack(str(pack), 20)
    *_, first = (at for at in range(opened.number) if KINDS[opened.kinds[at]] == "commit")
    name = opened.name(first)
    index.write_bytes(index.read_bytes().replace(name, name[:-1] + bytes((name[-1] ^ 1,))))


def cut(_pack: Path, index: Path) -> None:
    index.write_bytes(index.read_bytes()[:1200])


def gone(_pack: Path, index: Path) -> None:
    index.unlink()


def a_directory(_pack: Path, index: Path) -> None:
    index.unlink()
    index.mkdir()


def another_number(pack: Path, index: Path) -> None:
    index.write_bytes(FORMAT.index([], [], pack.read_bytes()))


def one_left_out(pack: Path, index: Path) -> None:
    names, offsets = _entries(pack)
    index.write_bytes(FORMAT.index(names[:-1], offsets[:-1], pack.read_bytes()))


def one_under_two_names(pack: Path, index: Path) -> None:
    names, offsets = _entries(pack)
    index.write_bytes(FORMAT.index(names, [*offsets[:-1], offsets[0]], pack.read_bytes()))


def _entries(pack: Path) -> tuple[list[bytes], list[int]]:
    """Return the names and the offsets of the entries; the last one has the credential."""
    opened = Pack(str(pack), 20)
    names = [opened.name(entry) for entry in range(opened.number)]
    assert KINDS[opened.kinds[opened.number - 1]] == "blob"
    return names, list(opened.columns()[1][0])[:-1]


ATTACKS = (
    flipped, with_another_name_for_the_first_commit, cut, gone, a_directory, another_number,
    one_left_out, one_under_two_names,
)  # fmt: skip


@pytest.fixture
def pack(repository: Any, plant: Any) -> Path:
    """Return the pack of a repository whose file had a pair in its only version but the last."""
    repository.write("a.ini", plant.pair())
    repository.commit("first")
    repository.git("rm", "-q", "a.ini")
    repository.git("commit", "-q", "--allow-empty", "-m", "second")
    repository.git("repack", "-qadf")
    (path,) = map(Path, (repository.root / ".git/objects/pack").glob("*.pack"))
    for each in (path, path.with_suffix(".idx")):
        each.chmod(0o644)
    return path


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_a_pack_holds_is_found(
    attack: Callable[[Path, Path], None], pack: Path, repository: Any, keycatch: Any
) -> None:
    attack(pack, pack.with_suffix(".idx"))
    for _ in range(2):  # the second time with what is remembered of the first one
        done = keycatch("history", "--format", "json", cwd=repository.root)
        assert done.returncode == 1, done.stderr
        (notice,) = [
            notice
            for notice in done.report()["scan"]["notices"]
            if notice["reason"] == "damaged-pack"
        ]
        assert notice["path"].endswith(pack.name)
        assert "all of its objects were read without it" in notice["detail"]
