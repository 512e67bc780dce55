"""Where an entry of a pack ends that could not be read: at the next one, or before other bytes.

An index says where each entry begins. Bytes that are after the end of one and in no entry are never
seen by whoever believes the index, as git does, and could be an object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.git.inflate import FAILURES, decompressobj
from scanner.git.pack_heads import pread

if TYPE_CHECKING:
    from scanner.git.pack import Pack

_CHUNK: Final = 64 << 10
"""Bytes of the pack in one read."""
_STEP: Final = 1 << 20
"""Bytes that are inflated at once, and let go."""


def ends_in_place(pack: Pack, entry: int) -> bool:
    """Return whether `entry` can be inflated, and ends where the next one begins.

    Also of one that is too large to be held, or a delta without its base.
    """
    source, (offsets, sizes, heads, *_) = pack.columns()
    at, end, left = offsets[entry] + heads[entry], offsets[entry + 1], sizes[entry]
    if not heads[entry]:
        return False

    inflating = decompressobj()
    pending = b""
    try:
        while not inflating.eof and left >= 0:
            stored = pending or pread(source, min(_CHUNK, end - at), at)
            at += len(stored) - len(pending)
            piece = inflating.decompress(stored, _STEP)
            pending = inflating.unconsumed_tail
            left -= len(piece)
            if not piece and not stored:
                return False
    except FAILURES:
        return False
    except OSError:
        return False
    return left == 0 and at == end and not inflating.unused_data
