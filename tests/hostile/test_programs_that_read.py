"""What any installed program gets out of a damaged or contradictory file is found, or named."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import random
import shutil
import struct
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fuzz.borrowed import of_tests
from scanner.kinds.examples import expand

VIEWS: Any = of_tests("hostile/test_two_views.py")
OTHERS: Any = of_tests("hostile/test_read_by_others.py")
PLANTED = expand(OTHERS.PAIR, "planted").encode()
PLAIN: bytes = VIEWS.PLAIN
Verdict = Callable[..., str]
Made = Callable[[], bytes]


# -- files ----------------------------------------------------------------------------------------


def gzip_with(flags: int, fields: bytes) -> bytes:
    whole = gzip.compress(PLANTED, mtime=0)
    return whole[:3] + bytes((flags,)) + whole[4:10] + fields + whole[10:]


def lzw(content: bytes) -> bytes:
    """Return `content` as compress(1) writes it where it finds no repeats: codes of nine bits."""
    codes = [256, *content]  # the code that clears the table, and a table that is not used
    bits = number = 0
    out = bytearray(b"\x1f\x9d\x90")
    for place, code in enumerate(codes):
        bits |= code << number
        number += 9
        if place % 200 == 199:
            bits, number = bits | 256 << number, number + 9
        while number >= 8:
            out.append(bits & 0xFF)
            bits, number = bits >> 8, number - 8
    out.append(bits)
    return bytes(out)


def member(method: int, body: bytes, *, local: int = -1, extra: bytes = b"", **said: int) -> bytes:
    """Return a zip of a member whose body is compressed by `method`; `local` is what it says."""
    crc, size = zlib.crc32(PLANTED), len(PLANTED)
    said = {"flags": 0, "packed": len(body), "size": size, "disk": 0, "offset": 0} | said
    first = method if local < 0 else local
    head = struct.pack(
        "<4sHHHHHLLLHH", b"PK\3\4", 20, said["flags"], first, 0, 33, crc, said["packed"],
        said["size"], 5, len(extra),
    ) + b"a.env" + extra  # fmt: skip
    listed = struct.pack(
        "<4sHHHHHHLLLHHHHHLL", b"PK\1\2", 20, 20, said["flags"], method, 0, 33, crc,
        said["packed"], said["size"], 5, len(extra), 0, said["disk"], 0, 0, said["offset"],
    ) + b"a.env" + extra  # fmt: skip
    whole = head + body
    end = struct.pack(
        "<4sHHHHLLH", b"PK\5\6", said["disk"], said["disk"], 1, 1, len(listed), len(whole), 0
    )
    return whole + listed + end


def deflated(content: bytes = PLANTED) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def zip64_in_the_extra_field() -> bytes:
    body = deflated()
    extra = struct.pack("<HHQQ", 1, 16, len(PLANTED), len(body))
    return member(8, body, extra=extra, packed=0xFFFFFFFF, size=0xFFFFFFFF)


def zip64_end() -> bytes:
    """The end says nothing, and another one in front of it says where the directory is."""
    whole = member(8, deflated())
    end = whole.rindex(b"PK\5\6")
    size, offset = struct.unpack_from("<LL", whole, end + 12)
    record = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    empty = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, *(0xFFFFFFFF,) * 2, 0)
    return whole[:end] + record + locator + empty


def without_a_local_signature() -> bytes:
    whole = member(8, deflated())
    return b"PK\3\5" + whole[4:]


def descriptor_without_a_signature() -> bytes:
    body = deflated()
    rest = struct.pack("<LLL", zlib.crc32(PLANTED), len(body), len(PLANTED))
    whole = bytearray(member(8, body + rest, flags=8, packed=len(body)))
    whole[14:26] = bytes(12)  # the local header knows neither checksum nor sizes
    return bytes(whole)


def tar_with(change: Callable[[bytearray], None], content: bytes) -> bytes:
    entry = tarfile.TarInfo("a.gz")
    entry.size = len(content)
    head = bytearray(entry.tobuf(tarfile.GNU_FORMAT))
    change(head)
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + content + bytes(-len(content) % 512) + bytes(1024)


def number_in_base_256(head: bytearray) -> None:
    size = int(head[124:135], 8)
    head[124:136] = b"\x80" + size.to_bytes(11, "big")


def size_with_spaces(head: bytearray) -> None:
    head[124:136] = b"%11o " % int(head[124:135], 8)


def of_an_unknown_kind(head: bytearray) -> None:
    head[156:157] = b"?"


def a_volume_that_goes_on(head: bytearray) -> None:
    head[156:157] = b"M"


def contiguous(head: bytearray) -> None:
    head[156:157] = b"7"


def checksum_of_signed_bytes(content: bytes) -> bytes:
    """Old programs took bytes as signed, and readers accept both (GNU tar, "Basic Tar Format")."""
    entry = tarfile.TarInfo("\u00e4.gz")
    entry.size = len(content)
    head = bytearray(entry.tobuf(tarfile.GNU_FORMAT))
    head[148:156] = b" " * 8
    total = sum(byte - 256 if byte > 127 else byte for byte in head)
    head[148:156] = b"%06o\0 " % total
    return bytes(head) + content + bytes(-len(content) % 512) + bytes(1024)


def zstd(content: bytes = PLANTED) -> bytes:
    """Return a frame with one raw block, and no size of it (RFC 8878, 3.1.1)."""
    window = b"\x50"
    block = (len(content) << 3 | 1).to_bytes(3, "little")
    return b"\x28\xb5\x2f\xfd\x00" + window + block + content


SKIPPABLE = struct.pack("<LL", 0x184D2A50, 4) + b"skip"
PACKED = gzip.compress(PLANTED, mtime=0)

FILES: dict[str, Made] = {
    **VIEWS.ZIPS, **VIEWS.TARS, **OTHERS.STREAMS, **OTHERS.OLD,
    "gzip: an extra field": lambda: gzip_with(4, struct.pack("<H", 9) + bytes(9)),
    "gzip: an extra field, a name and a comment": lambda: gzip_with(
        28, struct.pack("<H", 3) + b"abc" + b"name\0" + b"comment\0"
    ),
    "gzip: a wrong checksum of its head": lambda: gzip_with(2, b"xx"),
    "gzip: a long name": lambda: gzip_with(8, b"n" * 70_000 + b"\0"),
    "gzip: an encrypted flag": lambda: gzip_with(32, b""),
    "gzip: text after it": lambda: PACKED + b"text that is no member",
    "gzip: a member that is cut off after one": lambda: (
        gzip.compress(b"x") + gzip.compress(PLANTED + OTHERS.NOISE)[:-900]
    ),
    "gzip: a member after text": lambda: gzip.compress(b"x") + b"text" + PACKED,
    "compress": lambda: lzw(PLANTED),
    "bzip2: a wrong checksum of all": lambda: OTHERS.corrupted(bz2.compress(PLANTED), -3),
    "bzip2: a second stream that is cut off": lambda: bz2.compress(PLANTED) + bz2.compress(b"")[:9],
    "bzip2: zeros after it": lambda: bz2.compress(b"x") + bytes(9) + bz2.compress(PLANTED),
    "xz: padding of three bytes": lambda: OTHERS.xz(b"x") + bytes(3) + OTHERS.xz(PLANTED),
    "xz: no check": lambda: OTHERS.xz(PLANTED, check=lzma.CHECK_NONE),
    "xz: two blocks": lambda: OTHERS.xz(b"x") + OTHERS.xz(PLANTED),
    "lzma: rubbish after it": lambda: OTHERS.lzma_alone() + b"rubbish",
    "zstd: a raw block without an end": lambda: zstd()[:-1],
    "zstd: after a frame to be skipped": lambda: SKIPPABLE + SKIPPABLE + zstd_last(),
    "zstd: a second frame": lambda: zstd_last(b"x") + zstd_last(),
    "zip: zip64 in the extra field": zip64_in_the_extra_field,
    "zip: zip64 at the end": zip64_end,
    "zip: no local signature": without_a_local_signature,
    "zip: a descriptor without a signature": descriptor_without_a_signature,
    "zip: another disk": lambda: member(8, deflated(), disk=1),
    "zip: bzip2": lambda: member(12, bz2.compress(PLANTED)),
    "zip: bzip2 that is deflated by its header": lambda: member(
        12, bz2.compress(PLANTED), local=8
    ),
    "zip: xz": lambda: member(95, OTHERS.xz(PLANTED)),
    "zip: zstd": lambda: member(93, zstd_last()),
    "zip: the old number of zstd": lambda: member(20, zstd_last()),
    "zip: a masked directory": lambda: member(8, deflated(), flags=1 << 13),
    "zip: patched data": lambda: member(8, deflated(), flags=1 << 5),
    "zip: a wrong offset": lambda: member(8, deflated(), offset=3),
    "zip: a larger size": lambda: member(8, deflated(), size=10 * len(PLANTED)),
    "zip: a program in front": lambda: b"MZ" + bytes(998) + member(8, deflated()),
    "tar: a size in base 256": lambda: tar_with(number_in_base_256, PACKED),
    "tar: a size with spaces": lambda: tar_with(size_with_spaces, PACKED),
    "tar: an unknown kind": lambda: tar_with(of_an_unknown_kind, PACKED),
    "tar: the rest of a member": lambda: tar_with(a_volume_that_goes_on, PACKED),
    "tar: a contiguous file": lambda: tar_with(contiguous, PACKED),
    "tar: a checksum of signed bytes": lambda: checksum_of_signed_bytes(PACKED),
    "tar: a gzip whose head is wrong": lambda: tar_with(contiguous, gzip_with(2, b"xx")),
}  # fmt: skip


def zstd_last(content: bytes = PLANTED) -> bytes:
    return zstd(content)[:6] + (len(content) << 3 | 1).to_bytes(3, "little") + content


# -- readers --------------------------------------------------------------------------------------


def of_gzip(data: bytes) -> Iterator[bytes]:
    with gzip.open(io.BytesIO(data)) as file:
        while piece := file.read(64):
            yield piece


def of_zipfile(data: bytes) -> Iterator[bytes]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    for entry in archive.infolist():
        with contextlib.suppress(*DAMAGE), archive.open(entry) as file:
            while piece := file.read(64):
                yield piece


def of_tarfile(data: bytes) -> Iterator[bytes]:
    with tarfile.open(fileobj=io.BytesIO(data), ignore_zeros=True) as archive:
        for entry in archive:
            file = archive.extractfile(entry)
            if file:
                content = file.read()
                yield content
                with contextlib.suppress(*DAMAGE):
                    yield gzip.decompress(content)


DAMAGE = (
    OSError, EOFError, ValueError, KeyError, RuntimeError, NotImplementedError, zlib.error,
    lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, struct.error,
)  # fmt: skip
LIBRARIES = (of_gzip, of_zipfile, of_tarfile)


def read(reader: Callable[[bytes], Iterator[bytes]], data: bytes) -> bytes:
    out = b""
    with contextlib.suppress(*DAMAGE):
        for piece in reader(data):
            out += piece
    return out


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.__name__)
def test_what_a_library_reads(library: Any, verdict: Verdict) -> None:
    readable = [name for name, made in FILES.items() if PLANTED in read(library, made())]
    assert len(readable) > 5
    assert BY_NOBODY.isdisjoint(readable)
    assert [name for name in readable if verdict(FILES[name]()) == "clean"] == []


PROGRAMS: dict[str, tuple[str, ...]] = {
    "gzip": ("-dc",),
    "zcat": (),
    "bzip2": ("-dc",),
    "xz": ("-dc",),
    "xz of one stream": ("--single-stream", "-dc"),
    "zstd": ("-dc",),
    "unzip": ("-p",),
    "funzip": (),
    "tar": ("-xOf",),
    "tar of the rest": ("-ixOf",),
    "bsdtar": ("-xOf",),
    "7z": ("x", "-so", "-y"),
}
"""Programs with their options; the file comes last."""


def installed() -> list[str]:
    return [name for name in PROGRAMS if shutil.which(name.partition(" ")[0])]


@pytest.mark.parametrize("program", installed())
def test_what_a_program_reads(program: str, verdict: Verdict, tmp_path: Path) -> None:
    command = program.partition(" ")[0]
    ends = {"zcat": ".gz", "gzip": ".gz", "xz": ".xz", "zstd": ".zst"}
    unread = []
    for number, (name, made) in enumerate(FILES.items()):
        data = made()
        file = tmp_path / f"{number}{ends.get(command, '')}"
        file.write_bytes(data)
        done = subprocess.run(
            [command, *PROGRAMS[program], file], capture_output=True, stdin=subprocess.DEVNULL,
            check=False, timeout=60,
        )  # fmt: skip
        if (PLANTED in done.stdout or PACKED in done.stdout) and verdict(data) == "clean":
            unread.append(name)
    assert unread == []


BY_NOBODY = {
    "gzip: a member after text", "bzip2: zeros after it", "xz: padding of three bytes",
    "zip: no local signature",
}  # fmt: skip
"""None of the programs and libraries above reads them."""


def test_each_new_file_is_read_or_named(verdict: Verdict) -> None:
    """Also where no program is installed that reads it."""
    old = {*VIEWS.ZIPS, *VIEWS.TARS, *OTHERS.STREAMS, *OTHERS.OLD}
    clean = [name for name, made in FILES.items() if name not in old and verdict(made()) == "clean"]
    assert {*clean} == BY_NOBODY


def test_noise_is_clean(verdict: Verdict) -> None:
    """Otherwise none of these would say anything."""
    assert verdict(random.Random(3).randbytes(5000)) == "clean"
