r"""Where values end in binary records, in which nothing separates them.

A record says how long a value is, or where its columns are, or a key ID shows where its neighbour
begins. Everything here is looked for around key IDs that AWS can have issued.
"""

from __future__ import annotations

import re

from scanner.decoders.glued_text import (
    KEY_ID,
    KEY_ID_SIZE,
    SECRET_SIZE,
    is_alphanumeric,
)
from scanner.decoders.sqlite_record import Effort, columns_around
from scanner.expressions import compile_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from scanner.decoders.interface import Budget

_NEAR: Final = 2 << 10
"""Bytes to either side of a key ID in which its secret is looked for."""
_BINARY: Final = compile_later(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""Control characters that no text has; an escape character begins a colour."""
_BINARY_NEAR: Final = 512
"""Bytes to either side in which one is enough: the header of a record is before all its text."""
_RUN: Final = compile_later(rb"[A-Za-z0-9+/]{41,}")
_LONGEST_REST: Final = 512
"""Characters of a run next to a secret: more of them are encoded data, and no part of a record."""

_ID_LENGTH: Final = compile_later(
    rb"(?:\x14"  # Pascal strings, marshal, Java, pickle (U, \x8c), protobuf, Thrift, RDB, DER
    rb"|\x14\0\0\0(?:\0\0\0\0)?"  # pickle (X, \x8d), BSON, bincode
    rb"|\xb4"  # MessagePack, fixstr; no text in UTF-8 has it before a letter
    rb"|\("  # Avro
    rb"|20:"  # bencode (BEP 3), netstrings
    rb")\Z"
)
_SECRET_LENGTH: Final = compile_later(
    rb"(?:[xX\xd9\xc4]?\(|\(\0\0\0(?:\0\0\0\0)?"  # the same
    rb"|(?:(?<![0-9])|(?<=A[KS]IA[A-Z2-7]{16}))40:)\Z"  # right after a key ID as well
)
_CBOR_20: Final = b"tT"
"""Text and bytes of 20 bytes in CBOR (RFC 8949, section 3.1); those of 40 are `x(` and `X(`."""
_CBOR_40: Final = compile_later(rb"[xX]\([A-Za-z0-9+/]{40}")
_WIDEST_LENGTH: Final = 9
_AVRO_20: Final = b"("
_AVRO_40: Final = b"P"
"""Lengths in zigzag: twice the number (Avro specification, "Binary encoding")."""
_AVRO_PAIR: Final = compile_later(
    rb"\((?:AKIA|ASIA)[A-Z2-7]{16}P[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/])"
    rb"|P[A-Za-z0-9+/]{40}\((?:AKIA|ASIA)[A-Z2-7]{16}"
)
"""Both values with their lengths, and nothing between: enough where no byte is a control."""
_PICKLED: Final = compile_later(
    rb"(?:\A|(?<=\n))[a-z(]{0,3}V([A-Za-z0-9+/]{40}|[A-Za-z0-9+/=]{100,9999})\r?\n"
)
"""UNICODE of protocol 0 (pickletools): a secret, or a session token."""
_MEMO: Final = compile_later(rb"(?:\A|\n)p[0-9]{1,5}\r?\n\Z")
"""PUT of protocol 0, which follows each text."""
_NEW_TEXT: Final = compile_later(
    rb"\bs/[^\n]{1,200}?/([A-Za-z0-9+/]{40})/[gIpe0-9]{0,4}(?![A-Za-z0-9+/])"
)
"""What a command of sed writes, where the old text is no part of its run."""


def ends_in_records(data: bytes, key_ids: Sequence[int], budget: Budget) -> set[int]:
    """Return where values begin and end in records around the offsets `key_ids`."""
    ends: set[int] = set()
    effort = Effort(budget)
    looked = 0  # up to here runs have been looked at, so that many key IDs cost no more than one
    for offset in key_ids:
        if not KEY_ID.match(data, offset):
            continue

        is_cbor = _is_cbor(data, offset)
        is_binary = is_cbor or _is_binary(data, offset, offset + KEY_ID_SIZE)
        said = _CBOR_20 if is_cbor else _says(_ID_LENGTH, data, offset, is_binary)
        said = said or _says_avro(data, offset)
        end = offset + KEY_ID_SIZE
        if said and (is_alphanumeric(data, offset - 1) or is_alphanumeric(data, end)):
            ends |= {offset, end}
        columns = columns_around(data, offset, effort) if is_binary else ()
        ends.update(columns)
        if not columns:
            for start, finish in _beside(data, offset, said):
                ends |= {offset, end, start, finish}

        low, high = max(0, looked, offset - _NEAR), offset + _NEAR
        for run in _RUN.finditer(data, low, min(len(data), high + SECRET_SIZE)):
            for start, finish in _cut(data, run, said, is_binary):
                ends |= {start, finish}
        looked = max(looked, high - 0)
        for pattern in (_PICKLED, _NEW_TEXT):
            for found in pattern.finditer(data, low, high):
                ends |= {*found.span(1)}

    return ends


def ends_of_lone(data: bytes, offsets: Sequence[int]) -> set[int]:
    """Return where secrets begin and end whose length is right before one of the `offsets`."""
    ends: set[int] = set()
    for offset in offsets:
        run = _RUN.match(data, offset)
        for span in _cut(data, run, b"", is_binary=False) if run else ():
            ends |= {*span}
        pickled = _PICKLED.match(data, offset)
        if pickled and _MEMO.search(data, max(0, offset - 8), offset):
            ends |= {*pickled.span(1)}
    return ends


def _says_avro(data: bytes, offset: int) -> bytes:
    # The key ID is first, or after the length and the secret and its own length.
    for start in (offset - 1, offset - SECRET_SIZE - 2):
        found = _AVRO_PAIR.match(data, start) if start >= 0 else None
        if found and found.start() <= offset < found.end():
            return _AVRO_20
    return b""


def _is_binary(data: bytes, start: int, end: int) -> bool:
    return bool(_BINARY.search(data, max(0, start - _BINARY_NEAR), end + _BINARY_NEAR))


def _is_cbor(data: bytes, offset: int) -> bool:
    # It has no control characters where no text is shorter than a word and none is long.
    if data[offset - 1 : offset] not in _CBOR_20:
        return False
    return bool(_CBOR_40.search(data, max(0, offset - _NEAR), offset + _NEAR))


def _says(length: re.Pattern[bytes], data: bytes, offset: int, is_binary: bool) -> bytes:
    """Return the length right before `offset`, or nothing.

    In text only a length in digits counts: every other one can be a character of a sentence.
    """
    found = length.search(data, max(0, offset - _WIDEST_LENGTH), offset)
    is_certain = found is not None and found[0].endswith((b":", b"\xb4", b"\xd9(", b"\xc4("))
    return found[0] if found and (is_binary or is_certain) else b""


def _cut(
    data: bytes, run: re.Match[bytes], said: bytes, is_binary: bool
) -> Iterator[tuple[int, int]]:
    """Yield the secret with which `run` begins, if something says so."""
    start, end = run.span()
    if KEY_ID.match(data, start):
        return  # what is before it is the length of the key ID
    is_binary = is_binary or _is_binary(data, start, start + SECRET_SIZE)
    if _says(_SECRET_LENGTH, data, start, is_binary):
        yield start, start + SECRET_SIZE
    elif said == _AVRO_20:
        if data[start : start + 1] == _AVRO_40:
            yield start + 1, start + 1 + SECRET_SIZE
        elif data[end - SECRET_SIZE - 1 : end - SECRET_SIZE] == _AVRO_40:
            yield end - SECRET_SIZE, end  # glued to the text before it, such as a key of a map


def _beside(data: bytes, offset: int, said: bytes) -> Iterator[tuple[int, int]]:
    """Yield the secret to which the key ID at `offset` is glued, on either side.

    40 characters that are random, next to a key ID: but only if what follows them is not random
    too, as in encoded data.
    """
    from scanner.aws import randomness

    end = offset + KEY_ID_SIZE
    if said == _AVRO_20 and data[end : end + 1] == _AVRO_40:
        yield end + 1, end + 1 + SECRET_SIZE
    if said:
        return
    if data[end : end + 1] == b"/" or data[offset - 1 : offset] == b"/":
        return  # a slash is in no such place by chance: `glued_text` knows what it separates
    after = _run_after(data, end)
    before = _run_before(data, offset)
    for run, start in (
        (after, end),
        (before[-SECRET_SIZE:], offset - SECRET_SIZE),
    ):
        if len(run) < SECRET_SIZE:
            continue
        value = data[start : start + SECRET_SIZE]
        rest = after[SECRET_SIZE:] if start == end else before[:-SECRET_SIZE]
        if len(rest) > _LONGEST_REST or not (value.upper() != value != value.lower()):
            continue
        if randomness.score(value) < randomness.MEDIUM_BITS or randomness.regularity(value):
            continue
        if len(rest) > 1 and randomness.score(rest) > randomness.MEDIUM_BITS:
            continue
        yield start, start + SECRET_SIZE


def _run_after(data: bytes, offset: int) -> bytes:
    found = re.compile(rb"[A-Za-z0-9+/]{0,600}").match(data, offset)
    return found[0] if found else b""


def _run_before(data: bytes, offset: int) -> bytes:
    text = data[max(0, offset - 600) : offset]
    return text[
        len(text.rstrip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")) :
    ]
