"""Character references of HTML and XML, in place: `&#x2F;`, `&#43;`, `&sol;`.

Template engines and XML writers escape `/`, `+` and `=`: Go's html/template writes `&#43;`, Django
and OWASP's encoders `&#x27;` and `&#x2F;`, spreadsheets and phpMyAdmin whole values. Names such as
`&sol;` are decoded near what a rule looks for only. What references mean: HTML, section 13.2.5.72
ff., and XML 1.0, section 4.1.
"""

from __future__ import annotations

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_KEY_IDS = (b"AKIA", b"ASIA")
_ESCAPED = (b"&#x2F", b"&#x2f", b"&#x2B", b"&#x2b", b"&#47;", b"&#43;")
_LETTERS = (*(b"&#6", b"&#06", b"&#10", b"&#11", b"&#x4", b"&#x6", b"&#x004", b"&#x006"),)
"""A to E, small ones from d to w, or A to O in both cases: where all characters of a value are
references, one of ten."""
_UNSEEN = (
    rb"shy|zwnj|ZeroWidthSpace|NoBreak|#0{0,8}(?:820[34]|8288|65279)"
    rb"|#[xX]0{0,8}(?:200[bBcC]|2060|[fF][eE][fF][fF])"
)
"""Soft hyphens and what has no width, as pages have them in long words: `invisible` takes out what
they mean."""
_NEAR = 1 << 10
"""Bytes to either side of a value in which references are decoded."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the surroundings of character references near credentials, decoded."""
    import re

    from scanner.decoders.escapes import decode_escapes, places_near

    # With the semicolon only: without it a reference has no end that all readers agree on.
    reference = re.compile(
        rb"&(?:#[xX]0{0,8}[0-9A-Fa-f]{1,6}|#0{0,8}[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});"
    )
    # Others, such as `&amp;`, are in every page, and in no credential.
    reason = re.compile(
        rb"&(?:#[xX]0{0,8}[0-9A-Fa-f]{2}|#0{0,8}[0-9]{2,3}|sol|plus|equals|%b);" % _UNSEEN
    )
    in_row = re.compile(
        rb"(?:&#(?:[xX]0{0,6}[2-7][0-9A-Fa-f]|0{0,6}(?:[3-9][0-9]|1[0-2][0-9]));){4}"
    )
    data = layer.data
    values = (offset for offset in offsets if not data.startswith(b"&", offset))
    places = {
        *(offset for offset in offsets if data.startswith(_ESCAPED, offset)),
        *(offset for offset in offsets if in_row.match(data, offset)),
        *places_near(data, values, reason, _NEAR),
    }
    yield from decode_escapes(layer, sorted(places), budget, "markup", reference, _replace)


def _replace(match: re.Match[bytes]) -> bytes:
    from html.entities import html5

    name = match[0][1:].decode()
    if not name.startswith("#"):
        text = html5.get(name, "").encode()
        # A few names stand for more bytes than they have, such as `&nGt;`: in no credential.
        return text if 0 < len(text) <= len(match[0]) else match[0]

    digits = name[1:-1]
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    if not 0 < code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return b"?"  # no character, and in no credential
    return chr(code).encode()


DECODER = Decoder(
    "markup",
    (),
    tuple(Anchor(literal) for literal in (*_ESCAPED, *_LETTERS, *_KEY_IDS)),
    decode,
    Description(
        (
            "a character reference of HTML or XML to `/` or `+` (`&#x2F;`, `&#43;`); references to "
            "four ASCII characters in a row; any, such as `&sol;`, and to what nobody sees, such "
            "as `&shy;`, near what a rule looks for"
        ),
        "the line with the lines around it",
        "the references",
    ),
    reach=8 << 10,  # twice the reach of `escapes`, whose neighbourhoods are what is looked at
    of_rules="all",
    signs=b"&",
)
