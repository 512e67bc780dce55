"""Base32 of text: values that an identifier, a file name or a QR code had to hold.

Text is known by its bits, as in base64: no character of ASCII has the highest one, which leaves
some of the letters at each place of a group of eight. One random run of 40 letters in thirty
million is like that (RFC 4648, section 6). Compressed content is known by its signature.
"""

from __future__ import annotations

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

GROUP = (
    # 0SSSSSSS five times, in fives; the first byte is no control character but white space.
    rb"[BE-P][ABEFIJMNQRUVYZ45][A-Z2-7][A-HQ-X][ACEGIKMOQSUWY246][A-Z2-7][A-DI-LQ-TYZ23][A-Z2-7]"
)
_HEAD = rb"(?:%b){5}" % GROUP
_PACKED = (
    # By the bits of the signatures in `scanner.decoders.packed`: gzip, ZIP, zlib, bzip2, xz, LZMA,
    # zstd.
    rb"(?:D6FQ[QR]|KBFQGBA|PAA[Q-Z2-7]|PBP[A-P]|PCO[A-P]|PDN[A-P]|IJNG[Q-T]|7U3XUWC|LUAA|FC2S77)"
)
_KEY_IDS = (b"IFFUSQ", b"IFJUSQ")
"""How a key ID begins that is encoded by itself: its 32 characters are too few for a head."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield what the base32 at `offsets` encodes."""
    import re
    from functools import partial

    from scanner.decoders.encoded_values import decode_runs
    from scanner.decoders.encodings import BASE32

    data = layer.data
    text = re.compile(_HEAD)
    packed = partial(_is_packed, data)
    places = (
        at for at in offsets if data.startswith(_KEY_IDS, at) or text.match(data, at) or packed(at)
    )
    yield from decode_runs(layer, places, budget, BASE32, packed)


def _is_packed(data: bytes, offset: int) -> bool:
    import re
    from base64 import b32decode

    from scanner.decoders.base64_block import SEPARATOR
    from scanner.decoders.packed import SAMPLE, is_packed

    # More than are needed, for the indentation of a second line.
    text = SEPARATOR.sub(b"", data[offset : offset + 2 * SAMPLE])
    found = re.compile(rb"(?:[A-Z2-7]{8}){2,%d}" % (SAMPLE // 5)).match(text)
    return found is not None and is_packed(b32decode(found[0]))


DECODER = Decoder(
    "base32",
    (),
    (
        Anchor(head=_HEAD, case="upper"),
        Anchor(head=_PACKED, case="upper"),
        *(Anchor(literal) for literal in _KEY_IDS),
    ),
    decode,
    Description(
        "a run that begins with 25 bytes of text in base32, or with gzip, ZIP, zlib, bzip2, xz or "
        "zstd; base32 of a key ID",
        "the block, through line breaks; the lines around it with their values decoded in place",
        "the encoded characters",
    ),
)
