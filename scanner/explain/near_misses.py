"""What on a line looks a little like an access key, and by what it is known to be none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.aws import randomness
from scanner.content import line_end
from scanner.records import NamedTuple
from scanner.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_LINE: Final = 64 << 10
"""Bytes of a line that are looked at: nobody asks about a place further on by its line alone."""

_KEY_ID: Final = re.compile(
    rb"(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Za-z0-9]{4,60}", re.IGNORECASE
)
_RUN: Final = re.compile(rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,64}(?![A-Za-z0-9+/_-])")
_REFERENCE: Final = re.compile(
    rb"\$\{?[A-Za-z_(]|\{\{|%[A-Za-z_]+%|<[a-z][a-z_ -]*>|os\.environ|getenv"
)
_NAME: Final = re.compile(rb"(?i)(?:aws|secret|access).{0,20}key|session.{0,4}token")
_HEX: Final = re.compile(rb"[0-9a-fA-F]+")
_SHORTEST: Final = 24
_SHORTEST_HEX: Final = 32  # MD5
_BITS: Final = randomness.LOW_BITS / 40
"""Bits a character from which on a text is random rather than a word (docs/randomness.md)."""


class NearMiss(NamedTuple):
    """A text that is nearly of the form of a credential."""

    column: int
    shown: str
    """Redacted: it may be a credential with a character too many."""
    why: str


def near_misses(data: bytes, line: int, first_line: int = 1) -> Iterator[NearMiss]:
    """Yield what is nearly a key on the `line` of `data`, whose first line is `first_line`."""
    text = _line(data, line - first_line)
    taken: list[tuple[int, int]] = []
    for found in _KEY_ID.finditer(text):
        why = _no_key_id(found[0])
        if why:
            taken.append(found.span())
            yield _miss(text, found, why)
    for found in _RUN.finditer(text):
        if any(start < found.end() and found.start() < end for start, end in taken):
            continue
        why = _no_secret(found[0])
        if why:
            yield _miss(text, found, why)
    reference = _REFERENCE.search(text)
    if reference and _NAME.search(text):
        said = "a variable or a template, not a value: the value is somewhere else"
        yield NearMiss(_column(text, reference.start()), "", said)


def _line(data: bytes, number: int) -> bytes:
    begin = 0
    for _ in range(number):
        end = line_end(data, begin)
        if end >= len(data):
            return b""
        begin = end + (2 if data[end : end + 2] == b"\r\n" else 1)
    return data[begin : line_end(data, begin, begin + _LONGEST_LINE)]


def _miss(text: bytes, found: re.Match[bytes], why: str) -> NearMiss:
    return NearMiss(_column(text, found.start()), Secret(found[0]).redacted(), why)


def _column(text: bytes, offset: int) -> int:
    return len(text[:offset].decode("utf-8", "surrogateescape")) + 1


def _no_key_id(value: bytes) -> str:
    size = len(value)
    if size != 20:
        return f"begins like an access key ID but has {size} characters instead of 20"
    if value != value.upper():
        return "begins like an access key ID but has lowercase letters"
    return ""


def _no_secret(value: bytes) -> str:
    size = len(value)
    bare = value.translate(None, b"-_")
    if _HEX.fullmatch(value):
        if size < _SHORTEST_HEX:
            return ""
        return f"{size} hexadecimal digits: a hash or an identifier; a secret is base64"
    if len(bare) < _SHORTEST or randomness.score(bare) < _BITS * len(bare):
        return ""  # a word, an identifier or a path
    if value in (value.upper(), value.lower()):
        return "letters of one case only; a secret access key has both cases"
    if size != 40:
        return f"{size} characters instead of the 40 of a secret access key"
    if b"-" in value or b"_" in value:
        return "has - or _; a secret access key has neither"
    return ""
