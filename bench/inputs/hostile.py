"""Hostile input by kind, each of any size: what a repository can have in it to make a scan costly.

`tests/hostile` checks that each of them is read or said to be unread; here they are larger.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import os
import random
import struct
import subprocess
import zipfile
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.rulebook.generator import Generator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Files = dict[str, bytes]
SCAN: Final = ("scan", "--no-config", "--jobs", "1", ".")
HISTORY: Final = ("history", "--no-config", "--no-cache", "--jobs", "1")
_LONG_NAME: Final = 60_000
"""Bytes of the name of a member; the format has room for 65,535 (APPNOTE 6.3.10, 4.4.10)."""


class Hostile(NamedTuple):
    """A kind of hostile input."""

    name: str
    """What there is a number of."""
    number: int
    """How many there are, where the cost is measured first; then four times as many."""
    make: Callable[[int, Path], None]
    """Fill an empty directory."""
    command: tuple[str, ...] = SCAN


def _files(files: Callable[[int], Files]) -> Callable[[int, Path], None]:
    def make(number: int, root: Path) -> None:
        for name, content in files(number).items():
            (root / name).write_bytes(content)

    return make


# -- archives and compressed files --------------------------------------------------------------


def _bomb(number: int) -> Files:
    """Zeros, compressed twice: four kilobytes for each gigabyte."""
    return {"bomb.gz": _gzip(_gzip(bytes(number << 20)))}


def _small_bombs(number: int) -> Files:
    bomb = _gzip(_gzip(bytes(64 << 20)))
    return {f"{each}.gz": bomb + bytes((each % 256,)) for each in range(number)}


def _members(number: int) -> Files:
    return {"many.zip": _zip({f"{each}": b"x" for each in range(number)})}


def _long_names(number: int) -> Files:
    return {"names.gz": _gzip(_zip({"n" * _LONG_NAME + str(each): b"x" for each in range(number)}))}


def _overlapping(number: int) -> Files:
    """Entries of a directory that all lead into the same data (Fifield, 2019)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(bytes(1 << 20)) + packer.flush()
    heads = b"".join(_local(each, len(body)) for each in range(number))
    directory = b"".join(
        _central(each, len(body), each * len(_local(each, 0))) for each in range(number)
    )
    end = struct.pack(
        "<4sHHHHLLH", b"PK\5\6", 0, 0, number & 0xFFFF, number & 0xFFFF, len(directory),
        len(heads + body), 0,
    )  # fmt: skip
    return {"overlapping.zip": heads + body + directory + end}


def _local(number: int, size: int) -> bytes:
    name = b"%06d" % number
    fields = (b"PK\3\4", 20, 0, 8, 0, 33, 0, size, 1 << 20, len(name), 0)
    return struct.pack("<4sHHHHHLLLHH", *fields) + name


def _central(number: int, size: int, offset: int) -> bytes:
    name = b"%06d" % number
    fields = (b"PK\1\2", 20, 20, 0, 8, 0, 33, 0, size, 1 << 20, len(name), 0, 0, 0, 0, 0, offset)
    return struct.pack("<4sHHHHHHLLLHHHHHLL", *fields) + name


def _nested(number: int) -> Files:
    """A zip of zips of zips of 20 members each."""
    inner = _zip({str(each): b"x" * 100 for each in range(20)})
    middle = _zip({str(each): inner for each in range(20)})
    return {"nested.zip": _zip({str(each): middle for each in range(number)})}


def _tar_headers(number: int) -> Files:
    """Blocks that look like headers of tar and have a wrong checksum."""
    block = bytearray(512)
    block[:4], block[148:156], block[257:263] = b"name", b"012345\0 ", b"ustar\0"
    return {"headers.tar": bytes(block) * number}


def _gzip_members(number: int) -> Files:
    return {"members.gz": (_gzip(b"") + bytes(100)) * number}


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


def _zip(members: Files) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


# -- text ---------------------------------------------------------------------------------------


def _ids(number: int) -> Iterator[str]:
    made = Generator(1)
    return (made.access_key_id() for _ in range(number))


def _secrets(number: int) -> Iterator[str]:
    made = Generator(2)
    return (made.secret_access_key() for _ in range(number))


def _text(text: Callable[[int], str]) -> Callable[[int, Path], None]:
    return _files(lambda number: {"file": text(number).encode()})


def _repeated(piece: str) -> Callable[[int, Path], None]:
    """Return what makes so many thousand bytes of `piece` after each other, in one line."""
    return _text(lambda number: piece * (number * 1000 // len(piece)))


def _apart(number: int) -> str:
    return " ".join(_ids(number)) + "\n" * number + " ".join(_secrets(number))


def _named(number: int) -> str:
    return " ".join(f"aws_secret_access_key={each}" for each in _secrets(number))


def _near_hosts(number: int) -> str:
    return "\n".join(f"{'a-us-gov-west-1.' * 200}\n{each}" for each in _ids(number))


def _toml(number: int) -> Files:
    keys = "".join(f"a{'.a' * 30}.b{each} = 1\n" for each in range(number))
    return {".keycatch.toml": f"{keys}x{'.a' * 20_000} = 1\n".encode()}


def _rule(number: int) -> Files:
    pattern = f"ABCD(?:[a-z]{{{number}}}-){{{number}}}"
    head = "id: x\nname: X\nsummary: X.\nseverity: high\nanchors:\n  - literal: ABCD\n"
    return {"rule.yaml": f"{head}pattern: '{pattern}'\n".encode(), "file": b"ABCD" + b"a" * 9999}


# -- repositories -------------------------------------------------------------------------------


def _versions(number: int, root: Path) -> None:
    """Commit so many versions of a file, each a delta on the one before."""
    rng = random.Random(1)
    lines = [b"%x" % rng.getrandbits(200) for _ in range(400)]
    stream = []
    for each in range(number):
        lines[rng.randrange(len(lines))] = b"%x" % rng.getrandbits(200)
        content = b"\n".join(lines)
        stream.append(
            b"commit refs/heads/main\ncommitter a <a@example.com> %d +0000\ndata 1\nx\n"
            b"M 100644 inline file\ndata %d\n%b\n" % (1_700_000_000 + each, len(content), content)
        )
    _git(root, "init", "-q", "-b", "main")
    # A pack for however few objects, which would else be loose.
    keeps = ("-c", "fastimport.unpackLimit=1")
    _git(root, *keeps, "fast-import", "--quiet", "--depth=4000", given=b"".join(stream))


def _tags(number: int, root: Path) -> None:
    """Make a tag of a tag of a tag, and so on."""
    _versions(1, root)
    name, kind = _git(root, "rev-parse", "main").decode().strip(), "commit"
    for each in range(number):
        tag = f"object {name}\ntype {kind}\ntag t{each}\ntagger a <a@example.com> 1 +0000\n\nx\n"
        name, kind = _loose(root, "tag", tag.encode()), "tag"
    (root / ".git/refs/tags/deep").write_text(f"{name}\n")


def _packs(number: int, root: Path) -> None:
    """Have the same pack under many names."""
    _versions(2, root)
    (pack,) = (root / ".git/objects/pack").glob("*.pack")
    for each in range(number):
        for file in (pack, pack.with_suffix(".idx")):
            os.link(file, pack.with_name(f"pack-{each:040x}{file.suffix}"))


def _tree_names(number: int, root: Path) -> None:
    """Have a tree of names with a key ID in each."""
    _versions(1, root)
    blob = bytes.fromhex(_loose(root, "blob", b"x"))
    tree = b"".join(b"100644 %b\0%b" % (each.encode(), blob) for each in sorted(set(_ids(number))))
    commit = b"tree %b\ncommitter a <a@example.com> 1 +0000\n\nx\n"
    name = _loose(root, "commit", commit % _loose(root, "tree", tree).encode())
    (root / ".git/refs/heads/names").write_text(f"{name}\n")


def _loose(root: Path, kind: str, content: bytes) -> str:
    whole = b"%b %d\0%b" % (kind.encode(), len(content), content)
    name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    path = root / ".git/objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(whole, 1))
    return name


def _git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    done = subprocess.run(
        ["git", *arguments], cwd=root, input=given, capture_output=True, check=True
    )
    return done.stdout


KINDS: Final = (
    Hostile("MiB of zeros in gzip in gzip", 600, _files(_bomb)),
    Hostile("files of 64 MiB of zeros in gzip in gzip", 20, _files(_small_bombs)),
    Hostile("members of a zip", 20_000, _files(_members)),
    Hostile("members of a zip with names of 60 kB", 150, _files(_long_names)),
    Hostile("members of a zip in the same data", 1000, _files(_overlapping)),
    Hostile("zips of zips of 400 members in a zip", 50, _files(_nested)),
    Hostile("wrong headers of a tar", 20_000, _files(_tar_headers)),
    Hostile("empty members of a gzip", 10_000, _files(_gzip_members)),
    Hostile("key IDs, each on a line", 5000, _text(lambda number: "\n".join(_ids(number)))),
    Hostile("key IDs on one line", 5000, _text(lambda number: " ".join(_ids(number)))),
    Hostile("named secrets on one line", 2500, _text(_named)),
    Hostile("key IDs far from as many secrets", 2500, _text(_apart)),
    Hostile("key IDs with 3 kB of hosts near each", 100, _text(_near_hosts)),
    Hostile("kB of one run of base64", 4000, _repeated("A")),
    Hostile("kB of base64 of key IDs", 200, _repeated(base64.b64encode(b"AKIA" * 9).decode())),
    Hostile("kB of %2F", 1000, _repeated("%2F")),
    Hostile("kB of \\u002f", 1000, _repeated("\\u002f")),
    Hostile("kB of \\x41", 1000, _repeated("\\x41")),
    Hostile("kB of &#x2F;", 1000, _repeated("&#x2F;")),
    Hostile("kB of string pieces", 300, _repeated('"AKIA" + "Q" + ')),
    Hostile("kB of colours", 200, _repeated("\x1b[32mAKIA")),
    Hostile("kB of hexadecimal", 1000, _repeated("41")),
    Hostile("keys of a configuration", 2000, _files(_toml), ("scan", "--jobs", "1", ".")),
    Hostile(
        "repeats in repeats of a user's pattern", 90, _files(_rule),
        ("scan", "--no-config", "--jobs", "1", "--rules", "rule.yaml", "file"),
    ),
    Hostile("versions of a file, each a delta", 500, _versions, HISTORY),
    Hostile("tags of tags", 1000, _tags, HISTORY),
    Hostile("packs", 250, _packs, HISTORY),
    Hostile("names of a tree with a key ID", 1000, _tree_names, HISTORY),
)  # fmt: skip
"""What is measured, in the order of the table."""
