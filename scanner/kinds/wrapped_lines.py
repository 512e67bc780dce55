"""Lines of base64 that is wrapped at the length of a secret, below one another or joined to one.

A line of such text looks like a secret. What shows it is that its neighbours are as long. Each test
reads a bounded number of bytes.
"""

from __future__ import annotations

from scanner.content import line_end, line_start
from scanner.expressions import compile_later
from scanner.kinds.encoded_places import ESCAPE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

# Indentation, a mark of a comment or of a list, a quote; a quote, a comma, an operator.
_BARE: Final = compile_later(
    rb"[ \t#*>|;\"'-]{0,40}(?:(?<![A-Za-z0-9+/])(?://|\+)[ \t\"'])?[ \t\"']{0,40}"
    rb"([A-Za-z0-9+/]{2,}={0,2})(?:\\n)?[ \t\"',;)}\]]{0,12}[+\\.]?[ \t]{0,4}\Z"
)
_LONGEST_LINE: Final = 128
_WITH_NAME: Final = compile_later(
    rb"""[\s"'=:(`>]([A-Za-z0-9+/]{2,}={0,2})(?:\\n)?[ \t"',;)}\]]{0,12}[+\\.]?[ \t]{0,4}\Z"""
)
"""A line that ends with a value, whatever is before it."""

# What joins lines to one: spaces, or an escape or markup for a line end.
_JOINT: Final = compile_later(
    rb"[ \t]{1,4}|(?:\\{1,4}r)?\\{1,4}n|(?:&#(?:13|x0?[dD]);)?&#(?:10|x0?[aA]);"
    rb"|(?:%0[dD])?%0[aA]|<br ?/?>"
)
_JOINT_BEFORE: Final = compile_later(rb"(?:%s)\Z" % _JOINT.pattern)
_LONGEST_JOINT: Final = 24
_LINE: Final = 40
"""Characters of a secret."""
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def in_wrapped_lines(data: bytes, start: int, end: int) -> bool:
    """Return whether the line of the value is one of base64 that is wrapped at its length.

    That needs three bare lines: the value's, and the two before or after it, of which the last may
    be shorter; or one on each side. The first of them may have a name before it. So may pieces of
    the same length be joined on one line, by an escaped line end or by spaces.
    """
    if _are_wrapped(_joined_above(data, start), _joined_below(data, end), end - start):
        return True
    begin, finish = line_start(data, start, max(0, start - 64)), line_end(data, end, end + 64)
    if not _bare(data[start:finish]):
        return False
    above = _lines_above(data, begin) if _bare(data[begin:finish]) else []
    return _are_wrapped(above, _lines_below(data, finish), end - start)


def _are_wrapped(above: list[int], below: list[int], length: int) -> bool:
    if above and below and above[0] == length and 0 < below[0] <= length:
        return True
    return above == [length, length] or (
        len(below) == 2 and below[0] == length and 0 < below[1] <= length
    )


def _joined_above(data: bytes, start: int) -> list[int]:
    lengths: list[int] = []
    for _ in range(2):
        window = data[max(0, start - _LONGEST_JOINT) : start]
        joint = _JOINT_BEFORE.search(window)
        if joint is None:
            break
        end = start - len(window) + joint.start()
        line = data[max(0, end - _LONGEST_LINE) : end]
        start = end - len(line) + len(line.rstrip(_BASE64))
        # The first letters may be those of the joint before it.
        escape = ESCAPE.match(data, start)
        start = escape.end() if escape else start
        lengths.append(end - start)
    return lengths


def _joined_below(data: bytes, end: int) -> list[int]:
    lengths: list[int] = []
    for _ in range(2):
        joint = _JOINT.match(data, end)
        if joint is None:
            break
        line = data[joint.end() : joint.end() + _LONGEST_LINE]
        run = len(line) - len(line.lstrip(_BASE64))
        # After spaces a shorter one is the next word.
        lengths.append(run if run == _LINE or not joint[0].isspace() else 0)
        end = joint.end() + run
    return lengths


def _bare(line: bytes) -> int:
    """Return the length of the base64 that alone makes up `line`, with quotes or a comment mark."""
    found = _BARE.match(line)
    return len(found[1].rstrip(b"=")) if found else 0


def _lines_above(data: bytes, begin: int) -> list[int]:
    lengths = []
    for _ in range(2):
        if begin == 0 or data[begin - 1 : begin] not in (b"\n", b"\r"):
            break
        end = begin - (2 if data[begin - 2 : begin] == b"\r\n" else 1)
        begin = line_start(data, end, max(0, end - 2 * _LONGEST_LINE))
        line = data[begin:end]
        named = _WITH_NAME.search(line)
        lengths.append(len(named[1].rstrip(b"=")) if named else _bare(line))
    return lengths


def _lines_below(data: bytes, finish: int) -> list[int]:
    lengths = []
    for _ in range(2):
        if data[finish : finish + 1] not in (b"\n", b"\r"):
            break
        begin = finish + (2 if data[finish : finish + 2] == b"\r\n" else 1)
        finish = line_end(data, begin, begin + 2 * _LONGEST_LINE)
        lengths.append(_bare(data[begin:finish]))
    return lengths
