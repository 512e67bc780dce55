"""Two views of one thing that disagree: whatever another program reads is read, or reported.

Each attack hides a credential from those who trust one view. A scan has to find it, or to say that
it is incomplete.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import random
import shutil
import struct
import subprocess
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.kinds.examples import expand
from scanner.sources import changes

PAIR = "aws_access_key_id = {{access_key_id}}\naws_secret_access_key = {{secret_access_key}}\n"
PLANTED = expand(PAIR, "planted").encode()
PLAIN = b"nothing of interest\n" * 9
Verdict = Callable[..., str]
LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


class Entry:
    """A member whose two headers can say different things."""

    def __init__(self, name: str, content: bytes, method: int = 8, **other: int) -> None:
        self.name = name.encode()
        self.body = deflated(content) if method == 8 else content
        self.content = content
        said = {
            "flags": 0, "method": method, "packed": len(self.body), "size": len(content),
            "crc": zlib.crc32(content),
        }  # fmt: skip
        self.local = said | {k[6:]: v for k, v in other.items() if k.startswith("local_")}
        self.central = said | {k[8:]: v for k, v in other.items() if k.startswith("central_")}
        self.descriptor = b""

    def streamed(self) -> Entry:
        """Move the sizes of the local header into a descriptor."""
        self.descriptor = struct.pack(
            "<4sLLL", b"PK\7\x08", self.local["crc"], len(self.body), len(self.content)
        )
        self.local |= {"packed": 0, "size": 0, "crc": 0, "flags": self.local["flags"] | 8}
        self.central["flags"] |= 8
        return self

    def head(self) -> bytes:
        said = self.local
        return struct.pack(
            "<4sHHHHHLLLHH", LOCAL, 20, said["flags"], said["method"], 0, 33, said["crc"],
            said["packed"], said["size"], len(self.name), 0,
        ) + self.name  # fmt: skip

    def listed(self, offset: int) -> bytes:
        said = self.central
        return struct.pack(
            "<4sHHHHHHLLLHHHHHLL", CENTRAL, 20, 20, said["flags"], said["method"], 0, 33,
            said["crc"], said["packed"], said["size"], len(self.name), 0, 0, 0, 0, 0, offset,
        ) + self.name  # fmt: skip


def archive(
    *entries: Entry, unlisted: tuple[int, ...] = (), prefix: bytes = b"", comment: bytes = b""
) -> bytes:
    data, directory, number = prefix, b"", 0
    for at, entry in enumerate(entries):
        if at not in unlisted:
            directory += entry.listed(len(data))
            number += 1
        data += entry.head() + entry.body + entry.descriptor
    end = struct.pack(
        "<4sHHHHLLH", END, 0, 0, number, number, len(directory), len(data), len(comment)
    )
    return data + directory + end + comment


def secret(**other: int) -> Entry:
    return Entry("secret.env", PLANTED, **other)


def plain(name: str = "plain.txt") -> Entry:
    return Entry(name, PLAIN)


def hidden_in_stored() -> bytes:
    """A stored member that the directory says is large and its own header says is small."""
    inner = secret()
    body = b"small" + inner.head() + inner.body
    outer = Entry("a.txt", body, method=0, local_packed=5, local_size=5)
    return archive(outer)


def two_directories() -> bytes:
    """The comment of an archive has a directory and an end of its own, of other members."""
    first = archive(secret())
    second = archive(plain(), prefix=first)
    # The end of the first one says that what follows is its comment.
    end = first.rindex(END)
    return second[: end + 20] + struct.pack("<H", len(second) - len(first)) + second[end + 22 :]


def swallowed(moved: int = 0, end_moved: int = 0) -> bytes:
    """The stream of a member goes on through the next one; the directory lists both.

    It says that members are `moved` bytes further on, and its end that it is `end_moved` bytes.
    """
    inner = secret()
    body = inner.head() + inner.body
    first = Entry("a.txt", b"", local_packed=9, central_packed=9)
    size = 4 + len(body)
    first.body = struct.pack("<BHH4s", 0, size, size ^ 0xFFFF, b"text")  # a stored block: RFC 1951
    start = len(first.head() + first.body)
    last_block = b"\1\0\0\xff\xff"
    data = first.head() + first.body + body + last_block
    directory = first.listed(max(0, moved)) + inner.listed(start + moved)
    end = struct.pack("<4sHHHHLLH", END, 0, 0, 2, 2, len(directory), len(data) + end_moved, 0)
    return data + directory + end


def xz_of_large_dictionary() -> bytes:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
    body = bytearray(lzma.compress(PLANTED, lzma.FORMAT_XZ, filters=filters))
    # The properties of LZMA2 are one byte; 40 is a dictionary of 4 GiB less one byte. The header of
    # the block ends with its CRC-32 ("The .xz File Format", 3.1 and 5.3.1).
    size = (body[12] + 1) * 4
    at = body.index(b"\x21\1", 12) + 2
    body[at] = 40
    body[12 + size - 4 : 12 + size] = struct.pack("<L", zlib.crc32(body[12 : 12 + size - 4]))
    return bytes(body)


def appended(*parts: bytes) -> bytes:
    return b"".join(parts)


ZIPS: dict[str, Callable[[], bytes]] = {
    "encrypted in the directory only": lambda: archive(secret(central_flags=1)),
    "encrypted in the local header only": lambda: archive(secret(local_flags=1)),
    "encrypted in both, and it is not": lambda: archive(secret(local_flags=1, central_flags=1)),
    "encrypted and streamed in the directory": lambda: archive(secret(central_flags=1).streamed()),
    "strong encryption in the directory only": lambda: archive(secret(central_flags=0x41)),
    "stored by the directory": lambda: archive(secret(central_method=0)),
    "stored by the local header": lambda: archive(secret(local_method=0)),
    "deflated by the directory, stored gzip": lambda: archive(
        Entry("a.gz", gzip.compress(PLANTED), method=0, central_method=8)
    ),
    "an unknown method in the directory": lambda: archive(secret(central_method=77)),
    "an unknown method in the local header": lambda: archive(secret(local_method=77)),
    "no bytes by the directory": lambda: archive(secret(central_packed=0, central_size=0)),
    "no bytes by the local header": lambda: archive(secret(local_packed=0, local_size=0)),
    "no bytes by both": lambda: archive(
        secret(local_packed=0, local_size=0, central_packed=0, central_size=0)
    ),
    "few bytes by the directory": lambda: archive(secret(central_packed=9)),
    "few bytes by both": lambda: archive(secret(central_packed=9, local_packed=9)),
    "few bytes of a stored one by the directory": lambda: archive(
        Entry("a.gz", gzip.compress(PLANTED), method=0, central_packed=9, central_size=9)
    ),
    "few bytes of a stored one by its header": lambda: archive(
        Entry("a.gz", gzip.compress(PLANTED), method=0, local_packed=9, local_size=9)
    ),
    "a member that is not listed, first": lambda: archive(secret(), plain(), unlisted=(0,)),
    "a member that is not listed, last": lambda: archive(plain(), secret(), unlisted=(1,)),
    "a member that is not listed, in between": lambda: archive(
        plain(), secret(), plain("b"), unlisted=(1,)
    ),
    "a streamed member that is not listed": lambda: archive(
        plain().streamed(), secret().streamed(), plain("b").streamed(), unlisted=(1,)
    ),
    "nothing is listed": lambda: archive(secret(), unlisted=(0,)),
    "many that are not listed": lambda: archive(
        plain(), plain("b"), plain("c"), secret(), plain("d"), unlisted=(1, 2, 3)
    ),
    "an archive after another": lambda: archive(secret()) + archive(plain()),
    "an archive before another": lambda: archive(plain()) + archive(secret()),
    "an archive after another, moved": lambda: archive(plain(), prefix=archive(secret())),
    "an archive after another and a gap": lambda: appended(
        archive(secret()), b"\n" * 99, archive(plain())
    ),
    "an archive as a comment": lambda: archive(plain(), comment=archive(secret())),
    "an archive in front of a comment": lambda: archive(secret(), comment=archive(plain())),
    "a member as a comment": lambda: archive(plain(), comment=secret().head() + secret().body),
    "a directory in a comment": two_directories,
    "a member inside a stored one": hidden_in_stored,
    "a local header that is larger": lambda: archive(
        secret(local_packed=1 << 20, local_size=1 << 20)
    ),
    "no directory and a first header that is larger": lambda: appended(
        Entry("a", PLAIN, local_packed=1 << 20).head(), deflated(PLAIN),
        secret().head(), secret().body,
    ),
    "no directory and a stored header that is larger": lambda: appended(
        Entry("a", PLAIN, method=0, local_packed=1 << 20).head(), PLAIN,
        secret().head(), secret().body,
    ),
    "no directory and a header that is smaller": lambda: appended(
        Entry("a", PLAIN, local_packed=2).head(), deflated(PLAIN), secret().head(), secret().body
    ),
    "a directory that is cut off": lambda: archive(plain(), secret())[:-40],
    "a directory that leads nowhere": lambda: archive(secret()).replace(LOCAL, b"PK\3\5"),
    "an end far from the end": lambda: archive(secret(), unlisted=(0,)) + bytes(70_000),
    "an xz member of a large dictionary": lambda: archive(
        Entry("a", xz_of_large_dictionary(), method=0, local_method=95, central_method=95)
    ),
    "a stream that goes on through the next member": swallowed,
    "bytes are missing in front": lambda: swallowed(7, 7),
    "bytes are missing in front by the end alone": lambda: swallowed(0, 7),
    "bytes in front by the end alone": lambda: swallowed(0, -7),
    "bytes in front by the entries alone": lambda: swallowed(-7, 0),
    "a split marker": lambda: b"PK\7\x08" + archive(secret(), unlisted=(0,)),
}  # fmt: skip

READ_BY_NOBODY = {"a directory that leads nowhere"}


@pytest.mark.parametrize("attack", sorted(ZIPS.keys() - READ_BY_NOBODY))
def test_zip(attack: str, verdict: Verdict) -> None:
    assert verdict(ZIPS[attack]()) != "clean"


@pytest.mark.parametrize("attack", sorted(ZIPS.keys()))
def test_zip_inside_other_things(attack: str, verdict: Verdict) -> None:
    data = ZIPS[attack]()
    outcome = verdict(data)
    assert verdict(bz2.compress(data)) == outcome


JAVA = """
import java.io.*; import java.util.zip.*;
class Reader { public static void main(String[] files) throws Exception {
  for (String file : files) try (OutputStream out = new FileOutputStream(file + ".out")) {
    ZipInputStream zip = new ZipInputStream(new FileInputStream(file));
    while (zip.getNextEntry() != null) zip.transferTo(out);
  } catch (IOException | IllegalArgumentException error) { } } }
"""


def test_what_java_reads(verdict: Verdict, tmp_path: Path) -> None:
    """The streaming reader goes by local headers alone, and knows no directory."""
    program = shutil.which("java")
    if program is None:
        pytest.skip("Java is not installed")
    source = tmp_path / "Reader.java"
    source.write_text(JAVA)
    files = [tmp_path / f"{number}.zip" for number, _ in enumerate(ZIPS)]
    for file, attack in zip(files, ZIPS, strict=True):
        file.write_bytes(ZIPS[attack]())
    done = subprocess.run([program, source, *files], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this Java does not run a source file")

    read = [file for file in files if PLANTED in Path(f"{file}.out").read_bytes()]
    assert read
    assert [file.name for file in read if verdict(file.read_bytes()) != "found"] == []


@pytest.mark.parametrize("attack", sorted(ZIPS))
def test_what_unzip_reads(attack: str, verdict: Verdict, tmp_path: Path) -> None:
    program = shutil.which("unzip")
    if program is None:
        pytest.skip("unzip is not installed")
    file = tmp_path / "a.zip"
    file.write_bytes(ZIPS[attack]())
    done = subprocess.run(
        [program, "-p", file], capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    if PLANTED in done.stdout:
        assert verdict(file.read_bytes()) == "found"


# ---- tar -------------------------------------------------------------------------------------


def tar_member(name: str, content: bytes, **fields: bytes) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    head = bytearray(entry.tobuf(tarfile.USTAR_FORMAT))
    places = {"size": (124, 136), "kind": (156, 157), "magic": (257, 265), "mode": (100, 108)}
    for field, value in fields.items():
        if field in places:
            start, end = places[field]
            head[start:end] = value.ljust(end - start, b"\0")
    head[148:156] = b"        "
    head[148:156] = fields.get("checksum", b"%06o\0 " % sum(head))
    return bytes(head) + content + bytes(-len(content) % 512)


def seventh(member: bytes) -> bytes:
    """Return `member` with a space and a null byte after the digits of its checksum."""
    return member[:154] + member[154:156][::-1] + member[156:]


def packed(content: bytes = PLANTED) -> bytes:
    return gzip.compress(content, mtime=0)


TAR_END = bytes(1024)
BAD = b"000001\0 "

TARS: dict[str, Callable[[], bytes]] = {
    "after a block of text": lambda: appended(
        b"text ".ljust(512, b"-"), tar_member("c.gz", packed()), TAR_END
    ),
    "after blocks of noise, a member and the end": lambda: appended(
        random.Random(1).randbytes(9 * 512), tar_member("a", PLAIN), tar_member("c.gz", packed()),
        TAR_END,
    ),
    "after the end of a picture": lambda: appended(
        b"\x89PNG\r\n\x1a\n".ljust(1024, b"\0"), tar_member("c.gz", packed())
    ),
    "after the first half of an archive was cut off": lambda: appended(
        tar_member("a", PLAIN * 99), tar_member("c.gz", packed()), TAR_END
    )[1024:],
    "under a header of V7": lambda: appended(
        tar_member("a", PLAIN, magic=bytes(8)),
        tar_member("b.gz", packed(), magic=bytes(8)), TAR_END,
    ),
    "under a header of V7 that ends its checksum as V7 did": lambda: appended(
        seventh(tar_member("b.gz", packed(), magic=bytes(8))), tar_member("a", PLAIN), TAR_END
    ),
    "under a header of V7 and before one of POSIX": lambda: appended(
        tar_member("b.gz", packed(), magic=bytes(8)), tar_member("a", PLAIN), TAR_END
    ),
    "after a header with a wrong checksum": lambda: appended(
        tar_member("a", PLAIN), tar_member("b", PLAIN, checksum=BAD),
        tar_member("c.gz", packed()), TAR_END,
    ),
    "under a header with a wrong checksum": lambda: appended(
        tar_member("a", PLAIN), tar_member("b.gz", packed(), checksum=BAD), TAR_END
    ),
    "after a first header with a wrong checksum": lambda: appended(
        tar_member("a", PLAIN, checksum=BAD), tar_member("c.gz", packed()), TAR_END
    ),
    "under a first header with a wrong checksum": lambda: appended(
        tar_member("a.gz", packed(), checksum=BAD), tar_member("c", PLAIN), TAR_END
    ),
    "after blocks that are no header": lambda: appended(
        tar_member("a", PLAIN), random.Random(1).randbytes(1024), tar_member("c.gz", packed()),
        TAR_END,
    ),
    "after the end and rubbish": lambda: appended(
        tar_member("a", PLAIN), TAR_END, random.Random(1).randbytes(2048),
        tar_member("c.gz", packed()), TAR_END,
    ),
    "after a negative size": lambda: appended(
        tar_member("a", PLAIN, size=b"\xff" * 12), tar_member("c.gz", packed()), TAR_END
    ),
    "after a size that is no number": lambda: appended(
        tar_member("a", b"", size=b"00x0000000\0"), tar_member("c.gz", packed()), TAR_END
    ),
    "under a size that is no number": lambda: appended(
        tar_member("a", PLAIN), tar_member("a.gz", packed(), size=b"00x0000000\0"), TAR_END
    ),
    "under a directory with a size": lambda: appended(
        tar_member("a", packed(), kind=b"5"), tar_member("c", PLAIN), TAR_END
    ),
    "after a directory with a size": lambda: appended(
        tar_member("a", PLAIN, kind=b"5"), tar_member("c.gz", packed()), TAR_END
    ),
    "under a hard link with a size": lambda: appended(
        tar_member("a", packed(), kind=b"1"), tar_member("c", PLAIN), TAR_END
    ),
    "after a pax header above a megabyte": lambda: appended(
        tar_member("pax", b"1100020 comment=" + b"x" * 1_100_003 + b"\n", kind=b"x"),
        tar_member("c.gz", packed()), TAR_END,
    ),
    "after a global header above a megabyte": lambda: appended(
        tar_member("pax", b"1100020 comment=" + b"x" * 1_100_003 + b"\n", kind=b"g"),
        tar_member("c.gz", packed()), TAR_END,
    ),
    "after a name above a megabyte": lambda: appended(
        tar_member("long", b"x" * 1_100_000, kind=b"L"), tar_member("c.gz", packed()), TAR_END
    ),
    "after a pax header without an end": lambda: appended(
        tar_member("pax", b"99 path=x\n", kind=b"x"), tar_member("c.gz", packed()), TAR_END
    ),
    "after a pax size that is wrong": lambda: appended(
        tar_member("pax", b"12 size=512\n", kind=b"x"), tar_member("c", b""),
        tar_member("d.gz", packed()), TAR_END,
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", sorted(TARS))
def test_tar(attack: str, verdict: Verdict) -> None:
    assert verdict(TARS[attack]()) != "clean"


@pytest.mark.parametrize("attack", sorted(TARS))
def test_compressed_tar(attack: str, verdict: Verdict) -> None:
    assert verdict(gzip.compress(TARS[attack]())) != "clean"


@pytest.mark.parametrize("attack", sorted(TARS))
def test_what_tar_reads(attack: str, verdict: Verdict, tmp_path: Path) -> None:
    program = shutil.which("tar")
    if program is None:
        pytest.skip("tar is not installed")
    file = tmp_path / "a.tar"
    file.write_bytes(TARS[attack]())
    for options in ("-xOf", "-ixOf"):
        done = subprocess.run([program, options, file], capture_output=True, check=False)
        if packed() in done.stdout:
            assert verdict(file.read_bytes()) == "found"


@pytest.mark.parametrize("many", [1, 1 << 30], ids=["in process", "by git"])
def test_an_index_of_a_pack_that_shows_another_content(
    repository: Any, keycatch: Any, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """Git compares no content of a pack with its ID, and checks out what the index shows."""
    monkeypatch.setattr(changes, "_MANY", many)
    repository.commit("first")
    repository.write("harmless", PLAIN)
    repository.write("planted", PLANTED)
    repository.commit()
    repository.git("repack", "-qad")
    (path,) = (repository.root / ".git/objects/pack").glob("*.idx")
    index = bytearray(path.read_bytes())
    number = int.from_bytes(index[8 + 4 * 255 : 8 + 4 * 256], "big")
    names = [bytes(index[1032 + 20 * at : 1052 + 20 * at]) for at in range(number)]
    shown, hidden = (
        names.index(bytes.fromhex(repository.git("rev-parse", f"HEAD:{name}").strip()))
        for name in ("harmless", "planted")
    )
    for table in (1032 + 20 * number, 1032 + 24 * number):  # of checksums, and of offsets
        index[table + 4 * hidden : table + 4 * hidden + 4] = (
            index[table + 4 * shown : table + 4 * shown + 4]
        )  # fmt: skip
    path.chmod(0o644)
    path.write_bytes(bytes(index[:-20]) + hashlib.sha1(index[:-20]).digest())
    assert repository.git("show", "HEAD:planted").encode() == PLAIN

    done = keycatch("range", "HEAD^!", cwd=repository.root)
    assert done.returncode == 2, done.stdout
    assert "planted" in done.stdout
