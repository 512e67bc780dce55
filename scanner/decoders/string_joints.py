r"""Joints between the pieces of a value in strings, and what is left of a text without them.

Pieces are joined by an operator (`+`, `.`, `..`, `&`, `<>`, `||`), by standing next to one another,
by `\` at the end of a line, by `+=`, `append` or `concat`, or as the elements of a list that is
joined.
"""

from __future__ import annotations

from functools import cache

from scanner.content import Layer, Segments
from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.decoders.interface import Budget

LABEL = 160
"""Bytes of the line before the first piece that are kept with it: the name of the value."""
_AFTER_QUOTE = (
    rb"(?:[ \t\r\n]{0,99}+"
    rb"(?:(?:\+|\.{1,2}|&|<>|\|\||,|\\)[ \t]{0,9}_?[ \t\r\n]{0,99}+)?[rbfuRBFUL]{0,2}"
    rb"|\)[ \t\r\n]{0,99}+\.(?:append|concat|Append)\("
    rb"|;?[ \t]{0,9}\r?\n[ \t]{0,99}+[\w.$>-]{1,64}[ \t]{0,9}[+.&]=[ \t]{0,9})[\"'`]"
)
_AFTER_BACKSLASH = rb"\r?\n[ \t]{0,99}"
_WITHOUT_COMMA = _AFTER_QUOTE.replace(rb"|,|", rb"|")
# All begin with a set of characters, which a search finds sooner than one of two alternatives.
_FIRST = rb"[\"'`\\]"
_REST = rb"(?:(?<!\\)%b|(?<=\\)" + _AFTER_BACKSLASH + rb")"
JOINT = _FIRST + _REST % _AFTER_QUOTE
_OPERATOR = _FIRST + rb"(?=[ \t\r\n+.&<|\\rbfuRBFUL);\"'`])" + _REST % _WITHOUT_COMMA
_BEGINS = rb"[\"'`](?=[ \t\r\n+.&<|,\\rbfuRBFUL);\"'`])|\\(?=\r?\n)"
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

    from scanner.decoders.escapes import NAMES, lines_around

    data = layer.data
    between = between_pieces(with_commas=True)
    done = searched = looked = 0
    for offset in offsets:
        if offset < done:
            continue
        is_name = data.startswith(NAMES, offset)
        if is_name and not between.search(data, offset, offset + _TO_FIRST_JOINT):
            continue  # as nearly everywhere in code that handles keys
        if data.startswith(CONTEXT, offset):
            low, looked = (
                max(looked - LONGEST_JOINT, offset - _FROM_CONTEXT),
                offset + _FROM_CONTEXT,
            )
            if not between.search(data, low, looked):
                continue  # as in most pages about a service

        begin, end = lines_around(data, offset)
        begin, limit = max(begin, done), offset + LONGEST
        at = max(begin, searched)  # in one long line the places are near one another
        # Not sooner, since most layers have a name and no joint near it.
        joint, operator, bare, goes_on = map(re.compile, (JOINT, _OPERATOR, _BARE, _GOES_ON))
        if is_name:
            at = max(at, offset)  # the value of a name comes after it
        stop = min(end, offset + _TO_FIRST_JOINT) if is_name else end
        # Commas are everywhere, and lists that are joined are rare.
        pattern = joint if joins(data[begin : _end_of_list(data, begin, end)]) else operator
        joints: list[tuple[int, int]] = []
        while found := pattern.search(data, at, min(stop + LONGEST_JOINT, len(data))):
            at = found.end()
            if found.start() > stop or at > limit:
                break
            if end < at:
                feed = data.find(b"\n", at, limit)
                end = feed if feed >= 0 else min(limit, len(data))
            stop = end
            is_bare = b"\n" not in found[0] and bare.fullmatch(found[0])
            if is_bare and not goes_on.match(data, at):
                continue
            joints.append(found.span())

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
    return b"join" in folded or b"implode" in folded or b"concat" in folded


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
def joint_before() -> re.Pattern[bytes]:
    """Return the pattern of a joint that ends where the search does: few layers need it."""
    import re

    return re.compile(rb"(?:" + JOINT + rb")\Z")


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
