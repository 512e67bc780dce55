r"""Values in pieces: string literals that a program joins, and session tokens over several lines.

A line that is too long is cut, and some people cut a key so that scanners do not see it. Pieces are
joined by an operator (`+`, `.`, `..`, `&`, `<>`, `||`), by standing next to one another, by `\` at
the end of a line, by `+=`, `append` or `concat`, or as the elements of a list that is joined. Only
the joints of what becomes a credential are taken out: pieces that make a key ID of 20 characters,
a secret of 40 near a key ID, a session token, or base64 of one of these.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from scanner.decoders.base64_text import ENCODED
from scanner.decoders.interface import Budget, Decoder, Description
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.content import Layer

_KEY_IDS = (b"AKIA", b"ASIA")
_TOKENS = (b"YXdz", b"b3JpZ2luX2Vj")
"""In a session token, as its rule looks for them."""
_KEY_ID_SIZE, _SECRET_SIZE = 20, 40
_NEAR = 1 << 10
"""Bytes to either side of a key ID in which the pieces of its secret are looked for."""
_LABEL = 160
"""Bytes of the line before the first piece that are kept with it: the name of the value."""
_PIECES = 4096
"""Pieces of one value: a token in pieces of eight characters."""
_AFTER_QUOTE = (
    rb"(?:[ \t\r\n]{0,99}+"
    rb"(?:(?:\+|\.{1,2}|&|<>|\|\||,|\\)[ \t]{0,9}_?[ \t\r\n]{0,99}+)?[rbfuRBFUL]{0,2}"
    rb"|\)[ \t\r\n]{0,99}+\.(?:append|concat|Append)\("
    rb"|;?[ \t]{0,9}\r?\n[ \t]{0,99}+[\w.$>-]{1,64}[ \t]{0,9}[+.&]=[ \t]{0,9})[\"'`]"
)
_AFTER_BACKSLASH = rb"\r?\n[ \t]{0,99}"
_JOINT = rb"[\"'`]" + _AFTER_QUOTE + rb"|\\" + _AFTER_BACKSLASH
_LONGEST_JOINT = 320
_JOINS = (b"join", b"implode", b"concat")
"""A comma is a joint only in a list that one of these joins."""


class _Sequence(NamedTuple):
    """Pieces of one value, from `begin` to `end`, with joints between them."""

    begin: int
    end: int
    joints: list[tuple[int, int]]

    def size(self) -> int:
        return self.end - self.begin - sum(end - start for start, end in self.joints)


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield values whose pieces are joined; for a key ID also the lines around it."""
    data = layer.data
    offsets = [offset for offset in offsets if _can_begin(data, offset)]
    if not offsets:
        return

    reader = _Reader(data)
    end = 0
    for offset in offsets:
        if data.startswith(_KEY_IDS, offset):
            if offset + _NEAR // 2 < end:
                continue  # deep inside of what was read: nothing would be added that decides
            begin, end = _lines_around(data, offset)
            found = list(reader.credentials(begin, end))
            if found:
                yield from _layer(layer, begin, end, found, budget)
            continue

        sequence = reader.around(offset) or reader.wrapped(offset)
        if sequence:
            start = max(data.rfind(b"\n", 0, sequence.begin) + 1, sequence.begin - _LABEL)
            stop = min(len(data), sequence.end + 3)  # with the padding and a quotation mark
            yield from _layer(layer, start, stop, [sequence], budget)


def _can_begin(data: bytes, offset: int) -> bool:
    """Return whether a key ID can be at `offset`, whole or in pieces, or something else is there.

    Most places are words of text, and the patterns of a reader take longer to compile than this.
    """
    if not data.startswith(_KEY_IDS, offset):
        return True
    rest = data[offset + 4 : offset + _KEY_ID_SIZE]
    return (rest.isalnum() and rest.isupper()) or any(sign in rest for sign in b"\"'`\\")


class _Reader:
    """Finds sequences of pieces in one layer, each once."""

    __slots__ = (
        "_block", "_data", "_end", "_joint", "_looked", "_piece",
    )  # fmt: skip

    def __init__(self, data: bytes) -> None:
        import re

        from scanner.decoders.base64_block import Block

        self._data = data
        self._piece = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
        self._joint = re.compile(_JOINT)
        self._block = Block(data, re.compile(rb"[A-Za-z0-9+/]+"))
        self._end = 0  # of the last sequence: each is read once
        self._looked = 0  # the last place around which pieces were looked for

    def credentials(self, begin: int, end: int) -> Iterator[_Sequence]:
        """Yield the sequences from `begin` to `end` that make a key ID or a secret."""
        data = self._data
        if not _between_pieces(with_commas=False).search(data, begin, end) and not (
            _joins(data[max(0, begin - _LABEL) : end + _LABEL])
            and _between_pieces(with_commas=True).search(data, begin, end)
        ):
            return  # as nearly everywhere: reading piece by piece takes a hundred times longer

        at = begin
        while piece := self._piece.search(data, at, end):
            sequence = self._from(piece.start())
            at = max(piece.end(), sequence.end)
            if not sequence.joints:
                continue
            size = sequence.size()
            is_key_id = size == _KEY_ID_SIZE and data.startswith(_KEY_IDS, sequence.begin)
            if (is_key_id or size == _SECRET_SIZE) and self._is_joined(sequence):
                yield sequence

    def around(self, offset: int) -> _Sequence | None:
        """Return the pieces of which one holds `offset`, if there is more than one."""
        from scanner.decoders.base64_block import run_start

        data = self._data
        if offset < self._end:
            return None
        # Not into pieces that were read for an earlier place, or a long list would be walked once
        # for each of its places: what holds both was found then, or is no sequence.
        floor = max(self._end, self._looked)
        self._looked = offset

        begin = run_start(data, offset, self._piece)
        for _ in range(_PIECES):
            joint = self._last_joint(max(floor, begin - _LONGEST_JOINT), begin)
            if joint is None:
                break
            before = run_start(data, joint, self._piece)
            if before == joint or before < floor:
                break
            begin = before

        sequence = self._from(begin)
        return sequence if self._is_new(sequence) and self._is_joined(sequence) else None

    def wrapped(self, offset: int) -> _Sequence | None:
        """Return the session token whose head is at `offset` and goes on in the next lines."""
        from scanner.decoders.base64_block import SEPARATOR

        data = self._data
        if offset < self._end or not data.startswith(_TOKENS, offset):
            return None
        self._block.move(offset)
        begin, end = self._block.begin, self._block.end
        joints = [match.span() for match in SEPARATOR.finditer(data, begin, end)]
        sequence = _Sequence(begin, end, joints)
        return sequence if self._is_new(sequence) else None

    def _is_new(self, sequence: _Sequence) -> bool:
        if not sequence.joints or sequence.begin < self._end:
            return False
        self._end = sequence.end
        return True

    def _last_joint(self, floor: int, end: int) -> int | None:
        """Return where the joint begins that ends at `end`."""
        # The shortest one: what is before it may end in a quotation mark by chance.
        if self._data[end - 1 : end] not in (b'"', b"'", b"`", b"\n", b" ", b"\t"):
            return None
        joint_before = _joint_before()
        for start in range(end - 2, floor - 1, -1):
            is_begin = self._data[start] in b"\"'`\\"
            if is_begin and joint_before.match(self._data, start, end):
                return start
        return None

    def _from(self, begin: int) -> _Sequence:
        """Return the sequence whose first piece begins at `begin`."""
        data = self._data
        joints: list[tuple[int, int]] = []
        piece = self._piece.match(data, begin)
        end = piece.end() if piece else begin
        while len(joints) < _PIECES:
            joint = self._joint.match(data, end)
            piece = self._piece.match(data, joint.end()) if joint else None
            if joint is None or piece is None:
                break
            joints.append(joint.span())
            end = piece.end()
        return _Sequence(begin, end, joints)

    def _is_joined(self, sequence: _Sequence) -> bool:
        """Return whether commas between the pieces are those of a list that is joined."""
        data = self._data
        if not any(b"," in data[start:end] for start, end in sequence.joints):
            return True
        return _joins(data[max(0, sequence.begin - _LABEL) : sequence.end + _LABEL])


def _joins(text: bytes) -> bool:
    folded = text.lower()
    return any(word in folded for word in _JOINS)


@cache
def _between_pieces(*, with_commas: bool) -> re.Pattern[bytes]:
    """Return the pattern of a joint between two characters of values."""
    import re

    # It begins with a set of characters, for which the search is fast.
    after_quote = _AFTER_QUOTE if with_commas else _AFTER_QUOTE.replace(rb"|,|", rb"|")
    return re.compile(
        rb"[\"'`\\](?<=[A-Za-z0-9+/=][\s\S])"
        rb"(?:(?<!\\)" + after_quote + rb"|(?<=\\)" + _AFTER_BACKSLASH + rb")[A-Za-z0-9+/]"
    )


@cache
def _joint_before() -> re.Pattern[bytes]:
    """Return the pattern of a joint that ends where the search does: few layers need it."""
    import re

    return re.compile(rb"(?:" + _JOINT + rb")\Z")


def _lines_around(data: bytes, offset: int) -> tuple[int, int]:
    begin = max(0, offset - _NEAR)
    end = min(len(data), offset + _NEAR)
    feed = data.find(b"\n", begin, offset)
    begin = feed + 1 if begin and feed >= 0 else begin
    feed = data.rfind(b"\n", offset, end)
    return begin, (feed + 1 if feed >= 0 and end < len(data) else end)


def _layer(
    layer: Layer, begin: int, end: int, sequences: Iterable[_Sequence], budget: Budget
) -> Iterator[Layer]:
    """Yield the bytes from `begin` to `end` without the joints of `sequences`."""
    from scanner.content import Layer, Segments

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


DECODER = Decoder(
    "string-pieces",
    (),
    # Rules and other decoders look for all of these: no cost.
    (
        *(Anchor(literal) for literal in _KEY_IDS),
        *(Anchor(literal, encoded=True) for literal in (*_TOKENS, *ENCODED)),
    ),
    decode,
    Description(
        "a key ID, a session token or base64 of a credential, with string literals near it that "
        "are joined (`+`, `.`, `..`, `&`, `<>`, `||`, `+=`, next to one another, a backslash at "
        "the end of a line, a list that is joined); a session token that goes on in further lines",
        "the value in one piece; of a key ID also the lines around it, with a secret in pieces",
        "from the first piece to the last",
    ),
    reach=8 << 10,  # `_NEAR`, and a token over a hundred lines
)
