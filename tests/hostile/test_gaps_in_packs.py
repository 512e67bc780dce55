"""Bytes of a pack that are in no entry of its index: git never sees them, and they are read.

The number of objects, the checksums of the entries and those of both files agree in each of them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from fuzz.borrowed import of_tests
from scanner.git.pack import Pack
from scanner.git.pack_heads import KINDS

FORMAT: Any = of_tests("git/conftest.py").Format()
LARGE = 17 << 20
"""Bytes of an object that is larger than those which are held while a pack is read."""


class Parts(NamedTuple):
    """The entries of a pack with their names, and what is in front of each."""

    names: list[bytes]
    entries: list[bytes]
    before: list[bytes]
    after: bytes

    def write(self, path: Path) -> None:
        content = b"PACK" + struct.pack(">II", 2, len(self.entries))
        offsets = []
        for gap, entry in zip(self.before, self.entries, strict=True):
            content += gap
            offsets.append(len(content))
            content += entry
        content = FORMAT.sealed(content + self.after)
        path.write_bytes(content)
        path.with_suffix(".idx").write_bytes(FORMAT.index(self.names, offsets, content))


def parts_of(path: Path) -> Parts:
    opened = Pack(str(path), 20)
    content = path.read_bytes()
    offsets = list(opened.columns()[1][0])
    names = [opened.name(entry) for entry in range(opened.number)]
    entries = [content[offsets[at] : offsets[at + 1]] for at in range(opened.number)]
    return Parts(names, entries, [b""] * len(names), b"")


def hidden(parts: Parts, planted: bytes, where: str) -> Parts:
    """Return `parts` with an entry of `planted` that is in no index."""
    entry = FORMAT.entry(3, planted)
    number = len(parts.names)
    if where == "after the last":
        return parts._replace(after=entry)
    place = {"before the first": 0, "after the first": 1, "in the middle": number // 2}[where]
    before = [entry if at == place else gap for at, gap in enumerate(parts.before)]
    return parts._replace(before=before)


@pytest.fixture
def pack(repository: Any) -> Path:
    """Return the pack of a repository without a credential."""
    for number in range(4):
        repository.write("a.txt", f"version {number}\n")
        repository.commit()
    repository.git("repack", "-qadf", "--depth=0")
    (path,) = map(Path, (repository.root / ".git/objects/pack").glob("*.pack"))
    for each in (path, path.with_suffix(".idx")):
        each.chmod(0o644)
    return path


def scanned(keycatch: Any, repository: Any, code: int) -> Any:
    for _ in range(2):  # the second time with what is remembered of the first one
        done = keycatch("history", "--format", "json", cwd=repository.root)
        assert done.returncode == code, done.stdout + done.stderr
        report = done.report()
        assert not report["scan"]["complete"]
    return report


PLACES = ("before the first", "after the first", "in the middle", "after the last")


@pytest.mark.parametrize("where", PLACES)
def test_an_entry_in_no_index_is_found(
    where: str, pack: Path, repository: Any, keycatch: Any, plant: Any
) -> None:
    hidden(parts_of(pack), plant.pair().encode(), where).write(pack)
    assert "version 3" in repository.git("log", "-p")
    report = scanned(keycatch, repository, 1)
    notices = [each for each in report["scan"]["notices"] if each["reason"] == "damaged-pack"]
    assert [Path(each["path"]).name for each in notices] == [pack.name]


def after(parts: Parts, place: int, gap: bytes) -> Parts:
    """Return `parts` with `gap` after the entry at `place`."""
    before = list(parts.before)
    if place + 1 == len(before):
        return parts._replace(after=gap)
    before[place + 1] = gap
    return parts._replace(before=before)


def behind_a_large_blob(repository: Any, parts: Parts, entry: bytes) -> Parts:
    data = bytes(LARGE)
    parts.names.append(FORMAT.name("blob", data))
    parts.entries.append(FORMAT.entry(3, data))
    parts.before.append(b"")
    return after(parts, len(parts.names) - 1, entry)


def behind_much(repository: Any, parts: Parts, entry: bytes) -> Parts:
    """So much that git alone reads the entry before it."""
    return after(parts, 0, bytes(70_000) + entry)


def behind_what_is_also_loose(repository: Any, parts: Parts, entry: bytes) -> Parts:
    """Nothing has to read the entry in the pack."""
    data = b"in two places\n"
    repository.write("b.txt", data)
    repository.git("add", "b.txt")
    parts.names.append(FORMAT.name("blob", data))
    parts.entries.append(FORMAT.entry(3, data))
    parts.before.append(b"")
    return after(parts, len(parts.names) - 1, entry)


def behind_a_damaged_entry_that_is_also_loose(repository: Any, parts: Parts, entry: bytes) -> Parts:
    """What is damaged does not matter: git has another copy."""
    changed = behind_what_is_also_loose(repository, parts, entry)
    changed.entries[-1] = changed.entries[-1][:4] + b"\xff" + changed.entries[-1][5:]
    return changed


def behind_an_entry_of_no_kind(repository: Any, parts: Parts, entry: bytes) -> Parts:
    changed = behind_what_is_also_loose(repository, parts, entry)
    changed.entries[-1] = b"\x50"  # of the kind 5, which there is not
    return changed


def behind_the_sum_of_the_entry(repository: Any, parts: Parts, entry: bytes) -> Parts:
    """The last four bytes are those with which the entry before would end."""
    content = zlib.decompressobj().decompress(parts.entries[0][2:])
    return after(parts, 0, entry + struct.pack(">I", zlib.adler32(content)))


BEHIND = (
    behind_a_large_blob, behind_much, behind_what_is_also_loose,
    behind_a_damaged_entry_that_is_also_loose, behind_an_entry_of_no_kind,
    behind_the_sum_of_the_entry,
)  # fmt: skip


@pytest.mark.parametrize("how", BEHIND, ids=lambda how: how.__name__)
def test_whatever_is_before_it(
    how: Callable[..., Parts], pack: Path, repository: Any, keycatch: Any, plant: Any
) -> None:
    entry = FORMAT.entry(3, plant.pair().encode())
    how(repository, parts_of(pack), entry).write(pack)
    scanned(keycatch, repository, 1)


@pytest.mark.parametrize("gap", [b"\0", b"x" * 40, zlib.compress(b"no head")])
def test_bytes_that_are_no_entry_are_named(
    gap: bytes, pack: Path, repository: Any, keycatch: Any
) -> None:
    after(parts_of(pack), 1, gap).write(pack)
    report = scanned(keycatch, repository, 2)
    (notice,) = report["scan"]["notices"]
    assert notice["reason"] == "damaged-pack"
    assert "its index does not have all that is in it" in notice["detail"]


def test_a_delta_in_no_index_is_applied(
    pack: Path, repository: Any, keycatch: Any, plant: Any
) -> None:
    """Its base is in the index, and neither of them has the credential alone."""
    parts = parts_of(pack)
    kinds = Pack(str(pack), 20).kinds
    at = next(at for at, kind in enumerate(kinds) if KINDS[kind] == "blob")
    base = zlib.decompress(parts.entries[at][1:])
    planted = base + plant.pair().encode()
    operations = FORMAT.copy(0, len(base)) + FORMAT.insert(planted[len(base) :])
    entry = FORMAT.entry(7, FORMAT.delta(base, planted, operations), parts.names[at])
    after(parts, at, entry).write(pack)
    scanned(keycatch, repository, 1)


def test_a_pack_of_which_the_index_has_nothing(repository: Any, keycatch: Any, plant: Any) -> None:
    repository.commit("first")
    path = repository.root / ".git/objects/pack/pack-x.pack"
    Parts([], [], [], FORMAT.entry(3, plant.pair().encode())).write(path)
    scanned(keycatch, repository, 1)


@pytest.mark.parametrize("rest", [b"x", zlib.compress(b"more")])
def test_bytes_after_a_loose_object(rest: bytes, repository: Any, keycatch: Any) -> None:
    repository.commit("first")
    name = repository.git("rev-parse", "HEAD:first").strip()
    path = repository.root / ".git/objects" / name[:2] / name[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + rest)
    scanned(keycatch, repository, 2)


def test_a_pack_as_git_writes_it_has_none(
    pack: Path, repository: Any, keycatch: Any, plant: Any
) -> None:
    """Also one that repeats what is loose, or in another pack."""
    other = pack.with_name("pack-x.pack")
    parts_of(pack).write(other)
    repository.write("b.txt", "text\n")
    repository.git("add", "b.txt")
    done = keycatch("history", "--format", "json", cwd=repository.root)
    assert done.returncode == 0
    assert done.report()["scan"]["complete"]
