"""The heads of entries, read by one process and by several."""

from __future__ import annotations

import os
import random
from array import array
from pathlib import Path
from typing import Any

import pytest

from scanner.engine import workers
from scanner.git import delta, pack_heads
from scanner.git import pack as pack_module
from scanner.git.pack import Pack

SHARED = pytest.mark.skipif(not workers.FORKS, reason="heads are shared out where workers fork")


def told(pack: Pack) -> list[Any]:
    """Return all that the heads of a pack say."""
    of_each = [(pack.size(at), pack.base(at), pack.kinds[at]) for at in range(pack.number)]
    return [of_each, pack.damaged, bytes(pack._heads)]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Have packs of any size read by several processes; note the blocks read in this one."""
    monkeypatch.setattr(pack_heads, "_BLOCK", 7)
    monkeypatch.setattr(pack_heads, "_MANY", 2)
    here: list[int] = []
    real = pack_heads._Reading.of_block

    def of_block(self: Any, block: int) -> Any:
        here.append(block)
        return real(self, block)

    monkeypatch.setattr(pack_heads._Reading, "of_block", of_block)
    return here


@SHARED
@pytest.mark.parametrize("jobs", [2, 3])
def test_several_processes_read_what_one_does(
    one_pack: Path, one_pack_objects: Any, contents: Any, counted: list[int], jobs: int
) -> None:
    path = str(one_pack / "git.pack")
    alone, shared = Pack(path, 20), Pack(path, 20, jobs)
    assert counted == []
    assert shared.number > 7 * 8
    assert told(shared) == told(alone)
    assert contents(shared) == (one_pack_objects, {})


@SHARED
def test_damage_is_told_by_its_number_in_the_pack(
    tmp_path: Path, pack_format: Any, counted: list[int]
) -> None:
    datas = [b"%d" % number for number in range(40)]
    names = [pack_format.name("blob", each) for each in datas]
    data, offsets = pack_format.pack(
        [pack_format.entry(5 if at in (3, 30) else 3, each) for at, each in enumerate(datas)]
    )
    (tmp_path / "p.pack").write_bytes(data)
    (tmp_path / "p.idx").write_bytes(pack_format.index(names, offsets, data))
    path = str(tmp_path / "p.pack")
    assert told(Pack(path, 20, 2)) == told(Pack(path, 20))
    assert set(Pack(path, 20, 2).damaged) == {3, 30}
    assert counted == []


@SHARED
def test_what_a_process_has_not_read_that_died_is_read_all_the_same(
    one_pack: Path, monkeypatch: pytest.MonkeyPatch, counted: list[int]
) -> None:
    parent = os.getpid()
    real = pack_heads._Reading.scan

    def scan(self: Any, start: int, end: int) -> Any:
        if os.getpid() != parent and start >= 4:
            os._exit(1)
        return real(self, start, end)

    monkeypatch.setattr(pack_heads._Reading, "scan", scan)
    path = str(one_pack / "git.pack")
    shared = Pack(path, 20, 2)
    assert counted[0] >= 4
    assert told(shared) == told(Pack(path, 20))


@SHARED
def test_a_pack_that_cannot_be_read_is_told_as_by_one_process(
    one_pack: Path, monkeypatch: pytest.MonkeyPatch, counted: list[int]
) -> None:
    def fail(_file: int, _size: int, _offset: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(pack_heads, "pread", fail)
    monkeypatch.setattr(delta, "packs", None)  # it reads with that of the system
    with pytest.raises(OSError, match="Input/output error"):
        Pack(str(one_pack / "git.pack"), 20, 2)
    assert counted == [0]


def test_a_small_pack_starts_no_process(one_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "share_out", None)
    assert Pack(str(one_pack / "git.pack"), 20, 2).number


COMPILED = pytest.mark.skipif(
    delta.packs is None, reason="what reads packs is not compiled: there is no compiler"
)


def both(path: str, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what heads say, and the trees of deltas, by the compiled code and by Python."""
    answers = []
    for packs in (delta.packs, None):
        with monkeypatch.context() as patch:
            patch.setattr(delta, "packs", packs)
            pack = Pack(path, 20)
            answers.append([*told(pack), pack.children_of, pack.next_to])
    return answers


@COMPILED
def test_both_read_the_same(one_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled, python = both(str(one_pack / "git.pack"), monkeypatch)
    assert compiled == python
    assert any(base >= 0 for _, base, _ in compiled[0])


@COMPILED
def test_both_read_the_same_of_what_is_forged(
    tmp_path: Path, pack_format: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Heads of random bytes, most of which have the high bit and so go on; cut off at the end."""
    rng = random.Random(11)
    path = tmp_path / "p.pack"
    endless = [b"\xff" * length for length in (1, 8, 9, 10, 30, 70)]
    kinds = [*endless, b"\xe0", b"\x60\0", b"\x60\x05", b"\x60\x80\0", b"\x70" + b"a" * 20, b"\x35"]
    for _ in range(60):
        pieces = [rng.choice(kinds) + rng.randbytes(rng.randrange(40)) for _ in range(30)]
        pieces = [bytes(byte | rng.choice((0, 0, 0x80)) for byte in piece) for piece in pieces]
        data, offsets = pack_format.pack(pieces)
        if rng.random() < 0.5:  # some begin at the same place, or where there is nothing
            offsets[rng.randrange(30)] = offsets[rng.randrange(30)]
            offsets[rng.randrange(30)] = rng.choice([0, 11, len(data), 1 << 31, (1 << 32) - 1])
        names = [pack_format.name("blob", bytes((number,))) for number in range(30)]
        (tmp_path / "p.idx").write_bytes(pack_format.index(names, offsets, data, 1))
        path.write_bytes(data)
        compiled, python = both(str(path), monkeypatch)
        assert compiled == python


@COMPILED
@pytest.mark.parametrize("column", range(5))
def test_columns_that_cannot_be_are_refused(column: int) -> None:
    offsets = bytes(8 * 3)
    for wrong in (b"abc", bytearray(7), bytearray(99), "text", None):
        columns = [offsets, bytearray(2), bytearray(2), bytearray(16), bytearray(8)]
        columns[column] = wrong  # type: ignore[call-overload]
        with pytest.raises((TypeError, ValueError, BufferError)):
            delta.packs.read_heads(0, columns[0], 0, *columns[1:])
        if column < 4:
            linked = [bytes(8), bytearray(2), bytearray(8), bytearray(8)]
            linked[column] = wrong  # type: ignore[call-overload]
            with pytest.raises((TypeError, ValueError, BufferError)):
                delta.packs.link(*linked)
    for start in (-1, 1, 1 << 40):
        with pytest.raises(ValueError, match="no such entries"):
            delta.packs.read_heads(
                0, offsets, start, bytearray(2), bytearray(2), bytearray(16), bytearray(8)
            )


@COMPILED
def test_both_order_the_same() -> None:
    rng = random.Random(2)
    for bits in (0, 1, 11, 30, 40, 64):
        for number in (0, 1, 2, 500):
            offsets = array("Q", [rng.getrandbits(bits) if bits else 0 for _ in range(number)])
            answers = []
            for order in (delta.packs.order, pack_module._order):
                ordered = array("Q", bytes(8 * number))
                positions = array("I", bytes(4 * number))
                order(offsets, ordered, positions)
                answers.append((ordered, positions))
            assert answers[0] == answers[1]
            assert list(answers[0][0]) == sorted(offsets)
    for wrong in ((bytes(8), bytearray(8), bytearray(3)), (bytes(8), bytearray(16), bytearray(4))):
        with pytest.raises(ValueError, match="each column"):
            delta.packs.order(*wrong)
