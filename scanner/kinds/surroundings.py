"""The text around a candidate: the run it belongs to, its label, its neighbouring lines."""

from __future__ import annotations

import re

from scanner.content import line_above, line_end, line_start
from scanner.expressions import compile_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_REACH: Final = 512
"""How far, in bytes, a run is followed to either side: enough to tell encoded data from a word."""
_LABEL_REACH: Final = 160
"""Bytes before a value that may name it: two long names and their punctuation."""
_LINE_REACH: Final = 400
"""Bytes of a neighbouring line that are looked at: more than any line of wrapped base64."""
_LINE_ENDS: Final = (b"\n", b"\r")

_ALPHANUMERIC: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_BASE64: Final = _ALPHANUMERIC + b"+/"
_URL_SAFE: Final = _ALPHANUMERIC + b"-_"
_LONG_RUN: Final = compile_later(rb"[A-Za-z0-9+/]{40,}")
_WORD: Final = compile_later(rb"[A-Za-z0-9]")
_VALUE_FIRST: Final = compile_later(rb"(?i)[{(]\s*[\"']?value[\"']?\s*(?::|=>?)\s*[\"']\Z")
_NAME_AFTER: Final = compile_later(
    rb"(?i)[^\"'\s]{1,4096}[\"']\s{0,40},\s{0,40}[\"']?(?:name|key|parameter|variable|id)[\"']?"
    rb"\s{0,8}(?::|=>?)\s{0,8}[\"'](?P<name>[^\"'\r\n]{1,160})[\"']"
)
_NAME_AFTER_REACH: Final = 4400
"""Bytes from a value to the end of the name after it: both, with what is between them."""
_LETTER: Final = compile_later(rb"[A-Za-z]")
_KEY_ID: Final = compile_later(rb"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}")
_OTHER_VALUE: Final = compile_later(rb".*[A-Za-z0-9+/]{32}", re.DOTALL)


def encoded_run(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the run of base64 characters around a span, up to 512 bytes to either side."""
    before, after = _glued(data, start, end, _BASE64)
    return start - len(before), end + len(after)


def url_safe_tails(data: bytes, start: int, end: int) -> tuple[bytes, bytes]:
    """Return the URL-safe base64 characters directly before and after a span."""
    return _glued(data, start, end, _URL_SAFE)


def dotted_tail(data: bytes, end: int) -> bytes:
    """Return the URL-safe base64 characters and full stops directly before `end`, as in a JWT."""
    before = data[max(0, end - 2 * _REACH) : end]
    return before[len(before.rstrip(_URL_SAFE + b".")) :]


def _glued(data: bytes, start: int, end: int, alphabet: bytes) -> tuple[bytes, bytes]:
    before = data[max(0, start - _REACH) : start]
    after = data[end : end + _REACH]
    # Stripping is linear; a pattern that ends in \Z tries every start of every run.
    return (
        before[len(before.rstrip(alphabet)) :],
        after[: len(after) - len(after.lstrip(alphabet))],
    )


def label(data: bytes, start: int) -> bytes:
    """Return the text that may name the value at `start`: up to 160 bytes before it.

    That is the start of its line; where only punctuation and markup precede the value, as in XML
    with name and value on lines of their own, the line before is added. Text up to another value of
    32 or more characters names that one. In an object that begins with its value, as in
    `{"value": "...", "name": "..."}`, it is the name after it. A key ID is replaced by zeros, since
    its letters may spell any name (`...MD5...`).
    """
    floor = max(0, start - _LABEL_REACH)
    begin = line_start(data, start, floor)
    text = data[begin:start]
    if _VALUE_FIRST.search(text):
        return _name_after(data, start)
    if begin > floor and not _LETTER.search(_without_markup(text)):
        text = data[line_start(data, begin - 1, floor) : start]

    other = _OTHER_VALUE.match(text)
    return _KEY_ID.sub(b"0" * 20, text[other.end() :] if other else text)


def is_bare(data: bytes, start: int) -> bool:
    """Return whether only punctuation precedes `start` on its line."""
    begin = line_start(data, start, max(0, start - _LABEL_REACH))
    return not _WORD.search(data, begin, start)


def neighbour_lines(data: bytes, start: int, end: int) -> tuple[bytes, bytes]:
    """Return the line before and the line after the line of a span, at most 400 bytes of each.

    Where the span's own line is longer than that on one side, that neighbour is empty: the rest of
    a long line is not a line of its own.
    """
    begin = line_start(data, start, max(0, start - _LINE_REACH))
    above = line_above(data, begin, _LINE_REACH)

    below = b""
    finish = line_end(data, end, end + _LINE_REACH)
    if data[finish : finish + 1] in _LINE_ENDS:
        below_start = finish + (2 if data[finish : finish + 2] == b"\r\n" else 1)
        below = data[below_start : line_end(data, below_start, below_start + _LINE_REACH)]
    return above, below


def long_run(line: bytes) -> bytes:
    """Return the longest run of 40 or more base64 characters that makes up most of `line`."""
    runs = _LONG_RUN.findall(line)
    if not runs:
        return b""
    longest: bytes = max(runs, key=len)
    # Quotes, indentation, `+` and `\n` of a string literal may surround it, but no sentence.
    return longest if len(longest) * 10 >= len(line.strip()) * 7 else b""


def _without_markup(text: bytes) -> bytes:
    # `<value>`, `value:` and the elements of property lists and tables do not name the value.
    return re.sub(
        rb"(?i)</?(?:value|string|data|text|td|dd|code)\b[^<>]{0,40}>|\bvalue\b|\bdefault\b",
        b"",
        text,
    )


def _name_after(data: bytes, start: int) -> bytes:
    """Return the name of the value at `start` where an object has its value first, and the name."""
    found = _NAME_AFTER.match(data, start, start + _NAME_AFTER_REACH)
    return found["name"] if found else b""
