"""The blocks of a tar archive: which of them is a header, and what there is up to the next one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanner.decoders.streams import Read

BLOCK = 512
"""Bytes of a header; content is padded to a multiple of it."""

MAGIC_AT, MAGIC = 257, b"ustar"
"""The magic of POSIX and of GNU headers (POSIX.1-2017, pax, "ustar Interchange Format")."""
ENDS_AT, ENDS = 154, (b"\0 ", b" \0")
"""How a checksum ends after its six digits: all that is constant in a header of V7, which has no
magic. Writers differ in the order, and POSIX allows both."""
_CHECKSUM = slice(148, 156)
_ASCII = bytes(range(128))


class Lost:
    """Reads the blocks up to the next header, which is then in `header`."""

    __slots__ = ("_most", "_over", "_read", "blocks", "header")

    def __init__(self, read: Read, most: int) -> None:
        """Take blocks of `read`, at most `most` of them."""
        self._read = read
        self._most = most
        self._over = b""
        self.blocks = 0
        self.header = b""

    def __call__(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer only where a header follows or nothing does."""
        piece, self._over = self._over[:size], self._over[size:]
        pieces = [piece]
        size -= len(piece)
        while size > 0 and not self.header and self.blocks < self._most:
            block = self._read(BLOCK)
            if is_valid(block):
                self.header = block
                break
            self.blocks += 1
            pieces.append(block[:size])
            self._over = block[size:]
            size -= len(block[:size])
            if len(block) < BLOCK:
                self._most = 0
        return b"".join(pieces)


def begins_tar(data: bytes) -> bool:
    """Return whether `data` begins as a tar archive: with the magic, or with a header of V7."""
    if data.startswith(MAGIC, MAGIC_AT):
        return True
    return data.startswith(ENDS, ENDS_AT) and is_valid(data[:BLOCK])


def has_header(data: bytes) -> bool:
    """Return whether any block of `data` is a header: GNU tar passes over those before it."""
    return any(is_valid(data[at : at + BLOCK]) for at in range(0, len(data), BLOCK))


def later_header(data: bytes, step: int = BLOCK) -> int:
    """Return the first multiple of `step` where a header with a magic begins, 0 for nowhere.

    One at the start of `data` does not count.
    """
    at = data.find(MAGIC, MAGIC_AT + 1)
    while at >= 0:
        begin = at - MAGIC_AT
        if begin % step == 0 and is_valid(data[begin : begin + BLOCK]):
            return begin
        at = data.find(MAGIC, at + 1)
    return 0


def is_valid(block: bytes) -> bool:
    """Return whether `block` is a header with the checksum that it states."""
    if len(block) < BLOCK:
        return False
    stated = number(block[_CHECKSUM])
    if stated < 8 * 32:
        return False  # asked of every block after one that is no header, so the sum is put off
    # The sum of all bytes, with the eight of the checksum itself as spaces.
    plain = sum(block) - sum(block[_CHECKSUM]) + 8 * 32
    # Some old writers summed signed bytes, as the GNU tar manual warns.
    return stated in (plain, plain - 256 * len(block.translate(None, _ASCII)))


def number(field: bytes) -> int:
    """Return the value of a numeric header field; -1 if it is none that can be a size.

    Octal digits between spaces and zero bytes. GNU and star write what does not fit into the digits
    in base 256, with the first byte 0x80; 0xff is a negative number.
    """
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    return int(digits or b"0", 8) if digits.strip(b"01234567") == b"" else -1
