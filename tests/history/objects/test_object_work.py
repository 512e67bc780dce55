"""All objects of a repository, in units: each searched once, and what cannot be read is named."""

from __future__ import annotations

import os
import pickle
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.engine import workers
from scanner.engine.examine import Examiner
from scanner.git.object_store import ObjectStore
from scanner.history.objects import object_work, work_units
from scanner.history.objects import search as searching
from scanner.history.objects.object_work import UNREAD, ObjectWork
from scanner.history.objects.search_result import SearchResult


@pytest.fixture
def examiner(rules: Any) -> Examiner:
    return Examiner(rules)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the first test that needs it leaves a copy of its repository for the others."""
    return tmp_path_factory.mktemp("made") / "planted"


@pytest.fixture
def planted(repository: Any, plant: Any, made: Path) -> Any:
    """Return a repository with credentials in contents, messages and names."""
    if made.exists():
        shutil.rmtree(repository.root)
        shutil.copytree(made, repository.root)
        return repository
    text = ""
    for number in range(30):
        text += f"line {number} of a text that grows\n" * 20
        if number % 7 == 3:
            text += plant.pair()
        repository.write("notes.txt", text)
        repository.write(f"dir{number % 3}/file", f"{number}\n" * 50)
        repository.commit()
    repository.write(f"name-{plant.key_id()}-of-a-file")
    repository.write(f"directory {plant.key_id()}/inside")
    repository.git("add", "-A")
    repository.git("commit", "-qm", f"with {plant.pair()}")
    repository.git("tag", "-a", "-m", f"and {plant.pair()}", "v1")
    shutil.copytree(repository.root, made)
    return repository


def store_of(repository: Any) -> ObjectStore:
    return ObjectStore(str(repository.root / ".git/objects"), 40)


@pytest.fixture
def units(examiner: Examiner) -> Callable[..., ObjectWork]:
    def make(repository: Any, **options: Any) -> ObjectWork:
        store = store_of(repository)
        assert store.problems == []
        return ObjectWork(examiner, store.packs(), store.loose(), 20, **options)

    return make


def places(swept: SearchResult) -> Counter[Any]:
    return Counter(
        (finding.rule_id, finding.fingerprint, at.object, at.scope, at.path, at.start_line)
        for finding in swept.findings
        for at in finding.locations
    )


def scan(objects: ObjectWork) -> SearchResult:
    return objects.scan(0, len(objects))


def kinds(repository: Any) -> Counter[str]:
    listed = repository.git("cat-file", "--batch-all-objects", "--batch-check=%(objecttype)")
    return Counter(listed.split())


def unread(swept: SearchResult) -> set[str]:
    return {notice.path for notice in swept.tally.notices if notice.reason == UNREAD}


def test_everything_once_however_it_is_stored(planted: Any, units: Any) -> None:
    def check(expected: Any = None) -> Any:
        swept = scan(units(planted))
        found = kinds(planted)
        assert (swept.tally.blobs, swept.tally.commits) == (found["blob"], found["commit"])
        assert swept.tally.notices == []
        names = [each.name for each in swept.noted if each.name]
        assert sorted(name.partition(b"AKIA")[0] for name in names) == [b"directory ", b"name-"]
        assert expected is None or places(swept) == expected
        return places(swept)

    loose = check()
    rules = Counter(place[0] for place in loose)
    assert rules["aws-access-key-pair"] > 10
    assert {place[3] for place in loose} == {"", "commit-message", "tag-message"}
    planted.git("repack", "-q")  # in a pack, and loose as well
    check(loose)
    planted.git("repack", "-qadf", "--depth=50")
    check(loose)
    pack = store_of(planted).packs()[0]
    for suffix in (".pack", ".idx"):  # and in two packs
        shutil.copy(pack.replace(".pack", suffix), os.path.dirname(pack) + "/pack-copy" + suffix)
    check(loose)
    planted.git("-c", "pack.indexVersion=1", "-c", "repack.useDeltaBaseOffset=false",
                "repack", "-qadf")  # fmt: skip
    check(loose)


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_shared_out(
    planted: Any, units: Any, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere than on Linux workers are started anew and open the packs themselves."""
    monkeypatch.setattr(work_units, "_ROOTS", {3: 2, 2: 2, 4: 2, 1: 5})
    monkeypatch.setattr(workers.sys, "platform", platform)
    planted.git("repack", "-qd")
    planted.write("loose", "loose\n")
    planted.commit()
    expected = scan(units(planted))
    objects = units(planted)
    assert len(objects) > 10
    shared = list(workers.share_out(objects, len(objects), 2))
    assert sum(number for number, _ in shared) == len(objects)
    assert sum((places(swept) for _, swept in shared), Counter()) == places(expected)
    assert sum(swept.tally.blobs for _, swept in shared) == expected.tally.blobs
    assert sum(swept.tally.bytes for _, swept in shared) == expected.tally.bytes


def test_units_cover_everything_once(planted: Any, units: Any, monkeypatch: Any) -> None:
    planted.git("repack", "-qd")
    planted.write("loose", "loose\n")
    planted.commit()
    expected = scan(units(planted))
    monkeypatch.setattr(work_units, "_ROOTS", {3: 3, 2: 3, 4: 3, 1: 7})
    monkeypatch.setattr(work_units, "_LOOSE", 2)
    objects = units(planted)
    by_unit = [objects.scan(unit, unit + 1) for unit in range(len(objects))]
    assert sum(swept.tally.bytes for swept in by_unit) == expected.tally.bytes
    assert sum(swept.tally.blobs for swept in by_unit) == expected.tally.blobs
    assert sum(map(places, by_unit), Counter()) == places(expected)


def test_only_some_and_known_ones(planted: Any, units: Any) -> None:
    planted.git("repack", "-qadf")
    everything = places(scan(units(planted)))
    names = planted.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    some = {bytes.fromhex(name) for name in names[::2]}
    rest = {bytes.fromhex(name) for name in names[1::2]}
    hit = {bytes.fromhex(place[2]) for place in everything if place[2]}
    assert hit & some
    assert hit & rest
    for swept in (scan(units(planted, only=some)), scan(units(planted, known=rest))):
        found = {place for place in places(swept) if place[2]}
        assert found == {p for p in everything if p[2] and bytes.fromhex(p[2]) in some}
        assert swept.tally.notices == []


def test_large_blobs_in_windows(repository: Any, plant: Any, units: Any, monkeypatch: Any) -> None:
    first, last = plant.pair(), plant.pair()
    repository.write("large", first + os.urandom(300_000).hex() + "\n" + last)
    repository.commit()
    repository.git("-c", "core.bigFileThreshold=1k", "repack", "-qadF")
    monkeypatch.setattr(object_work, "_LARGEST_HELD", 10_000)
    called = []
    add_large = searching.ObjectSearch.add_large
    monkeypatch.setattr(
        searching.ObjectSearch, "add_large",
        lambda self, *each: called.append(each[0]) or add_large(self, *each),
    )  # fmt: skip
    swept = scan(units(repository))
    assert len(called) == 1
    assert {finding.rule_id for finding in swept.findings} == {"aws-access-key-pair"}
    assert len(swept.findings) == 2
    assert {at.object for finding in swept.findings for at in finding.locations} == {
        called[0].hex()
    }
    assert (swept.tally.blobs, swept.tally.notices) == (1, [])


def test_what_is_based_on_a_content_that_is_too_large_to_search(
    examiner: Examiner, plant: Any, make_delta: Any
) -> None:
    """What it copies has been searched nowhere."""
    pair = plant.pair().encode()
    base = b"text\n" * 4000 + pair + b"more\n" * 9000
    small, delta = make_delta(base, [(0, 30_000)])
    search = searching.ObjectSearch(examiner, 40_000)
    search.turn_to(lambda number: bytes([number]) * 20)
    search.add(1, "blob", base, has_children=True)
    search.add(2, "blob", small, 1, delta)
    search.flush()
    (finding,) = search.found.findings
    assert {at.object for at in finding.locations} == {"02" * 20}
    assert search.found.tally.skipped == {searching.TOO_LARGE: 1}


def test_what_is_known_is_let_go(examiner: Examiner, plant: Any, make_delta: Any) -> None:
    """The places in a base are kept until the last delta on it, and no longer."""
    search = searching.ObjectSearch(examiner)
    data = plant.pair().encode() + b"text\n" * 5000
    search.turn_to(lambda _: bytes(20))
    search.add(0, "blob", data, has_children=True)
    for number in range(1, 200):
        data, delta = make_delta(data, [(0, 20_000), b"%d" % number, (20_000, len(data))])
        is_last, has_children = True, number < 199
        search.add(number, "blob", data, number - 1, delta, has_children, is_last)
        search.flush()
        assert len(search._known) <= 1
    assert len(search.found.findings) == 200


def test_lost_units(planted: Any, units: Any) -> None:
    planted.git("repack", "-qd")
    planted.write("loose", "loose\n")
    planted.commit()
    objects = units(planted)
    swept = objects.lost(0, len(objects))
    assert {notice.reason for notice in swept.tally.notices} == {"worker-lost"}
    assert {notice.path for notice in swept.tally.notices} == {
        "loose objects", *store_of(planted).packs(),
    }  # fmt: skip
    assert all(notice.hides for notice in swept.tally.notices)


# -- what cannot be read ------------------------------------------------------------------------


def test_a_pack_that_is_gone_or_replaced_when_a_worker_opens_it(
    planted: Any, units: Any, tmp_path: Path
) -> None:
    planted.git("repack", "-qadf")
    path = Path(store_of(planted).packs()[0])
    stored = pickle.dumps(units(planted))
    assert len(stored) < 1 << 20
    planted.git("repack", "-qadF", "--depth=0", "--window=0")
    moved = [each for each in path.parent.glob("*.pack") if each != path]
    for suffix in (".pack", ".idx"):
        if moved:
            shutil.move(moved[0].with_suffix(suffix), path.with_suffix(suffix))
    (notice,) = {*scan(pickle.loads(stored)).tally.notices}
    assert (notice.reason, notice.path, notice.hides) == ("damaged-pack", str(path), True)
    assert "replaced" in notice.detail
    path.unlink()
    (notice,) = {*scan(pickle.loads(stored)).tally.notices}
    assert (notice.reason, notice.path) == ("damaged-pack", str(path))


def test_a_damaged_pack(planted: Any, units: Any, examiner: Examiner) -> None:
    planted.git("repack", "-qadf")
    (path,) = map(Path, store_of(planted).packs())
    names = set(
        planted.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    )
    whole = path.read_bytes()
    expected = places(scan(units(planted)))
    path.chmod(0o644)
    for at in range(12, len(whole) - 20, len(whole) // 15):
        damaged = bytearray(whole)
        damaged[at] ^= 0x55
        path.write_bytes(damaged)
        objects = units(planted)
        swept = scan(objects)
        lost = unread(swept) | {notice.path for notice in objects.damaged()}
        assert lost
        assert lost <= names
        found = places(swept)
        assert {p for p in expected if p[2] and p[2] not in lost} == {p for p in found if p[2]}
        # Of what is not wanted nothing is told.
        wanted = {bytes.fromhex(name) for name in names - lost}
        objects = units(planted, only=wanted)
        assert scan(objects).tally.notices == []
        assert objects.damaged() == []
    path.write_bytes(b"no pack at all, but long enough to be one")
    (problem,) = units(planted).units.problems
    assert (problem.reason, problem.path, problem.hides) == ("damaged-pack", str(path), True)


def test_loose_objects_that_are_damaged_large_or_another(
    repository: Any, units: Any, monkeypatch: Any
) -> None:
    names = []
    for content in ("one", "two", "three" * 1000):
        path = repository.write("content", content)
        names.append(repository.git("hash-object", "-w", str(path)).strip())
    files = [repository.root / ".git/objects" / name[:2] / name[2:] for name in names]
    for each in files:
        each.chmod(0o644)
    assert unread(scan(units(repository))) == set()
    files[0].write_bytes(files[1].read_bytes())  # a whole object, under another name
    files[1].write_bytes(b"nothing")
    monkeypatch.setattr(object_work, "_LARGEST_HELD", 1000)
    swept = scan(units(repository))
    assert unread(swept) == set(names)
    assert swept.tally.blobs == 0
