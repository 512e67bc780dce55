"""Values that look like credentials and are not: documentation examples and placeholders.

AWS writes `EXAMPLE` into its documentation keys. A few examples that were copied everywhere do not
contain the word; they are listed in `rules/documentation-examples.json` as truncated SHA-256
digests with their sources, since the project holds no credential-looking value in one piece.

Everything else is recognised by form. Each limit is set so that a random value passes: one in a
million key IDs, and fewer secrets, would be taken for a placeholder (the probabilities stand beside
the limits; for the 16 random characters of a key ID, then for the 40 of a secret).
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from scanner.expressions import compile_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

DOCUMENTATION: Final = "documentation-example"
PLACEHOLDER: Final = "placeholder"

_LONG: Final = 200
"""Longer values (session tokens, URLs) hold repeated characters and any short word by chance."""

_EXAMPLE = compile_later(rb"EXAMPLE|example|Example")  # 3e-10; 3e-11

# Pieces of the keys in AWS documentation, which people shorten, lengthen and change at the end.
_VARIANT = compile_later(
    rb"wJalrXUtn|K7MDENG|bPxRfiCY|je7MtGbCl|2Zp9Utk|h3yCo8nvb|IOSFODNN7|I44QH8DHB", re.IGNORECASE
)

# Words of seven letters or more: 3e-10 each in a key ID, 1e-9 each in a secret, in any case. Six
# letters (1e-8; 3e-8 each) only where people do write them.
_WORDS = compile_later(
    rb"EXAMPLE|PLACEHOLDER|REDACTED|REPLACE_?(?:ME|THIS|WITH)|CHANGE_?(?:ME|THIS)|INSERT_?(?:YOUR|HERE)"
    rb"|YOUR_?(?:AWS|ACCESS|SECRET|KEY|TOKEN|OWN)|ACCESS_?KEY|SECRET_?KEY|TEST_?(?:KEY|SECRET|TEST)"
    rb"|FAKE_?(?:KEY|SECRET|FAKE)|DUMMY_?(?:KEY|SECRET|DUMMY)|NOT_?A_?REAL|NOT_?REAL|SAMPLE_?KEY"
    rb"|FOOBAR|DEADBEEF|CAFEBABE|TESTING|INVALID|QWERTY|ASDFGH|ZXCVBN",
    re.IGNORECASE,
)

_REPEATED = compile_later(rb"(.)\1{5}", re.DOTALL)  # 3.3e-7; 3.3e-8
_MASKED: Final = 8  # of 16 characters an X: 1e-8
_FEWEST_OF_16: Final = 6  # fewer distinct characters than this: 2.6e-8
_FEWEST_OF_32: Final = 11  # fewer than this, of 32 or more characters: below 1e-12
_LONGEST_SEQUENCE: Final = 7  # steps of one, up or down: 2e-8; 1e-9
_LONGEST_PERIOD: Final = 5  # the whole value repeats with it: below 1e-15


def placeholder(value: bytes) -> str | None:
    """Return why `value` is no credential: `DOCUMENTATION`, `PLACEHOLDER`, or None where it may be.

    Takes a value of any kind and length. A key ID is judged by the 16 characters behind its prefix.
    """
    if _EXAMPLE.search(value) or _is_listed(value):
        return DOCUMENTATION
    if len(value) <= _LONG and _VARIANT.search(value):
        return DOCUMENTATION
    body = value[4:] if len(value) == 20 and value[:4] in _PREFIXES else value
    if len(value) > _LONG:
        return PLACEHOLDER if len(set(body)) < _FEWEST_OF_32 else None
    if _WORDS.search(value) or _REPEATED.search(value) or _is_poor(body) or _is_sequence(body):
        return PLACEHOLDER
    return None


_PREFIXES: Final = frozenset((b"AKIA", b"ASIA", b"ABIA", b"ACCA"))


def _is_poor(body: bytes) -> bool:
    distinct = len(set(body))
    if len(body) >= 32:
        if distinct < _FEWEST_OF_32:
            return True
    elif len(body) >= 16 and (distinct < _FEWEST_OF_16 or body.upper().count(b"X") >= _MASKED):
        return True
    return len(body) >= 16 and any(
        body[period:] == body[:-period] for period in range(1, _LONGEST_PERIOD + 1)
    )


def _is_sequence(body: bytes) -> bool:
    # In one case: `aBcDeFgH` is the alphabet to a person. And every second character, as in
    # `1a2B3c4D`: 1e-8 for 40 random characters, since both halves have to be sequences.
    lower = body.lower()
    return _runs_on(lower) or (_runs_on(lower[::2]) and _runs_on(lower[1::2]))


def _runs_on(body: bytes) -> bool:
    length, direction = 1, 0
    for before, after in pairwise(body):
        step = after - before
        if step in (1, -1):
            length = length + 1 if step == direction else 2
            if length >= _LONGEST_SEQUENCE:
                return True
        else:
            length = 1
        direction = step
    return False


def _is_listed(value: bytes) -> bool:
    from binascii import crc32

    # A checksum first: hashlib takes longer to load than a clean scan takes to run.
    digests = _listed().get(crc32(value))
    if not digests:
        return False
    from hashlib import sha256

    return sha256(value).hexdigest()[:_DIGEST] in digests


_DIGEST: Final = 32


@cache
def _listed() -> dict[int, frozenset[str]]:
    import json

    from scanner.rulebook.files import data_path

    with open(data_path("documentation-examples.json"), encoding="utf-8") as file:
        entries = json.load(file)["examples"]
    listed: dict[int, set[str]] = {}
    for entry in entries:
        listed.setdefault(int(entry["crc32"], 16), set()).add(entry["sha256"])
    return {checksum: frozenset(digests) for checksum, digests in listed.items()}
