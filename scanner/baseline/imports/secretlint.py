"""secretlint: the allow lists in `.secretlintrc.json`, also in YAML.

Each rule, and each rule of a preset, can have `options.allows`: texts, or expressions between
slashes. `allowMessageIds` switches kinds of messages off. Source: the README of
`@secretlint/secretlint-rule-aws` and docs/configuration.md of secretlint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scanner.baseline.imports.interface import (
    OTHER_RULE,
    UNREADABLE,
    WHOLE_RULES,
    Claim,
    Imported,
    Importer,
    is_of_another,
    text_of,
)
from scanner.secret import Secret

if TYPE_CHECKING:
    from scanner.baseline.imports.interface import Content

_SIGN: Final = "secretlint-rule"
"""What the IDs of its rules and presets have in common."""


def read(content: Content) -> Imported | None:
    """Return what is in a configuration; None for anything else."""
    document = content.document
    if document is None and _SIGN in content.text:
        import yaml

        try:
            document = yaml.safe_load(content.text)
        except (yaml.YAMLError, ValueError, RecursionError):
            return None
    rules = document.get("rules") if isinstance(document, dict) else None
    if not isinstance(rules, list) or not any(_SIGN in text_of(each, "id") for each in rules):
        return None

    found = Imported([], {})
    _of_rules(rules, found)
    return found


def _of_rules(rules: list[Any], found: Imported, depth: int = 0) -> None:
    for each in rules:
        if not isinstance(each, dict):
            found.lose(UNREADABLE)
            continue
        is_other = is_of_another(text_of(each, "id"))
        options = each.get("options")
        allows = options.get("allows") if isinstance(options, dict) else None
        for text in allows if isinstance(allows, list) else []:
            if is_other or not isinstance(text, str) or not text:
                found.lose(OTHER_RULE if is_other else UNREADABLE)
            else:
                found.claims.append(_claim(text))

        if each.get("allowMessageIds") or each.get("disabled") is True:
            found.lose(OTHER_RULE if is_other else WHOLE_RULES)
        inner = each.get("rules")
        if isinstance(inner, list) and depth < 3:  # a preset has rules, and these have none
            _of_rules(inner, found, depth + 1)


def _claim(text: str) -> Claim:
    start, slash, flags = text.rpartition("/")
    if text.startswith("/") and slash and start and not flags.strip("dgimsuvy"):
        return Claim(pattern=f"(?i){start[1:]}" if "i" in flags else start[1:])
    return Claim(value=Secret(text.encode("utf-8", "replace")))


IMPORTER = Importer("secretlint", "`allows` in `.secretlintrc.json`, also in YAML", read)
