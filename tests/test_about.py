"""The address of the project: one constant, and no placeholder where a reader could follow it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner import about
from scanner.commands import rules as rules_command
from scanner.rulebook.compiled import shipped_rules

ROOT = Path(__file__).resolve().parents[1]
# Documentation names a repository by the owner that its reader has to fill in, never by ours.
PLACEHOLDERS = re.compile(r"\.invalid\b|ADDRESS-OF|OWNER/keycatch")


def test_the_address_is_nothing_or_a_complete_one():
    assert about.HOME == "" or re.fullmatch(r"https://[a-z0-9.-]+(/[^\s/]+)*", about.HOME)


def test_a_page_is_given_only_where_pages_are_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(about, "HOME", "")
    assert about.rule_page("aws-x") == ""
    monkeypatch.setattr(about, "HOME", "https://keycatch.example")
    assert about.rule_page("aws-x") == "https://keycatch.example/rules/aws-x"


@pytest.mark.parametrize("home", ["", "https://keycatch.example"])
def test_rules_show_has_the_page_only_where_it_is_published(
    home: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(about, "HOME", home)
    (rule,) = [rule for rule in shipped_rules() if rule.id == "aws-access-key-id"]
    rules_command._show(rule, as_yaml=False)
    assert ("https://keycatch.example/rules/aws-access-key-id" in capsys.readouterr().out) is bool(
        home
    )


def shown_to_users() -> list[Path]:
    """Return every file whose text reaches a user: program, rules, documentation, snippets."""
    found = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "action.yml")]
    found += [ROOT / ".pre-commit-hooks.yaml"]
    for folder, pattern in (("scanner", "*.py"), ("rules", "*.yaml"), ("docs", "*.md")):
        found += sorted((ROOT / folder).rglob(pattern))
    return found


def test_no_placeholder_is_where_an_address_belongs() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in shown_to_users()}
    assert len(texts) > 500
    assert [path for path, text in texts.items() if PLACEHOLDERS.search(text)] == []
