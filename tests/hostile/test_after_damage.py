"""Objects of a pack after one that is damaged, where no index says where they begin."""

from __future__ import annotations

import random
import struct
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from fuzz.borrowed import of_tests
from scanner.git.reindex import open_pack

FORMAT: Any = of_tests("git/conftest.py").Format()
TEXT = b"".join(b"line %d of a long file\n" % number for number in range(400))


def wrong_sum(entry: bytes) -> bytes:
    return entry[:-1] + bytes((entry[-1] ^ 1,))


def wrong_size(entry: bytes) -> bytes:
    return bytes((entry[0] ^ 1,)) + entry[1:]


def no_kind(entry: bytes) -> bytes:
    return bytes((entry[0] & 0x8F,)) + entry[1:]


def a_flipped_bit(entry: bytes) -> bytes:
    return entry[:40] + bytes((entry[40] ^ 4,)) + entry[41:]


def cut(entry: bytes) -> bytes:
    return entry[: len(entry) // 2]


def overwritten(entry: bytes) -> bytes:
    return random.Random(1).randbytes(len(entry))


def larger_than_it_says(entry: bytes) -> bytes:
    """A bomb in the place of a few bytes."""
    return FORMAT.head(3, 99) + zlib.compress(bytes(4 << 20))


def nothing(_entry: bytes) -> bytes:
    return b""


DAMAGES = (
    wrong_sum, wrong_size, no_kind, a_flipped_bit, cut, overwritten, larger_than_it_says,
)  # fmt: skip
by_name: Any = {"ids": lambda damage: damage.__name__}


def content(damage: Any, planted: bytes, said: int = 3) -> bytes:
    """Return a pack whose second entry is damaged; the third one has what was planted."""
    second = damage(FORMAT.entry(3, TEXT))
    entries = [FORMAT.entry(3, b"first\n"), second, FORMAT.entry(3, planted)]
    body = FORMAT.pack([each for each in entries if each])[0][:-20]
    return bytes(FORMAT.sealed(body[:8] + struct.pack(">I", said) + body[12:]))


@pytest.mark.parametrize("damage", DAMAGES, **by_name)
def test_a_pack_without_an_index(damage: Any, repository: Any, keycatch: Any, plant: Any) -> None:
    repository.commit("first")
    path = repository.root / ".git/objects/pack/pack-x.pack"
    path.write_bytes(content(damage, plant.pair().encode()))
    done = keycatch("history", "--format", "json", cwd=repository.root)
    assert done.returncode == 1, done.stdout
    (notice,) = done.report()["scan"]["notices"]
    assert "it has no index; only 2 of its 3 objects could be read" in notice["detail"]


@pytest.mark.parametrize("said", [0, 1, 2, 3, 9])
@pytest.mark.parametrize("damage", [nothing, *DAMAGES], **by_name)
def test_a_pack_in_a_file(damage: Any, said: int, verdict: Any, plant: Any) -> None:
    """Whatever number of objects it says: nobody has to believe that."""
    assert verdict(content(damage, plant.pair().encode(), said)) == "found"


def test_what_is_before_the_damage(verdict: Any, plant: Any) -> None:
    entry = FORMAT.entry(3, plant.pair().encode() + random.Random(1).randbytes(9000))
    pack = FORMAT.pack([entry[:5000] + bytes(40) + entry[5040:]])[0]
    assert verdict(pack) == "found"


def test_what_a_damaged_delta_inserts(verdict: Any, plant: Any) -> None:
    planted = plant.pair().encode() + random.Random(1).randbytes(9000)
    delta = FORMAT.delta(TEXT, planted, FORMAT.insert(planted))
    entries = [FORMAT.entry(3, TEXT), FORMAT.entry(7, delta, FORMAT.name("blob", TEXT))]
    entries[1] = entries[1][:-9] + bytes(9)
    assert verdict(FORMAT.pack(entries)[0]) == "found"


@pytest.mark.parametrize("number", [1, 8])
def test_deltas_on_what_is_after_the_damage(number: int, tmp_path: Path) -> None:
    versions = [TEXT + b"%d" % at for at in range(number + 2)]
    entries = [
        FORMAT.entry(3, b"first\n"),
        cut(FORMAT.entry(3, TEXT)),
        FORMAT.entry(3, versions[0]),
    ]
    for before, after in pairwise(versions):
        made = FORMAT.delta(before, after, FORMAT.copy(0, len(TEXT)) + FORMAT.insert(after[-1:]))
        entries.append(FORMAT.entry(6, made, FORMAT.back(len(entries[-1]))))
    path = tmp_path / "a.pack"
    path.write_bytes(FORMAT.pack(entries)[0])
    pack = open_pack(str(path), 20)
    names = {FORMAT.name("blob", version) for version in versions}
    assert names <= {pack.name(entry) for entry in range(pack.number)} - {
        pack.name(entry) for entry in pack.nameless
    }
