"""Where any of many values is in a text, also one that is put together of pieces.

A directory can be called like the first half of a secret and a file in it like the second one. So a
value of some length is compared by its letters and digits, and what is between them in the text
does not matter: a slash, `!/` before the member of an archive, ` <` before an address.

The work is in proportion to the text and to the values, not to their product: a scan can find
thousands of values and report thousands of names.
"""

from __future__ import annotations

from scanner.engine.masking import SEAM
from scanner.expressions import compile_later
from scanner.secret import MASK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Final

    Span = tuple[int, int, str]
    """Start, end, and what was looked for."""

_SHORTEST: Final = 12
"""Fewest letters and digits by which a value is recognised through what is between them: fewer may
be those of a few words. An access key ID has 20."""
_FEW: Final = 64
"""Needles up to which searching a text for each takes less time than looking at its every place."""
_BETWEEN: Final = compile_later(r"[\W_]+")
_PIECE: Final = compile_later(r"[^\W_]+")
_EXTENSION: Final = compile_later(r"\.[^\W_]{1,5}(?=!?[/\\\0])")
"""That of an archive or a directory, before the next name. A value can also have a dot, so that
texts are searched with and without."""


class _Needles:
    """Texts that are looked for all at once."""

    __slots__ = ("_by_head", "_few", "_size")

    def __init__(self, needles: Iterable[str]) -> None:
        wanted = list(needles)
        self._few = wanted if len(wanted) <= _FEW else []
        # By their heads and then by length: thousands of session tokens begin alike.
        self._size = min(map(len, wanted), default=0)
        self._by_head: dict[str, dict[int, set[str]]] = {}
        for needle in wanted if not self._few else ():
            lengths = self._by_head.setdefault(needle[: self._size], {})
            lengths.setdefault(len(needle), set()).add(needle)

    def spans(self, text: str) -> Iterator[Span]:
        """Yield where the needles are, at least the longest one at each place."""
        for needle in self._few:
            start = text.find(needle)
            while start >= 0:
                yield start, start + len(needle), needle
                start = text.find(needle, start + 1)

        if not self._by_head:
            return
        for start in range(len(text) - self._size + 1):
            lengths = self._by_head.get(text[start : start + self._size], {})
            for length in sorted(lengths, reverse=True):
                if (needle := text[start : start + length]) in lengths[length]:
                    yield start, start + length, needle
                    break


class ValueSearch:
    """Finds values in texts, and replaces each by its redacted form."""

    __slots__ = ("_exact", "_needles", "_pieced", "_redacted")

    def __init__(self, redacted: Mapping[str, str]) -> None:
        """Look for the texts in `redacted`, each of which has a redacted form."""
        self._redacted = redacted
        self._pieced: dict[str, list[str]] = {}
        exact: list[str] = []
        for value in sorted(filter(None, redacted)):
            pieces = _BETWEEN.sub("", value)
            if len(pieces) < _SHORTEST:
                exact.append(value)
            else:
                self._pieced.setdefault(pieces, []).append(value)
        self._exact = _Needles(exact)
        self._needles = _Needles(self._pieced)

    def present(self, texts: Iterable[str]) -> dict[str, str]:
        """Return the values that may be in one of `texts`, with their redacted forms."""
        everything = SEAM.join(texts)
        found = {value for _, _, value in self._exact.spans(everything)}
        for text in _readings(everything):
            for _, _, pieces in self._needles.spans(_BETWEEN.sub("", text)):
                found.update(self._pieced[pieces])
        return {value: self._redacted[value] for value in found}

    def masked(self, text: str) -> str:
        """Return `text` with each value in its redacted form; the seams in it stay."""
        spans = list(self._exact.spans(text))
        for reading in _readings(text):
            spans += self._through_what_is_between(reading, text)
        if not spans:
            return text

        out: list[str] = []
        done = 0
        for start, end, value in _united(spans):
            seams = f"{SEAM}{MASK}" * text.count(SEAM, start, end)
            out += text[done:start], self._redacted[value], seams
            done = end
        return "".join((*out, text[done:]))

    def _through_what_is_between(self, reading: str, text: str) -> Iterator[Span]:
        pieces = [(found.start(), found[0]) for found in _PIECE.finditer(reading)]
        joined = "".join(piece for _, piece in pieces)
        spans = list(self._needles.spans(joined))
        if not spans:
            return

        places = [start + at for start, piece in pieces for at in range(len(piece))]
        for start, end, needle in spans:
            yield self._with_signs(text, places[start], places[end - 1] + 1, needle)

    def _with_signs(self, text: str, start: int, end: int, needle: str) -> Span:
        """Return the span with the signs that a value begins and ends with: padding, a slash."""
        values = self._pieced[needle]
        for value in values:
            begin = start - value.index(needle[0])
            if begin >= 0 and text.startswith(value, begin):
                return begin, begin + len(value), value
        return start, end, values[0]


def _readings(text: str) -> tuple[str, ...]:
    """Return `text`, and if there are any the same without the extensions of directories."""
    other = _EXTENSION.sub(lambda found: "." * len(found[0]), text)
    return (text,) if other == text else (text, other)


def _united(spans: Iterable[Span]) -> list[Span]:
    """Return `spans` in order, those that overlap as one, called as the longest of them."""
    united: list[Span] = []
    longest = 0
    for start, end, value in sorted(spans):
        if united and start < united[-1][1]:
            first, last, known = united.pop()
            known = value if end - start > longest else known
            longest = max(longest, end - start)
            united.append((first, max(last, end), known))
        else:
            longest = end - start
            united.append((start, end, value))
    return united
