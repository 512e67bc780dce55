"""The shipped rules, from `rules/compiled.json`: what every scan loads, without a YAML parser.

The file is written by `tools/compile_rules.py` from the YAML files; a test proves it current.
"""

from __future__ import annotations

import json
from functools import cache

from scanner.errors import RuleError
from scanner.findings import Confidence, Severity
from scanner.rulebook.files import data_path
from scanner.rulebook.model import Anchor, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

FORMAT: Final = 2
"""Version of the layout of the file, so that a stale one is recognised."""

_LISTS: Final = ("cwe", "remediation", "references", "derived_from")


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """Return the shipped rules, ordered by their IDs; RuleError for a broken installation."""
    path = data_path("compiled.json")
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        if content["format"] != FORMAT:
            raise ValueError("it was written by another version")
        return tuple(map(unpack, content["rules"]))
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise RuleError(path, "", f"is damaged ({error}); install the program again") from None


def pack(rule: Rule) -> dict[str, Any]:
    """Return `rule` as JSON can hold it; the opposite of `unpack`."""
    packed: dict[str, Any] = rule._asdict()
    packed["severity"] = int(rule.severity)
    packed["confidence"] = int(rule.confidence)
    packed["anchors"] = [_packed_anchor(anchor) for anchor in rule.anchors]
    del packed["origin"]
    return packed


def unpack(packed: Mapping[str, Any]) -> Rule:
    """Return the rule that `packed` describes; raises LookupError, TypeError or ValueError."""
    fields = dict(packed)
    fields["severity"] = Severity(fields["severity"])
    fields["confidence"] = Confidence(fields["confidence"])
    fields["anchors"] = tuple(map(_unpacked_anchor, fields["anchors"]))
    for key in _LISTS:
        fields[key] = tuple(fields[key])
    return Rule(origin="", **fields)


def _packed_anchor(anchor: Anchor) -> dict[str, Any]:
    fields = anchor._asdict().items()
    return {
        key: value.decode("utf-8") if isinstance(value, bytes) else value
        for key, value in fields
        if value
    }


def _unpacked_anchor(packed: Mapping[str, Any]) -> Anchor:
    fields: dict[str, Any] = {
        key: value.encode() if isinstance(value, str) and key != "case" else value
        for key, value in packed.items()
    }
    return Anchor(**fields)
