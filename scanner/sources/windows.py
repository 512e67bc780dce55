"""Reading what is too large to hold, or has no end that is known: a window at a time."""

from __future__ import annotations

from scanner.content import Layer, count_lines, line_start
from scanner.sources.interface import WINDOW, Window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Final

OVERLAP: Final = 64 << 10
"""Bytes that a window shares with the one before: a key ID and its secret may straddle a cut.

Half of it is kept at least, which is more than the longest credential has.
"""

_CUT: Final = rb"[^A-Za-z0-9+/=_%\\\x80-\xff-]"
"""A byte at which neither a character nor anything that is searched for can be cut in two."""


def windows(read: Callable[[int], bytes], size: int = WINDOW) -> Iterator[Window]:
    """Yield overlapping layers of at most about `size` bytes from `read(n)`.

    `read` returns up to `n` bytes, and none at the end. Lines and columns of each layer go on from
    the one before.
    """
    data = _fill(read, size)
    line, column, shared = 1, 1, 0
    while data:
        # The end of the window, at a harmless byte.
        ended = len(data) < size
        end = len(data) if ended else _cut(data, len(data) - OVERLAP, len(data))
        is_part = shared > 0 or not ended
        layer = Layer(data[:end], base_line=line, base_column=column, is_part=is_part)
        yield Window(layer, end - shared)
        if ended:
            return

        # The start of the next one, which shares the overlap with it.
        keep = _cut(data, end - OVERLAP, end - OVERLAP // 2)
        line, column = _advance(data, keep, line, column)
        shared = end - keep
        data = data[keep:]
        data += _fill(read, size - len(data))


def _fill(read: Callable[[int], bytes], size: int) -> bytes:
    pieces: list[bytes] = []
    while size > 0:
        piece = read(size)
        if not piece:
            break
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _cut(data: bytes, start: int, end: int) -> int:
    """Return the end of the last harmless byte in a stretch, or else the end of the stretch.

    Without a harmless byte the stretch ends before its last character that is not ASCII, if that is
    at its very end: a cut within a character would make the columns after it wrong.
    """
    feed = data.rfind(b"\n", start, end)
    if feed >= 0:
        return feed + 1

    import re  # here: hardly any content is cut in a line

    cut = 0
    for harmless in re.compile(_CUT).finditer(data, start, end):
        cut = harmless.end()
    if cut:
        return cut

    # 0xC0 and above begin a character of UTF-8, which has at most four bytes.
    return next((at for at in range(end - 1, max(start, end - 4), -1) if data[at] >= 0xC0), end)


def _advance(data: bytes, offset: int, line: int, column: int) -> tuple[int, int]:
    lines = count_lines(data, 0, offset)
    begin = line_start(data, offset)
    width = len(data[begin:offset].decode("utf-8", "surrogateescape"))
    return (line + lines, 1 + width) if lines else (line, column + width)
