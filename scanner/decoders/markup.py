"""Character references of HTML and XML, in place: `&#x2F;`, `&#43;`, `&sol;`, also all characters.

Template engines and XML writers escape `/`, `+` and `=`: Go's html/template writes `&#43;`, Django
and OWASP's encoders `&#x27;` and `&#x2F;`, spreadsheets and phpMyAdmin whole values. An obfuscated
page has a reference for each character: there a key ID is known by the `IA` that AKIA and ASIA end
with. What references mean: HTML, section 13.2.5.72 ff., and XML 1.0, section 4.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_SLASH_OR_PLUS = (
    b"&#x2F;", b"&#x2f;", b"&#x2B;", b"&#x2b;", b"&#X2F;", b"&#X2B;",
    b"&#x002F;", b"&#x002f;", b"&#x002B;", b"&#x002b;", b"&#47;", b"&#43;", b"&#047;", b"&#043;",
    b"&sol;", b"&plus;",
)  # fmt: skip
_END_OF_KEY_ID_HEAD = (b"x49;&#x41;", b"73;&#65;", b"73;&#065;")
"""`IA`, in a spelling that begins like no other anchor, so that it is searched for by itself."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the surroundings of character references, decoded."""
    import re

    from scanner.decoders.escapes import decode_escapes

    # With the semicolon only: without it a reference has no end that all readers agree on.
    reference = re.compile(
        rb"&(?:#[xX]0{0,8}[0-9A-Fa-f]{1,6}|#0{0,8}[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});"
    )
    yield from decode_escapes(layer, offsets, budget, "markup", reference, _replace)


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
    tuple(Anchor(literal) for literal in _SLASH_OR_PLUS + _END_OF_KEY_ID_HEAD),
    decode,
    Description(
        (
            "a character reference of HTML or XML to `/` or `+` (`&#x2F;`, `&#43;`, `&sol;`), or "
            "to `I` and `A` one after the other"
        ),
        "the line with the lines around it",
        "the references",
    ),
    reach=8 << 10,  # twice the reach of `escapes`, whose neighbourhoods are what is looked at
)
