"""Markdown: that of rules, also as plain text for terminals and SARIF, and any text as Markdown."""

from __future__ import annotations

import re

from scanner.expressions import compile_later
from scanner.secret import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

MARKS: Final = compile_later(
    r"(?P<code>`[^`]+`)"
    r"|\[(?P<label>[^\]]+)\]\((?P<address>[^()\s]+)\)"
    r"|\*\*(?P<strong>[^*]+)\*\*"
    r"|(?<![\w*])\*(?P<emphasis>[^*]+)\*(?![\w*])"
)
"""The marks that rules use, which are few of CommonMark's."""


def plain(markdown: str) -> str:
    """Return a sentence or paragraph of Markdown without emphasis and links.

    Backquotes stay, since they show where a command ends; the address of a link follows its text.
    """
    return MARKS.sub(_unmarked, markdown)


def _unmarked(mark: re.Match[str]) -> str:
    if mark["code"]:
        return mark["code"]
    if mark["label"]:
        return f"{mark['label']} ({mark['address']})"
    return mark["strong"] or mark["emphasis"]


def code(text: str) -> str:
    """Return `text` as a code span of Markdown, whatever is in it.

    The span ends at a run of exactly as many backquotes as it began with (CommonMark 6.1).
    """
    text = visible(text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) or not text else ""
    return f"{fence}{space}{text}{space}{fence}"


def escaped(text: str) -> str:
    """Return `text` for Markdown with every mark of punctuation escaped (CommonMark 2.4)."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", visible(text))
