"""Is a 40-character run a random secret access key, or a name, a path or a hash that looks so?

A secret access key has no prefix and no checksum: it is 40 characters, taken uniformly from the 64
of base64. Shannon entropy does not separate it from `TheQuickBrownFoxJumpsOverTheLazyDogAgain`,
because it does not look at the order of the characters. The ratio of two probabilities does::

    score = log2 P(run | uniform base64) - log2 P(run | pairs of neighbouring characters in code)

in bits; the higher, the more random. The pairs were counted on public packages by
`tools/train_randomness.py` and are shipped as `rules/randomness.json`. A few kinds of run are
regular although their pairs are rare in code (`qwertyuiop`, a hash, a repeated block):
`regularity` names those. docs/randomness.md says how both were measured.
"""

from __future__ import annotations

import binascii
import functools
import itertools
import json
import re

from scanner.expressions import compile_later
from scanner.rulebook.files import data_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MEDIUM_BITS = 20.0
"""From this score on a bare run of 40 characters without a regularity is reported at medium."""

LOW_BITS = 10.0
"""Below this score it is not reported; from here to `MEDIUM_BITS` it is reported at low."""

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
"""The 64 symbols in the order of their base64 values: the order of the table's rows and columns."""

_UPPER = ALPHABET[:26]
_LOWER = ALPHABET[26:52]
_LOWER_HEX = b"0123456789abcdef"
_UPPER_HEX = b"0123456789ABCDEF"
_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\n\r"

# Words that people put into a made-up value. Six letters at least: a random secret contains a given
# word of six, in whatever case, with a probability of 3e-8, and a given one of seven with 1e-9.
_PLACEHOLDER = compile_later(
    rb"example|placeholder|changeme|redacted|replace|secretkey|secretaccess|accesskey|yoursecret"
    rb"|yourkey|yourpassword|password|notasecret|notareal|dummykey|fakesecret|testsecret|testtest"
    rb"|foobar",
    re.IGNORECASE,
)

# Keyboard rows, which are sequences to a person only; alphabet and digits are found by their steps.
_KEYBOARD_ROWS = (b"qwertyuiop", b"asdfghjkl", b"zxcvbnm", b"qwertzuiop")
_KEYBOARD_PIECE = 6
_KEYBOARD = compile_later(
    b"|".join(
        piece
        for row in _KEYBOARD_ROWS
        for line in (row, row[::-1])
        for start in range(len(line) - _KEYBOARD_PIECE + 1)
        for piece in (line[start : start + _KEYBOARD_PIECE],)
    ),
    re.IGNORECASE,
)

# A path in a symbol of compiled Rust ("v0" mangling) names each part with its length before it and
# ends with a hash of the crate in base 62, which is random: 6e-7.
_RUST_SYMBOL = compile_later(
    b"(?:%s).*[tE]Cs[0-9A-Za-z]{10,12}$"
    % b"|".join(b"%d[a-z]{%d}" % (length, length) for length in range(3, 10))
)

# Every limit leaves random secrets alone: the probability that one of 40 characters is caught
# is next to it (the keyboard rows: 1e-6). All tests together reject about 2 in a million.
_HEX_SHARE = 0.65  # 26 of 40 in one case: 2e-7
_HEX_STRETCH = compile_later(rb"[0-9a-f]{16}|[0-9A-F]{16}")  # 9e-9
_FEWEST_DISTINCT = 17  # fewer than this: 1e-10
_FEWEST_WORDS = 4
_WORDS_SHARE = 0.6  # 24 of 40 letters in four words of one case: below 1e-9
_LONGEST_PERIOD = 20
_REPEATED_STEPS = 6  # for one period and one step: 5e-10
_STEPS = frozenset((-1, 0, 1))
_TEXT_SHARE = 0.9  # of the decoded 30 bytes: 6e-9
_SAME_BYTES = 6  # among the decoded 30 bytes: 5e-7


def score(value: bytes) -> float:
    """Return how much more probable `value` is as uniform base64 than as code, in bits.

    The thresholds are calibrated for 40 characters; another length gives a score in proportion to
    it (about 2 bits a character for random values). Nothing is normalised: case, `+` and `/` count
    as they stand.

    Args:
        value: at least two characters of the base64 alphabet, without padding.

    Raises:
        ValueError: `value` is shorter than two bytes or has a byte outside the alphabet.
    """
    if len(value) < 2 or value.translate(None, ALPHABET):
        raise ValueError("not two or more characters of the base64 alphabet")
    rows, unit = _table()
    return unit * sum([rows[first][second] for first, second in itertools.pairwise(value)])


def regularity(value: bytes) -> str | None:
    """Return why `value` is not random although its pairs may be rare, or None if nothing shows it.

    The limits are set for 40 characters, of which a uniform random value is named in about 2 cases
    in a million.

    Args:
        value: characters of the base64 alphabet, without padding.

    Returns:
        A short phrase for the evidence, such as "contains the word EXAMPLE".
    """
    word = _PLACEHOLDER.search(value)
    if word:
        return f"contains the word {word[0].decode()}"

    if not value.translate(None, _LOWER_HEX + _UPPER_HEX):
        return "only hexadecimal digits"
    if min(len(value.translate(None, hexadecimal)) for hexadecimal in (_LOWER_HEX, _UPPER_HEX)) <= (
        1 - _HEX_SHARE
    ) * len(value):
        return "mostly hexadecimal digits"
    if _HEX_STRETCH.search(value):
        return "contains 16 hexadecimal digits in a row"

    # One random secret in a billion has one case only.
    if len(value.translate(None, _LOWER)) == len(value):
        return "no lower-case letter"
    if len(value.translate(None, _UPPER)) == len(value):
        return "no upper-case letter"

    distinct = len(set(value))
    if distinct < _FEWEST_DISTINCT:
        return f"only {distinct} different characters"
    if _KEYBOARD.search(value):
        return "contains a row of the keyboard"
    if _RUST_SYMBOL.search(value):
        return "is a symbol of compiled Rust"
    if _joined_words(value):
        return "is words joined by +"
    return _repetition(value) or _encoded(value)


def _joined_words(value: bytes) -> bool:
    """Return whether most of `value` is words between plus signs: the text of an encoded query."""
    words = [
        piece
        for piece in value.split(b"+")
        if piece.isalpha() and (piece.islower() or piece.isupper() or piece.istitle())
    ]
    return len(words) >= _FEWEST_WORDS and sum(map(len, words)) >= _WORDS_SHARE * len(value)


def _repetition(value: bytes) -> str | None:
    """Name a stretch that repeats, or counts up or down, at some distance from itself.

    With distance 1, `aaaaaaa`, `abcdefg` and `7654321` are found; with longer ones, `xyzxyzxyz` and
    `a1b2c3d4e5`.
    """
    for period in range(1, min(_LONGEST_PERIOD, len(value) - _REPEATED_STEPS) + 1):
        previous = None
        length = 0
        for earlier, later in zip(value, value[period:], strict=False):
            step = later - earlier
            length = length + 1 if step == previous else 1
            previous = step
            if length == _REPEATED_STEPS and step in _STEPS:
                return "contains a sequence" if step else "contains a repeated block"
    return None


def _encoded(value: bytes) -> str | None:
    """Name a value that is base64 of something other than random bytes."""
    if len(value) % 4:
        return None
    decoded = binascii.a2b_base64(value)
    readable = len(decoded) - len(decoded.translate(None, _PRINTABLE))
    if readable >= _TEXT_SHARE * len(decoded):
        return "is base64 of text"
    if max(map(decoded.count, set(decoded)), default=0) >= _SAME_BYTES:
        return "is base64 of repetitive data"
    return None


@functools.cache
def _table() -> tuple[tuple[Mapping[int, int], ...], float]:
    """Return the scores, indexed by the bytes of a pair, and their unit in bits.

    Rows exist for all bytes up to the last of the alphabet, so that no byte need be translated; the
    rows of bytes outside it are empty.
    """
    with open(data_path("randomness.json"), encoding="ascii") as file:
        stored = json.load(file)
    scored = dict(zip(ALPHABET, (dict(_row(row)) for row in stored["rows"]), strict=True))
    rows = tuple(scored.get(byte, {}) for byte in range(max(ALPHABET) + 1))
    return rows, stored["unit_bits"]


def _row(stored: list[int]) -> Iterator[tuple[int, int]]:
    """Pair the scores of one stored row with the bytes of the alphabet."""
    return zip(ALPHABET, stored, strict=True)
