r"""A value in two variables that a program joins: `key = p1 + p2`, `f"{p1}{p2}"`, `"$p1$p2"`.

Some people cut a key in two so that scanners do not see it. The halves are literals that are
assigned to names, and another line joins the names. Nothing in a half of a secret gives it away, so
there are two signs: a key ID that ends too early, in an assignment, and the name of a secret to
which a joint is assigned. What is joined must be as long as a key ID or a secret.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.content import Layer
from scanner.decoders.interface import Budget, Decoder, Description
from scanner.decoders.name_joints import joints, part_pattern
from scanner.rulebook.model import Anchor

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

_KEY_IDS: Final = (b"AKIA", b"ASIA")
_NAMES: Final = (
    *(b"ccess_key", b"ccessKey", b"CCESS_KEY", b"ccess-key", b"ccess Key"),
    *(b"AWS_SECRET_KEY", b"aws_secret_key", b"wsSecretKey"),
)
"""Of secrets, as rules look for them."""
_UPPER: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_BASE64: Final = _UPPER + b"abcdefghijklmnopqrstuvwxyz+/"
_KEY_ID_SIZE, _SECRET_SIZE = 20, 40
_SIGNS: Final = (
    *(b"+", b"..", b" . ", b".$", b" & ", b"||", b"<>", b" ~ ", b"}$", b"}{", b"}#", b"%s%s"),
    *(b"join(", b"oncat(", b"mplode("),
)
"""One of these, or two dollar signs, is in a line with a joint."""
_ASSIGNED: Final = (
    rb"[\"']?[ \t]*(?::[ \t]*[A-Za-z][\w.\[\], ]{0,40})?[ \t]*(?:=|:=|=>|:)[ \t]*[rbfu]?"
)
_HALF: Final = rb"([A-Za-z0-9+/]{1,39})"
_VALUE: Final = rb"(?:\"%b\"|'%b'|`%b`|(?<==)%b(?=[\r\n;]|\Z))" % (_HALF, _HALF, _HALF, _HALF)
"""In quotation marks, but for a shell."""
_ASSIGNMENT: Final = rb"(?<!\w)([A-Za-z_]\w{0,63}+)" + _ASSIGNED + _VALUE
_BEFORE: Final = rb"(?<!\w)([A-Za-z_]\w{0,63}+)" + _ASSIGNED + rb"[\"'`]?\Z"
_LABEL: Final = 160
"""Bytes before a joint that are kept with it: the name of what is assigned, and the one before a
half of a key ID."""
_REACH: Final = 2 << 10
"""Bytes to either side of a sign in which the joint is, and to either side of that the halves."""


def decode(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
    """Yield the lines of joints near `offsets`, with the value in the place of the joint."""
    data = layer.data
    found = dict.fromkeys(_joints_at_names(data, offsets))
    halves = [at for at in offsets if data.startswith(_KEY_IDS, at) and _is_cut_short(data, at)]
    found.update(dict.fromkeys(_joints_of_halves(data, halves)))
    if not found:
        return

    literals = _Literals(data)
    for begin, end in found:
        pieces = _pieces(data, begin, end, literals)
        if pieces is None:
            continue
        made = _joined(layer, begin, end, pieces)
        if not budget.take(len(made.data)):
            from scanner.decoders.layers import LIMIT, path_of

            budget.leave(LIMIT, f"more joined names than are followed: {path_of(layer, '')}")
            return
        yield made


def _joints_at_names(data: bytes, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the joints that are assigned to the names among `offsets`."""
    done = 0
    for offset in offsets:
        if offset < done or data.startswith(_KEY_IDS, offset):
            continue
        end = data.find(b"\n", offset, offset + _LABEL)
        end = end if end >= 0 else min(len(data), offset + _LABEL)
        line = data[offset:end]
        if not _may_join(line) or _is_whole(line):
            continue
        done = end
        yield from joints(data, offset, end)


def _may_join(line: bytes) -> bool:
    return line.count(b"$") > 1 or any(sign in line for sign in _SIGNS)


def _is_whole(line: bytes) -> bool:
    """Return whether a secret is assigned in `line`, in half of which there is a plus sign."""
    value = (line.partition(b"=")[2] or line.partition(b":")[2]).lstrip(b" \t\"'`")
    return len(value) >= _SECRET_SIZE and not value[:_SECRET_SIZE].strip(_BASE64)


def _joints_of_halves(data: bytes, halves: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the joints of the names to which the literals at `halves` are assigned."""
    names = {}
    for offset in halves:
        assigned = _before().search(data[max(0, offset - _LABEL) : offset])
        if assigned:
            names[offset] = assigned[1]
    of_halves = set(names.values())
    for low, high in _regions(names, len(data)):
        for begin, end in joints(data, low, high):
            parts = {_last_of(part[0]) for part in part_pattern().finditer(data, begin, end)}
            if parts & of_halves:
                yield begin, end


def _regions(places: Iterable[int], size: int) -> Iterator[tuple[int, int]]:
    """Yield what is within the reach of the ascending `places`, each byte once."""
    low = high = -1
    for place in places:
        if high >= place - _REACH:
            high = min(size, place + _REACH)
            continue
        if high >= 0:
            yield low, high
        low, high = max(0, place - _REACH), min(size, place + _REACH)
    if high >= 0:
        yield low, high


def _is_cut_short(data: bytes, offset: int) -> bool:
    """Return whether a literal at `offset` has the beginning of a key ID and no more."""
    begin = data[offset : offset + _KEY_ID_SIZE]
    size = len(begin) - len(begin.lstrip(_UPPER))
    if size == _KEY_ID_SIZE:
        return False
    return data[offset - 1 : offset] in (b'"', b"'", b"`", b"=") and data[
        offset + size : offset + size + 1
    ] in (b'"', b"'", b"`", b"\n", b"\r", b";", b"")


class _Literals:
    """Finds where the literals are that are assigned to a name, each once."""

    __slots__ = ("_data", "_known")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._known: dict[tuple[bytes, int], list[tuple[int, int]]] = {}

    def of(self, name: bytes, place: int) -> tuple[int, int] | None:
        """Return the span of the last one before `place`, or else of the first one after it."""
        unit = place // _REACH
        known = self._known.get((name, unit))
        if known is None:
            known = self._known[name, unit] = list(self._read(name, unit))
        return known[max(0, bisect_right(known, (place, 0)) - 1)] if known else None

    def _read(self, name: bytes, unit: int) -> Iterator[tuple[int, int]]:
        """Yield the spans of all within the reach of the places of `unit`."""
        data, assigned = self._data, _assignment()
        high = (unit + 2) * _REACH
        at = data.find(name, max(0, unit - 1) * _REACH, high)
        while at >= 0:
            found = assigned.match(data, at)
            if found and found[1] == name:
                yield found.span(found.lastindex or 0)
            at = data.find(name, at + len(name), high)


def _last_of(name: bytes) -> bytes:
    """Return the last part of `name`: `p1` of `self.p1` and of `$p1`."""
    return name.replace(b"->", b".").replace(b"::", b".").rpartition(b".")[2].lstrip(b"$@")


def _pieces(data: bytes, begin: int, end: int, literals: _Literals) -> list[tuple[int, int]] | None:
    """Return where the parts of the joint from `begin` to `end` are, if they make a value."""
    pieces = []
    for part in part_pattern().finditer(data, begin, end):
        if data[part.start()] in b"\"'":
            pieces.append((part.start() + 1, part.end() - 1))
            continue
        value = literals.of(_last_of(part[0]), begin)
        if value is None:
            return None
        pieces.append(value)

    text = b"".join(data[start:stop] for start, stop in pieces)
    is_key_id = len(text) == _KEY_ID_SIZE and text.startswith(_KEY_IDS)
    return pieces if len(pieces) > 1 and (is_key_id or len(text) == _SECRET_SIZE) else None


@cache
def _assignment() -> re.Pattern[bytes]:
    import re

    return re.compile(_ASSIGNMENT)


@cache
def _before() -> re.Pattern[bytes]:
    import re

    return re.compile(_BEFORE)


def _joined(layer: Layer, begin: int, end: int, pieces: list[tuple[int, int]]) -> Layer:
    """Return the line of a joint with the `pieces` in its place."""
    from scanner.decoders.line_map import PieceMap

    data = layer.data
    low = max(data.rfind(b"\n", max(0, begin - _LABEL), begin) + 1, begin - _LABEL)
    places, sources, texts = [0], [low], [data[low:begin]]
    for start, stop in pieces:
        places.append(places[-1] + len(texts[-1]))
        sources.append(start)
        texts.append(data[start:stop])
    places.append(places[-1] + len(texts[-1]))
    sources.append(end)
    texts.append(data[end : end + 1])
    offsets = PieceMap(places, sources)
    return Layer(b"".join(texts), below=layer, decoder=DECODER.name, offsets=offsets)


DECODER = Decoder(
    "joined-names",
    (),
    (
        *(Anchor(literal) for literal in _KEY_IDS),
        *(Anchor(literal, name=True) for literal in _NAMES),
    ),
    decode,
    Description(
        "a variable with the beginning of a key ID that is joined with another one, and a joint of "
        'variables that is assigned to the name of a secret (`p1 + p2`, `f"{p1}{p2}"`, '
        '`"$p1$p2"`, `"%s%s" % (p1, p2)`), if the literals make a key ID or 40 characters',
        "the line of the joint, with the value in its place",
        "from the first literal to the last",
    ),
    reach=8 << 10,  # three times `_REACH`, as halves are looked for by units of it, with room
)
