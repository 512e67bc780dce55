"""Compressed content in base64: where it begins, in the standard alphabet and the URL-safe one.

A signature makes the first characters, and some of the next ones by their bits. In the URL-safe
alphabet a `-` or `_` ends a run of the standard one, perhaps so soon that it is too short to be
looked at; so there the first characters are looked for by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKED: Final = (
    # By the bits of the signatures in `scanner.decoders.packed`: gzip, ZIP, zlib, bzip2, xz, LZMA,
    # zstd.
    rb"(?:H4sI|UEsDB|eA[E-H]|eF[4-7]|eJ[w-z]|eN[o-r]|Qlpo[MNO]|[/_]Td6WF|XQAA|KLUv[/_])"
)
_HEADS: Final = (b"H4sI", b"UEsDB", b"_Td6WFo", b"KLUv_")
"""gzip, ZIP, xz and zstd."""
_BZIP2: Final = b"FBWSZTW"
"""The head of the first block of bzip2, whose digit before it has several values."""
_BEFORE_BZIP2: Final = 6
"""Characters before that: the signature with its digit."""
_BEFORE_ZLIB: Final = b"\"'=/ "
"""What is before a value: three characters alone would be found in the names of code."""
_ZLIB: Final = tuple(b"%c%b" % (before, head) for before in _BEFORE_ZLIB for head in (b"eJ", b"eN"))
"""zlib at its usual levels."""
SHORT: Final = (*_HEADS, _BZIP2, *_ZLIB)
"""What shows compressed content in a run of any length."""


def packed_at(data: bytes, offsets: Sequence[int]) -> dict[int, int]:
    """Return where compressed content begins, by those of `offsets` that show it."""
    known = {}
    for offset in offsets:
        start = offset + data.startswith(_ZLIB, offset)
        if data.startswith(_BZIP2, offset):
            start = max(0, offset - _BEFORE_BZIP2)
        if begins_packed(data, start):
            known[offset] = start
    return known


def begins_packed(data: bytes, start: int) -> bool:
    """Return whether compressed content begins at `start`."""
    import re
    from binascii import a2b_base64

    from scanner.decoders.base64_block import SEPARATOR
    from scanner.decoders.encodings import TO_STANDARD
    from scanner.decoders.packed import SAMPLE, is_packed

    if not re.compile(PACKED).match(data, start):
        return False
    # More than are needed, for the indentation of a second line.
    text = SEPARATOR.sub(b"", data[start : start + 2 * SAMPLE]).translate(TO_STANDARD)
    found = re.match(rb"(?:[A-Za-z0-9+/]{4}){3,%d}" % (SAMPLE // 3), text)
    return found is not None and is_packed(a2b_base64(found[0]))
