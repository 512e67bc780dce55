r"""Joints between the pieces of a value in strings, and what is left of a text without them.

Pieces are joined by an operator (`+`, `.`, `..`, `&`, `<>`, `||`, `++`, `~`), by standing next to
one another, by `\` or `^` at the end of a line, by `+=`, `append` or `concat`, as values of one
template, or as the elements of a list that is joined or formatted. Where the program is in a diff,
a mail, a comment or a log, each of its lines has a sign, a number or a time before it.
"""

from __future__ import annotations

from functools import cache

from scanner.content import Layer, Segments
from scanner.decoders.ahead import Ahead
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scanner.decoders.interface import Budget

LABEL = 160
"""Bytes of the line before the first piece that are kept with it: the name of the value."""
_NUMBER = rb"(?<=[ \t\r\n])[0-9][0-9T:.,Z|)-]{0,40}+"
"""What is before each line in the output of `cat -n` and `grep -n`, and in the log of a job."""
# Possessive, or a row of such characters is divided between them in each possible way.
_OPERATORS = rb"[,+.&<>|\\~^*]{1,2}+|\xe2\x94\x82|(?:#|//)[^\n\"'`]{0,80}+|" + _NUMBER
"""With the signs before the lines of a diff, a mail, a comment and a table, and with a comment that
is between two pieces."""
_AFTER_QUOTE = (
    rb"(?:[ \t\r\n]{0,99}+(?:(?:%b)[ \t]{0,9}_?[ \t\r\n]{0,99}+){0,3}[rbfuRBFUL]{0,2}"
    rb"|\)[ \t\r\n]{0,99}+\.(?:append|concat|Append)\(|\.concat\(|\}\$?\{"
    rb"|;?[ \t]{0,9}\r?\n[ \t]{0,99}+[\w.$>-]{1,64}[ \t]{0,9}[+.&]=[ \t]{0,9})[\"'`]"
) % _OPERATORS
_WITHOUT_COMMA = _AFTER_QUOTE.replace(_OPERATORS, _OPERATORS.replace(b"[,", b"["))
_AFTER_BACKSLASH = (
    rb"\r?\n[ \t]{0,40}(?:(?:[>#*|][>#*| ]{0,6}|//|%b)[ \t]{0,59}(?<=[ \t])|[ \t]{0,59})\\?"
    % _NUMBER
)
# All begin with a set of characters, which a search finds sooner than one of two alternatives.
_FIRST = rb"[\"'`\\^]"
JOINT_FIRST = (b'"', b"'", b"`", b"\\", b"^")
_REST = rb"(?:(?<![\\^])%b|(?<=[\\^])" + _AFTER_BACKSLASH + rb")"
JOINT = _FIRST + _REST % _AFTER_QUOTE
_OPERATOR = _FIRST + rb"(?=[ \t\r\n+.&<|\\~^*>}rbfuRBFUL);\"'`])" + _REST % _WITHOUT_COMMA
_BEGINS = rb"[\"'`](?=[ \t\r\n+.&<|,\\~^*>}rbfuRBFUL);\"'`])|[\\^](?=\r?\n)"
"""A character that a joint can begin with, by the one after it: few quotation marks are."""
LONGEST_JOINT = 320
CONTEXT = (b"otpauth", b":mfa/", b"execute-api")
"""What is near the values that only their length and their names make credentials: seeds of MFA
devices and keys of API Gateway, which no piece of them gives away."""
_FROM_CONTEXT = 600
"""Bytes from these words to a value: as far as its kind looks for them (`scanner.kinds`)."""
_TO_FIRST_JOINT = 320
"""Bytes from a name to the first joint of its value: the rest of the name, and the first piece."""
_LIST = 2 << 10
"""Bytes of a list over several lines in which it has to be joined."""
_JOINING = (b"join", b"implode", b"concat", b"paste0(", b"%s%s", b"{}{}", b"{0}{1}")
"""Words for joining a list, and formats that put one text right after the other."""
_LONGEST_WORD = max(map(len, _JOINING))
_ELEMENT = rb"[ \t]*[rbfuRBFUL]{0,2}[\"'`][^\"'`]*[\"'`],?[ \t\r]*"
_BARE = rb"[\"'`][ \t\r\n]*[rbfuRBFUL]{0,2}[\"'`]"
"""A joint without an operator: the arguments of a command are written like that as well."""
_GOES_ON = rb"(?!https?:|-)[^\s\"'`]+[\"'`]"
"""The next piece of a value, which is no address, no option and no sentence."""
LONGEST = 64 << 10
"""Bytes in which the pieces of one value are, at most."""


class PieceSequence(NamedTuple):
    """Pieces of one value, from `begin` to `end`, with joints between them."""

    begin: int
    end: int
    joints: list[tuple[int, int]]

    def size(self) -> int:
        """Return how many bytes the pieces have."""
        return self.end - self.begin - sum(end - start for start, end in self.joints)


def lines_without_joints(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the lines around `offsets` in which there are joints, without them."""
    import re

    from scanner.decoders.escapes import NAMES, REACH, lines_around

    data = layer.data
    find_joint = _finder_of_joints(data)
    if find_joint(0, len(data)) < 0:
        return  # as in most files of variables
    begins = Ahead(find_joint, 1)
    joining = Ahead(_finder_of_words(data), _LONGEST_WORD)
    done = searched = looked = 0
    for offset in offsets:
        if offset < done:
            continue
        is_name = data.startswith(NAMES, offset)
        if is_name:
            if not between_pieces(with_commas=True).search(data, offset, offset + _TO_FIRST_JOINT):
                continue  # as nearly everywhere in code that handles keys
        elif not begins.between(max(searched, offset - REACH), offset + REACH + LONGEST_JOINT):
            continue  # no joint begins anywhere near, which is cheaper to know than its lines
        if data.startswith(CONTEXT, offset):
            low, looked = (
                max(looked - LONGEST_JOINT, offset - _FROM_CONTEXT),
                offset + _FROM_CONTEXT,
            )
            if not between_pieces(with_commas=True).search(data, low, looked):
                continue  # as in most pages about a service

        begin, end = lines_around(data, offset)
        begin, limit = max(begin, done), offset + LONGEST
        at = max(begin, searched)  # in one long line the places are near one another
        if is_name:
            at = max(at, offset)  # the value of a name comes after it
        stop = min(end, offset + _TO_FIRST_JOINT) if is_name else end
        # Commas are everywhere, and lists that are joined are rare.
        is_list = joining.between(begin, _end_of_list(data, begin, end))
        pattern = joint() if is_list else re.compile(_OPERATOR)
        joints: list[tuple[int, int]] = []
        while found := pattern.search(data, at, min(stop + LONGEST_JOINT, len(data))):
            at = found.end()
            if found.start() > stop or at > limit:
                break
            if end < at:
                feed = data.find(b"\n", at, limit)
                end = feed if feed >= 0 else min(limit, len(data))
            stop = end
            is_bare = b"\n" not in found[0] and re.compile(_BARE).fullmatch(found[0])
            if (is_bare and not re.compile(_GOES_ON).match(data, at)) or data.endswith(
                b"%s", 0, found.start()
            ):
                continue
            joints.append((found.start(), _after_sign(data, found.start(), at)))

        if not is_name:
            searched = max(searched, end)
        # A comma of a key ID in two pieces is left to what knows its length.
        joints = [
            (start, stop)
            for start, stop in joints
            if b"," not in data[start:stop] or data[start - 4 : start] not in (b"AKIA", b"ASIA")
        ]
        if joints:
            done = end
            yield from without_joints(
                layer, begin, end, [PieceSequence(begin, end, joints)], budget
            )


def _after_sign(data: bytes, start: int, end: int) -> int:
    """Return where the joint from `start` to `end` ends: in a diff after the sign of a new line."""
    if not data.startswith(b"+", end) or data[end - 1 : end] not in (b"\n", b"\r"):
        return end
    line = data.rfind(b"\n", max(0, start - LABEL), start) + 1
    if not data.startswith(b"+", line):
        return end
    return end + 1


def _end_of_list(data: bytes, begin: int, end: int) -> int:
    """Return where the lines from `begin` to `end` may be joined: further where a list goes on."""
    last = data.rfind(b"\n", begin, end) + 1
    goes_on = last and _element().fullmatch(data, last, end)
    return end + _LIST if goes_on else end


@cache
def _element() -> re.Pattern[bytes]:
    import re

    return re.compile(_ELEMENT)


def joins(text: bytes) -> bool:
    """Return whether `text` has a word for joining a list."""
    folded = text.lower()
    return any(word in folded for word in _JOINING)


def _finder_of_words(data: bytes) -> Callable[[int, int], int]:
    """Return a function that returns where a word for joining a list is in a stretch of `data`."""

    def find(begin: int, end: int) -> int:
        folded = data[begin:end].lower()
        found = [at for at in map(folded.find, _JOINING) if at >= 0]
        return begin + min(found) if found else -1

    return find


def _finder_of_joints(data: bytes) -> Callable[[int, int], int]:
    """Return a function that returns where a joint can begin in a stretch of `data`."""

    def find(begin: int, end: int) -> int:
        # Five searches for a byte are much faster than one for a set of five.
        found = [at for first in JOINT_FIRST if (at := data.find(first, begin, end)) >= 0]
        return min(found) if found else -1

    return find


@cache
def between_pieces(*, with_commas: bool) -> re.Pattern[bytes]:
    """Return the pattern of a joint between two characters of values."""
    import re

    rest = _REST % (_AFTER_QUOTE if with_commas else _WITHOUT_COMMA)
    return re.compile(_FIRST + rb"(?<=[A-Za-z0-9+/=][\s\S])" + rest + rb"[A-Za-z0-9+/]")


@cache
def joint_begins() -> re.Pattern[bytes]:
    """Return the pattern of characters with which a joint can begin."""
    import re

    return re.compile(_BEGINS)


@cache
def joint() -> re.Pattern[bytes]:
    """Return the pattern of a joint, with which few layers are looked at."""
    import re

    return re.compile(JOINT)


def without_joints(
    layer: Layer, begin: int, end: int, sequences: Iterable[PieceSequence], budget: Budget
) -> Iterator[Layer]:
    """Yield the bytes from `begin` to `end` without the joints of `sequences`."""
    data = layer.data
    decoded, source, pieces = [0], [begin], []
    at, size = begin, 0
    for start, stop in (joint for sequence in sequences for joint in sequence.joints):
        if not begin <= at <= start < stop <= end:
            continue
        pieces.append(data[at:start])
        size += start - at
        decoded += [size, size]
        source += [start, stop]
        at = stop
    pieces.append(data[at:end])
    decoded.append(size + end - at)
    source.append(end)

    if not budget.take(decoded[-1]):
        from scanner.decoders.layers import LIMIT, path_of

        budget.leave(LIMIT, f"more pieces of strings than are joined: {path_of(layer, '')}")
        return
    offsets = Segments(decoded, source)
    yield Layer(b"".join(pieces), below=layer, decoder="string-pieces", offsets=offsets)
