"""The Markdown of rules as plain text, for terminals and for `help.text` of SARIF."""

from __future__ import annotations

import re
from typing import Final

# The marks that rules use, which are few of CommonMark's.
_MARKS: Final = re.compile(
    r"(?P<code>`[^`]+`)"
    r"|\[(?P<label>[^\]]+)\]\((?P<address>[^()\s]+)\)"
    r"|\*\*(?P<strong>[^*]+)\*\*"
    r"|(?<![\w*])\*(?P<emphasis>[^*]+)\*(?![\w*])"
)


def plain(markdown: str) -> str:
    """Return a sentence or paragraph of Markdown without emphasis and links.

    Backquotes stay, since they show where a command ends; the address of a link follows its text.
    """
    return _MARKS.sub(_unmarked, markdown)


def _unmarked(mark: re.Match[str]) -> str:
    if mark["code"]:
        return mark["code"]
    if mark["label"]:
        return f"{mark['label']} ({mark['address']})"
    return mark["strong"] or mark["emphasis"]
