"""Archives: whatever Python's own readers show, a scan sees or says that it did not."""

from __future__ import annotations

import io
import tarfile
import zipfile
from typing import TYPE_CHECKING, Final

from fuzz.interface import Target
from fuzz.planted import NOISE, PLANTED, compare
from fuzz.readers import in_tar, in_zip

if TYPE_CHECKING:
    from collections.abc import Iterable


def _zip(data: bytes) -> None:
    compare(data, in_zip(data), "a reader of zip archives")


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
    compare(data, in_tar(data), "a reader of tar archives")


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
