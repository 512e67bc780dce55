"""Shipped rules and rules of users together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.errors import ConfigError, RuleError
from scanner.rulebook import load_rules
from scanner.rulebook.compiled import shipped_rules

if TYPE_CHECKING:
    from pathlib import Path

RULE = """\
id: {id}
name: ACME token
summary: A token of ACME.
severity: high
anchors:
  - literal: acme_
pattern: 'acme_[0-9a-f]{{32}}'
"""


def write(path: Path, rule_id: str) -> str:
    path.write_text(RULE.format(id=rule_id))
    return str(path)


def test_all_shipped_rules_in_order() -> None:
    assert load_rules((), ()) == shipped_rules()
    ids = [rule.id for rule in load_rules((), ())]
    assert ids == sorted(ids)


def test_rules_of_users_come_after(tmp_path: Path) -> None:
    files = [write(tmp_path / "b.yaml", "beta"), write(tmp_path / "a.yaml", "alpha")]
    rules = load_rules(files, ())
    assert [rule.id for rule in rules[-2:]] == ["beta", "alpha"]
    assert [rule.origin for rule in rules[-2:]] == files


def test_disabled_rules_are_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", "alpha")
    rules = load_rules([path], {"alpha", "aws-unnamed-secret"})
    assert {rule.id for rule in shipped_rules()} - {rule.id for rule in rules} == {
        "aws-unnamed-secret"
    }
    assert "alpha" not in [rule.id for rule in rules]


def test_an_unknown_disabled_rule_is_an_error() -> None:
    with pytest.raises(ConfigError, match="no rule `aws-unamed-secret`; did you mean `aws-unnamed"):
        load_rules((), ["aws-unamed-secret"])
    with pytest.raises(ConfigError, match="keycatch rules list"):
        load_rules((), ["\x1bzzzzzz"])


def test_the_id_of_a_shipped_rule_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", "aws-session-token")
    with pytest.raises(RuleError, match="already the ID of a shipped rule"):
        load_rules([path], ())
    # ... also where that one is disabled: reports would mix the two up.
    with pytest.raises(RuleError):
        load_rules([path], ["aws-session-token"])


def test_an_id_given_twice(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.yaml", "alpha"), write(tmp_path / "b.yaml", "alpha")
    with pytest.raises(RuleError) as caught:
        load_rules([first, second], ())
    assert caught.value.source == second
    assert first in caught.value.reason
