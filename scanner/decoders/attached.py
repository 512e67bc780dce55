"""An archive after a script that unpacks it: makeself and other installers.

`zip_archive` finds a ZIP archive after anything, since its directory is at the end. Every other
archive begins at a line of its own, after the last one of the script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.decoders.interface import Budget, Decoder, Description

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_SCRIPTS = (b"#!", b"@echo", b"@ECHO", b": ", b":\n")
"""A shell script, a batch file, and a shell script of before there was `#!`."""
_PAYLOADS = (
    rb"\x1f\x8b\x08"  # gzip
    rb"|BZh[1-9]1AY&SY"
    rb"|\xfd7zXZ\0"
    rb"|\x28\xb5\x2f\xfd"  # zstd
    rb"|PACK\0\0\0[\2\3]"
    # What is not opened: 7z, RAR, LZ4, compress.
    rb"|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|\x04\x22\x4d\x18|\x1f\x9d"
)
_USTAR_AT = 257
_TAIL = 16
"""Bytes of an archive of which some are no text, but for one archive in 60,000."""


def _applies(data: bytes) -> bool:
    tail = data[-_TAIL:]
    return not tail.isascii() or b"\0" in tail


def decode(layer: Layer, _offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the archive after the script with which `layer` begins."""
    import re

    from scanner.content import Layer
    from scanner.decoders.layers import LIMIT, path_of

    data = layer.data
    if not data.startswith(_SCRIPTS) or not _applies(data):
        return
    found = re.compile(rb"(?<=\n)(?:" + _PAYLOADS + rb")").search(data)
    starts = [found.start()] if found else []
    tar = data.find(b"\0ustar") + 1 - _USTAR_AT
    if tar > 0 and data[tar - 1 : tar] == b"\n":
        starts.append(tar)
    if not starts:
        return

    start = min(starts)
    if not budget.take(len(data) - start):
        budget.leave(LIMIT, f"an archive after a script: {path_of(layer, '')}")
        return
    yield Layer(data[start:], below=layer, decoder="attached")


DECODER = Decoder(
    "attached",
    tuple((0, head) for head in _SCRIPTS),
    (),
    decode,
    Description(
        (
            "a script at the start, no text at the end, and the signature of an archive at the "
            "start of a line: makeself and other self-extracting scripts"
        ),
        "the archive",
        "path in the archive, line and column in the member",
    ),
    applies=_applies,
)
