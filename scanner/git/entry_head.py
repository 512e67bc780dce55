"""The head of one entry of a pack: "Size encoding" and "offset encoding" of gitformat-pack(5).

`scanner.git.pack_heads` reads the heads of all entries, and has the same written out for speed.
"""

from __future__ import annotations

from scanner.git.pack_heads import ENDLESS, KINDS, NAME_DELTA, OFFSET_DELTA
from scanner.git.pack_index import PackError
from scanner.records import NamedTuple


class EntryHead(NamedTuple):
    """What the head of an entry says."""

    kind: int
    """`COMMIT` to `TAG`, `OFFSET_DELTA` or `NAME_DELTA`."""
    length: int
    """Bytes of the head itself."""
    size: int
    """Bytes of the object or the delta, inflated."""
    back: int
    """Of an `OFFSET_DELTA`, how many bytes before it its base begins; 0 for all others."""
    base: bytes
    """Of a `NAME_DELTA`, the binary ID of its base; empty for all others."""


def read_head(stored: bytes, hash_size: int) -> EntryHead:
    """Return the head with which `stored` begins; IDs have `hash_size` bytes. Raises PackError."""
    try:
        kind, size, at = _kind_and_size(stored)
        back, base = 0, b""
        if kind == OFFSET_DELTA:
            back, at = _distance(stored, at)
        elif kind == NAME_DELTA:
            base = stored[at : at + hash_size]
            at += hash_size
        elif kind not in KINDS:
            raise PackError(f"it is of the unknown kind {kind}")
    except IndexError:
        raise PackError("its header has no end") from None
    if at > len(stored):
        raise PackError("its header has no end")
    if size >= ENDLESS:
        raise PackError("its header does not fit")
    return EntryHead(kind, at, size, back, base)


def _kind_and_size(stored: bytes) -> tuple[int, int, int]:
    """Return the kind and the size, and where they end. Raises IndexError."""
    byte = stored[0]
    kind, size, at, shift = byte >> 4 & 7, byte & 15, 1, 4
    while byte & 0x80:
        byte = stored[at]
        size |= (byte & 0x7F) << shift
        at += 1
        shift += 7
    return kind, size, at


def _distance(stored: bytes, at: int) -> tuple[int, int]:
    """Return the distance that is at `at`, and where it ends. Raises IndexError."""
    back = -1
    while True:
        byte = stored[at]
        back = back + 1 << 7 | byte & 0x7F
        at += 1
        if not byte & 0x80:
            return back, at
