r"""Values in pieces: string literals that a program joins, and session tokens over several lines.

A line that is too long is cut, and some people cut a key so that scanners do not see it. Pieces are
joined by an operator (`+`, `.`, `..`, `&`, `<>`, `||`), by standing next to one another, by `\` at
the end of a line, by `+=`, `append` or `concat`, or as the elements of a list that is joined. Only
the joints of what becomes a credential are taken out: pieces that make a key ID of 20 characters,
a secret of 40 near a key ID, a session token, or base64 of one of these.
"""

from __future__ import annotations

from scanner.decoders.base64_text import ENCODED, HEADS
from scanner.decoders.interface import Budget, Decoder, Description
from scanner.decoders.string_joints import (
    CONTEXT,
    JOINT_FIRST,
    LABEL,
    LONGEST_JOINT,
    PieceSequence,
    between_pieces,
    joins,
    joint,
    joint_begins,
    lines_without_joints,
    without_joints,
)
from scanner.rulebook.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.content import Layer

_KEY_IDS = (b"AKIA", b"ASIA")
_TOKENS = (b"YXdz", b"b3JpZ2luX2Vj")
"""In a session token, as its rule looks for them."""
_TOKEN_HEADS = (b"oJb3JpZ2luX2Vj", b"oGZXIvYXdz", b"oDYXdz")
"""The same with what is always before it, looked for in short pieces as well: a name before the
first piece leaves it less room than `_TOKENS` need to count (`ENCODED_RUN`)."""
_CLIENT_SECRETS = (b"lient_secret", b"lientSecret", b"LIENT_SECRET")
"""Names of client secrets, of which those of Cognito have nothing else that gives them away."""
_HEADS = (b"BSKQmV", b"EAAQWV")
"""In the first piece of an API key of Bedrock and of the Claude Platform, without the first letter:
with it, the search for `AKIA` would stop at every `ABS`."""
_KEY_ID_SIZE, _SECRET_SIZE = 20, 40
_NEAR = 1 << 10
"""Bytes to either side of a key ID in which the pieces of its secret are looked for."""
_PIECES = 4096
"""Pieces of one value: a token in pieces of eight characters."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield values whose pieces are joined; for a key ID also the lines around it."""
    yield from lines_without_joints(layer, offsets, budget)
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
                yield from without_joints(layer, begin, end, found, budget)
            continue

        sequence = reader.around(offset) or reader.wrapped(offset)
        if sequence:
            start = max(data.rfind(b"\n", 0, sequence.begin) + 1, sequence.begin - LABEL)
            stop = min(len(data), sequence.end + 3)  # with the padding and a quotation mark
            yield from without_joints(layer, start, stop, [sequence], budget)


def _can_begin(data: bytes, offset: int) -> bool:
    """Return whether a value can be at `offset`, whole or in pieces.

    Most places are words of text, and the patterns of a reader take longer to compile than this.
    """
    from scanner.decoders.escapes import NAMES

    if not data.startswith(_KEY_IDS, offset):
        return not data.startswith((*NAMES, *CONTEXT), offset)
    rest = data[offset + 4 : offset + _KEY_ID_SIZE]
    return (rest.isalnum() and rest.isupper()) or any(sign in rest for sign in b"\"'`\\^")


class _Reader:
    """Finds sequences of pieces in one layer, each once."""

    __slots__ = (
        "_block", "_data", "_end", "_looked", "_piece", "_run_end",
    )  # fmt: skip

    def __init__(self, data: bytes) -> None:
        import re

        from scanner.decoders.base64_block import Block

        self._data = data
        self._piece = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
        self._block = Block(data, re.compile(rb"[A-Za-z0-9+/]+"))
        self._end = 0  # of the last sequence: each is read once
        self._run_end = 0  # of the last piece around which others were looked for
        self._looked = 0  # the last place around which pieces were looked for

    def credentials(self, begin: int, end: int) -> Iterator[PieceSequence]:
        """Yield the sequences from `begin` to `end` that make a key ID or a secret."""
        data = self._data
        if not between_pieces(with_commas=True).search(data, begin, end) or not (
            joins(data[max(0, begin - LABEL) : end + LABEL])
            or between_pieces(with_commas=False).search(data, begin, end)
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

    def around(self, offset: int) -> PieceSequence | None:
        """Return the pieces of which one holds `offset`, if there is more than one."""
        from scanner.decoders.base64_block import run_start

        data = self._data
        if offset < max(self._end, self._run_end):
            return None
        # Not into pieces that were read for an earlier place, or a long list would be walked once
        # for each of its places: what holds both was found then, or is no sequence.
        floor = max(self._end, self._looked)
        self._looked = offset

        begin = run_start(data, offset, self._piece)
        piece = self._piece.match(data, begin)
        self._run_end = piece.end() if piece else offset
        for _ in range(_PIECES):
            joint = self._last_joint(max(floor, begin - LONGEST_JOINT), begin)
            if joint is None:
                break
            before = run_start(data, joint, self._piece)
            if before == joint or before < floor:
                break
            begin = before

        sequence = self._from(begin)
        return sequence if self._is_new(sequence) and self._is_joined(sequence) else None

    def wrapped(self, offset: int) -> PieceSequence | None:
        """Return the session token whose head is at `offset` and goes on in the next lines."""
        from scanner.decoders.base64_block import SEPARATOR

        data = self._data
        if offset < self._end or not data.startswith(_TOKENS, offset):
            return None
        self._block.move(offset)
        begin, end = self._block.begin, self._block.end
        joints = [match.span() for match in SEPARATOR.finditer(data, begin, end)]
        sequence = PieceSequence(begin, end, joints)
        return sequence if self._is_new(sequence) else None

    def _is_new(self, sequence: PieceSequence) -> bool:
        if not sequence.joints or sequence.begin < self._end:
            return False
        self._end = sequence.end
        return True

    def _last_joint(self, floor: int, end: int) -> int | None:
        """Return where the joint begins that ends at `end`."""
        # The shortest one: what is before it may end in a quotation mark by chance.
        if self._data[end - 1 : end] not in (b'"', b"'", b"`", b"\n", b" ", b"\t"):
            return None
        begins = [found.start() for found in joint_begins().finditer(self._data, floor, end)]
        for start in reversed(begins):
            if joint().fullmatch(self._data, start, end):
                return start
        return None

    def _from(self, begin: int) -> PieceSequence:
        """Return the sequence whose first piece begins at `begin`."""
        data = self._data
        joints: list[tuple[int, int]] = []
        piece = self._piece.match(data, begin)
        end = piece.end() if piece else begin
        while len(joints) < _PIECES:
            # Nearly everywhere none follows, and the pattern is a large one.
            found = joint().match(data, end) if data.startswith(JOINT_FIRST, end) else None
            piece = self._piece.match(data, found.end()) if found else None
            if found is None or piece is None:
                break
            joints.append(found.span())
            end = piece.end()
        return PieceSequence(begin, end, joints)

    def _is_joined(self, sequence: PieceSequence) -> bool:
        """Return whether commas between the pieces are those of a list that is joined."""
        data = self._data
        if not any(b"," in data[start:end] for start, end in sequence.joints):
            return True
        return joins(data[max(0, sequence.begin - LABEL) : sequence.end + LABEL])


def _lines_around(data: bytes, offset: int) -> tuple[int, int]:
    begin = max(0, offset - _NEAR)
    end = min(len(data), offset + _NEAR)
    feed = data.find(b"\n", begin, offset)
    begin = feed + 1 if begin and feed >= 0 else begin
    feed = data.rfind(b"\n", offset, end)
    return begin, (feed + 1 if feed >= 0 and end < len(data) else end)


DECODER = Decoder(
    "string-pieces",
    (),
    # Rules and other decoders look for all of these but the last line, at no cost.
    (
        *(Anchor(literal) for literal in _KEY_IDS),
        *(Anchor(literal, encoded=True) for literal in (*_TOKENS, *ENCODED)),
        *(Anchor(head=head, case="mixed") for head in HEADS),
        *(Anchor(literal) for literal in (*CONTEXT, *_CLIENT_SECRETS, *_HEADS, *_TOKEN_HEADS)),
    ),
    decode,
    Description(
        "what a rule looks for, or base64 of a credential, with string literals near it that are "
        "joined (`+`, `.`, `..`, `&`, `<>`, `||`, `+=`, next to one another, a backslash at "
        "the end of a line, a list that is joined); a session token that goes on in further lines",
        "the value in one piece; of a key ID also the lines around it, with a secret in pieces",
        "from the first piece to the last",
    ),
    reach=8 << 10,  # `_NEAR`, and a token over a hundred lines
    of_rules="all",  # a secret in pieces may have nothing but its name
)
