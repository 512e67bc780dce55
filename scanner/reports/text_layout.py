"""Lines of the text report: rows with labels, and sentences wrapped for a terminal."""

from __future__ import annotations

from textwrap import wrap

from scanner.expressions import compile_later
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Final

    from scanner.reports.ansi import Paint

WIDTH: Final = 80
"""Columns of a terminal that lines are made for."""
_LABEL: Final = 19
"""Columns of a label: `secret access key` and a gap."""
_CODE: Final = compile_later("`[^`]+`")


def row(label: str, lines: Iterable[str], paint: Paint) -> Iterator[str]:
    """Yield a label with its lines in a column next to it; nothing where there are no lines."""
    for number, line in enumerate(lines):
        head = printable(label).ljust(_LABEL) if number == 0 else " " * _LABEL
        yield f"    {paint('dim', head)}{line}\n"


def sentences(texts: Iterable[str]) -> list[str]:
    """Return `texts` in lines that fit next to a label."""
    room = WIDTH - _LABEL - 4
    lines = []
    for text in texts:
        # Words are never broken: `printable` has looked at where they begin.
        lines += wrap(printable(text), room, break_long_words=False, break_on_hyphens=False)
    return lines


def filled(head: str, text: str) -> Iterator[str]:
    """Yield `text` wrapped after `head`; a command in backquotes stays on one line."""
    kept = _CODE.sub(lambda code: code[0].replace(" ", "\u00a0"), printable(text))
    for line in wrapped(head, kept):
        yield line.replace("\u00a0", " ")


def wrapped(head: str, text: str) -> Iterator[str]:
    """Yield `text` in lines of the report's width, the first after `head`, the others below it."""
    # Words are never broken: `printable` has looked at where they begin.
    for line in wrap(
        text,
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    ):
        yield f"{line}\n"
