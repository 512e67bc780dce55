r"""Quoted-printable (RFC 2045, section 6.7), in place: mail, patches sent by mail, pages as MHTML.

An equals sign is `=3D`, and a long line is cut by an equals sign at its end, a soft line break,
which may go through a credential. Text that nobody encoded has both as well: `colour=3Dface`, or an
assignment whose value is in the next line. So there has to be a reason: either the file begins as
mail does and says that a part of it is quoted-printable, or there is a key ID that `=3D` is glued
to or a soft line break goes through, or a secret of 40 characters that `=3D` makes one of 42, or
that is in pieces with soft line breaks between them.
"""

from __future__ import annotations

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.content import Layer

_HEADS = (b"From ", b"From:", b"Date:", b"Deliv", b"MIME-", b"Messa", b"Recei", b"Retur")
"""How files of mail begin: mbox and `git format-patch` (RFC 4155), or a header (RFC 5322, 3.6).

All of one length, so that looking at the head of a file for any of them is one comparison.
"""
_KEY_IDS = (b"AKIA", b"ASIA")
_KEY_ID_SIZE = 20
_ESCAPED_SIGN = b"=3D"
_DIGITS_AND_SECRET = 42
_GLUED = 224
"""Bytes before a place in which the sign of a value is: see `scanner.decoders.escapes`."""
_SECRET_SIZE = 40
_BREAKS = (b"=\n", b"=\r\n")
_CUT_KEY_ID = rb"[A-Z2-7]{4,19}(?:=[ \t]*\r?\n[A-Z2-7]+)+"
_CUT = (
    rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{1,39}(?:=[ \t]*\r?\n[A-Za-z0-9+/]{1,39})+(?![A-Za-z0-9+/=])"
)
_TO_SECRET = 512
"""Bytes to either side of a key ID, and after the name of a secret, in which a secret counts that
has soft line breaks in it."""
_NEAR = 2 << 10
"""Bytes to either side of a reason in which escapes are decoded: a profile with its token."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the surroundings of quoted-printable credentials, decoded; of mail, all of it."""
    data = layer.data
    if data.startswith(_HEADS) and _says_so(data):
        reasons: Sequence[int] = range(0, len(data), _NEAR)  # it is everywhere
    else:
        reasons = list(_reasons(data, offsets))
    if not reasons:
        return

    import re

    from scanner.decoders.escapes import decode_escapes

    # The digits are capital ones by the standard, which asks readers to be lenient: 6.7, note (1).
    # Spaces before a line break were added on the way, and do not count: rule (3).
    escape = re.compile(rb"=(?:[0-9A-Fa-f]{2}|[ \t]*\r?\n)")
    places = _near(data, reasons, escape)
    yield from decode_escapes(layer, places, budget, "quoted-printable", escape, _replace)


def _says_so(data: bytes) -> bool:
    import re

    return re.search(rb"(?i)quoted-printable", data) is not None


def _reasons(data: bytes, offsets: Sequence[int]) -> Iterator[int]:
    """Yield those of `offsets` that are a reason to believe in quoted-printable there."""
    done = 0
    for offset in offsets:
        if data.startswith(_KEY_IDS, offset):
            if _is_glued_to(data, offset) or _is_cut(data, offset):
                yield offset
            low = offset - _TO_SECRET
        elif data.startswith(_ESCAPED_SIGN, offset - 1) or _follows(data, offset):
            yield offset
            continue
        else:
            low = offset
        # Places that are near one another have the same text around them.
        low, high = max(done, low), offset + _TO_SECRET
        if any(data.find(each, low, high) >= 0 for each in _BREAKS):
            yield from _cut_secrets(data, low, high)
        else:
            done = max(done, high - len(_BREAKS[1]))


def _is_glued_to(data: bytes, offset: int) -> bool:
    """Return whether `=3D` is right before the key ID at `offset`, or a sign after it is."""
    before = data[max(0, offset - 5) : offset]
    at = before.rfind(_ESCAPED_SIGN)
    return at >= 0 and not before[at + len(_ESCAPED_SIGN) :].strip(b" \"'<>")


def _is_cut(data: bytes, offset: int) -> bool:
    """Return whether the key ID at `offset` has soft line breaks in it."""
    if b"=" not in data[offset : offset + _KEY_ID_SIZE]:
        return False
    return _size_of_cut(_CUT_KEY_ID, data, offset) == _KEY_ID_SIZE


def _size_of_cut(pattern: bytes, data: bytes, offset: int) -> int:
    import re

    found = re.compile(pattern).match(data, offset, offset + _TO_SECRET)
    return len(_without_breaks(found[0])) if found else 0


def _without_breaks(text: bytes) -> bytes:
    return b"".join(text.replace(b"=", b"").split())


def _follows(data: bytes, offset: int) -> bool:
    """Return whether `=3D` is right before the word of which `offset` is a part."""
    if data.find(_ESCAPED_SIGN, max(0, offset - _GLUED), offset) < 0:
        return False
    import re

    from scanner.decoders.escapes import WORD, is_glued

    return is_glued(data, offset, re.compile(_ESCAPED_SIGN + WORD), _ESCAPED_SIGN)


def _cut_secrets(data: bytes, low: int, high: int) -> Iterator[int]:
    """Yield where a secret begins that has soft line breaks in it."""
    import re

    for found in re.compile(_CUT).finditer(data, low, high):
        if len(_without_breaks(found[0])) == _SECRET_SIZE:
            yield found.start()


def _near(data: bytes, reasons: Iterable[int], escape: re.Pattern[bytes]) -> Iterator[int]:
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
        "after `=3D`; a soft line break in a key ID, or in a secret near a key ID or a name; a "
        "run of 42 characters that begins with the digits of `=3D`",
        "of mail all of it; else the lines with escapes near by, and the lines around them",
        "the escapes, and the soft line breaks within",
    ),
    of_rules="all",
    reach=8 << 10,  # `_NEAR` and the reach of `escapes` on top of it, with room,
    signs=b"=",
)
