r"""Quoted-printable (RFC 2045, section 6.7), in place: mail, patches sent by mail, pages as MHTML.

An equals sign is `=3D`, and a long line is cut by an equals sign at its end, a soft line break,
which may go through a credential. Text that nobody encoded has both as well: `colour=3Dface`, or an
assignment whose value is in the next line. So there has to be a reason: either the file begins as
mail does and says that a part of it is quoted-printable, or there is a key ID that `=3D` is glued
to or a soft line break goes through, or a secret of 40 characters that `=3D` makes one of 42.
"""

from __future__ import annotations

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_HEADS = (b"From ", b"From:", b"Date:", b"Deliv", b"MIME-", b"Messa", b"Recei", b"Retur")
"""How files of mail begin: mbox and `git format-patch` (RFC 4155), or a header (RFC 5322, 3.6).

All of one length, so that looking at the head of a file for any of them is one comparison.
"""
_KEY_IDS = (b"AKIA", b"ASIA")
_KEY_ID_SIZE = 20
_ESCAPED_SIGN = b"=3D"
_DIGITS_AND_SECRET = 42
_NEAR = 2 << 10
"""Bytes to either side of a reason in which escapes are decoded: a profile with its token."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the surroundings of quoted-printable credentials, decoded; of mail, all of it."""
    import re

    from scanner.decoders.escapes import decode_escapes

    # The digits are capital ones by the standard, which asks readers to be lenient: 6.7, note (1).
    # Spaces before a line break were added on the way, and do not count: rule (3).
    escape = re.compile(rb"=(?:[0-9A-Fa-f]{2}|[ \t]*\r?\n)")
    data = layer.data
    if data.startswith(_HEADS) and re.search(rb"(?i)quoted-printable", data):
        reasons: Iterator[int] = iter(range(0, len(data), _NEAR))  # it is everywhere
    else:
        reasons = _reasons(data, offsets)
    places = _near(data, reasons, escape)
    yield from decode_escapes(layer, places, budget, "quoted-printable", escape, _replace)


def _reasons(data: bytes, offsets: Sequence[int]) -> Iterator[int]:
    """Yield those of `offsets` that are a reason to believe in quoted-printable there."""
    import re

    from scanner.decoders.escapes import WORD, is_glued

    glued = re.compile(rb"=3D[ \"'<>]{0,2}\Z")
    word = re.compile(_ESCAPED_SIGN + WORD)
    cut = re.compile(rb"([A-Z2-7]{4,19})=[ \t]*\r?\n([A-Z2-7]+)")
    for offset in offsets:
        if not data.startswith(_KEY_IDS, offset):
            is_reason = data.startswith(_ESCAPED_SIGN, offset - 1) or is_glued(
                data, offset, word, _ESCAPED_SIGN
            )
        elif glued.search(data, max(0, offset - 5), offset):
            is_reason = True
        else:
            found = cut.match(data, offset)
            is_reason = found is not None and len(found[1] + found[2]) == _KEY_ID_SIZE
        if is_reason:
            yield offset


def _near(data: bytes, reasons: Iterator[int], escape: re.Pattern[bytes]) -> Iterator[int]:
    """Yield where the escapes are that are near one of the `reasons`, each once."""
    done = 0
    for reason in reasons:
        for match in escape.finditer(data, max(done, reason - _NEAR), reason + _NEAR):
            done = match.end()
            yield match.start()


def _replace(match: re.Match[bytes]) -> bytes:
    escape = match[0]
    return b"" if escape.endswith(b"\n") else bytes.fromhex(escape[1:].decode())


DECODER = Decoder(
    "quoted-printable",
    tuple((0, head) for head in _HEADS),
    (
        *(Anchor(literal) for literal in _KEY_IDS),  # which others look for as well: no cost
        Anchor(run=_DIGITS_AND_SECRET, before=b"=", first=b"3"),
    ),
    decode,
    Description(
        "the head of mail, where it says that something in it is quoted-printable; a value right "
        "after `=3D`, or a key ID with a soft line break in it; a run of 42 characters that begins "
        "with the digits of `=3D`",
        "of mail all of it; else the lines with escapes near by, and the lines around them",
        "the escapes, and the soft line breaks within",
    ),
    of_rules="values",
    reach=8 << 10,  # `_NEAR` and the reach of `escapes` on top of it, with room,
    signs=b"=",
)
