"""Damage as disks, networks and editors of bytes do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_BLOCK: Final = 64
"""Bytes of a stretch at most, or a tenth of the file if that is more."""


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Return `data` after one to three accidents."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        data = rng.choice(_ACCIDENTS)(data, rng)
    return data


def _stretch(data: bytes, rng: random.Random) -> tuple[int, int]:
    begin = rng.randrange(len(data) + 1)
    return begin, min(len(data), begin + rng.randrange(1, max(_BLOCK, len(data) // 10)))


def _flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 9) if data else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _overwritten(data: bytes, rng: random.Random) -> bytes:
    begin, end = _stretch(data, rng)
    return data[:begin] + rng.randbytes(end - begin) + data[end:]


def _zeroed(data: bytes, rng: random.Random) -> bytes:
    begin, end = _stretch(data, rng)
    return data[:begin] + bytes(end - begin) + data[end:]


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _beheaded(data: bytes, rng: random.Random) -> bytes:
    return data[rng.randrange(len(data) + 1) :]


def _removed(data: bytes, rng: random.Random) -> bytes:
    begin, end = _stretch(data, rng)
    return data[:begin] + data[end:]


def _repeated(data: bytes, rng: random.Random) -> bytes:
    begin, end = _stretch(data, rng)
    return data[:end] + data[begin:end] * rng.randrange(1, 4) + data[end:]


def _swapped(data: bytes, rng: random.Random) -> bytes:
    first, second = sorted((_stretch(data, rng), _stretch(data, rng)))
    if first[1] > second[0]:
        return data
    between = data[first[1] : second[0]]
    return (
        data[: first[0]]
        + data[second[0] : second[1]]
        + between
        + data[first[0] : first[1]]
        + data[second[1] :]
    )


def _inserted(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.randrange(1, _BLOCK)) + data[at:]


_ACCIDENTS: Final[tuple[Callable[[bytes, random.Random], bytes], ...]] = (
    _flipped, _flipped, _overwritten, _zeroed, _cut, _beheaded, _removed, _repeated, _swapped,
    _inserted,
)  # fmt: skip
"""What can happen; flipped bits do twice as often, since most files survive little else."""
