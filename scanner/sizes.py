"""Sizes as people write them in options and in the configuration."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_UNITS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def size_in_bytes(text: str) -> int:
    """Return the bytes that `text` names, such as `500000`, `100K` or `10M`; 0 for no size."""
    number = text.rstrip("kKmMgG")
    unit = text[len(number) :].lower()
    # Digits of other scripts are digits for Python; more than twelve are a mistake, not a size.
    is_number = number.isascii() and number.isdigit() and len(number) < 13
    return int(number) * _UNITS[unit] if is_number and unit in _UNITS else 0
