"""Base32 of text: values that an identifier, a file name or a QR code had to hold.

Text is known by its bits, as in base64: no character of ASCII has the highest one, which leaves
some of the letters at each place of a group of eight. One random run of 40 letters in thirty
million is like that (RFC 4648, section 6).
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


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield what the base32 at `offsets` encodes."""
    from scanner.decoders.encoded_values import decode_runs
    from scanner.decoders.encodings import BASE32

    yield from decode_runs(layer, offsets, budget, BASE32)


DECODER = Decoder(
    "base32",
    (),
    (Anchor(head=_HEAD, case="upper"),),
    decode,
    Description(
        "a run that begins with 25 bytes of text in base32",
        "the block, through line breaks; the lines around it with their values decoded in place",
        "the encoded characters",
    ),
)
