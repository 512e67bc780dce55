"""Percent-encoding (RFC 3986, section 2.1), in place: URLs, form data, logs of requests.

In the URL-encoded form of a secret access key only `/` and `+` are escaped, in that of a session
token `=` as well; those, `:` and `&` also come right before a credential. Where the escape before
it is the only one, the key ID or the secret is glued to hexadecimal digits: `%3DAKIA...`, and a run
of 42 characters that begins with the digits. `%252` is `%2` encoded twice; the second layer comes
by recursion.
"""

from __future__ import annotations

from functools import cache

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_ESCAPED = (b"%2F", b"%2f", b"%2B", b"%2b", b"%252", b"%254", b"%256")
_LETTERS = tuple(b"%%%b" % digits for digits in b"45 4B 4b 4C 4F 4f 65 6B 6b 6C 6F 6f".split())
"""E, K, L, O in both cases, which the search finds with the others (`scanner.engine.anchors`): of a
value of which all characters are escaped, one of ten."""
_KEY_IDS = (b"AKIA", b"ASIA")
_SECRET_AND_DIGITS = 42
"""Characters of a secret with the digits of an escape at its head."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the surroundings of percent-encoded credentials, decoded."""
    import re

    from scanner.decoders.escapes import WORD, decode_escapes, is_glued

    data = layer.data
    glued = re.compile(rb"%(?:25)*[0-9A-Fa-f]{2}\Z")

    word = re.compile(rb"%(?:25)*[0-9A-Fa-f]{2}" + WORD)
    in_row = re.compile(rb"(?:%(?:25)*[2-7][0-9A-Fa-f]){4}")

    characters = _characters()

    def worthwhile(offset: int) -> bool:
        if data.startswith(_ESCAPED, offset):
            return True
        if data.startswith(_LETTERS, offset):
            return in_row.search(data, max(0, offset - 9), offset + 12) is not None
        if data.startswith(_KEY_IDS, offset) and glued.search(data, max(0, offset - 9), offset):
            return True
        if glued.search(data, max(0, offset - 1), offset + 2):
            return True
        return is_glued(data, offset, word, b"%")

    yield from decode_escapes(
        layer,
        filter(worthwhile, offsets),
        budget,
        "percent",
        re.compile(rb"%[0-9A-Fa-f]{2}"),
        lambda match: characters[match[0]],
    )


@cache
def _characters() -> dict[bytes, bytes]:
    """Return what each escape stands for: a drawing is nothing but escapes."""
    digits = b"0123456789abcdefABCDEF"
    pairs = (bytes((high, low)) for high in digits for low in digits)
    return {b"%" + pair: bytes.fromhex(pair.decode()) for pair in pairs}


DECODER = Decoder(
    "percent",
    (),
    (
        *(Anchor(literal) for literal in _ESCAPED + _LETTERS + _KEY_IDS),
        Anchor(run=_SECRET_AND_DIGITS, before=b"%"),
    ),
    decode,
    Description(
        (
            "`%2F`, `%2B`, `%252`, `%254`, `%256`; four letters in a row that are escaped; a value "
            "right after an escape; a run of 42 characters that begins with the digits of one"
        ),
        "the line with the lines around it",
        "the escapes",
    ),
    of_rules="values",
    reach=8 << 10,  # twice the reach of `escapes`, whose neighbourhoods are what is looked at
    signs=b"%",
)
