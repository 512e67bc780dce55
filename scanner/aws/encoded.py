"""Base64 as credentials carry it: with or without padding, standard or URL-safe."""

from __future__ import annotations

import binascii

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")


def decode(text: bytes) -> bytes | None:
    """Return what `text` encodes, with either alphabet, its padding complete, partial or absent.

    None for a length that no encoding has, or for characters that belong to neither alphabet.
    """
    standard = text.translate(_URL_SAFE)
    try:
        return binascii.a2b_base64(standard + b"=" * (-len(standard) % 4), strict_mode=True)
    except binascii.Error:
        return None
