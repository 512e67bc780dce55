"""The shipped rules as every scan loads them: from a module, without a parser of any kind.

`scanner.rulebook.shipped` is written by `tools/compile_rules.py` from the YAML files; a test proves
it current. Python keeps modules compiled, so that the rules are there at a tenth of what it takes
to load `json` and to parse the same as JSON: 10 of 200 million instructions of a start.
"""

from __future__ import annotations

from functools import cache

from scanner.findings import Confidence, Severity
from scanner.rulebook.model import Anchor, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """Return the shipped rules, ordered by their IDs."""
    from scanner.rulebook.shipped import RULES

    return tuple(map(unpack, RULES))


def pack(rule: Rule) -> dict[str, Any]:
    """Return the fields of the shipped `rule` as plain values; the opposite of `unpack`."""
    packed: dict[str, Any] = rule._asdict()
    packed["severity"] = int(rule.severity)
    packed["confidence"] = int(rule.confidence)
    packed["anchors"] = tuple(map(tuple, rule.anchors))
    del packed["origin"]
    return packed


def unpack(packed: dict[str, Any]) -> Rule:
    """Return the rule that `packed` describes."""
    fields = {
        **packed,
        "origin": "",
        "severity": Severity(packed["severity"]),
        "confidence": Confidence(packed["confidence"]),
        "anchors": tuple(map(Anchor._make, packed["anchors"])),
    }
    return Rule(**fields)
