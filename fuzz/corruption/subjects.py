"""What is damaged: files with a planted credential that is not there in plain bytes."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import random
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fuzz.planted import PLANTED
from fuzz.readers import decompressed, in_database, in_tar, in_zip
from fuzz.targets.archives import made_tar, made_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOISE: Final = random.Random(1).randbytes(3000)
TEXT: Final = b"a line of text that holds nothing\n" * 200
_MEMBERS: Final = {"noise.bin": NOISE, "a/b.txt": TEXT, "a/secret.env": PLANTED, "end": b"x" * 99}


class File(NamedTuple):
    """A file by itself."""

    name: str
    make: Callable[[], bytes]
    shown: Callable[[bytes], Iterator[bytes]]
    """What another program shows of a damaged one."""


def _stream_shown(data: bytes) -> Iterator[bytes]:
    yield decompressed(data)


def _tar_in_stream_shown(data: bytes) -> Iterator[bytes]:
    content = decompressed(data)
    yield content  # a tar archive has its members as they are
    yield from in_tar(content)


def _zstd() -> bytes:
    try:
        from backports import zstd
    except ImportError:
        return _gzip(PLANTED + TEXT)
    # After noise its literals would be left as they are.
    return bytes(zstd.compress(NOISE) + zstd.compress(PLANTED + TEXT))


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


_REST: Final = 490
"""Bytes after the credential in its value, which goes on in another page in the middle of the
secret then ("Database File Format", section 1.6)."""


def _in_blocks(compress: Callable[[bytes], bytes], content: bytes) -> bytes:
    """Return streams of some kilobytes each, since a block is whole or nothing to its reader."""
    size = 7000
    return b"".join(compress(content[at : at + size]) for at in range(0, len(content), size))


def _database() -> bytes:
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute("pragma page_size = 512")
        base.execute("create table t (a, b)")
        base.executemany("insert into t values (?, ?)", [(n, NOISE[: n * 40]) for n in range(30)])
        value = PLANTED.decode() + TEXT[:_REST].decode()
        base.execute("insert into t values (1, ?)", (value,))
        base.commit()
        return base.serialize()


FILES: Final = (
    File("a.zip", lambda: made_zip(zipfile.ZIP_DEFLATED, _MEMBERS), in_zip),
    File("a.jar", lambda: made_zip(zipfile.ZIP_DEFLATED, _MEMBERS, streamed=True), in_zip),
    File(
        "stored.zip",
        lambda: made_zip(zipfile.ZIP_STORED, {**_MEMBERS, "a/secret.env": _gzip(PLANTED)}),
        lambda data: (decompressed(each) for each in in_zip(data)),
    ),
    File(
        "a.tar",
        lambda: made_tar(1, {**_MEMBERS, "a/secret.env": _gzip(PLANTED)}),
        lambda data: (decompressed(each) for each in in_tar(data)),
    ),
    File("a.tar.gz", lambda: _gzip(made_tar(2, _MEMBERS)), _tar_in_stream_shown),
    File(
        "a.tar.xz", lambda: _in_blocks(lzma.compress, made_tar(0, _MEMBERS)), _tar_in_stream_shown
    ),
    File("a.gz", lambda: _gzip(NOISE) + _gzip(PLANTED + TEXT), _stream_shown),
    File("a.bz2", lambda: _in_blocks(bz2.compress, TEXT + PLANTED + NOISE), _stream_shown),
    File("a.xz", lambda: _in_blocks(lzma.compress, TEXT + PLANTED + NOISE), _stream_shown),
    File("a.zst", _zstd, _stream_shown),
    File("a.db", _database, in_database),
)


class Part(NamedTuple):
    """A part of a repository; every scan of one that is damaged finds the credential or says so."""

    name: str
    find: Callable[[Path], list[Path]]
    """The files of that kind below a git directory."""
    seal: bool = False
    """Whether the checksum at its end is made good again, as a forger does."""


def _packs(git: Path) -> list[Path]:
    return sorted(git.glob("objects/pack/*.pack"))


def _indexes(git: Path) -> list[Path]:
    return sorted(git.glob("objects/pack/*.idx"))


def _loose(git: Path) -> list[Path]:
    return sorted(git.glob("objects/??/*"))


def _graphs(git: Path) -> list[Path]:
    return sorted(git.glob("objects/info/commit-graph"))


def _multi(git: Path) -> list[Path]:
    return sorted(git.glob("objects/pack/multi-pack-index"))


PARTS: Final = (
    Part("pack", _packs),
    Part("forged pack", _packs, seal=True),
    Part("index", _indexes),
    Part("forged index", _indexes, seal=True),
    Part("loose object", _loose),
    Part("commit-graph", _graphs),
    Part("forged commit-graph", _graphs, seal=True),
    Part("multi-pack-index", _multi),
)


def sealed(data: bytes) -> bytes:
    """Return `data` with the SHA-1 at its end that the rest of it has."""
    body = data[:-20]
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def make_repository(root: Path, *, packed: bool) -> None:
    """Make a repository whose history has the credential, in packs or in loose objects."""

    def git(*arguments: str) -> None:
        quiet: dict[str, Any] = {"capture_output": True, "check": True}
        subprocess.run(["git", *arguments], cwd=root, env=_environment(root), **quiet)

    root.mkdir(parents=True)
    git("init", "-q")
    versions: list[dict[str, bytes]] = [
        {"a.txt": TEXT, "b.bin": NOISE},
        {"a.txt": TEXT + PLANTED},
        {"a.txt": TEXT + b"more\n", "c/d.txt": TEXT[:999]},
        {"b.bin": NOISE[:900]},
    ]
    for number, files in enumerate(versions):
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        git("add", "-A")
        git("commit", "-q", "-m", f"change {number}")
    if packed:
        git("repack", "-qadf", "--depth=9")
        git("commit-graph", "write", "--reachable")
        git("multi-pack-index", "write")


def _environment(root: Path) -> dict[str, str]:
    """Return the variables of git: nobody's settings, and the same IDs each time."""
    return {
        "PATH": os.environ.get("PATH", os.defpath), "HOME": str(root), "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_AUTHOR_DATE": "1700000000 +0000", "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.com", "GIT_COMMITTER_DATE": "1700000000 +0000",
    }  # fmt: skip
