r"""uuencode: `begin 644 name`, lines of 45 bytes, `end`.

`uuencode` of sharutils and BusyBox, Perl's `pack "u"` and `uu` of Python write it (POSIX.1-2017,
uuencode); shell archives, old mail and scripts with a file in them have it. Each line begins with
the number of its bytes, so that each is decoded by itself. What is before the first line is before
the others as well: a sign of a diff, of a comment or of a quotation. A string of JSON has all lines
in one, with escapes. `begin-base64` has base64, which is found as everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer, OffsetMap

_MARKS: Final = (b"begin 6", b"begin 7", b"begin 4")
"""By the mode of the file: `644`, `755`, `444`."""
_HEAD: Final = rb"begin [4-7][0-7]{2} [^\r\n\\\"]{1,255}?[ \t]*(\r?\n|(?:\\r)?\\n)"
_BEFORE: Final = 80
"""Bytes before `begin` in its line: a sign of a diff, of mail, of a comment, and indentation."""
_ESCAPED: Final = rb"\\(?:u00([0-9A-Fa-f]{2})|(.))"
_MEANINGS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_LARGEST: Final = 1 << 20
"""Bytes of a string literal that is read to its end."""

_Line = tuple[bytes, int, int]
"""The characters of a line, padded, and where the line begins and ends."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the content of each file at `offsets`."""
    import re

    from scanner.content import Layer
    from scanner.decoders.layers import LIMIT, path_of

    data = layer.data
    head = re.compile(_HEAD)
    done = 0
    for offset in offsets:
        found = head.match(data, offset) if offset >= done else None
        if found is None:
            continue
        is_string = found[1].endswith(b"n")
        lines = _of_string(data, found) if is_string else _of_text(data, offset, found.end())
        if not lines:
            continue
        done = lines[-1][2]
        if not budget.take(sum(_size(text) for text, _, _ in lines)):
            budget.leave(LIMIT, f"more of uuencode than is decoded: {path_of(layer, '')}")
            return
        content, offsets_of = _decoded(lines)
        yield Layer(content, below=layer, decoder=DECODER.name, offsets=offsets_of)


def _of_text(data: bytes, offset: int, at: int) -> list[_Line]:
    """Return the lines from `at` on that belong to the file whose head is at `offset`."""
    line = data.rfind(b"\n", max(0, offset - _BEFORE), offset) + 1
    before = data[max(line, offset - _BEFORE) : offset]
    # What is before the first line only is a quotation mark, or the name of a variable.
    if not data.startswith(before, at):
        before = before[: len(before) - len(before.lstrip(b" \t"))]
        before = before if data.startswith(before, at) else b""

    lines: list[_Line] = []
    while data.startswith(before, at):
        begin = at + len(before)
        # A line has 63 bytes at most, in 84 characters, and a check sum after them at times.
        end = data.find(b"\n", begin, begin + 90)
        text = _line(data[begin : end if end >= 0 else begin + 90])
        if text is None:
            break
        lines.append((text, begin, begin + len(text.rstrip())))
        if end < 0:
            break
        at = end + 1
    return lines


def _of_string(data: bytes, head: re.Match[bytes]) -> list[_Line]:
    """Return the lines after `head` in a string literal, without its escapes."""
    import re

    at = head.end()
    quote = data[head.start() - 1 : head.start()]
    quote = quote if quote in (b"'", b"`") else b'"'
    end = at
    while (end := data.find(quote, end, at + _LARGEST)) >= 0:
        escapes = data[at:end]
        if (len(escapes) - len(escapes.rstrip(b"\\"))) % 2 == 0:
            break
        end += 1
    end = end if end >= 0 else min(len(data), at + _LARGEST)
    text = re.compile(_ESCAPED, re.DOTALL).sub(_meaning, data[at:end])
    lines = []
    for each in text.split(b"\n"):
        line = _line(each)
        if line is None:
            break
        lines.append((line, at, end))
    return lines


def _meaning(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes.fromhex(match[1].decode())
    return _MEANINGS.get(match[2], match[2])


def _size(line: bytes) -> int:
    """Return how many bytes `line` says are in it."""
    return line[0] - 32 & 63


def _line(text: bytes) -> bytes | None:
    """Return a line that `text` is, as long as it says; None for anything else, and for the last.

    Editors and mail take blanks off the end of a line, which are zeros.
    """
    text = text.rstrip(b"\r\n")
    if not text or not 32 < text[0] < 96:
        return None
    needed = 1 + -(-_size(text) // 3) * 4
    if len(text) > needed + 3:  # some writers add the sum of the line
        return None
    text = text[:needed].ljust(needed)
    return text if all(32 <= byte <= 96 for byte in text) else None


def _decoded(lines: list[_Line]) -> tuple[bytes, OffsetMap]:
    from binascii import a2b_uu

    from scanner.decoders.line_map import LineMap

    pieces: list[bytes] = []
    places: list[int] = []
    size = 0
    for text, _, _ in lines:
        places.append(size)
        # Whole groups of three bytes, since what fills the last one need not be zero.
        whole = -(-_size(text) // 3) * 3
        pieces.append(a2b_uu(bytes([32 + whole]) + text[1:])[: _size(text)])
        size += len(pieces[-1])
    return b"".join(pieces), LineMap(places, [(begin, end) for _, begin, end in lines])


DECODER = Decoder(
    "uuencode",
    (),
    tuple(Anchor(literal) for literal in _MARKS),
    decode,
    Description(
        "`begin 644 name` with lines of uuencode below it, also indented, in a diff, a comment or "
        "a string literal",
        "the file, up to a line that is none of uuencode",
        "the lines of uuencode; of a string literal all of them",
    ),
)
