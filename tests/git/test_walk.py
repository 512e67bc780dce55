"""Walking delta trees: each object once, in bounded memory, however deep or wide the trees are."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.git import delta as deltas
from scanner.git import walk as walking
from scanner.git.pack import Pack
from scanner.git.pack_index import PackError
from scanner.git.walk import walk

pytestmark = pytest.mark.usefixtures("implementation")


SIZE = 1000
DELTA = 64  # bytes, at the most, of the deltas of these tests


@pytest.fixture
def grow(tmp_path: Path, pack_format: Any) -> Callable[..., tuple[Pack, list[bytes]]]:
    """Write a pack of deltas: `grow([-1, 0, 0])` is a content and two on it.

    Returns the pack and the contents; the entries have the order of the list.
    """

    def write(bases: list[int]) -> tuple[Pack, list[bytes]]:
        datas: list[bytes] = []
        entries: list[bytes] = []
        starts: list[int] = []
        at = 12
        for number, base in enumerate(bases):
            if base < 0:
                data = random.Random(number).randbytes(SIZE)
                entry = pack_format.entry(3, data)
            else:
                old, new = datas[base], b"%010d" % number
                data = new + old[10:]
                operations = pack_format.insert(new) + pack_format.copy(10, SIZE - 10)
                delta = pack_format.delta(old, data, operations)
                entry = pack_format.entry(6, delta, pack_format.back(at - starts[base]))
            datas.append(data)
            entries.append(entry)
            starts.append(at)
            at += len(entry)
        content, offsets = pack_format.pack(entries)
        names = [pack_format.name("blob", data) for data in datas]
        (tmp_path / "p.pack").write_bytes(content)
        (tmp_path / "p.idx").write_bytes(pack_format.index(names, offsets, content))
        return Pack(str(tmp_path / "p.pack"), 20), datas

    return write


def random_bases(seed: int, number: int) -> list[int]:
    rng = random.Random(seed)
    bases = [-1]
    for entry in range(1, number):
        # Some deep, some wide.
        if rng.random() < 0.03:
            bases.append(-1)
        elif rng.random() < 0.7:
            bases.append(entry - 1)
        else:
            bases.append(rng.randrange(entry))
    return bases


def refuse(entry: int, reason: str) -> None:
    pytest.fail(f"{entry}: {reason}")


@pytest.mark.parametrize("memory", [0, 1, SIZE, 3 * SIZE, 10 * SIZE, 1 << 30])
def test_the_same_in_any_memory(grow: Any, memory: int) -> None:
    bases = random_bases(1, 400)
    pack, datas = grow(bases)
    found = list(walk(pack, pack.roots(), memory, refuse))
    assert sorted(entry for entry, *_ in found) == list(range(400))
    seen = set()
    for entry, base, data, delta in found:
        assert data == datas[entry]
        assert (base, delta is None) == (bases[entry], bases[entry] < 0)
        assert base < 0 or base in seen  # bases first
        assert delta is None or delta == pack.inflate(entry)
        seen.add(entry)


@pytest.mark.parametrize("memory", [0, SIZE, 5 * SIZE, 50 * SIZE])
def test_what_is_held(grow: Any, monkeypatch: pytest.MonkeyPatch, memory: int) -> None:
    """Waiting bases never take more than the bound and one object."""
    monkeypatch.setattr(deltas, "packs", None)  # what the compiled walk holds cannot be seen
    waiting: list[Any] = []

    class Counted(walking._Waiting):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            waiting.append(self)

    monkeypatch.setattr(walking, "_Waiting", Counted)
    pack, _ = grow([-1, *range(150), *[5] * 20, *random_bases(2, 200)[1:]])
    most = 0
    for _ in walk(pack, pack.roots(), memory, refuse):
        # Bases whose last delta has been applied are on no stack any more.
        held = sum(len(each.data) for each in waiting if each.data is not None and each.child >= 0)
        most = max(most, held)
    assert most <= memory + SIZE
    assert most > min(memory, 100 * SIZE) - SIZE


def test_let_go_is_resolved_again_only_where_it_has_to_be(
    grow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved: list[int] = []
    resolve = Pack.resolve
    monkeypatch.setattr(Pack, "resolve", lambda self, at: resolved.append(at) or resolve(self, at))
    pack, _ = grow([-1, *range(100)])  # nothing but a chain: no base is needed twice
    assert len(list(walk(pack, pack.roots(), 0, refuse))) == 101
    assert resolved == []
    pack, _ = grow([-1, 0, 1, 0, 3])
    assert len(list(walk(pack, pack.roots(), 1 << 20, refuse))) == 5
    assert resolved == []
    assert len(list(walk(pack, pack.roots(), 0, refuse))) == 5
    assert resolved == [0]


def test_a_chain_deeper_than_python_recurses(grow: Any) -> None:
    depth = sys.getrecursionlimit() + 3000
    pack, datas = grow([-1, *range(depth)])
    for memory in (0, 1 << 30):
        found = {entry: data for entry, _, data, _ in walk(pack, pack.roots(), memory, refuse)}
        assert found == dict(enumerate(datas))
    assert pack.resolve(depth) == datas[depth]


def test_a_wide_tree(grow: Any) -> None:
    pack, datas = grow([-1, *[0] * 3000])
    found = [(entry, data) for entry, _, data, _ in walk(pack, pack.roots(), 0, refuse)]
    assert found == list(enumerate(datas))


def test_only_the_roots_that_were_asked_for(grow: Any) -> None:
    pack, _ = grow([-1, 0, -1, 2, -1])
    assert [entry for entry, *_ in walk(pack, [2, 4], 0, refuse)] == [2, 3, 4]
    assert list(walk(pack, [], 0, refuse)) == []


@pytest.mark.parametrize("memory", [0, 1 << 30])
@pytest.mark.parametrize("broken", [0, 1, 2, 4, 9])
def test_what_cannot_be_read_is_told_with_all_on_it(grow: Any, memory: int, broken: int) -> None:
    bases = [-1, 0, 1, 1, 0, 4, 4, 3, -1, 8, 9]
    pack, datas = grow(bases)
    pack.damaged[broken] = "broken on purpose"
    lost = {broken}
    for entry, base in enumerate(bases):
        if base in lost:
            lost.add(entry)
    told: list[tuple[int, str]] = []
    found = list(walk(pack, pack.roots(), memory, lambda *each: told.append(each)))
    assert sorted(entry for entry, _ in told) == sorted(lost)
    assert {reason for _, reason in told} == {"broken on purpose"}
    assert {entry: data for entry, _, data, _ in found} == {
        entry: data for entry, data in enumerate(datas) if entry not in lost
    }


def test_a_base_that_cannot_be_read_a_second_time(
    grow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack, _ = grow([-1, 0, 1, 0, 3, 0, -1])

    def fail(self: Pack, entry: int) -> bytes:
        raise PackError("gone")

    monkeypatch.setattr(Pack, "resolve", fail)
    told: list[tuple[int, str]] = []
    found = [entry for entry, *_ in walk(pack, pack.roots(), 0, lambda *e: told.append(e))]
    assert found == [0, 1, 2, 6]
    assert sorted(told) == [(3, "gone"), (4, "gone"), (5, "gone")]


@pytest.mark.parametrize("memory", [0, 1 << 20])
def test_both_walks_read_the_same_of_a_damaged_pack(
    grow: Any, monkeypatch: pytest.MonkeyPatch, memory: int
) -> None:
    """Wherever a byte of an entry is wrong, and wherever the file ends."""
    whole, _ = grow([-1, 0, 1, 1, 0, 4, -1, 6])
    path, compiled = Path(whole.path), deltas.packs
    content = path.read_bytes()
    rng = random.Random(7)

    def read(pack: Pack) -> tuple[Any, ...]:
        told: list[tuple[int, str]] = []
        found = list(walk(pack, pack.roots(), memory, lambda *each: told.append(each)))
        return found, told

    for _ in range(60):
        damaged = bytearray(content)
        damaged[rng.randrange(12, len(damaged))] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        for pack in (whole, Pack(str(path), 20)):  # the first one was opened before the damage
            for checksums in (pack._index.checksums, None):
                monkeypatch.setattr(pack._index, "checksums", checksums)
                if rng.random() < 0.2:
                    path.write_bytes(damaged[: rng.randrange(len(damaged))])
                answers = []
                for packs in (compiled, None):
                    monkeypatch.setattr(deltas, "packs", packs)
                    answers.append(read(pack))
                assert answers[0] == answers[1]


def test_columns_that_cannot_be_are_refused(grow: Any) -> None:
    if deltas.packs is None:
        pytest.skip("it is about the compiled walk")
    pack, _ = grow([-1, 0])
    file, columns = pack.columns()
    calls = (None,) * 7
    for column in range(len(columns)):
        for wrong in (bytes(1000), b"", b"abc", None):
            if (column, wrong) == (4, None):
                continue  # an index of version 1 has no checksums
            changed = (*columns[:column], wrong, *columns[column + 1 :])
            with pytest.raises((TypeError, ValueError)):
                deltas.packs.Walk(file, changed, {}, [0], 0, 0, PackError, calls, True)
    for root in (-1, 2, 1 << 40):
        with pytest.raises(IndexError):
            next(deltas.packs.Walk(file, columns, {}, [root], 0, 0, PackError, calls, True))
