"""Base64, base32 and hexadecimal (RFC 4648): how a value is recognised in each, and decoded."""

from __future__ import annotations

from scanner.decoders.base32 import GROUP as GROUP_OF_32
from scanner.decoders.base64_text import GROUP
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final


class Encoding(NamedTuple):
    """How bytes are written in characters of another alphabet."""

    name: str
    """Of the decoder."""
    value: bytes
    """The pattern of a value with its padding; the group `text` is what is decoded."""
    decode: Callable[[bytes], bytes]
    """From characters without padding to bytes; ValueError where they encode none."""
    bits: int
    """That a character holds."""
    run: bytes = b""
    """The pattern of a run of the alphabet."""
    group: int = 4
    """Characters that make whole bytes."""


# `a2b_base64` knows the standard alphabet only: RFC 4648, sections 4 and 5.
TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")

_URL_SAFE: Final = GROUP.replace(b"+/", b"+/_-")


def _from_base64(text: bytes) -> bytes:
    from binascii import a2b_base64

    return a2b_base64(text.translate(TO_STANDARD) + b"=" * (-len(text) % 4))


def _from_base32(text: bytes) -> bytes:
    from base64 import b32decode

    # A byte more makes two characters more, or one: others are no part of what was encoded.
    while len(text) % 8 in (1, 3, 6):
        text = text[:-1]
    return b32decode(text + b"=" * (-len(text) % 8))


def _from_hex(text: bytes) -> bytes:
    return bytes.fromhex(text[: len(text) // 2 * 2].decode())


BASE64: Final = Encoding(
    "base64",
    # Text, wherever it is: hardly any word of sixteen letters is text in base64.
    rb"(?<![A-Za-z0-9+/_-])(?P<text>(?:%b){4,8192}(?:[A-Za-z0-9+/_-]{2,3})?"
    rb"(?=={0,2}(?![A-Za-z0-9+/=_-]))"
    # Or the value at the end of a line, as YAML, JSON and dotenv files have them.
    rb"|(?:(?<=[:=])|(?<=[:=][ \t\"'])|(?<=[:=][ \t][\"'])|(?<=^- )|(?<=[ \t]- ))"
    rb"(?:[A-Za-z0-9+/]{4}){2,8192}(?:[A-Za-z0-9+/]{2}(?===)|[A-Za-z0-9+/]{3}(?==))?"
    rb"(?=={0,2}[\"']?,?[ \t]*\r?$))={0,2}" % _URL_SAFE,
    _from_base64,
    6,
    rb"[A-Za-z0-9+/]+",
    4,
)
BASE32: Final = Encoding(
    "base32",
    rb"(?<![A-Za-z0-9+/_-])(?P<text>(?:%b){3,8192}(?:[A-Z2-7]{2,7})?)={0,6}"
    rb"(?![A-Za-z0-9+/=_-])" % GROUP_OF_32,
    _from_base32,
    5,
    rb"[A-Z2-7]+",
    8,
)
HEX: Final = Encoding(
    "hex",
    # A number of eight digits is text in one of a hundred cases, a hash of 32 in none.
    rb"(?<![A-Za-z0-9+/_-])(?:0[xX]|\\?[xX])?(?P<text>(?:[2-7][0-9A-Fa-f]|0[9ADad])"
    rb"(?:[2-7][0-9A-Fa-f]|0[9ADad]){9,32767})(?![A-Za-z0-9+/=_-])",
    _from_hex,
    4,
    rb"[0-9A-Fa-f]+",
    2,
)
