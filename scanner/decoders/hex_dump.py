r"""Dumps of bytes in columns: `xxd`, `hexdump`, `hexdump -C`, `od -t x1`, Wireshark.

A line has the offset of its first byte, up to 16 bytes or more in hexadecimal, and often the same
bytes as text. A value goes on from one line to the next, so neither column has it in one piece.
A file that is a dump is known by its first offset. In another text a dump is looked for where its
column of text shows a key ID.
"""

from __future__ import annotations

from bisect import bisect_right

from scanner.content import Layer
from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from array import array
    from collections.abc import Iterator, Sequence

_FIRST = (b"00000000", b"0000000 ", b"000000 ")
_KEY_IDS = (b"AKIA", b"ASIA")
_LINE = (
    rb"[ \t]{0,64}[0-9A-Fa-f]{4,16}(?:"
    # xxd: after a colon groups of one or more bytes, up to two spaces.
    rb":[ \t](?P<groups>(?:[0-9A-Fa-f]{2}){1,16}(?: (?:[0-9A-Fa-f]{2}){1,16}){0,255})"
    rb"(?![0-9A-Fa-f])"
    # hexdump without options, od -x: words of two bytes, the lower first on the machines of today.
    rb"|[ \t]{1,4}(?P<words>[0-9A-Fa-f]{4}(?: {1,4}[0-9A-Fa-f]{4}){0,7})[ \t]*\r?$"
    # hexdump -C, od -t x1, Wireshark: single bytes, perhaps with more space in the middle.
    rb"|[ \t]{1,4}(?P<bytes>[0-9A-Fa-f]{2}(?:[ -]{1,2}[0-9A-Fa-f]{2}){0,15})(?![0-9A-Fa-f]))"
)
_DIGITS = b"0123456789abcdefABCDEF"
_FEWEST = 2
"""Lines: a value of 20 characters or more is in two at least."""
_LONGEST = 1 << 11
"""Bytes of a line: 256 bytes in three characters each, and as text."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the bytes of the dumps at the beginning and around `offsets`."""
    import re

    data = layer.data
    done = 0
    places = [0, *offsets] if data.startswith(_FIRST) else offsets
    for offset in places:
        if offset < done:
            continue
        begin = data.rfind(b"\n", max(done, offset - _LONGEST), offset) + 1
        # Nearly everywhere a line begins with something else, and the pattern is a large one.
        if data[begin : begin + _LONGEST].lstrip(b" \t")[:4].strip(_DIGITS):
            continue
        line = re.compile(_LINE, re.MULTILINE)
        if not line.match(data, begin):
            continue
        while begin > done:
            above = data.rfind(b"\n", max(done, begin - _LONGEST), begin - 1) + 1
            if above >= begin or not _goes_on(data, above, line):
                break
            begin = above
        done, made = _dump(layer, begin, line, budget)
        if made:
            yield made


def _goes_on(data: bytes, at: int, line: re.Pattern[bytes]) -> bool:
    # An asterisk is for lines with the same bytes as the one above: hexdump, od.
    return line.match(data, at) is not None or data.startswith((b"*\n", b"*\r\n"), at)


def _dump(
    layer: Layer, begin: int, line: re.Pattern[bytes], budget: Budget
) -> tuple[int, Layer | None]:
    """Return where the dump ends that begins at `begin`, and its bytes."""
    from array import array

    data = layer.data
    sources, decoded = array("Q"), array("Q", [0])
    pieces: list[bytes] = []
    at = begin
    size = 0
    while at < len(data):
        found = line.match(data, at)
        if found:
            group = found.lastgroup or ""
            content = bytes.fromhex(found[group].replace(b"-", b" ").decode())
            if group == "words":
                content = _swapped(content)
            pieces.append(content)
            # The lowest bit says whether the bytes of a word are swapped.
            sources.append(found.start(group) << 1 | (group == "words"))
            size += len(content)
            decoded.append(size)
        elif not data.startswith((b"*\n", b"*\r\n"), at):
            break
        feed = data.find(b"\n", at)
        at = feed + 1 if feed >= 0 else len(data)

    if len(pieces) < _FEWEST:
        return at, None
    if not budget.take(size):
        from scanner.decoders.layers import LIMIT, path_of

        budget.leave(LIMIT, f"more of a dump than is decoded: {path_of(layer, '')}")
        return len(data), None
    offsets = DumpMap(data, sources, decoded)
    return at, Layer(b"".join(pieces), below=layer, decoder="hex-dump", offsets=offsets)


def _swapped(words: bytes) -> bytes:
    content = bytearray(words)
    content[0::2], content[1::2] = words[1::2], words[0::2]
    return bytes(content)


class DumpMap:
    """Maps bytes to their two digits in a dump."""

    __slots__ = ("_data", "_decoded", "_sources")

    def __init__(self, data: bytes, sources: array[int], decoded: array[int]) -> None:
        """Take for each line where its digits begin, and how many bytes are before it.

        Where the digits begin is times two, with one more where the bytes of words are swapped.
        """
        self._data = data
        self._sources = sources
        self._decoded = decoded

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the span from the first digit of the byte `start` to the last one before `end`."""
        if end <= start:
            low, _ = self._digits(min(start, self._decoded[-1] - 1))
            return low, low
        spans = [self._digits(start), self._digits(end - 1)]
        # Of a word the second byte comes first.
        return min(spans)[0], max(high for _, high in spans)

    def _digits(self, place: int) -> tuple[int, int]:
        line = bisect_right(self._decoded, place, hi=len(self._sources)) - 1
        number = place - self._decoded[line]
        at, is_swapped = self._sources[line] >> 1, self._sources[line] & 1
        number ^= is_swapped
        while True:
            if self._data[at : at + 1] in (b" ", b"-"):
                at += 1
            elif number:
                number -= 1
                at += 2
            else:
                return at, at + 2


DECODER = Decoder(
    "hex-dump",
    tuple((0, first) for first in _FIRST),
    tuple(Anchor(literal) for literal in _KEY_IDS),  # which others look for as well: no cost
    decode,
    Description(
        "the first offset of `xxd`, `hexdump` or `od` at the start; in another text, a key ID in "
        "the column of text",
        "the bytes",
        "their digits",
    ),
)
