r"""Where values end in text to which a terminal, a diff or a command has glued a character."""

from __future__ import annotations

import re
from functools import cache

from scanner.expressions import compile_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Final

KEY_ID: Final = compile_later(rb"(?:AKIA|ASIA)(?:[Q-Z2-6][A-Z2-7]{15}|[IJ][A-Z2-7]{14}[AQ])")
"""A key ID that AWS can have issued: see `scanner.kinds.access_key_id`.

One made-up ID in fourteen has this form. That is enough where something is glued to it.
"""
KEY_ID_SIZE: Final = 20
SECRET_SIZE: Final = 40

_BEGINS: Final = rb"[\x1b\\^<#%=&\xe2\xefE\xc2\x9b\x0e\x0f\[]"
"""The first byte of an escape or a colour: a search finds one of a set much sooner than the first
of twenty alternatives."""
_ESCAPE_GOES_ON: Final = (
    # As it is, and as literals of C, Java, Python, Go, Rust, JavaScript, Perl, Lua, sed and shells
    # spell it (perlop, "Quote and Quote-like Operators"; Lua manual, 3.1). There is more than one
    # backslash where a text with the escape is in a string, as the log of a job is in JSON.
    rb"(?:(?<=\x1b)|(?<=\\)\\{0,3}(?:x1[bB]|x\{0{0,4}1[bB]\}|u001[bB]|u\{0{0,4}1[bB]\}"
    rb"|U0{0,6}1[bB]|0?33|27|o\{0?33\}|[eE]|c\[|N\{ESC(?:APE)?\})"
    # As terminals, `cat -v`, `less` and rsyslog show it; as URLs, mail, HTML and XML write it.
    rb"|(?<=\^)\[|(?<=<)(?:ESC|1B|U\+001B)>|(?<=#)033|(?<=%)(?:25){0,3}1[bB]|(?<==)1B"
    rb"|(?<=&)#0{0,4}(?:27|[xX]0{0,4}1[bB]);"
    # Its picture, what a decoder puts where it is not allowed (XML 1.0, section 2.2), its name.
    rb"|(?<=\xe2)\x90\x9b|(?<=\xef)\xbf\xbd|(?<=E)SC)"
)
"""The rest of an escape character after its first byte."""


_COLOUR_GOES_ON: Final = (
    # Also with the bracket as one character: C1, and the same in UTF-8.
    rb"(?:" + _ESCAPE_GOES_ON + rb"\[|(?<=\x9b)|(?<=\xc2)\x9b)"
    # Besides colours what moves or clears: with numbers any letter, for without them the letter can
    # be that of a value after a bracket (ECMA-48, 5.4).
    rb"(?:(?:[0-9]{0,3}[;:]){0,12}[0-9]{0,3}[mK]|[0-9?][0-9;?]{0,20}[A-Za-ln-z])"
    # How `tput sgr0` ends a colour: it chooses the characters of ASCII (ECMA-35, 14.1).
    rb"|(?<=\x1b)\([0AB]"
    # Logs lose the escape character: then a number has to be there.
    rb"|(?<=\[)(?:[0-9]{1,3};){0,12}[0-9]{1,3}m"
)
_BELL: Final = rb"\x07|\^G|\\{1,4}(?:a|x07|u0007|0?07)"
_BACKSLASH: Final = rb"\\{1,8}"
"""What follows the escape character at the end of a command, as it is or escaped."""
_COMMAND_GOES_ON: Final = (
    # A command of the operating system, such as the link around a word or a title, goes up to what
    # ends it (ECMA-48, 8.3.89). No bracket is in it, or many commands without an end take time in
    # the square of their number.
    rb"%b\][0-9]{1,4};[^]\x07\x1b\n]{0,2000}?(?:%b|%b%b%b)"
    % (_ESCAPE_GOES_ON, _BELL, _BEGINS, _ESCAPE_GOES_ON, _BACKSLASH)
)
_SHORT: Final = rb"(?<=\x1b)[78=>]|(?<=[\x0e\x0f])"
"""Without a parameter: to save a place, for the keypad, and the shifts between two sets of
characters, with which `tput sgr0` of `screen` and `tmux` ends a colour (ECMA-35, 7.1)."""
COLOUR: Final = _BEGINS + rb"(?:%b)" % _COLOUR_GOES_ON
CONTROL: Final = _BEGINS + rb"(?:%b)" % b"|".join((_COLOUR_GOES_ON, _COMMAND_GOES_ON, _SHORT))
"""A colour, or something else of which a terminal shows nothing."""
LONGEST_COLOUR: Final = 64
_AFTER_COLOUR: Final = rb"(?:" + COLOUR + rb")\Z"

_SECRET: Final = rb"[A-Za-z0-9+/]{40}"
_END: Final = rb"(?![A-Za-z0-9+/])"
_PARAMETER: Final = rb"[0-9]{0,3}[mK](" + _SECRET + rb")(?:" + _END + rb"|(?=ESC\[))"
_AFTER_PICKLED: Final = rb"(?:\A|\n)[a-z(]{0,3}V\Z"
"""UNICODE of protocol 0, perhaps after other operations without an argument (pickletools)."""
_DIFF: Final = (
    rb"(?:(?<=[\n\r])|(?<=[\n\r] )|(?<![\s\S])|(?<![\s\S] )(?<=\A ))\+{1,2}("
    + _SECRET
    + rb")"
    + _END
)
_ADDED_WORD: Final = rb"(?<=\{)\+(" + _SECRET + rb")\+(?=\})"
_COMMAND: Final = (
    rb"s/(" + _SECRET + rb")/[^\n]{0,200}"  # the old text
    rb"|s/[A-Za-z0-9+]{1,20}/(" + _SECRET + rb")/[gIpe0-9]{0,4}" + _END  # the new one
)
_PADDED: Final = (
    rb"(?<![\\%])(" + _SECRET + rb")={1,2}(?=[\s\x00-\x1f,;|<)\]}&\\\x7f]|\Z)"
    rb"|(?<=(['\"`]))(" + _SECRET + rb")={1,2}\2"
)
"""Padding of base64 at the end of a value. 40 characters need none, so that it was added by hand or
by a program which takes the secret for base64. An assignment goes on after its equals sign."""
_AFTER_SLASH: Final = compile_later(rb"/(" + _SECRET + rb")(?![A-Za-z0-9+])")
_BEFORE_SLASH: Final = compile_later(rb"(?<![A-Za-z0-9+])(" + _SECRET + rb")/\Z")
"""`ID/SECRET`: user and password in an access log, or parts of the path of a URL."""


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    # When it is needed, since a file with a key ID needs two of the nine.
    return re.compile(pattern)


def ends_in_text(data: bytes, offsets: Sequence[int]) -> set[int]:
    """Return where values begin and end to which text has glued something, at any of `offsets`."""
    ends: set[int] = set()
    for offset in offsets:
        found = KEY_ID.match(data, offset)
        spans = _key_id(data, offset) if found else _secret(data, offset)
        for start, end in spans:
            ends |= {start, end}
    return ends


def is_alphanumeric(data: bytes, offset: int) -> bool:
    """Return whether there is a letter or a digit of ASCII at `offset`."""
    return 0 <= offset < len(data) and data[offset : offset + 1].isalnum()


def may_begin(data: bytes, offset: int) -> bool:
    """Return whether a key ID can begin at `offset` in text.

    A small letter right before it belongs to no key ID; a digit or a capital may, unless a colour
    ends with it or the letter is what a pickle writes before a text (protocol 0).
    """
    if not is_alphanumeric(data, offset - 1) or data[offset - 1 : offset].islower():
        return True
    return any(
        _compiled(pattern).search(data, max(0, offset - LONGEST_COLOUR), offset)
        for pattern in (_AFTER_COLOUR, _AFTER_PICKLED)
    )


def is_in_colour(data: bytes, offset: int) -> bool:
    """Return whether `offset` is inside of a colour, whose end looks like the begin of a word."""
    begin = max(0, offset - LONGEST_COLOUR)
    colours = re.finditer(CONTROL, data[begin : offset + LONGEST_COLOUR])
    return any(colour.start() < offset - begin < colour.end() for colour in colours)


def may_end(data: bytes, offset: int) -> bool:
    """Return whether a key ID can end at `offset` in text: no capital and no digit follows."""
    if not is_alphanumeric(data, offset) or data[offset : offset + 1].islower():
        return True
    return data.startswith(b"ESC[", offset)


def _key_id(data: bytes, offset: int) -> Iterator[tuple[int, int]]:
    end = offset + KEY_ID_SIZE
    if not (may_begin(data, offset) and may_end(data, end)):
        return
    if is_alphanumeric(data, offset - 1) or is_alphanumeric(data, end):
        yield offset, end
    for found in (
        _AFTER_SLASH.match(data, end),
        _BEFORE_SLASH.search(data, max(0, offset - SECRET_SIZE - 1), offset),
    ):
        if found:
            yield found.span(1)


def _secret(data: bytes, offset: int) -> Iterable[tuple[int, int]]:
    found = _compiled(_PARAMETER).match(data, offset)
    if found:
        begin = max(0, offset - LONGEST_COLOUR)
        if _compiled(_AFTER_COLOUR).search(data, begin, found.start(1)):
            return (found.span(1),)
    for pattern in (_DIFF, _ADDED_WORD, _COMMAND, _PADDED):
        found = _compiled(pattern).match(data, offset)
        if found:
            return [
                found.span(group)
                for group in range(1, len(found.groups()) + 1)
                if found[group] and len(found[group]) == SECRET_SIZE
            ]
    return ()
