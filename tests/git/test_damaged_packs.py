"""Damaged and hostile packs: no crash, no hang, no memory, nothing wrong or missing in silence.

Each object is either read, with exactly the bytes it has, or named as one that is not. Set
KEYCATCH_TEST_SECONDS to have each of the random tests go on for so long, with new seeds.
"""

from __future__ import annotations

import os
import random
import resource
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.git.pack import Pack
from scanner.git.pack_index import PackError

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = float(os.environ.get("KEYCATCH_TEST_SECONDS", "0"))


def seeds(usual: int) -> Iterator[int]:
    if not SECONDS:
        yield from range(usual)
        return
    until = time.monotonic() + SECONDS
    seed = random.SystemRandom().randrange(1 << 40)
    while time.monotonic() < until:
        yield seed
        seed += 1


def damage(rng: random.Random, content: bytes) -> bytes:
    """Return `content` with some damage."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 10))):
        at = rng.randrange(len(changed))
        kind = rng.randrange(8)
        if kind < 3:
            changed[at] ^= 1 << rng.randrange(8)
        elif kind == 3:
            changed[at] = rng.choice((0, 0xFF, 0x80, 0x7F, rng.randrange(256)))
        elif kind == 4:
            size = rng.randrange(1, 200)
            changed[at : at + size] = rng.randbytes(len(changed[at : at + size]))
        elif kind == 5:
            size = rng.randrange(1, 5000)
            changed[at : at + size] = bytes(len(changed[at : at + size]))
        elif kind == 6:
            del changed[at : at + rng.choice((1, 4, 20, 1000))]
        else:
            changed[at:at] = rng.randbytes(rng.choice((1, 4, 20, 1000)))
        if not changed:
            return b""
    if rng.random() < 0.2:
        del changed[rng.randrange(len(changed)) :]
    return bytes(changed)


def check(path: Path, expected: dict[bytes, Any], contents: Any) -> int:
    """Return how many objects could be read."""
    try:
        pack = Pack(str(path), 20)
    except PackError:
        return 0
    read, unread = contents(pack)
    for name, stored in read.items():
        assert expected[name] == stored, name.hex()
    reached = {*read, *unread}
    if reached != expected.keys():  # the rest cannot be reached, and that has to be known
        assert pack.damaged
        listed = {pack.name(entry) for entry in range(pack.number)}
        assert listed == expected.keys()
        for entry in range(pack.number):
            if pack.name(entry) not in reached:
                with pytest.raises(PackError):
                    pack.resolve(entry)
    return len(read)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "p.pack"


def reindexed(pack_format: Any, one_pack: Path, version: int) -> bytes:
    """Return the index of the pack in the given version."""
    pack = Pack(str(one_pack / "git.pack"), 20)
    names = [pack.name(entry) for entry in range(pack.number)]
    offsets = list(pack._offsets)[:-1]
    content = (one_pack / "git.pack").read_bytes()
    written: bytes = pack_format.index(names, offsets, content, version=version)
    if version == 2:
        assert written == (one_pack / "git.idx").read_bytes()
    return written


@pytest.mark.parametrize("version", [1, 2])
def test_damaged_packs(
    one_pack: Path,
    one_pack_objects: Any,
    contents: Any,
    place: Path,
    pack_format: Any,
    version: int,
) -> None:
    whole = (one_pack / "git.pack").read_bytes()
    place.with_suffix(".idx").write_bytes(reindexed(pack_format, one_pack, version))
    place.write_bytes(whole)
    assert check(place, one_pack_objects, contents) == len(one_pack_objects)
    read = []
    for seed in seeds(150):
        place.write_bytes(damage(random.Random(seed), whole))
        try:
            read.append(check(place, one_pack_objects, contents))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error
    assert 0 < sum(read) < len(one_pack_objects) * len(read)


@pytest.mark.parametrize("version", [1, 2])
def test_damaged_indexes(
    one_pack: Path,
    one_pack_objects: Any,
    contents: Any,
    place: Path,
    pack_format: Any,
    version: int,
) -> None:
    whole = reindexed(pack_format, one_pack, version)
    place.write_bytes((one_pack / "git.pack").read_bytes())
    for seed in seeds(200):
        changed = damage(random.Random(seed), whole)
        place.with_suffix(".idx").write_bytes(changed)
        if changed != whole:
            assert check(place, one_pack_objects, contents) == 0


@pytest.mark.parametrize("version", [1, 2])
def test_made_up_indexes(
    one_pack: Path,
    one_pack_objects: Any,
    contents: Any,
    place: Path,
    pack_format: Any,
    version: int,
) -> None:
    """With a checksum that is right; what is read is then right as well, if perhaps misnamed."""
    whole = reindexed(pack_format, one_pack, version)
    place.write_bytes((one_pack / "git.pack").read_bytes())
    right = {stored.data for stored in one_pack_objects.values()}
    for seed in seeds(60):
        changed = damage(random.Random(seed), whole[:-20])
        place.with_suffix(".idx").write_bytes(pack_format.sealed(changed))
        try:
            pack = Pack(str(place), 20)
        except PackError:
            continue
        for stored in contents(pack)[0].values():
            assert stored.data in right


def test_swapped_offsets(
    one_pack: Path, one_pack_objects: Any, contents: Any, place: Path, pack_format: Any
) -> None:
    """An index that gives objects the places of others."""
    place.write_bytes((one_pack / "git.pack").read_bytes())
    for version in (1, 2):
        whole = reindexed(pack_format, one_pack, version)
        number = len(one_pack_objects)
        if version == 1:
            ats = [1024 + 24 * position for position in range(number)]
        else:
            ats = [8 + 1024 + 24 * number + 4 * position for position in range(number)]
        for seed in range(25):
            changed = bytearray(whole[:-20])
            one, other = random.Random(seed).sample(ats, 2)
            changed[one : one + 4], changed[other : other + 4] = (
                whole[other : other + 4], whole[one : one + 4],
            )  # fmt: skip
            place.with_suffix(".idx").write_bytes(pack_format.sealed(bytes(changed)))
            read = check(place, one_pack_objects, contents)
            assert 0 < read <= number - 2


def test_the_index_of_another_pack(one_pack: Path, filled: Any, place: Path, contents: Any) -> None:
    other = filled(commits=60, seed=9)
    other.git("repack", "-qadf")
    (path,) = other.packs()
    place.write_bytes((one_pack / "git.pack").read_bytes())
    place.with_suffix(".idx").write_bytes(path.with_suffix(".idx").read_bytes())
    with pytest.raises(PackError, match="another number of objects"):
        Pack(str(place), 20)
    # And where their numbers happen to be the same.
    content = bytearray((one_pack / "git.pack").read_bytes())
    content[8:12] = struct.pack(">I", Pack(str(path), 20).number)
    place.write_bytes(content)
    read, _ = contents(Pack(str(place), 20))
    assert read == {}


def test_random_bytes(place: Path, pack_format: Any, contents: Any) -> None:
    for seed in seeds(60):
        rng = random.Random(seed)
        number = rng.randrange(1, 6)
        body = b"PACK" + struct.pack(">II", 2, number) + rng.randbytes(rng.randrange(60, 400))
        names = [rng.randbytes(20) for _ in range(number)]
        offsets = sorted(rng.sample(range(12, len(body) - 20), number))
        for version in (1, 2):
            place.write_bytes(body)
            index = pack_format.index(names, offsets, body, version=version)
            place.with_suffix(".idx").write_bytes(index)
            pack = Pack(str(place), 20)
            read, unread = contents(pack)
            if version == 1:
                assert read == {}
            for entry in range(number):
                if pack.name(entry) not in {*read, *unread}:
                    with pytest.raises(PackError):
                        pack.resolve(entry)


def test_deltas_on_wrong_bases(place: Path, pack_format: Any, contents: Any) -> None:
    """Entries of a pack whose checksums are right, and whose deltas fit no base."""
    base, other = b"0123456789" * 5, b"9876543210" * 6
    fits = pack_format.delta(base, base[:20], pack_format.copy(0, 20))
    endless = pack_format.size(50) + pack_format.size(1 << 40) + pack_format.copy(0, 50)
    long = pack_format.size(50) + pack_format.size(1 << 29) + pack_format.copy(0, 50)
    deltas = [
        fits, endless, long, b"", b"\xff" * 40, fits[:-1], fits + b"\0",
    ]  # fmt: skip
    names = [pack_format.name("blob", base), pack_format.name("blob", other)]
    entries = [pack_format.entry(3, base), pack_format.entry(3, other)]
    for base_name in names[:2]:
        for number, delta in enumerate(deltas):
            entries.append(pack_format.entry(7, delta, base_name))
            names.append(bytes((number, *base_name[:19])))
    names[2] = pack_format.name("blob", base[:20])
    content, offsets = pack_format.pack(entries)
    place.write_bytes(content)
    place.with_suffix(".idx").write_bytes(pack_format.index(names, offsets, content))
    read, unread = contents(Pack(str(place), 20))
    assert {name: stored.data for name, stored in read.items()} == {
        names[0]: base, names[1]: other, names[2]: base[:20],
    }  # fmt: skip
    assert set(unread) == set(names[3:])


BOMBS = """
import resource, sys
sys.path.insert(0, sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (800 << 20, 800 << 20))
from scanner.git.pack import Pack
from scanner.git.pack_index import PackError
from scanner.git.walk import walk
from scanner.git.object_store import read_loose
pack = Pack(sys.argv[2], 20)
for entry, _, data, _ in walk(pack, pack.roots(), 1 << 20, lambda at, why: print(at, why)):
    print(entry, "read", len(data))
try:
    read_loose(sys.argv[3], 64 << 20)
except PackError as error:
    print("loose", error)
total = 0
try:
    for piece in pack.windows(0, 1 << 16):
        total += len(piece)
except PackError as error:
    print("windows", error)
assert total < 1 << 20, total
# Of this program alone: the peak of getrusage begins with that of the process that started it.
[peak] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")]
print(peak)
"""


def compressed_zeros(megabytes: int, head: bytes = b"") -> bytes:
    """Return a stream of zlib of `head` and so many mebibytes of zeros, of which one is packed."""
    compressor = zlib.compressobj(9, wbits=-15)
    begin = compressor.compress(head) + compressor.flush(zlib.Z_FULL_FLUSH)
    # After a full flush nothing refers to what was before, so that the same bytes can be repeated.
    piece = compressor.compress(bytes(1 << 20)) + compressor.flush(zlib.Z_FULL_FLUSH)
    # Adler-32 (RFC 1950): of zeros the first sum stays as it is and is added once for each.
    checksum = zlib.adler32(head)
    first, second = checksum & 0xFFFF, checksum >> 16
    second = (second + first * (megabytes << 20)) % 65521
    end = compressor.flush() + struct.pack(">HH", second, first)
    return b"\x78\xda" + begin + piece * megabytes + end


def test_the_zeros_are_a_whole_stream() -> None:
    assert zlib.decompress(compressed_zeros(3, b"head")) == b"head" + bytes(3 << 20)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory work in another way")
def test_bombs(place: Path, pack_format: Any, tmp_path: Path) -> None:
    """A few kilobytes that become gigabytes, in a process that may have 800 MiB."""
    zeros = compressed_zeros(1500)
    assert len(zeros) < 2 << 20
    base = b"a base"
    grow = pack_format.copy(0, 6) * 3
    head = pack_format.head
    entries = [
        head(3, 1000) + zeros,  # little in its head, much behind it
        head(3, 1500 << 20) + zeros,  # as much as its head says
        head(3, 1 << 40) + zeros,
        head(2, (1 << 62) - 1) + zlib.compress(b"short"),
        pack_format.entry(3, base),
    ]
    on_base = pack_format.name("blob", base)
    for size in (1 << 40, (1 << 30) - 1):
        delta = pack_format.size(6) + pack_format.size(size) + grow
        entries.append(pack_format.entry(7, delta, on_base))
    entries.append(head(7, 1 << 29) + on_base + zeros)  # a delta that is one
    names = [bytes((number,)) * 20 for number in range(len(entries))]
    names[4] = on_base
    content, offsets = pack_format.pack(entries)
    place.write_bytes(content)
    place.with_suffix(".idx").write_bytes(pack_format.index(names, offsets, content))
    (tmp_path / "loose").write_bytes(compressed_zeros(500, b"blob 70\0"))
    command = [sys.executable, "-c", BOMBS, str(ROOT), str(place), str(tmp_path / "loose")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    *lines, most = done.stdout.splitlines()
    told = [line.split(maxsplit=1)[0] for line in lines]
    assert sorted(told) == ["0", "1", "2", "3", "4", "5", "6", "7", "loose", "windows"]
    assert [line for line in lines if "read" in line.split()] == ["4 read 6"]
    assert int(most) << 10 < 700 << 20
    assert resource.RLIMIT_AS
