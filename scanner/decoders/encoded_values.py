"""Values in base64, base32 or hexadecimal, in place: with the names that are before them.

What a value is, its name says, and the values near it: a user name and its password. So where one
value of a file is text that was encoded, the lines around it are decoded as if all their values had
been written in clear, as under `stringData` of a Kubernetes Secret.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from scanner.content import Layer
from scanner.expressions import compile_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.decoders.base64_block import BlockMap
    from scanner.decoders.encodings import Encoding
    from scanner.decoders.interface import Budget

_NEAR = 4 << 10
"""Bytes to either side of a value: a Secret with some twenty entries."""
_DIGIT = 4
"""Bits of a hexadecimal digit."""
_PREFIX = compile_later(rb"0?[xX]")
_CONTROL = compile_later(rb"[^\t\n\r -~\x80-\xff]")


class ValuesMap:
    """Maps text in which values were decoded to the source: each by its own map."""

    __slots__ = ("_maps", "_places")

    def __init__(self, places: list[int], maps: list[int | BlockMap]) -> None:
        """Take where stretches begin, and for each its offset in the source or the map of it."""
        self._places = places
        self._maps = maps

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of what the bytes `start` to `end` were made from."""
        low, high = self._span(start, start + 1)
        if end > start:
            _, high = self._span(end - 1, end)
        return low, (high if end > start else low)

    def _span(self, start: int, end: int) -> tuple[int, int]:
        index = bisect_right(self._places, start) - 1
        begin, known = self._places[index], self._maps[index]
        if isinstance(known, int):
            return known + start - begin, known + end - begin
        return known.source(start - begin, end - begin)


def decode_runs(
    layer: Layer,
    offsets: Iterable[int],
    budget: Budget,
    encoding: Encoding,
    is_packed: Callable[[int], bool],
) -> Iterator[Layer]:
    """Yield the blocks at the ascending `offsets`, of one line or several, and the lines around.

    Compressed content begins where `is_packed` says so, perhaps in the middle of lines of one
    width.
    """
    from scanner.decoders.base64_block import Block, begins_line, values_in

    data = layer.data
    block = Block(data, re.compile(encoding.run), encoding.group)
    value = re.compile(encoding.value, re.MULTILINE)
    signs: list[int] = []
    lines: list[tuple[int, int]] = []
    unpacked = 0  # up to here compressed content was decoded
    for offset in offsets:
        # Before digits: `0x` of SQL and C, `\\x` of PostgreSQL.
        prefix = _PREFIX.match(data, offset) if encoding.bits == _DIGIT else None
        start = prefix.end() if prefix else offset
        begins = start >= unpacked and is_packed(offset)
        is_inside = block.begin <= start < block.end
        if is_inside and not (begins and begins_line(data, start)):
            continue
        block.move(start)
        signs.append(offset)
        skip = 0 if is_inside else block.before(start) % encoding.group
        spans = [(start if is_inside else block.begin, block.end)]
        if begins:
            unpacked = block.end
            spans = list(values_in(data, *spans[0], is_packed))
        for begin, end in spans:
            made = _run(layer, begin, end, skip, budget, encoding)
            if made is None:
                _leave(layer, budget, encoding)
                return
            is_block = b"\n" in data[begin:end] or b"\\" in data[begin:end]
            if is_block:
                lines.append((begin, end))
            skip = 0
            is_value = not is_block and is_line(made.data) and value.match(data, offset)
            if not (is_value and is_in_text(data, offset)):  # else it comes with its name
                yield made
    yield from values_near(layer, signs, budget, encoding, lines)


def _run(
    layer: Layer, begin: int, end: int, skip: int, budget: Budget, encoding: Encoding
) -> Layer | None:
    """Return what the run or block from `begin` to `end` encodes; None if it is too much."""
    from scanner.decoders.base64_block import BlockMap, characters_of

    text = characters_of(layer.data[begin:end])
    if not budget.take(len(text) * encoding.bits // 8):
        return None
    content = encoding.decode(text[skip:])
    offsets = BlockMap(layer.data, begin, end, skip, encoding.bits)
    return Layer(content, below=layer, decoder=encoding.name, offsets=offsets)


def values_near(
    layer: Layer,
    signs: Iterable[int],
    budget: Budget,
    encoding: Encoding,
    blocks: Iterable[tuple[int, int]] = (),
) -> Iterator[Layer]:
    """Yield the lines around the ascending offsets `signs` with all values decoded.

    What is in one of the `blocks`, which are spans, stays as it is.
    """
    kept = sorted(blocks)
    data = layer.data
    for begin, end in _regions(data, (sign for sign in signs if is_in_text(data, sign))):
        made = _decoded(layer, begin, end, budget, encoding, kept)
        if made:
            yield made


def is_in_text(data: bytes, offset: int) -> bool:
    """Return whether there are lines of text around `offset`.

    Those of an archive that stores its members would be an archive again.
    """
    return data.find(b"\0", max(0, offset - _NEAR), offset + _NEAR) < 0


def is_line(content: bytes) -> bool:
    """Return whether `content` is a line of text: a value, which needs its name to be known."""
    return b"\n" not in content.strip() and is_text(content)


def is_text(content: bytes) -> bool:
    """Return whether `content` is text without control characters, in UTF-8."""
    if _CONTROL.search(content):
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _regions(data: bytes, signs: Iterable[int]) -> Iterator[tuple[int, int]]:
    begin = end = -1
    for sign in signs:
        low = data.rfind(b"\n", 0, max(0, sign - _NEAR)) + 1
        high = data.find(b"\n", min(len(data), sign + _NEAR))
        high = len(data) if high < 0 else high
        if begin >= 0 and low <= end:
            end = max(end, high)
            continue
        if begin >= 0:
            yield begin, end
        begin, end = low, high
    if begin >= 0:
        yield begin, end


def _decoded(
    layer: Layer,
    begin: int,
    end: int,
    budget: Budget,
    encoding: Encoding,
    kept: list[tuple[int, int]],
) -> Layer | None:
    from scanner.decoders.base64_block import BlockMap

    data = layer.data
    places, pieces, maps = [0], [], []
    at = begin
    size = 0
    for match in re.compile(encoding.value, re.MULTILINE).finditer(data, begin, end):
        block = bisect_right(kept, (match.end(), 0)) - 1
        if block >= 0 and match.start() < kept[block][1]:
            continue
        try:
            content = encoding.decode(match["text"])
        except ValueError:
            continue
        if not content or not is_text(content):
            continue

        start, stop = match.span("text")
        for piece, known in (
            (data[at : match.start()], at),
            (content, BlockMap(data, start, stop, bits=encoding.bits)),
        ):
            pieces.append(piece)
            maps.append(known)
            size += len(piece)
            places.append(size)
        at = match.end()

    if not pieces:
        return None
    pieces.append(data[at:end])
    maps.append(at)
    if not budget.take(size + end - at):
        _leave(layer, budget, encoding)
        return None
    offsets = ValuesMap(places, maps)
    return Layer(b"".join(pieces), below=layer, decoder=encoding.name, offsets=offsets)


def _leave(layer: Layer, budget: Budget, encoding: Encoding) -> None:
    from scanner.decoders.layers import LIMIT, path_of

    budget.leave(LIMIT, f"more {encoding.name} than is decoded: {path_of(layer, '')}")
