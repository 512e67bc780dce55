r"""Colours of a terminal, in place: output of `grep`, `ls`, `terraform` and CI jobs.

A colour before a value ends in a letter, so that the value seems to be a piece of something longer,
and `grep` shows what it found in another colour, perhaps in the middle of a value. So the text is
searched as it was before it was coloured. Logs and programs have the escape character in many
spellings (`scanner.decoders.glued_text`); all but a few are looked for, and those count where there
is something to be found near them.
"""

from __future__ import annotations

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_COLOURS = tuple(b"\x1b[%d" % digit for digit in range(5))
"""How most colours begin: bright, underlined, one of eight (ECMA-48, 8.3.117)."""
_OTHERS = (b"\x1b(B", b"\x1b[?")
"""How `tput sgr0` begins, and what hides the cursor: their letters seem to be part of the value."""
_CERTAIN = _COLOURS + _OTHERS
_SPELLED = (
    # As terminals and `cat -v` show it, and as shells and their prompts write it.
    *(b"^[[", b"\\e[", b"\\E["),
    # The ends of `\\x1b[`, `\\u001b[` and `%1B[`; `\\033[` and `#033[` of rsyslog; `\\u{1b}[`;
    # `&#27;[`.
    *(b"1b[", b"1B[", b"33[", b"1b}[", b"1B}[", b"1b;[", b"1B;[", b"27;["),
    *(b"ESC[", b"ESC>[", b"1B>[", b"\xe2\x90\x9b[", b"\xef\xbf\xbd["),
    # Of logs that lose the escape character.
    *(b"[0m", b"[31m"),
)
_SHORT = (b"\x9b01;", b"\x9b1;3", b"\x9b31m", b"\x9b0m")
"""Red, and the end of a colour, with one byte of C1, or two of UTF-8 (ECMA-48, 5.4). The rest of a
colour has to follow, since binaries have such bytes as well."""
_REST = rb"\x9b[0-9;:]{1,40}m"
_CLIENT_SECRETS = (b"lient_secret", b"lientSecret", b"LIENT_SECRET")
"""Names of client secrets, which no rule looks for: those of Cognito are found by their length."""
_WRAP = rb" \r(?=[A-Za-z0-9+/=])"
"""How a shell goes on in the next line of a terminal, as script(1) records it."""
_BEFORE, _AFTER = 256, 64
"""Bytes around a place in which a colour counts: the anchor of a value can be in its middle."""
_NAMED = 320
"""Bytes after a name in which a colour counts: the rest of it, a link, and half of a secret."""
_TOKENS = (b"YXdz", b"b3JpZ2luX2Vj")
"""In a session token, as its rule looks for them."""
_TOKEN = 2 << 10
"""Bytes after the head of one in which a colour counts: most of a token."""
_SIGNS = (b"\x1b", b"\x9b", b"\x0e", b"\x0f", b" \r")
_SPELLED_SIGNS = (rb"\[(?:[0-9;:?]{1,40}[A-Za-z]|[mK])", rb"\][0-9]{1,4};")
"""Of these each colour, link or shift has one, and hardly any code does. A search for a pattern
that begins with one character is a hundred times faster than one for all spellings."""
_WORTHWHILE = 2048
"""Bytes of a text that are searched for all signs in the time of one place. A history has texts of
a megabyte, of which a few places are new."""
_AT_SPELLED = 24, 12
"""Bytes before and after a part of an escape in which all of it is."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the surroundings of the colours at or before `offsets`, without any colour."""
    import re

    from scanner.decoders.escapes import NAMES, decode_escapes
    from scanner.decoders.glued_text import CONTROL
    from scanner.decoders.layers import may_show_content

    data = layer.data
    if may_show_content(data):
        return  # a colour is part of the name of a member, each of which is looked at

    rest = re.compile(_REST)
    signs = list(_SIGNS)
    spelled = [re.compile(sign) for sign in _SPELLED_SIGNS]
    if len(data) <= len(offsets) * _WORTHWHILE:
        # What is nowhere in the text is not looked for near each of its places.
        signs = [sign for sign in signs if data.find(sign) >= 0]
        spelled = [sign for sign in spelled if sign.search(data)]
        if not (signs or spelled):
            return  # as in most code

    def span(offset: int) -> tuple[int, int]:
        if data.startswith(_SPELLED, offset):
            return max(0, offset - _AT_SPELLED[0]), offset + _AT_SPELLED[1]
        if data.startswith(NAMES, offset):
            return offset, offset + _NAMED
        after = _TOKEN if data.startswith(_TOKENS, offset) else _AFTER
        return max(0, offset - _BEFORE), offset + after

    def is_near(offset: int) -> bool:
        if data.startswith(_CERTAIN, offset):
            return True
        if data.startswith(_SHORT, offset):
            return rest.match(data, offset) is not None
        begin, end = span(offset)
        for sign in signs:
            if data.find(sign, begin, end) >= 0:
                return True
        return any(pattern.search(data, begin, end) for pattern in spelled)

    # Most places have nothing of it near them, which is found out sooner than a colour, whose
    # pattern takes 2 ms to compile.
    near = [offset for offset in offsets if is_near(offset)]
    if not near:
        return
    # One byte is looked for first: a search for two takes 0.5 ms in 500 KB of indented text.
    is_wrapped = b"\r" in data and b" \r" in data
    colour = re.compile(CONTROL + b"|" + _WRAP if is_wrapped else CONTROL)
    places = (
        offset
        for offset in near
        if data.startswith((*_CERTAIN, *_SHORT), offset) or colour.search(data, *span(offset))
    )
    yield from decode_escapes(layer, places, budget, "colours", colour, lambda _: b"")


DECODER = Decoder(
    "colours",
    (),
    tuple(
        Anchor(literal) for literal in (*_COLOURS, *_SPELLED, *_SHORT, *_OTHERS, *_CLIENT_SECRETS)
    ),
    decode,
    Description(
        "a colour of a terminal (`ESC[32m`, `\\x1b[1;32m`, `\\u{1b}[m`, `\\033[m`, `^[[32m`, "
        "`\\e[32m`, `%1B[32m`, `&#27;[32m`, `#033[32m`, `<ESC>[32m`, the byte `9B` for `ESC[`); "
        "one in a rarer spelling, what moves or clears (`ESC[K`, `ESC[1G`), links, titles, shifts "
        "(`ESC(B`, SO, SI) and line breaks of a shell near what a rule looks for",
        "the line with the lines around it, without colours",
        "the value, without the colours around it",
    ),
    reach=8 << 10,  # twice the reach of `escapes`, whose neighbourhoods are what is looked at
    of_rules="all",
    signs=b"[]\x9b\x1b\x0e\x0f\r",
)
