r"""The escapes of string literals in JSON, JavaScript, Java, Python and C, in place.

PHP escapes the slash in JSON, Gson and Go write `\u003d`, `\u0026` and `\u003e`, nginx logs `\x22`.
An escape right before a credential is glued to it: a secret after `\n` is a run of 41 characters
(a cell of a notebook), after `\x3e` one of 43, after `\u003e` one of 45. A string in a string
(`\\\/`, `\\n`) comes by recursion. C, shells and Python write `\057` as well, which is looked
for near what a rule looks for only: an anchor would cost every scan a hundredth of its time.

Where all characters of a value are escaped, some letters of it are `\x4b` or `\x6d`, `\u004b` or
`\u006d`, `\113` or `\141`, with more escapes right after them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.decoders.escapes import NAMES, WORD, decode_escapes, is_glued, places_near
from scanner.decoders.interface import Budget, Decoder, Description
from scanner.expressions import compile_later
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_SLASH = b"\\/"
_UNICODE, _HEX = b"\\u002", b"\\x2"
_LETTERS_ESCAPED = (b"\\x4", b"\\x6", b"\\u004", b"\\u006", b"\\11", b"\\14")
"""The letters up to O in both cases, in octal some of them: more than one of five in any value."""
_SLASH_OR_PLUS = b"fFbB"
"""Last digits of U+002F and U+002B."""
_NEAR = 1 << 10
"""Bytes to either side of a value in which `/` and `+` in octal and in braces are looked for."""
_KEY_IDS = (b"AKIA", b"ASIA")
_RUNS = (41, 43, 45)
"""Characters of a secret with what is left of `\\n`, `\\x3e` and `\\u003e` at its head."""
_LETTERS = {
    0x62: b"\b", 0x66: b"\f", 0x6E: b"\n", 0x72: b"\r", 0x74: b"\t",
}  # fmt: skip
"""What the letter of a two-character escape means; any other character is itself."""

_GLUE = rb"\\(?:[nrtbf]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})"
"""An escape right before a credential, and one that a run of the right length begins with."""
_GLUED_AT_END = compile_later(_GLUE + rb"\Z")
_WORD_AFTER = compile_later(_GLUE + WORD)
_LEADING = compile_later(_GLUE + rb"[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/])")
_IN_ROW = compile_later(
    rb"(?:\\x[2-7][0-9A-Fa-f]){4}|(?:\\u00[2-7][0-9A-Fa-f]){4}|(?:\\(?:1[0-7]|0?[4-7])[0-7]){4}"
)
_ESCAPE = compile_later(
    rb"\\(?:[\"'\\/bfnrt]|x[0-9A-Fa-f]{2}"
    rb"|u[dD][89aAbB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}"
    rb"|u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]{1,6}\}|[01][0-7]{2}|[4-7][0-7](?![0-7]))"
)
r"""JSON (RFC 8259, section 7), with the escapes of JavaScript, C and Python on top: `\x2f`,
`\u{2f}`, `\057`. Two units of UTF-16 that are one character are matched together."""
_RARE = compile_later(rb"\\(?:05[37]|u\{0{0,4}2[bBfF]\})")


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the surroundings of escapes next to credentials, decoded."""
    data = layer.data

    def worthwhile(offset: int) -> bool:
        if data.startswith(_LETTERS_ESCAPED, offset):
            return _IN_ROW.match(data, offset) is not None
        if data.startswith(_SLASH, offset):
            return True
        for literal in (_UNICODE, _HEX):
            if data.startswith(literal, offset):
                end = offset + len(literal)
                return data[end : end + 1] in _SLASH_OR_PLUS
        if data.startswith(_KEY_IDS, offset) and _GLUED_AT_END.search(
            data, max(0, offset - 6), offset
        ):
            return True
        if offset > 0 and _LEADING.match(data, offset - 1):
            return True
        return is_glued(data, offset, _WORD_AFTER, b"\\")

    values = (offset for offset in offsets if not data.startswith(b"\\", offset))
    of_values = (offset for offset in offsets if not data.startswith(NAMES, offset))
    places = {*filter(worthwhile, of_values), *places_near(data, values, _RARE, _NEAR)}
    yield from decode_escapes(layer, sorted(places), budget, "json-string", _ESCAPE, _replace)


def _replace(match: re.Match[bytes]) -> bytes:
    escape = match[0]
    letter = escape[1]
    if letter == 0x78:  # x
        return bytes.fromhex(escape[2:].decode())
    if letter in b"01":
        return bytes([int(escape[1:], 8)])
    if letter != 0x75:  # u
        return _LETTERS.get(letter, escape[1:])

    if len(escape) == 12 and escape[6:7] == b"\\":
        units = bytes.fromhex((escape[2:6] + escape[8:]).decode())
        return units.decode("utf-16-be").encode()
    code = int(escape[2:].strip(b"{}"), 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return b"?"  # half of a pair, or beyond Unicode: no character, and in no credential
    return chr(code).encode()


DECODER = Decoder(
    "json-string",
    (),
    (
        *(Anchor(literal) for literal in (_SLASH, _UNICODE, _HEX, *_LETTERS_ESCAPED, *_KEY_IDS)),
        *(Anchor(run=run, before=b"\\") for run in _RUNS),
    ),
    decode,
    Description(
        (
            r"`\/`, `\u002f`, `\u002b`, `\x2f`, `\x2b`; `\057`, `\053`, `\u{2f}`, `\u{2b}` near "
            r"what a rule looks for; four escapes of ASCII in a row (`\x41\x4b`, `\u0041`, `\101`);"
            r" a value right after an escape; a run of 41, 43 or 45 characters that begins with an "
            r"escape (`\n`, `\x3e`, `\u003e`)"
        ),
        "the line with the lines around it",
        "the escapes",
    ),
    of_rules="all",
    reach=8 << 10,  # twice the reach of `escapes`, whose neighbourhoods are what is looked at
    signs=b"\\",
)
