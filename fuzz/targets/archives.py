"""Archives: whatever Python's own readers show, a scan sees or says that it did not."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from fuzz.interface import Target
from fuzz.planted import NOISE, PLANTED, examine, require_seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST: Final = 1 << 20
"""Bytes that a reference reads of one member: the credential is in the first ones, or in none."""


def _zip(data: bytes) -> None:
    if any(PLANTED in content for content in (*_listed(data), *_streamed(data))):
        require_seen(data, "a reader of zip archives")
    else:
        examine(data)


def _listed(data: bytes) -> Iterator[bytes]:
    """Yield the members that the directory names, whatever their checksums."""
    with suppress(Exception):
        archive = zipfile.ZipFile(io.BytesIO(data))
        for entry in archive.infolist()[:50]:
            content = b""
            with suppress(Exception):
                member: Any = archive.open(entry)
                member._expected_crc = None  # `unzip -p` prints what has another one as well
                while len(content) < _MOST and (piece := member.read1(256)):
                    content += piece
            yield content


def _streamed(data: bytes) -> Iterator[bytes]:
    """Yield the members from the start on, by their local headers alone (APPNOTE 6.3.10, 4.3.7).

    Readers of streams, such as Java's ZipInputStream, see an archive in this way.
    """
    at = 0
    while data.startswith(b"PK\3\4", at) and len(data) >= at + 30:
        flags, method = struct.unpack_from("<HH", data, at + 6)
        packed, _, name, extra = struct.unpack_from("<LLHH", data, at + 18)
        at += 30 + name + extra
        if method == 8:
            inflating = zlib.decompressobj(-15)
            content = b""
            with suppress(zlib.error):
                for byte in range(at, len(data)):
                    content += inflating.decompress(data[byte : byte + 1])
                    if inflating.eof or len(content) > _MOST:
                        at = byte + 1
                        break
            yield content
            if not inflating.eof:
                return
            if flags & 8:  # a descriptor follows, with its signature or without (4.3.9)
                at += 16 if data.startswith(b"PK\7\x08", at) else 12
        elif method == 0 and not flags & 8:
            yield data[at : at + packed]
            at += packed
        else:
            return


def _zip_seeds() -> Iterable[bytes]:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        yield made_zip(method, {"a.env": PLANTED})
    yield made_zip(zipfile.ZIP_DEFLATED, {"noise": NOISE, "b/a.env": PLANTED, "empty": b""})
    yield made_zip(zipfile.ZIP_STORED, {"in.zip": made_zip(8, {"a.env": PLANTED})})
    yield made_zip(zipfile.ZIP_DEFLATED, {"a.env": PLANTED}, streamed=True)
    yield b"#!/bin/sh\n" + made_zip(zipfile.ZIP_DEFLATED, {"a.env": PLANTED})
    yield made_zip(0, {"x": b"y"}) + made_zip(8, {"a.env": PLANTED})


class _Unseekable(io.BytesIO):
    """What an archive is written to as a stream: sizes follow the members."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def made_zip(method: int, members: dict[str, bytes], *, streamed: bool = False) -> bytes:
    """Return a zip archive; one that is `streamed` has the sizes after its members."""
    file = _Unseekable() if streamed else io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = method
            archive.writestr(entry, content)
    return file.getvalue()


def _tar(data: bytes) -> None:
    if any(PLANTED in content for content in _members(data)):
        require_seen(data, "a reader of tar archives")
    else:
        examine(data)


def _members(data: bytes) -> Iterator[bytes]:
    for zeros in (False, True):
        with suppress(Exception):
            whole = io.BytesIO(data)
            archive = tarfile.open(fileobj=whole, mode="r:", ignore_zeros=zeros)  # noqa: SIM115
            for number, entry in enumerate(archive):
                with suppress(Exception):
                    file = archive.extractfile(entry) if entry.isreg() else None
                    yield file.read(_MOST) if file else b""
                if number > 50:
                    break


def _tar_seeds() -> Iterable[bytes]:
    for layout in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        yield made_tar(layout, {"a.env": PLANTED})
        yield made_tar(layout, {"long/" * 40 + "name": b"x" * 600, "\u00e4.env": PLANTED})
    yield made_tar(tarfile.USTAR_FORMAT, {"x": b"y"}) + made_tar(0, {"a.env": PLANTED})


def made_tar(layout: int, members: dict[str, bytes]) -> bytes:
    """Return a tar archive in one of the formats of `tarfile`."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=layout) as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    end = archive.offset  # the rest fills a record of 10 KiB
    return file.getvalue()[: max(end, 1024)]


TARGETS: Final = (
    Target("zip", "members that zipfile or a stream reader shows are seen", _zip, _zip_seeds),
    Target("tar", "members that tarfile shows are seen", _tar, _tar_seeds, 8192),
)
