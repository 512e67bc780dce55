"""Decoding escapes in place, for decoders that replace a few bytes in otherwise readable text.

The neighbourhood of the escapes is decoded with them: the name before a value and the lines above
and below say what it is. Neighbourhoods are merged, so that no byte is decoded once per escape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from scanner.content import Layer, Segments
from scanner.expressions import compile_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

    from scanner.decoders.interface import Budget

REACH = 4096
"""Bytes decoded to either side of an escape: a session token is hardly ever longer."""
GAP = 256
"""Neighbourhoods nearer to each other than this become one layer: a layer costs more than bytes."""
LARGEST = 1 << 20
"""Bytes of one neighbourhood; larger ones are cut, with an overlap of twice the reach."""
_LINES_ABOVE = 2
"""A pair is most often in neighbouring lines, with a comment or a name above it."""
_GLUED = 224
"""Bytes before a place in which an escape is looked for: a value whose middle a rule looks for."""
WORD = rb"[A-Za-z0-9+/_.-]{0,200}\Z"
"""The word up to a place, for `is_glued`."""
NAMES = (
    b"ccess_key", b"ccessKey", b"CCESS_KEY", b"eyMaterial", b"ccess-key", b"ccess.key", b"ccesskey",
    b"CCESSKEY", b"ccess Key", b"aws_secret_key", b"aws-secret-key", b"aws.secret.key",
    b"AWS_SECRET_KEY", b"wsSecretKey", b"lient_secret", b"lientSecret", b"LIENT_SECRET",
)  # fmt: skip
"""Parts of names, and the most frequent places by far: no piece of a value is there."""
_FIRST = 16
"""Decoded bytes at the head of a neighbourhood. It is asked where they are although nothing was
found: what begins like an archive may be a stretch of what is around it."""
_VALUE = 200
"""Bytes after a name in which its value is: the rest of the name, and a secret with escapes."""
_NOT_BASE64 = compile_later(rb"[^A-Za-z0-9+/]")

Replace = Callable[["re.Match[bytes]"], bytes]


class EscapeMap:
    """Maps decoded offsets to the source; made into `Segments` only when a finding asks."""

    __slots__ = ("_begin", "_data", "_end", "_escape", "_replace", "_segments")

    def __init__(
        self, data: bytes, begin: int, end: int, escape: re.Pattern[bytes], replace: Replace
    ) -> None:
        """Describe `escape.sub(replace, data[begin:end])`."""
        self._data = data
        self._begin = begin
        self._end = end
        self._escape = escape
        self._replace = replace
        self._segments: Segments | None = None

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the source, escapes included whole."""
        if self._segments is None:
            if end <= _FIRST:
                return self._build(end).source(start, end)
            self._segments = self._build()
        return self._segments.source(start, end)

    def _build(self, until: int | None = None) -> Segments:
        """Return the stretches between escapes, and each escape as a stretch of its own.

        Those that begin after the decoded byte `until` are left out.
        """
        decoded, source = [0], [self._begin]
        for match in self._escape.finditer(self._data, self._begin, self._end):
            start, end = match.span()
            at = decoded[-1] + start - source[-1]
            if start > source[-1]:
                decoded.append(at)
                source.append(start)
            decoded.append(at + len(self._replace(match)))
            source.append(end)
            if until is not None and decoded[-1] > until:
                return Segments(decoded, source)

        if self._end > source[-1]:
            decoded.append(decoded[-1] + self._end - source[-1])
            source.append(self._end)
        return Segments(decoded, source)


def decode_escapes(
    layer: Layer,
    offsets: Iterable[int],
    budget: Budget,
    decoder: str,
    escape: re.Pattern[bytes],
    replace: Replace,
) -> Iterator[Layer]:
    """Yield the neighbourhoods of `offsets` with every match of `escape` replaced.

    `escape` must match the same with and without what is before it; `replace` never gives more
    bytes than it replaces.
    """
    data = layer.data
    for begin, end in neighbourhoods(data, offsets):
        if escape.search(data, begin, end) is None:
            continue
        if not budget.take(end - begin):
            from scanner.decoders.layers import LIMIT, path_of

            budget.leave(LIMIT, f"more {decoder} escapes than are decoded: {path_of(layer, '')}")
            return
        yield Layer(
            escape.sub(replace, data[begin:end]),
            below=layer,
            decoder=decoder,
            offsets=EscapeMap(data, begin, end, escape, replace),
        )


def places_near(
    data: bytes, offsets: Iterable[int], escape: re.Pattern[bytes], near: int
) -> Iterator[int]:
    """Yield where `escape` matches within `near` bytes of one of the `offsets`, each once.

    After a name only its value is searched.
    """
    done = 0
    for offset in offsets:
        is_name = data.startswith(NAMES, offset)
        low, high = (offset, offset + _VALUE) if is_name else (offset - near, offset + near)
        for match in escape.finditer(data, max(done, low), high):
            done = match.end()
            yield match.start()


def is_glued(data: bytes, offset: int, escape: re.Pattern[bytes], mark: bytes) -> bool:
    """Return whether a match of `escape` is right before the word of which `offset` is a part.

    An escape begins with `mark`, and `escape` takes a word of up to `WORD` characters after it.
    """
    begin = max(0, offset - _GLUED)
    return data.find(mark, begin, offset) >= 0 and escape.search(data, begin, offset) is not None


def neighbourhoods(data: bytes, offsets: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield ascending spans of `data` that hold all ascending `offsets` and what is around them.

    A span reaches to the line above and the line below, at most `REACH` bytes. Spans are disjoint,
    except that those which would be larger than `LARGEST` overlap.
    """
    begin = end = -1
    for offset in offsets:
        # Deep inside of what is decoded anyway: nothing would be added that decides.
        if offset + REACH // 2 <= end:
            continue

        low, high = lines_around(data, offset)
        if begin < 0:
            begin, end = low, high
        elif low > end + GAP:
            yield begin, end
            begin, end = low, high
        else:
            end = max(end, high)
            if end - begin > LARGEST:
                yield begin, end
                begin = _after_run(data, max(begin, end - 2 * REACH), end)
    if begin >= 0:
        yield begin, end


def lines_around(data: bytes, offset: int) -> tuple[int, int]:
    """Return the span from two lines above to one line below, or as far as the reach."""
    floor = max(0, offset - REACH)
    low = offset
    for _ in range(_LINES_ABOVE + 1):
        low = data.rfind(b"\n", floor, low)
        if low < 0:
            break
    low = low + 1 if low >= 0 else _after_run(data, floor, offset)

    ceiling = min(len(data), offset + REACH)
    high = data.find(b"\n", offset, ceiling)
    if high >= 0:
        high = data.find(b"\n", high + 1, ceiling)
    if high < 0:
        high = ceiling if ceiling == len(data) else _before_run(data, offset, ceiling)
    return low, high


def _after_run(data: bytes, cut: int, stop: int) -> int:
    # A cut through a long run could leave just as much of it as a secret is long.
    if cut == 0:
        return 0
    found = _NOT_BASE64.search(data, cut, stop)
    return found.start() if found else cut


def _before_run(data: bytes, stop: int, cut: int) -> int:
    found = _NOT_BASE64.search(data[stop:cut][::-1])
    return cut - found.start() if found else cut
