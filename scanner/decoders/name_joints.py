"""Joints of names in a program: an operator, a template, a format, a list that is joined."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

_NAME: Final = rb"[$@]?[A-Za-z_]\w{0,63}+(?:(?:\.|->|::[$@]?)[A-Za-z_]\w{0,63}+){0,3}"
_TEXT: Final = rb"\"[A-Za-z0-9+/]{1,39}\"|'[A-Za-z0-9+/]{1,39}'"
_PART: Final = rb"(?:%b|%b)" % (_NAME, _TEXT)
_OPERATORS: Final = (b"+", b"++", b"..", b".", b"&", b"||", b"<>", b"~")
"""Of Python, Java and JavaScript, Haskell, Lua, Perl and PHP, Visual Basic, SQL, Elixir, D."""
_TEMPLATES: Final = (b"}{", b"}${", b"}#{", b")\\(", b"", b"}$")
"""Between two names in a template: Python, JavaScript and shells, Ruby, Swift; `$p1$p2`."""
_OPENINGS: Final = (b"${", b"#{", b"{", b"\\(")
_QUOTES: Final = (b'"', b"'", b"`")
_BEFORE_TEMPLATE, _AFTER_TEMPLATE = (*_QUOTES, b"="), (*_QUOTES, b"\n", b"\r", b";", b"")
_NOTHING, _OPERATOR, _TEMPLATE, _LIST = range(4)
_LONGEST_JOINT: Final = 20
"""Bytes between two parts, with blanks around an operator."""
_AROUND: Final = 40
"""Bytes around a list in which the word is that joins it."""
_FORMATS: Final = (b"%s%s", b"{}{}", b"{0}{1}", b"join", b"oncat", b"implode")
"""What makes a list of names a joint: see `scanner.decoders.string_joints`."""


def joints(data: bytes, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Yield where parts are joined from `low` to `high`, with the signs of a template."""
    begin = last = end = -1
    sort = _NOTHING
    for part in part_pattern().finditer(data, low, high):
        found = _sort_of(data[end : part.start()], part[0]) if end >= 0 else _NOTHING
        if found != sort or not found:
            if sort:
                yield from _whole(data, begin, end, sort)
            # The last part of one joint may be the first of another: `[a, p1 + p2]`.
            begin, sort = (last if found else part.start()), found
        last, end = part.span()
    if sort:
        yield from _whole(data, begin, end, sort)


def _sort_of(between: bytes, after: bytes) -> int:
    """Return how two parts are joined that have `between` between them; `after` is the second."""
    if len(between) > _LONGEST_JOINT:
        return _NOTHING
    if between in _TEMPLATES:
        return _TEMPLATE if between or after.startswith(b"$") else _NOTHING
    sign = between.strip()
    if sign in _OPERATORS:
        # A dot without blanks is a part of a name, but in PHP, and before a literal.
        is_part = between == b"." and not after.startswith((b"$", *_QUOTES))
        return _NOTHING if is_part else _OPERATOR
    return _LIST if sign == b"," else _NOTHING


def _whole(data: bytes, begin: int, end: int, sort: int) -> Iterator[tuple[int, int]]:
    """Yield the joint whose parts are from `begin` to `end`, if it is one."""
    if sort == _LIST:
        around = data[max(0, begin - _AROUND) : end + _AROUND]
        if any(word in around for word in _FORMATS):
            yield begin, end
    elif sort == _TEMPLATE:
        opening = next((o for o in _OPENINGS if data.endswith(o, 0, begin)), b"")
        begin, end = begin - len(opening), end + bool(opening)
        is_whole = data[begin - 1 : begin] in _BEFORE_TEMPLATE
        if is_whole and data[end : end + 1] in _AFTER_TEMPLATE:
            yield begin, end
    else:
        yield begin, end


@cache
def part_pattern() -> re.Pattern[bytes]:
    """Return the pattern of a name, or of a literal that can be a part of a value."""
    import re

    return re.compile(_PART)
