r"""Bytes as a list of numbers: `Buffer` of Node.js in JSON, `xxd -i`, arrays in C, Go and Java.

Node.js writes a buffer into JSON as the decimal values of its bytes (`Buffer.prototype.toJSON`),
programs have keys as `{0x41, 0x4b, ...}`, and OpenSSL, Wireshark and exports of the Windows
registry separate hexadecimal digits by colons, blanks or commas. A list is known by the letters of
a key ID or of `secret` in it, or by the name that Node.js gives it. `xxd -i` of a compressed file,
as firmware has pages of its server, is known by the signature with which it begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_WORDS: Final = (b"AKIA", b"ASIA", b"ecre")
"""Key IDs, and a part of `secret`, which most names of the other values have."""
_DECIMAL: Final = (*_WORDS, b"ECRE")
_HEADS: Final = (b"\x1f\x8b\x08", b"x\x9c", b"x\xda")
"""gzip, and zlib at its usual levels: what a list has to begin with."""
_BUFFER: Final = (b':"Buffer"', b': "Buffer"')
_BUFFER_DATA: Final = rb": ?\"Buffer\",\s{0,80}\"data\":\s{0,9}\[\s{0,80}"
_NUMBERS: Final = (
    (b"0x", rb"0[xX][0-9A-Fa-f]{1,2}\b"),
    (b"", rb"\b[0-9A-Fa-f]{2}\b"),
)
_DECIMAL_NUMBER: Final = rb"\b(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})\b"
_OF_LIST: Final = b"0123456789abcdefABCDEFxX ,:\t\r\n\\"
"""Digits, what separates them, and the backslash at the end of a line of the registry."""
_BEFORE: Final = 64 << 10
"""Bytes before a place in which its list begins: most are a profile or a key."""
_INDENT: Final = 80
"""Bytes before the first number of a list in which the line of its bracket ends."""
_LARGEST: Final = 1 << 20
"""Bytes of a list that are decoded at once; a longer one is decoded from its next such place on."""


def _written(word: bytes, form: str, separator: bytes) -> bytes:
    return separator.join(form.format(byte).encode() for byte in word)


_LITERALS: Final = tuple(
    dict.fromkeys(
        (
            *(_written(word, "{}", sep) for word in _DECIMAL for sep in (b",", b", ")),
            *(
                _written(word, form, sep)
                for word in _WORDS
                for form in ("0x{:02x}", "0x{:02X}")
                for sep in (b",", b", ")
            ),
            *(
                _written(word, form, sep)
                for word in _WORDS
                for form in ("{:02x}", "{:02X}")
                for sep in (b" ", b":", b",")
            ),
        )
    )
)
_PACKED: Final = tuple(
    dict.fromkeys(
        (
            *(
                _written(head, form, sep)
                for head in _HEADS
                for form in ("0x{:02x}", "0x{:02X}")
                for sep in (b",", b", ")
            ),
        )
    )
)
"""Two numbers of two digits begin too many lists."""
_DECIMALS: Final = tuple(_written(word, "{}", sep) for word in _DECIMAL for sep in (b",", b", "))


class ListMap:
    """Maps bytes to the numbers that they were written as."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, starts: array[int], ends: array[int]) -> None:
        """Take where each number begins and ends."""
        self._starts = starts
        self._ends = ends

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the span from the number of the byte `start` to that of the one before `end`."""
        low = self._starts[min(start, len(self._starts) - 1)]
        return low, (self._ends[end - 1] if end > start else low)


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the bytes of the lists at `offsets`."""
    import re

    from scanner.content import Layer

    data = layer.data
    done = 0
    for offset in offsets:
        if offset < done:
            continue
        number = _number_at(data, offset)
        if number is None:
            continue
        at = offset
        if data.startswith(_BUFFER, offset):
            found = re.compile(_BUFFER_DATA).match(data, offset)
            if found is None:
                continue
            at = found.end()

        if data.startswith(_PACKED, at) and _is_in_list(data, at):
            continue
        floor = max(done, at - _BEFORE)
        begin = floor + len(data[floor:at].rstrip(_OF_LIST))
        rest = data[at : begin + _LARGEST]
        done = at + len(rest) - len(rest.lstrip(_OF_LIST))
        starts, ends, content = _read(data, begin, done, number)
        if not content:
            continue
        if not budget.take(len(content)):
            from scanner.decoders.layers import LIMIT, path_of

            budget.leave(LIMIT, f"more lists of bytes than are decoded: {path_of(layer, '')}")
            return
        yield Layer(content, below=layer, decoder=DECODER.name, offsets=ListMap(starts, ends))


def _is_in_list(data: bytes, at: int) -> bool:
    """Return whether a number is before the one at `at`, so that no list begins there."""
    before = data[max(0, at - _INDENT) : at].rstrip(b" \t\r\n\\")
    return before.endswith(b",") or (at > _INDENT and not before)


def _number_at(data: bytes, offset: int) -> bytes | None:
    """Return the pattern of the numbers in the list at `offset`; None where there is none."""
    if data.startswith((*_BUFFER, *_DECIMALS), offset):
        return _DECIMAL_NUMBER
    if data.startswith((*_LITERALS, *_PACKED), offset):
        return next(number for sign, number in _NUMBERS if data.startswith(sign, offset))
    return None


def _read(data: bytes, begin: int, end: int, number: bytes) -> tuple[array[int], array[int], bytes]:
    """Return where the numbers from `begin` to `end` begin and end, and their bytes."""
    import re
    from array import array

    base = 10 if number == _DECIMAL_NUMBER else 16
    starts, ends = array("Q"), array("Q")
    content = bytearray()
    for found in re.compile(number).finditer(data, begin, end):
        starts.append(found.start())
        ends.append(found.end())
        content.append(int(found[0], base))
    return starts, ends, bytes(content)


DECODER = Decoder(
    "byte-list",
    (),
    tuple(Anchor(literal) for literal in (*_LITERALS, *_PACKED, *_BUFFER)),
    decode,
    Description(
        "the bytes of `AKIA`, `ASIA` or `ecre` as numbers with commas, blanks or colons between "
        "them (`65, 75, 73, 65`, `0x41, 0x4b`, `41:4b`, `41 4b`); a list that begins "
        "with gzip or zlib (`0x1f, 0x8b`); a `Buffer` of Node.js in JSON",
        "the bytes of the whole list",
        "the numbers",
    ),
)
