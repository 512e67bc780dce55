"""The name, version and address of the project, each in this place only.

The project has no public address yet, so `HOME` is empty and nothing links to it: SARIF, rule
pages and snippets show the text itself. Setting `HOME` turns every link on.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

NAME = "keycatch"
VERSION = "0.1.0"
HOME: Final[str] = ""
"""Where the documentation is published: `https://...` without a slash at the end, or nothing."""


def rule_page(rule_id: str) -> str:
    """Return the address of the page of the rule `rule_id`, or nothing if none is published."""
    return f"{HOME}/rules/{rule_id}" if HOME else ""
