"""The structure of an access key ID: what can be told from its 20 characters alone.

AWS documents the prefixes only. The rest is public research, collected with its sources in the
documentation of the rule `aws-access-key-id`:

* the 16 characters after the prefix are base32 (`A-Z2-7`), 80 bits, most significant bit first;
* since March 2019 the first of those bits is set and the next 40 are the account number, so the
  fifth character is one of `Q-Z2-6` (`7` would make an account number of 13 digits);
* before, the fifth character was `I` or `J`, the last one `A` or `Q` (the whole ID was the base32
  form of 12 bytes: four padding bits), and the account number is not inside.

There is no checksum. The test accepts every ID that AWS issued and 7 % of the strings that people
make up from `[A-Z0-9]`.
"""

from __future__ import annotations

from typing import NamedTuple

LENGTH = 20

KINDS = {
    b"AKIA": "long-term access key",
    b"ASIA": "temporary access key",
    b"ABIA": "bearer token of STS",
    b"ACCA": "service-specific credential",
}

_BASE32 = {character: index for index, character in enumerate(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}
_MAX_ACCOUNT = 999_999_999_999
_GENERATION_1_FIFTH = b"IJ"
_GENERATION_1_LAST = b"AQ"


class KeyId(NamedTuple):
    """What an access key ID tells about itself."""

    kind: str
    """What the prefix stands for, in words."""
    generation: int
    """2 since 2019, 1 before, 0 where AWS cannot have issued it."""
    account_id: str
    """The 12 digits of the account; empty for generations 0 and 1."""
    impossible: str
    """Why AWS cannot have issued it; empty where it can."""


def parse(value: bytes) -> KeyId:
    """Read the access key ID `value`: 20 characters that start with a prefix of `KINDS`.

    Raises ValueError for anything that has another length or prefix.
    """
    kind = KINDS.get(value[:4])
    if kind is None or len(value) != LENGTH:
        raise ValueError("not of the form of an access key ID")
    number = 0
    for character in value[4:]:
        digit = _BASE32.get(character)
        if digit is None:
            return KeyId(kind, 0, "", "holds a character that key IDs never have (0, 1, 8 or 9)")
        number = number << 5 | digit
    if number >> 79:
        account = number >> 39 & (1 << 40) - 1
        if account > _MAX_ACCOUNT:
            return KeyId(kind, 0, "", "the account number inside would have 13 digits")
        return KeyId(kind, 2, f"{account:012d}", "")
    if value[4] not in _GENERATION_1_FIFTH:
        fifth = chr(value[4])
        return KeyId(kind, 0, "", f"no key ID was ever issued with {fifth} as fifth character")
    if value[-1] not in _GENERATION_1_LAST:
        return KeyId(kind, 0, "", "a key ID of before 2019 ends in A or Q")
    return KeyId(kind, 1, "", "")
