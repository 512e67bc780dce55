r"""Characters glued to a credential, in place: what is neither part of it nor of any encoding.

A terminal colour before a key ID ends in a digit and `m`, and the plus sign of a diff belongs to
the alphabet of a secret. In binary records nothing at all separates one value from the next. Here a
space is put where one ends and the other begins, so that the rules see each value alone.

A cut needs evidence, since a run of more than 40 characters is mostly one value: `glued_text` knows
what text glues to a value, `glued_records` what says in binary data where a value begins and ends.
"""

from __future__ import annotations

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from scanner.content import Layer

_NAME: Final = "glued"
_KEY_IDS: Final = (b"AKIA", b"ASIA")
_SECRET: Final = 40
_LONGEST_COMMAND: Final = 63
"""Characters of a run with a command of sed: a secret, `s`, two slashes and up to 20 for the new
text. The search of a history takes 64 bytes on either side of a change into account."""

_RUNS: Final = (
    # The end of a colour: `[m`, `[K`, `[7m`, `[32m`, `;208m` (ECMA-48, 8.3.117 and 8.3.41),
    # with up to three letters of `ESC` after the secret, where that is how the next one is shown.
    *(
        Anchor(run=_SECRET + size, before=b"[;", first=b"0123456789mK", case="mixed")
        for size in range(1, 8)
    ),
    # A line that a diff adds, also one of a merge (`++`, ` +`); a word that a diff adds (`{+S+}`).
    Anchor(run=_SECRET + 1, before=b"\n\r ", first=b"+", case="mixed"),
    Anchor(run=_SECRET + 2, before=b"\n\r{", first=b"+", case="mixed"),
    *(
        Anchor(run=size, before=b" '\"\t;{(", first=b"s", then=(b"/",), case="mixed")
        for size in range(_SECRET + 3, _LONGEST_COMMAND + 1)
    ),
    Anchor(run=_SECRET, after=b"=", case="mixed"),
    # A length before the secret and a letter after it: pickle, marshal, BSON, bencode.
    *(Anchor(run=_SECRET + size, before=b"(:\0", case="mixed") for size in (1, 2)),
    Anchor(run=_SECRET + 1, before=b"\n", first=b"V", case="mixed"),  # pickle, protocol 0
)
_LENGTHS: Final = (b"40:", b"(\0\0\0")
_BEFORE_LENGTH: Final = frozenset((*range(9), *range(14, 32), *range(127, 256), *b"xXzZ"))
"""Bytes before a length of 40, which is a parenthesis: types, and numbers of fields."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the surroundings of glued credentials, with a space at each end of a value."""
    if layer.decoder == _NAME:
        return  # nothing in it is glued any more
    # Most places are words such as `AKIA****`: the patterns take longer to load than this.
    offsets = [offset for offset in offsets if _can_be_value(layer.data, offset)]
    if not offsets:
        return

    from bisect import bisect_left

    from scanner.content import Layer, Segments
    from scanner.decoders.escapes import neighbourhoods
    from scanner.decoders.glued_records import ends_in_records, ends_of_lone
    from scanner.decoders.glued_text import ends_in_text
    from scanner.decoders.layers import may_show_content

    data = layer.data
    if may_show_content(data):
        return
    key_ids = [offset for offset in offsets if data.startswith(_KEY_IDS, offset)]
    ends = ends_in_text(data, offsets)
    ends |= ends_in_records(data, key_ids, budget)
    ends |= ends_of_lone(data, [offset for offset in offsets if _has_length(data, offset)])
    cuts = sorted(end for end in ends if 0 < end < len(data))

    for begin, finish in neighbourhoods(data, cuts):
        inside = cuts[bisect_left(cuts, begin + 1) : bisect_left(cuts, finish)]
        if not budget.take(finish - begin + len(inside)):
            from scanner.decoders.layers import LIMIT, path_of

            budget.leave(LIMIT, f"more glued values than are decoded: {path_of(layer, '')}")
            return

        pieces: list[bytes] = []
        decoded, source = [0], [begin]
        for cut in inside:
            pieces.append(data[source[-1] : cut])
            at = decoded[-1] + cut - source[-1]
            # The space is a stretch of its own, of which nothing is in the source.
            decoded += (at, at + 1)
            source += (cut, cut)

        pieces.append(data[source[-1] : finish])
        decoded.append(decoded[-1] + finish - source[-1])
        source.append(finish)
        yield Layer(
            b" ".join(pieces), below=layer, decoder=_NAME, offsets=Segments(decoded, source)
        )


def _can_be_value(data: bytes, offset: int) -> bool:
    """Return whether the place of an anchor is a run, or a key ID of 20 capitals and digits."""
    if not data.startswith(_KEY_IDS, offset):
        before = data[offset - 1 : offset]
        return before not in (b"(", b":", b"\0") or _has_length(data, offset)
    body = data[offset + 4 : offset + 20]
    return len(body) == 16 and body.isalnum() and body == body.upper()


def _has_length(data: bytes, offset: int) -> bool:
    """Return whether the length of a secret, or a mark like that, may be right before `offset`."""
    if data.startswith(b"V", offset) and data[offset - 2 : offset - 1].isdigit():
        return True  # after the number of a text in a pickle of protocol 0
    if data[offset - 1 : offset] == b"(":
        return offset > 1 and data[offset - 2] in _BEFORE_LENGTH
    return data[max(0, offset - 4) : offset].endswith(_LENGTHS)


DECODER = Decoder(
    _NAME,
    (),
    (*(Anchor(literal) for literal in _KEY_IDS), *_RUNS),
    decode,
    Description(
        (
            "a key ID or a secret with a terminal colour, a sign of a diff, a command of sed or "
            "padding next to it; in a binary record, a length before it"
        ),
        "the line with the lines around it, or as much of a record",
        "the value",
    ),
    reach=8 << 10,  # twice the reach of `escapes`, whose neighbourhoods are what is looked at
)
