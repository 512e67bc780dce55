"""The name, version and address of the project, each in this place only.

`HOME` has no public value yet. Everything that needs an address (rule help links, SARIF, snippets)
builds it from this constant, so that giving the project a home is a change of one line.
"""

from __future__ import annotations

NAME = "keycatch"
VERSION = "0.1.0"
HOME = "https://keycatch.invalid"


def rule_page(rule_id: str) -> str:
    """Return the address of the documentation page of the rule called `rule_id`."""
    return f"{HOME}/rules/{rule_id}"
