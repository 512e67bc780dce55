"""Colour for a terminal: the few ANSI styles that the text report uses.

Colour repeats what the words say and never says anything alone.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

# Parameters of SGR (ECMA-48, 8.3.117) from the eight colours that every terminal has, so that a
# theme decides how they look: 1 bold, 2 faint, 31 red, 33 yellow, 36 cyan.
_STYLES: Final = {
    "critical": "1;31",
    "high": "31",
    "medium": "33",
    "low": "36",
    "note": "2",
    "bold": "1",
    "dim": "2",
    "warning": "1;33",
}


class Paint:
    """Styles text, or leaves it as it is."""

    __slots__ = ("_color",)

    def __init__(self, color: bool) -> None:
        """Style text only if `color`."""
        self._color = color

    def __call__(self, style: str, text: str) -> str:
        """Return `text` in `style`, one of the names above; pad it before, not after."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._color and text else text
