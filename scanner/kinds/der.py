"""Elements of DER, in which keys and signatures are written (X.690, sections 8 and 10)."""

from __future__ import annotations

from typing import Final

INTEGER: Final = 0x02  # tags: X.680, table 1
OCTETS: Final = 0x04
IDENTIFIER: Final = 0x06
SEQUENCE: Final = 0x30


def element(raw: bytes, at: int, tag: int) -> tuple[int, int] | None:
    """Return where the content of the element with `tag` at `at` begins and ends.

    None for another tag. The end may be beyond that of `raw`.
    """
    if raw[at : at + 1] != bytes((tag,)) or at + 2 > len(raw):
        return None

    length, at = raw[at + 1], at + 2
    # A length of 128 or more is written in so many further bytes; three make 16 MB, plenty.
    if length >= 0x80:
        size = length & 0x7F
        if not 1 <= size <= 3 or at + size > len(raw):
            return None
        length, at = int.from_bytes(raw[at : at + size], "big"), at + size
    return at, at + length


def whole_sequence(raw: bytes) -> tuple[int, int] | None:
    """Return where the content of the sequence begins and ends that is all of `raw`."""
    outer = element(raw, 0, SEQUENCE)
    return outer if outer and outer[1] == len(raw) else None


def integers(raw: bytes) -> list[bytes]:
    """Return the content of each integer of a sequence that is all of `raw`, or nothing."""
    outer = whole_sequence(raw)
    if outer is None:
        return []

    found: list[bytes] = []
    at, end = outer
    while at < end:
        inner = element(raw, at, INTEGER)
        if inner is None or inner[1] > end:
            return []
        found.append(raw[inner[0] : inner[1]])
        at = inner[1]
    return found


def encode(tag: int, content: bytes) -> bytes:
    """Return the element with `tag` and `content`."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
