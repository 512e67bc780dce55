"""A few objects of an index, against all of it."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path
from typing import Any

import pytest

from scanner.git.index_lookup import IndexLookup
from scanner.git.pack_index import PackError, PackIndex


@pytest.fixture
def entries() -> tuple[list[bytes], list[int], bytes]:
    """Return IDs, offsets and the end of a pack, of which some are above 2 GiB."""
    rng = random.Random(3)
    names = [rng.randbytes(20) for _ in range(700)]
    return names, [12 + 50 * number for number in range(700)], bytes(12 + 50 * 700 + 20)


def looked_up(path: Path, names: list[bytes]) -> list[int]:
    with IndexLookup(str(path), 20) as index:
        return [index.offset(name) for name in names]


@pytest.mark.parametrize(("version", "large_from"), [(1, 1 << 31), (2, 1 << 31), (2, 20_000)])
def test_as_the_whole_index(
    tmp_path: Path, pack_format: Any, entries: Any, version: int, large_from: int
) -> None:
    names, offsets, pack = entries
    path = tmp_path / "pack.idx"
    path.write_bytes(pack_format.index(names, offsets, pack, version, large_from))
    whole = PackIndex(str(path), 20)
    with IndexLookup(str(path), 20) as index:
        for name, offset in zip(names, offsets, strict=True):
            assert index.offset(name) == offset == whole.offsets[whole.position(name)]
        for name in (bytes(20), b"\xff" * 20, names[5][:-1] + b"\0", names[6][:1] + bytes(19)):
            assert index.offset(name) == -1


def test_names_of_sha256(tmp_path: Path, pack_format: Any) -> None:
    names = [bytes((number,)) * 32 for number in (0, 7, 255)]
    path = tmp_path / "pack.idx"
    content = pack_format.index(names, [12, 30, 60], bytes(132), algorithm="sha256")
    path.write_bytes(content)
    with IndexLookup(str(path), 32) as index:
        assert [index.offset(name) for name in (*names, bytes(31) + b"\1")] == [12, 30, 60, -1]


def test_nonsense(tmp_path: Path, pack_format: Any, entries: Any) -> None:
    """Whatever the file says, a lookup ends with an answer or an error of its own."""
    names, offsets, pack = entries
    path = tmp_path / "pack.idx"
    whole = pack_format.index(names, offsets, pack, 2, 20_000)
    for content in (b"", b"\xfftOc", whole[:1031], whole[:5000], whole[: 1032 + 700 * 20]):
        path.write_bytes(content)
        with pytest.raises(PackError):
            looked_up(path, names)

    rng = random.Random(4)
    for _ in range(40):
        changed = bytearray(whole)
        for _ in range(rng.randrange(1, 200)):
            changed[rng.randrange(1100 if rng.random() < 0.5 else len(whole))] = rng.randrange(256)
        path.write_bytes(changed)
        with contextlib.suppress(PackError):
            assert all(-1 <= offset < 1 << 64 for offset in looked_up(path, names[:50]))
