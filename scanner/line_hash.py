"""GitHub's `primaryLocationLineHash`: the fingerprint by which code scanning recognises an alert.

GitHub's upload action computes it from the checkout where a SARIF file lacks it. Content that is
not in the checkout (a blob of the history, the index) has to bring it along, so it is computed
here, from the bytes that were scanned. The definition, from the action's behaviour and its
published test vectors: decode the file as UTF-8, take UTF-16 code units, count each kind of line
end as one line feed, drop spaces and tabs, append 65535 and then zeros. The hash of a line is the
polynomial in 37 over the 100 units from its start, modulo 2**64, in hexadecimal without padding,
followed by a colon and the number of lines up to this one that have the same hash.
"""

from __future__ import annotations

import re
from array import array
from operator import mul
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from scanner.content import Layer

# Size of the window, base and width of the numbers: `fingerprints.ts` of github/codeql-action.
_UNITS: Final = 100
_BASE: Final = 37
_MASK: Final = (1 << 64) - 1
_POWERS: Final = tuple(pow(_BASE, _UNITS - 1 - i, 1 << 64) for i in range(_UNITS))
"""The weight of each unit of a window, first unit first."""
_LEAVING: Final = tuple(pow(_BASE, 2 * _UNITS - 1 - i, 1 << 64) for i in range(_UNITS))
"""37 to the powers 199 down to 100: after n steps, the n units that left the window have the
weights of the last n entries."""
_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")
_END: Final = "\uffff" + "\0" * _UNITS


_COUNTED: Final = 16
"""Questions about one text answered by counting: numbering all lines costs about as much."""


class LineHashes:
    """The text of one file, prepared so that the hash of any line is quick to compute.

    Lines are distinguished by their 100 units; GitHub counts lines with the same hash. The two
    differ only for a collision made on purpose, and then only in the number after the colon.
    """

    __slots__ = ("_asked", "_numbers", "_starts", "_text", "_windows", "data")

    def __init__(self, data: bytes) -> None:
        """Prepare `data`: about 3 million lines a second, 16 bytes of memory for each."""
        self.data = data
        text = self._text = _units(data)
        starts = self._starts = array("q", _line_starts(text))
        self._windows = array("q", [hash(text[start : start + _UNITS]) for start in starts])
        self._asked = 0
        self._numbers = array("i")

    def line(self, number: int) -> str:
        """Return the hash of line `number`, 1-based, or an empty string where there is none."""
        if not 1 <= number <= len(self._starts):
            return ""
        (value,) = _hashes(self._text, self._starts[number - 1 : number])
        return f"{value:x}:{self._same(number - 1)}"

    def _same(self, index: int) -> int:
        """Return how many lines up to the one at `index` have the same hash."""
        windows = self._windows
        self._asked += 1
        if self._asked <= _COUNTED:
            return windows[: index + 1].count(windows[index])

        # Counting costs lines times questions. With many questions, all lines are numbered at once.
        if not self._numbers:
            self._numbers = _numbered(windows)
        return self._numbers[index]

    def all_lines(self) -> Iterator[str]:
        """Yield the hash of each line."""
        seen: dict[int, int] = {}
        for value, window in zip(_hashes(self._text, self._starts), self._windows, strict=True):
            seen[window] = same = seen.get(window, 0) + 1
            yield f"{value:x}:{same}"


def _numbered(windows: Sequence[int]) -> array[int]:
    """Return, for each line, how many lines up to it have the same window.

    A dictionary of windows would take a hundred bytes for each. Instead windows are in groups of
    about four, and a group is a chain of the last line of each of its windows. Nobody can choose
    lines for one group: Python's hash of texts is not the same in two processes.
    """
    groups = max(1, len(windows) // 4)
    newest = array("i", [-1]) * groups
    following = array("i", [-1]) * len(windows)
    numbers = array("i", [1]) * len(windows)
    for index, window in enumerate(windows):
        group = window % groups
        before, at = -1, newest[group]
        while at >= 0 and windows[at] != window:
            before, at = at, following[at]
        if at < 0:
            following[index] = newest[group]
            newest[group] = index
            continue

        numbers[index] = numbers[at] + 1
        following[index] = following[at]
        if before < 0:
            newest[group] = index
        else:
            following[before] = index
    return numbers


def line_hashes(data: bytes, wanted: Collection[int] | None = None) -> dict[int, str]:
    """Return hashes by 1-based line number: of all lines of `data`, or of those in `wanted`.

    Numbers that `data` does not have are left out.
    """
    hashes = LineHashes(data)
    if wanted is None:
        return dict(enumerate(hashes.all_lines(), 1))
    return {number: value for number in sorted(set(wanted)) if (value := hashes.line(number))}


_latest: LineHashes | None = None


def line_hash(layer: Layer, line: int) -> str:
    """Return the hash of `line` as `Layer.place` counts it: the callable that the engine takes.

    The text asked for last is kept, since one file usually has several findings. In a window of a
    file that is too large to be held, the hash covers what the window shows of the line.
    """
    global _latest
    # By identity: comparing the content of a large file would cost more than the hash.
    if _latest is None or _latest.data is not layer.data:
        _latest = LineHashes(layer.data)
    return _latest.line(line - layer.base_line + 1)


def _units(data: bytes) -> str:
    """Return the text to hash as a string in which every character is one UTF-16 code unit."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace(" ", "").replace("\t", "")
    return _ASTRAL.sub(_surrogates, text) + _END


def _surrogates(match: re.Match[str]) -> str:
    code = ord(match[0]) - 0x10000
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))


def _line_starts(text: str) -> Iterator[int]:
    """Yield where each line starts. The end mark belongs to the last line."""
    start = 0
    yield start
    while start := text.find("\n", start) + 1:
        yield start


def _hashes(text: str, starts: Sequence[int]) -> Iterator[int]:
    """Yield the hash of the window at each of `starts`, which ascend.

    A window that overlaps the one before is computed from it by the units that left and entered:
    this keeps files of very short lines from costing 100 steps for each of them.
    """
    value, before = 0, -_UNITS  # no window overlaps the first

    for start in starts:
        step = start - before
        # Rolling costs two units for each step, and starting again costs all 100.
        if 2 * step < _UNITS:
            # Horner's rule: move all weights up, take away what left, add what entered.
            left = text[before:start]
            entered = text[before + _UNITS : start + _UNITS]
            value = (
                value * pow(_BASE, step, 1 << 64)
                - sum(map(mul, map(ord, left), _LEAVING[_UNITS - step :]))
                + sum(map(mul, map(ord, entered), _POWERS[_UNITS - step :]))
            ) & _MASK
        else:
            window = text[start : start + _UNITS]
            value = sum(map(mul, map(ord, window), _POWERS)) & _MASK
        yield value
        before = start
