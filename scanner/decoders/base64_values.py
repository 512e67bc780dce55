"""Neighbours of a value in base64: the other values of the same Kubernetes Secret or settings file.

Where one value of a file is base64 of text, the lines around it often have more of them, and what
they are is shown by all together: a user name and its password, a name and a value. So the lines
are decoded as if they had been written in clear, as under `stringData` of a Secret.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from scanner.content import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.decoders.base64_block import Base64Map
    from scanner.decoders.interface import Budget

_NEAR = 4 << 10
"""Bytes to either side of a value: a Secret with some twenty entries."""
_VALUE = re.compile(
    rb"(?:[:=][ \t]*|^[ \t]*-[ \t]+)[\"']?(?P<text>[A-Za-z0-9+/]{8,32768}={0,2})"
    rb"(?=[\"']?,?[ \t]*\r?$)",
    re.MULTILINE,
)
"""A value at the end of its line, as YAML, JSON and dotenv files have them."""
_CONTROL = re.compile(rb"[^\t\n\r -~\x80-\xff]")
_FEWEST = 2
"""Values: one alone has nothing to be seen together with."""


class ValuesMap:
    """Maps text in which values were decoded to the source: each by its own map."""

    __slots__ = ("_maps", "_places")

    def __init__(self, places: list[int], maps: list[int | Base64Map]) -> None:
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


def values_near(layer: Layer, signs: Iterable[int], budget: Budget) -> Iterator[Layer]:
    """Yield the lines around the ascending offsets `signs` with all values in base64 decoded."""
    for begin, end in _regions(layer.data, signs):
        made = _decoded(layer, begin, end, budget)
        if made:
            yield made


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


def _decoded(layer: Layer, begin: int, end: int, budget: Budget) -> Layer | None:
    from binascii import Error, a2b_base64

    from scanner.decoders.base64_block import Base64Map

    data = layer.data
    places, pieces, maps = [0], [], []
    at = begin
    size = 0
    for match in _VALUE.finditer(data, begin, end):
        start, stop = match.span("text")
        try:
            content = a2b_base64(match["text"])
        except Error:
            continue
        if not content or not is_text(content):
            continue

        characters = stop - len(match["text"]) + len(match["text"].rstrip(b"="))
        for piece, known in (
            (data[at:start], at),
            (content, Base64Map(data, start, characters, 0, 0)),
        ):
            pieces.append(piece)
            maps.append(known)
            size += len(piece)
            places.append(size)
        at = stop

    if len(pieces) < 2 * _FEWEST:
        return None
    pieces.append(data[at:end])
    maps.append(at)
    if not budget.take(size + end - at):
        from scanner.decoders.layers import LIMIT, path_of

        budget.leave(LIMIT, f"more base64 than is decoded: {path_of(layer, '')}")
        return None
    offsets = ValuesMap(places, maps)
    return Layer(b"".join(pieces), below=layer, decoder="base64", offsets=offsets)
