"""Indexes of packs, against `git show-index`, and what is said of those that are damaged."""

from __future__ import annotations

import hashlib
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scanner.git.pack_index import PackError, PackIndex, hash_of


def shown(root: Path, path: Path, *options: str) -> list[tuple[int, bytes, int | None]]:
    """Return offset, name and checksum of each object, as git reads the index."""
    with path.open("rb") as file:
        command = ["git", "show-index", *options]
        done = subprocess.run(command, cwd=root, stdin=file, capture_output=True, check=True)
    rows = []
    for line in done.stdout.decode().splitlines():
        offset, name, *checksum = line.split()
        rows.append((int(offset), bytes.fromhex(name), *(int(c[1:-1], 16) for c in checksum)))
    return [(row[0], row[1], row[2] if len(row) > 2 else None) for row in rows]


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_same_as_git(filled: Any, version: str, algorithm: str) -> None:
    repository = filled("here", f"--object-format={algorithm}")
    repository.git("-c", f"pack.indexVersion={version}", "repack", "-qadf")
    (pack,) = repository.packs()
    path = pack.with_suffix(".idx")
    size = hashlib.new(algorithm).digest_size
    index = PackIndex(str(path), size)
    rows = shown(repository.root, path, f"--object-format={algorithm}")
    assert len(rows) > 100
    assert index.number == len(rows)
    checksums = index.checksums or [None] * len(rows)
    assert [(index.checksums is None), index.pack_checksum] == [
        version == "1", pack.read_bytes()[-size:],
    ]  # fmt: skip
    for position, (offset, name, checksum) in enumerate(rows):
        assert index.name(position) == name
        assert index.position(name) == position
        assert (index.offsets[position], checksums[position]) == (offset, checksum)
    for name in (bytes(size), b"\xff" * size, b"\x80" + bytes(size - 1), rows[3][1][:-1] + b"\0"):
        assert index.position(name) == -1


def test_large_offsets(tmp_path: Path, pack_format: Any) -> None:
    """Offsets that take eight bytes, which no small pack has."""
    names = sorted(random.Random(n).randbytes(20) for n in range(6))
    offsets = [12, 1 << 31, (1 << 31) - 1, 40, (1 << 40) + 5, (1 << 62) + 1]
    small, large = b"", b""
    for offset in offsets:
        if offset >= 1 << 31:
            small += (1 << 31 | len(large) // 8).to_bytes(4, "big")
            large += offset.to_bytes(8, "big")
        else:
            small += offset.to_bytes(4, "big")
    head = pack_format.index(names, [12] * 6, bytes(60))[: 8 + 1024 + 6 * 24]
    path = tmp_path / "p.idx"
    path.write_bytes(pack_format.sealed(head + small + large + b"\1" * 20))
    index = PackIndex(str(path), 20)
    assert list(index.offsets) == offsets
    path.write_bytes(pack_format.sealed(head + small + large[:-8] + b"\1" * 20))
    with pytest.raises(PackError, match="outside of its table"):
        PackIndex(str(path), 20)


@pytest.fixture
def damaged(tmp_path: Path) -> Any:
    """Write an index and return what is said of it; nothing if it is read."""

    def complaint(content: bytes) -> str:
        path = tmp_path / "d.idx"
        path.write_bytes(content)
        try:
            PackIndex(str(path), 20)
        except PackError as error:
            return str(error)
        return ""

    return complaint


@pytest.mark.parametrize("version", [1, 2])
def test_every_damage_is_seen(pack_format: Any, damaged: Any, version: int) -> None:
    data, offsets = pack_format.pack([pack_format.entry(3, b"%d" % n) for n in range(5)])
    names = [pack_format.name("blob", b"%d" % n) for n in range(5)]
    whole = pack_format.index(names, offsets, data, version=version)
    assert damaged(whole) == ""
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1 << at % 8
        assert damaged(bytes(changed)), at
    for size in {*range(0, len(whole), 7), len(whole) - 1, 0, 3, 4, 8, 1031, 1032}:
        assert damaged(whole[:size]), size
    for more in (1, 8, 20, 5000):
        assert damaged(whole + bytes(more))
    assert "longer" in damaged(whole + bytes(50))


def test_what_is_said(pack_format: Any, damaged: Any) -> None:
    data, offsets = pack_format.pack([pack_format.entry(3, b"%d" % n) for n in range(3)])
    names = [pack_format.name("blob", b"%d" % n) for n in range(3)]
    whole = pack_format.index(names, offsets, data)
    assert "its index is damaged" in damaged(whole[:-1] + bytes((whole[-1] ^ 1,)))
    assert "version 3" in damaged(pack_format.sealed(whole[:7] + b"\3" + whole[8:-20]))
    backwards = b"\0\0\0\4" + whole[12:-20]  # the first of the counts is larger than the last
    assert "out of order" in damaged(pack_format.sealed(whole[:8] + backwards))
    # Sealed again, so that nothing but the number tells.
    more = whole[: 8 + 1020] + (1 << 31).to_bytes(4, "big") + whole[8 + 1024 : -20]
    assert "shorter" in damaged(pack_format.sealed(more))
    fewer = pack_format.sealed(whole[:8] + bytes(1024) + whole[8 + 1024 : -20])
    assert "longer" in damaged(fewer)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        PackIndex(str(tmp_path / "none.idx"), 20)


def test_hashes() -> None:
    assert hash_of(20, b"x").hexdigest() == hashlib.sha1(b"x").hexdigest()
    assert hash_of(32, b"x").hexdigest() == hashlib.sha256(b"x").hexdigest()
