r"""Base85: `<~...~>` of PostScript and PDF, and values in two alphabets that programs have.

Adobe's form is between two signs (PostScript Language Reference, section 3.13.3). What `a85encode`
and `b85encode` of Python write has none. Four bytes make five characters, so a word is known
wherever a group of four begins in it: a key ID where it begins a group, and the name of a secret,
which has such a group at each of four places.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_ADOBE: Final = bytes(range(33, 118))
RFC_1924: Final = (
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
)
"""As Python and git have it: in the order of RFC 1924, section 4.2."""
_BEGIN, _END = b"<~", b"~>"
_ZEROS: Final = b"z"
"""Four bytes of zero in Adobe's form, where it is no character of the alphabet."""
_MEANINGS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_LARGEST: Final = 8 << 20
"""Bytes between the two signs: a page of a document with its pictures."""
_SAMPLE: Final = 1 << 10
"""Bytes that show whether what is between the signs is text."""
GROUP, SIZE = 5, 4
"""Characters, and the bytes that they make."""


def group_of(four: bytes, alphabet: bytes) -> bytes:
    """Return the characters of `four` bytes."""
    number = int.from_bytes(four, "big")
    return bytes([alphabet[number // 85**place % 85] for place in range(GROUP - 1, -1, -1)])


_WORDS: Final = (
    *(b"AKIA", b"ASIA"),
    # In `_access_key`, one at each place of a group: a profile, or a file of variables. What these
    # make has pairs of characters that are rare in text, which is what the search goes by.
    *(b"_acc", b"acce", b"cces", b"cess"),
    *(b"_ACC", b"CCES", b"CESS", b"SS_K"),
)
_FORMS: Final = {
    group_of(word, alphabet): alphabet for alphabet in (_ADOBE, RFC_1924) for word in _WORDS
}
_FIRST: Final = (*_ADOBE[2:5], *_ADOBE[10:41], _ADOBE[81])
"""Of line breaks and tabs, of bytes from 0x1f to 0x7e, which are text, gzip and zlib, and of xz."""
_SIGNED: Final = tuple(_BEGIN + bytes([first]) for first in _FIRST)
"""With a third character, since two alone would be looked for at every `<` of a page."""
_RUNS: Final = {
    # Without quotation marks and the backslash: a value ends there in a program.
    _ADOBE: rb"[!#-&(-\[\]-u]+",
    RFC_1924: rb"[0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]+",
}
_ESCAPED: Final = rb"\\(.)"
_LITERAL: Final = rb"(?:[^\\\"\n]|\\[\\\"'/nrt])*+"
"""What can be in a string literal, where a backslash and a quotation mark are escaped."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield what the base85 at `offsets` encodes."""
    from scanner.content import Layer
    from scanner.decoders.inflated import Whole
    from scanner.decoders.layers import LIMIT, path_of

    data = layer.data
    done = 0
    for offset in offsets:
        if offset < done:
            continue
        alphabet = _FORMS.get(data[offset : offset + GROUP], _ADOBE)
        is_signed = data.startswith(_SIGNED, offset)
        span = _signed(data, offset) if is_signed else _unsigned(data, offset, alphabet)
        if span is None:
            continue
        begin, done, is_literal = span
        source = _unescaped(data[begin:done]) if is_literal else data[begin:done]
        if not budget.take(size_of(source, alphabet)):
            budget.leave(LIMIT, f"more base85 than is decoded: {path_of(layer, '')}")
            return
        yield Layer(
            words(_characters(source, alphabet), alphabet),
            below=layer,
            decoder=DECODER.name,
            offsets=Whole(begin, done) if is_literal else _GroupMap(data, begin, done, alphabet),
        )


def size_of(text: bytes, alphabet: bytes = _ADOBE) -> int:
    """Return how many bytes `text` makes at most."""
    zeros = 0 if _ZEROS in alphabet else text.count(_ZEROS)
    return (len(text) + (GROUP - 1) * zeros) * SIZE // GROUP


def adobe(text: bytes) -> bytes:
    """Return the bytes of `text`, which is in Adobe's form without the signs."""
    return words(_characters(text, _ADOBE), _ADOBE)


def words(text: bytes, alphabet: bytes = RFC_1924) -> bytes:
    """Return four bytes for each five characters of `text`, and what is left over at its end.

    Too large a number is cut to four bytes.
    """
    missing = -len(text) % GROUP
    digits = (text + alphabet[-1:] * missing).translate(_digits(alphabet))
    groups = zip(*(digits[at::GROUP] for at in range(GROUP)), strict=True)
    content = b"".join(
        [
            ((((a * 85 + b) * 85 + c) * 85 + d) * 85 + e & 0xFFFFFFFF).to_bytes(SIZE, "big")
            for a, b, c, d, e in groups
        ]
    )
    return content[: len(content) - min(missing, SIZE)]


@cache
def _digits(alphabet: bytes) -> bytes:
    return bytes(max(alphabet.find(each), 0) for each in range(256))


def _characters(text: bytes, alphabet: bytes) -> bytes:
    """Return `text` without white space, with what is short for a group written out."""
    text = b"".join(text.split())
    return text if _ZEROS in alphabet else text.replace(_ZEROS, alphabet[:1] * GROUP)


def _unescaped(text: bytes) -> bytes:
    """Return what the string literal `text` means."""
    import re

    return re.compile(_ESCAPED).sub(lambda found: _MEANINGS.get(found[1], found[1]), text)


def _signed(data: bytes, offset: int) -> tuple[int, int, bool] | None:
    """Return the span between the signs at `offset`, and whether that is a string literal.

    None if neither text nor something packed is there.
    """
    import re

    begin = offset + len(_BEGIN)
    end = data.find(_END, begin, begin + _LARGEST)
    if end < 0:
        return None
    text = data[begin:end]
    if _shows_content(text):
        return begin, end, False
    # A backslash and a quotation mark are characters of the alphabet, and are escaped there.
    is_literal = b"\\" in text and re.compile(_LITERAL).fullmatch(text) is not None
    return (begin, end, True) if is_literal and _shows_content(_unescaped(text)) else None


def _shows_content(text: bytes) -> bool:
    """Return whether `text` encodes text or something packed, as far as its beginning shows."""
    from scanner.decoders.encoded_values import is_text
    from scanner.decoders.packed import SAMPLE, is_packed

    first = adobe(text[:_SAMPLE])[: _SAMPLE // 2]
    # A character of UTF-8 may be cut.
    return is_packed(first[:SAMPLE]) or is_text(first.rstrip(bytes(range(128, 256))))


def _unsigned(data: bytes, offset: int, alphabet: bytes) -> tuple[int, int, bool]:
    """Return the span of the block around the word at `offset`, from a whole group on."""
    import re

    from scanner.decoders.base64_block import Block

    block = Block(data, re.compile(_RUNS[alphabet]), GROUP)
    block.move(offset)
    begin = block.begin
    for _ in range(block.before(offset) % GROUP):
        begin += 1
        while data[begin : begin + 1].isspace():
            begin += 1
    return begin, block.end, False


class _GroupMap:
    """Maps decoded bytes to the groups of characters that they came from."""

    __slots__ = ("_alphabet", "_begin", "_data", "_end", "_groups")

    def __init__(self, data: bytes, begin: int, end: int, alphabet: bytes) -> None:
        """Describe the decoding of `data[begin:end]`."""
        self._alphabet = alphabet
        self._data = data
        self._begin = begin
        self._end = end
        self._groups: tuple[array[int], array[int]] | None = None

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the groups of the decoded bytes `start` to `end`."""
        starts, ends = self._groups = self._groups or self._read()
        low = starts[min(start // SIZE, len(starts) - 1)]
        if end <= start:
            return low, low
        return low, ends[min((end - 1) // SIZE, len(ends) - 1)]

    def _read(self) -> tuple[array[int], array[int]]:
        """Return where each group begins and ends."""
        import re
        from array import array

        starts, ends = array("Q"), array("Q")
        group = rb"\S(?:\s*\S){0,4}" if _ZEROS in self._alphabet else rb"z|[^\sz](?:\s*[^\sz]){0,4}"
        for found in re.compile(group).finditer(self._data, self._begin, self._end):
            starts.append(found.start())
            ends.append(found.end())
        return starts or array("Q", [self._begin]), ends or array("Q", [self._end])


DECODER = Decoder(
    "base85",
    (),
    tuple(Anchor(literal) for literal in (*_SIGNED, *_FORMS)),
    decode,
    Description(
        "`<~` with text or something packed after it, up to `~>`; without signs, in the alphabets "
        "of Adobe and of Python (RFC 1924), a key ID where a group begins, and `_access_k` at any "
        "place",
        "the whole block, through line breaks",
        "the encoded characters",
    ),
)
