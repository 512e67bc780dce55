"""Deltas of packs: applying one, and finding the bytes of its result that the base lacks.

A delta (gitformat-pack(5), "Deltified representation") is the sizes of base and result, and then
operations: copy a stretch of the base, or insert the bytes that follow. Copied bytes have been
searched in the base. What has to be searched in the result is the inserted bytes and the joints
between operations, with as much around them as a credential can reach.

`apply`, `fresh` and `copies` run for each of a million deltas. They are compiled
(`scanner/kernel/deltas.c`) where there is a compiler; what that does not accept, and everything
without one, is done here. The loops are written out because calls for the parts of an operation
take twice as long.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from scanner import kernel
from scanner.git.pack_index import PackError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    Copy: TypeAlias = tuple[int, int, int]
    """A stretch that the result has from the base: its start and end in the result, and its start
    in the base, in bytes. Only for annotations."""

packs = kernel.load("packs")
"""The compiled code, or None. Its functions return None for a delta that is left to Python."""

LARGEST: Final = 1 << 30
"""Bytes that the result of a delta, or an object of a pack, may have in memory.

Git makes no delta of a file above `core.bigFileThreshold`, 512 MiB by default (git-config(1)). A
few bytes of a forged delta can ask for terabytes.
"""

_LARGEST_COPY: Final = 0x10000
"""Bytes that a copy of size zero stands for (gitformat-pack(5), "Instruction to copy")."""
_OFFSET_BYTES: Final = [tuple(8 * bit for bit in range(4) if bits >> bit & 1) for bits in range(16)]
"""The shifts of the offset bytes that are present, by the low four bits of a copy operation.

Bytes that are zero are left out, and these bits say which ones are not. A table is as fast as
spelling out each of the bits, in a third of the lines.
"""
_LENGTH_BYTES: Final = _OFFSET_BYTES[:8]
"""The shifts of the length bytes that are present, by the three bits above those."""


def apply(base: bytes, delta: bytes) -> bytes:
    """Return the result of `delta` on `base`. Raises PackError.

    As in git, each operation is needed for the result, and that has the size that the delta says.
    """
    if packs and (result := packs.apply(base, delta, LARGEST)) is not None:
        made: bytes = result
        return made
    try:
        return b"".join(_pieces(base, delta))
    except IndexError:
        raise PackError("a delta ends within an operation") from None
    except MemoryError:
        raise PackError("out of memory") from None


def _pieces(base: bytes, delta: bytes) -> list[bytes]:
    """Return the result of `delta` on `base`, by its operations. Raises PackError, IndexError."""
    base_size, left, at = sizes(delta)
    if left > LARGEST:
        raise PackError(f"a delta would make more than {LARGEST >> 20} MiB")
    if base_size != len(base):
        raise PackError("a delta cannot be applied: its base has another size")

    pieces: list[bytes] = []
    offset_bytes, length_bytes, end_of_delta = _OFFSET_BYTES, _LENGTH_BYTES, len(delta)
    while at < end_of_delta:
        operation = delta[at]
        at += 1
        if operation & 0x80:
            source = length = 0
            for shift in offset_bytes[operation & 0x0F]:
                source |= delta[at] << shift
                at += 1

            for shift in length_bytes[operation >> 4 & 0x07]:
                length |= delta[at] << shift
                at += 1

            length = length or _LARGEST_COPY
            piece = base[source : source + length]
        else:  # insert the next `operation` bytes of the delta
            length = operation
            piece = delta[at : at + length]
            at += length

        left -= length
        if left < 0 or not piece or len(piece) != length:
            raise PackError("a delta cannot be applied: an operation does not fit")
        pieces.append(piece)

    if left:
        raise PackError("a delta cannot be applied: its result has another size")
    return pieces


def sizes(delta: bytes) -> tuple[int, int, int]:
    """Return the sizes of base and result in bytes, and the offset of the first operation.

    A size is seven bits in each byte, the lowest first, with the high bit set in all but the last
    byte. Raises PackError.
    """
    try:
        byte = delta[0]
        base = byte & 0x7F
        at, shift = 1, 7
        while byte & 0x80:
            byte = delta[at]
            base |= (byte & 0x7F) << shift
            at += 1
            shift += 7

        byte = delta[at]
        result = byte & 0x7F
        at += 1
        shift = 7
        while byte & 0x80:
            byte = delta[at]
            result |= (byte & 0x7F) << shift
            at += 1
            shift += 7
    except IndexError:
        raise PackError("a delta ends within its header") from None

    return base, result, at


def fresh(delta: bytes, margin: int) -> list[tuple[int, int]]:
    """Return the spans of the result that have bytes the base lacks, ascending and disjoint.

    Each is (start, end) in bytes, and holds inserted bytes, a joint between two stretches of the
    base, or the place where the end of the base was cut off, with `margin` bytes to either side. So
    every string of up to `margin` bytes that is not in the base is in one of them. The delta must
    be one that `apply` accepts.
    """
    if packs and (found := packs.fresh(delta, margin)) is not None:
        new: list[tuple[int, int]] = found
        return new
    base_size, size, at = sizes(delta)
    spans: list[tuple[int, int]] = []
    offset_bytes, length_bytes, end_of_delta = _OFFSET_BYTES, _LENGTH_BYTES, len(delta)
    begin = end = -1  # of the span that is growing
    here = 0  # in the result
    expected = 0  # in the base: where the next copy goes on without a joint

    while at < end_of_delta:
        operation = delta[at]
        at += 1
        if operation & 0x80:
            source = length = 0
            for shift in offset_bytes[operation & 0x0F]:
                source |= delta[at] << shift
                at += 1

            for shift in length_bytes[operation >> 4 & 0x07]:
                length |= delta[at] << shift
                at += 1

            length = length or _LARGEST_COPY

            # A copy that goes on in the base where the one before ended makes no joint.
            if source != expected:
                if here - margin > end:
                    if end >= 0:
                        spans.append((begin, end))
                    begin = here - margin
                end = here + margin

            expected = source + length
            here += length
        else:  # insert the next `operation` bytes of the delta
            if here - margin > end:
                if end >= 0:
                    spans.append((begin, end))
                begin = here - margin

            here += operation
            at += operation
            end = here + margin
            expected = -1

    # What follows in the base is missing: a boundary, such as the last character of a longer token,
    # is gone, so that what is before it can now be a credential.
    if expected != base_size:
        if here - margin > end:
            if end >= 0:
                spans.append((begin, end))
            begin = here - margin
        end = here + margin

    # Only the first span can begin before the result, and only the last one end after it.
    if end >= 0:
        spans.append((begin, end))
        if spans[0][0] < 0:
            spans[0] = (0, spans[0][1])
        if end > size:
            spans[-1] = (spans[-1][0], size)

    return spans


def copies(delta: bytes, offsets: list[int] | None = None) -> list[Copy]:
    """Return the stretches that the result has from the base, by ascending place in the result.

    Operations that go on where the one before ended, in base and result, become one stretch. If
    `offsets` in the base are given, ascending, only stretches are returned that hold one of them.
    The delta must be one that `apply` accepts.
    """
    if packs and (found := packs.copies(delta, offsets)) is not None:
        stretches: list[Copy] = found
        return stretches
    return [each for each in _copies(delta) if offsets is None or _holds_any(each, offsets)]


def _holds_any(copy: Copy, offsets: Sequence[int]) -> bool:
    start, end, source = copy
    nearest = bisect_left(offsets, source)
    return nearest < len(offsets) and offsets[nearest] < source + end - start


def _copies(delta: bytes) -> list[Copy]:
    _, _, at = sizes(delta)
    found: list[Copy] = []
    end_of_delta = len(delta)
    here = 0  # in the result
    start = end = shift = 0  # of the copy that is growing, and how far its source is from it

    while at < end_of_delta:
        operation = delta[at]
        at += 1
        if not operation & 0x80:
            here += operation
            at += operation
            continue

        source = length = 0
        for shift_of_byte in _OFFSET_BYTES[operation & 0x0F]:
            source |= delta[at] << shift_of_byte
            at += 1

        for shift_of_byte in _LENGTH_BYTES[operation >> 4 & 0x07]:
            length |= delta[at] << shift_of_byte
            at += 1

        length = length or _LARGEST_COPY
        if end != here or source - here != shift:
            if end:
                found.append((start, end, start + shift))
            start, shift = here, source - here

        here += length
        end = here

    if end:
        found.append((start, end, start + shift))

    return found
