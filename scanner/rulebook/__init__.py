"""The rules: what kinds of credentials there are, how each is found, what to do about it."""

from __future__ import annotations

from scanner.errors import ConfigError, RuleError, did_you_mean
from scanner.rulebook.compiled import shipped_rules
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from scanner.rulebook.model import Rule


def load_rules(user_files: Sequence[str], disabled: Collection[str]) -> tuple[Rule, ...]:
    """Return the shipped rules and those of `user_files`, without the `disabled` IDs.

    IDs are in lower case; those that are disabled may be written in any.

    Raises RuleError for a file that cannot be used or an ID that is given twice, ConfigError for a
    disabled ID that no rule has: a typing error there must not switch nothing off in silence.
    """
    rules = {rule.id: rule for rule in shipped_rules()}
    if user_files:
        from scanner.rulebook.loading import load_yaml

        for path in user_files:
            rule = load_yaml(path)
            other = rules.get(rule.id)
            if other is not None:
                owner = printable(other.origin) or "a shipped rule"
                raise RuleError(printable(path), "id", f"`{rule.id}` is already the ID of {owner}")
            rules[rule.id] = rule
    for rule_id in disabled:
        if rule_id.lower() not in rules:
            raise ConfigError(unknown_rule(printable(rule_id), rules))
    if not disabled:
        return tuple(rules.values())
    left_out = {rule_id.lower() for rule_id in disabled}
    return tuple(rule for rule in rules.values() if rule.id not in left_out)


def unknown_rule(rule_id: str, known: Collection[str]) -> str:
    """Return the message for an ID that no rule has, with the nearest one if there is any."""
    hint = did_you_mean(rule_id, known) or "; `keycatch rules list` shows all"
    return f"there is no rule `{rule_id}`{hint}"
