"""What the tests of packs share: a writer of packs, of their indexes and of deltas, and git's view.

The writer is written from gitformat-pack(5) and knows nothing of the reader.
"""

from __future__ import annotations

import hashlib
import os
import random
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from scanner.git import delta as deltas

KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}


class Format:
    """Writes deltas, entries, packs and indexes byte by byte."""

    kinds = KINDS

    @staticmethod
    def size(number: int) -> bytes:
        """Return a size as deltas have it."""
        out = bytearray()
        while number >= 0x80:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        return bytes((*out, number))

    @staticmethod
    def copy(source: int, length: int) -> bytes:
        """Return the operation that copies up to 0xFFFFFF bytes, 0x10000 of them as a zero."""
        operation, rest = 0x80, b""
        for bit in range(4):
            if source >> 8 * bit & 0xFF:
                operation |= 1 << bit
                rest += bytes((source >> 8 * bit & 0xFF,))
        for bit in range(3):
            if length != 0x10000 and length >> 8 * bit & 0xFF:
                operation |= 0x10 << bit
                rest += bytes((length >> 8 * bit & 0xFF,))
        return bytes((operation,)) + rest

    @staticmethod
    def insert(data: bytes) -> bytes:
        """Return the operations that insert `data`, 127 bytes at a time."""
        pieces = (data[at : at + 127] for at in range(0, len(data), 127))
        return b"".join(bytes((len(piece),)) + piece for piece in pieces)

    def delta(self, base: bytes, result: bytes, operations: bytes) -> bytes:
        return self.size(len(base)) + self.size(len(result)) + operations

    @staticmethod
    def head(kind: int, size: int) -> bytes:
        """Return the head of an entry."""
        out = bytearray()
        byte, size = kind << 4 | size & 15, size >> 4
        while size:
            out.append(byte | 0x80)
            byte, size = size & 0x7F, size >> 7
        out.append(byte)
        return bytes(out)

    @staticmethod
    def back(distance: int) -> bytes:
        """Return a distance back to a base."""
        out = [distance & 0x7F]
        distance >>= 7
        while distance:
            distance -= 1
            out.append(0x80 | distance & 0x7F)
            distance >>= 7
        return bytes(reversed(out))

    def entry(self, kind: int, data: bytes, reference: bytes = b"", size: int = -1) -> bytes:
        """Return an entry; `reference` is what stands before the data of a delta."""
        head = self.head(kind, len(data) if size < 0 else size)
        return head + reference + zlib.compress(data)

    @staticmethod
    def name(kind: str, data: bytes, algorithm: str = "sha1") -> bytes:
        """Return the binary ID of an object."""
        return hashlib.new(algorithm, f"{kind} {len(data)}\0".encode() + data).digest()

    @staticmethod
    def pack(entries: list[bytes], algorithm: str = "sha1") -> tuple[bytes, list[int]]:
        """Return a pack and where its entries stand."""
        content = b"PACK" + struct.pack(">II", 2, len(entries))
        offsets = []
        for entry in entries:
            offsets.append(len(content))
            content += entry
        return content + hashlib.new(algorithm, content).digest(), offsets

    def index(
        self,
        names: list[bytes],
        offsets: list[int],
        pack: bytes,
        version: int = 2,
        large_from: int = 1 << 31,
        algorithm: str = "sha1",
    ) -> bytes:
        """Return the index of `pack`; offsets from `large_from` on take eight bytes."""
        digest = hashlib.new(algorithm).digest_size
        by_offset = sorted({*offsets, len(pack) - digest})
        rows = sorted(zip(names, offsets, strict=True))
        fanout = b"".join(
            struct.pack(">I", sum(name[0] <= first for name, _ in rows)) for first in range(256)
        )
        if version == 1:
            content = fanout + b"".join(struct.pack(">I", at) + name for name, at in rows)
        else:
            content = b"\xfftOc" + struct.pack(">I", 2) + fanout + b"".join(n for n, _ in rows)
            large = b""
            small = b""
            for _, at in rows:
                end = by_offset[by_offset.index(at) + 1]
                content += struct.pack(">I", zlib.crc32(pack[at:end]))
                if at >= large_from:
                    small += struct.pack(">I", 1 << 31 | len(large) // 8)
                    large += struct.pack(">Q", at)
                else:
                    small += struct.pack(">I", at)
            content += small + large
        return self.sealed(content + pack[-digest:], algorithm)

    @staticmethod
    def sealed(content: bytes, algorithm: str = "sha1") -> bytes:
        """Return `content` with its checksum behind it."""
        return content + hashlib.new(algorithm, content).digest()


@pytest.fixture(scope="session")
def pack_format() -> Format:
    return Format()


@pytest.fixture(scope="module", params=["compiled", "python"])
def implementation(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test with what reads packs in C and in Python, where both are there."""
    if request.param == "compiled" and deltas.packs is None:
        pytest.skip("what reads packs is not compiled: there is no compiler")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "python":
            patch.setattr(deltas, "packs", None)
        yield


class Stored(NamedTuple):
    """An object."""

    kind: str
    data: bytes


def git_objects(directory: Path) -> dict[bytes, Stored]:
    """Return every object of the repository at `directory`, as git gives it."""
    options = ["cat-file", "--batch", "--batch-all-objects", "--unordered"]
    done = subprocess.run(["git", *options], cwd=directory, capture_output=True, check=True)
    found: dict[bytes, Stored] = {}
    at = 0
    while at < len(done.stdout):
        end = done.stdout.index(b"\n", at)
        name, kind, size = done.stdout[at:end].decode().split()
        data = done.stdout[end + 1 : end + 1 + int(size)]
        found[bytes.fromhex(name)] = Stored(kind, data)
        at = end + 2 + int(size)
    return found


@pytest.fixture(scope="session")
def all_objects() -> Callable[[Path], dict[bytes, Stored]]:
    return git_objects


class Filled:
    """Fills a repository by `git fast-import`: fast, and the same each time."""

    def __init__(self, root: Path, *options: str) -> None:
        self.root = root
        subprocess.run(["git", "init", "-q", *options, str(root)], check=True)

    def git(self, *arguments: str, given: bytes = b"") -> bytes:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, input=given, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def commits(self, versions: Iterator[dict[str, bytes]], branch: str = "main") -> None:
        """Commit one tree after the other."""
        stream: list[bytes] = []
        for number, files in enumerate(versions):
            message = b"change %d\n" % number
            stream.append(b"commit refs/heads/%b\n" % branch.encode())
            stream.append(b"committer T <t@example.com> %d +0000\n" % (1_600_000_000 + number))
            stream.append(b"data %d\n%b" % (len(message), message))
            stream.append(b"deleteall\n")
            for path, data in files.items():
                stream.append(b"M 100644 inline %b\n" % path.encode())
                stream.append(b"data %d\n%b\n" % (len(data), data))
        stream.append(b"done\n")
        self.git("fast-import", "--quiet", "--done", "--force", given=b"".join(stream))

    def packs(self) -> list[Path]:
        return sorted((self.root / ".git/objects/pack").glob("*.pack"))


def grown(seed: int, number: int, lines: int = 120) -> Iterator[dict[str, bytes]]:
    """Yield trees whose files change a little from one to the next."""
    rng = random.Random(seed)
    texts = {
        f"d{n % 3}/file{n}": [b"%d %x" % (n, rng.getrandbits(60)) for _ in range(lines)]
        for n in range(4)
    }
    for _ in range(number):
        text = texts[rng.choice(sorted(texts))]
        at = rng.randrange(len(text))
        text[at : at + rng.randrange(3)] = [b"%x" % rng.getrandbits(90)] * rng.randrange(3)
        yield {
            "empty": b"",
            "binary": bytes(range(256)) * 3,
            **{name: b"\n".join(text) for name, text in texts.items()},
        }


@pytest.fixture
def filled(clean_environment: Path, tmp_path: Path) -> Callable[..., Filled]:
    """Return a maker of repositories: `filled("name", "--object-format=sha256", commits=30)`."""

    def make(name: str = "here", *options: str, commits: int = 40, seed: int = 1) -> Filled:
        found = Filled(tmp_path / name, *options)
        if commits:
            found.commits(grown(seed, commits))
        return found

    return make


@pytest.fixture(scope="session")
def one_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with `git.pack` and `git.idx` of a repository with deep deltas."""
    root = tmp_path_factory.mktemp("one-pack")
    environment = {key: value for key, value in os.environ.items() if key[:4] != "GIT_"}
    assert environment
    found = Filled(root / "repo")
    found.commits(grown(5, 60))
    found.git("repack", "-qadf", "--depth=50", "--window=50")
    (pack,) = found.packs()
    (root / "git.pack").write_bytes(pack.read_bytes())
    (root / "git.idx").write_bytes(pack.with_suffix(".idx").read_bytes())
    return root


@pytest.fixture(scope="session")
def one_pack_objects(one_pack: Path) -> dict[bytes, Stored]:
    return git_objects(one_pack / "repo")


def _contents(pack: Any, memory: int = 1 << 20) -> tuple[dict[bytes, Stored], dict[bytes, str]]:
    from scanner.git.pack_heads import KINDS as KIND_NAMES
    from scanner.git.walk import walk

    read: dict[bytes, Stored] = {}
    unread: dict[bytes, str] = {}

    seen: set[int] = set()

    def note(entry: int, reason: str) -> None:
        assert entry not in seen, "told twice"
        seen.add(entry)
        unread[pack.name(entry)] = reason

    for entry, _, data, _ in walk(pack, pack.roots(), memory, note):
        assert entry not in seen, "read twice"
        seen.add(entry)
        read[pack.name(entry)] = Stored(KIND_NAMES[pack.kinds[entry]], data)
    return read, unread


@pytest.fixture(scope="session")
def contents() -> Callable[..., tuple[dict[bytes, Stored], dict[bytes, str]]]:
    """Return what walks a pack: (objects by ID, IDs that could not be read and why)."""
    return _contents
