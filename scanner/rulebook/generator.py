"""Made-up values for examples and tests: right in structure, never issued by anyone.

A `Generator` gives the same values for the same seed in every version of Python. Here is what
several kinds of credentials are built from; the module of each kind in `scanner.kinds` makes the
rest from it.
"""

from __future__ import annotations

import base64
import random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

BASE32: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
HEX: Final = "0123456789abcdef"
WORD: Final = "abcdefghijklmnopqrstuvwxyz0123456789"


class Generator:
    """A source of made-up values; each depends on the seed and on the calls before it."""

    def __init__(self, seed: str | int) -> None:
        """Start from `seed`; the same seed gives the same values."""
        self._random = random.Random(seed)  # noqa: S311 -- nothing here is to be unpredictable

    # -- raw material -------------------------------------------------------------------------

    def text(self, alphabet: Sequence[str], length: int) -> str:
        """Return `length` characters of `alphabet`, each equally probable."""
        return "".join(alphabet[self._random.randrange(len(alphabet))] for _ in range(length))

    def raw(self, length: int) -> bytes:
        """Return `length` random bytes."""
        return bytes(self._random.randrange(256) for _ in range(length))

    def number(self, limit: int) -> int:
        """Return a whole number from 0 to below `limit`."""
        return self._random.randrange(limit)

    def hex(self, length: int) -> str:
        """Return `length` hexadecimal digits in lower case."""
        return self.text(HEX, length)

    def word(self, length: int) -> str:
        """Return `length` small letters and digits."""
        return self.text(WORD, length)

    def base64(self, length: int) -> str:
        """Return `length` random bytes in base64, with padding."""
        return self.encode(self.raw(length))

    def base64url(self, length: int) -> str:
        """Return `length` random bytes in URL-safe base64, without padding."""
        return self.encode_url(self.raw(length))

    @staticmethod
    def encode(raw: bytes) -> str:
        """Return `raw` in base64, with padding."""
        return base64.b64encode(raw).decode("ascii")

    @staticmethod
    def encode_url(raw: bytes) -> str:
        """Return `raw` in URL-safe base64, without padding."""
        return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")

    def account_id(self) -> str:
        """Return 12 digits."""
        return f"{self._random.randrange(100_000_000_000, 1_000_000_000_000)}"

    # -- access keys ----------------------------------------------------------------------------

    def access_key_id(self, account_id: str | None = None, prefix: str = "AKIA") -> str:
        """Return a key ID as issued since 2019, with the account inside."""
        account = int(account_id or self.account_id())
        number = 1 << 79 | account << 39 | self._random.getrandbits(39)
        return prefix + "".join(BASE32[number >> shift & 31] for shift in range(75, -1, -5))

    def temporary_access_key_id(self, account_id: str | None = None) -> str:
        """Return a key ID of STS."""
        return self.access_key_id(account_id, "ASIA")

    def old_access_key_id(self, prefix: str = "AKIA") -> str:
        """Return a key ID as issued before 2019."""
        return prefix + self.text("IJ", 1) + self.text(BASE32, 14) + self.text("AQ", 1)

    def secret_access_key(self) -> str:
        """Return 40 characters of base64 with at least one digit, as nearly all secrets have."""
        while True:
            secret = self.text(BASE64, 40)
            if any(character.isdigit() for character in secret):
                return secret

    def session_token(self, region: str = "eu-west-1", size: int = 600) -> str:
        """Return a session token of `size` bytes before encoding; `region` is readable in it."""
        head = b"\x21\x0a\x09origin_ec\x10" + self._varint()
        head += b"\x1a" + bytes((len(region),)) + region.encode()
        return self.encode(head + self.raw(size - len(head)))

    def old_session_token(self, size: int = 250) -> str:
        """Return a session token of the kind issued about 2019 to 2022, without a region."""
        head = b"\x17\x0a\x06er/aws\x10" + self._varint() + b"\x1a\x0c" + self.raw(12)
        return self.encode(head + self.raw(size - len(head)))

    def _varint(self) -> bytes:
        return bytes((self._random.randrange(128, 256), self._random.randrange(1, 128)))
