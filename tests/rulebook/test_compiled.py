"""The shipped rules as scans load them: complete, and without a YAML parser."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.errors import RuleError
from scanner.rulebook import compiled
from scanner.rulebook.checking import check
from scanner.rulebook.compiled import FORMAT, pack, shipped_rules, unpack

ROOT = Path(__file__).resolve().parents[2]


def test_loading_needs_no_parser() -> None:
    program = (
        "import sys; before = set(sys.modules)\n"
        "from scanner.rulebook import load_rules\n"
        "assert len(load_rules((), ())) > 10\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "scanner.rulebook.compiled" in loaded
    assert (
        loaded
        & {
            "yaml",
            "regex",
            "difflib",
            "hashlib",
            "scanner.rulebook.checking",
            "scanner.rulebook.keys",
        }
        == set()
    )


@pytest.mark.parametrize("rule", shipped_rules(), ids=lambda rule: rule.id)
def test_packing_loses_nothing(rule) -> None:
    assert unpack(json.loads(json.dumps(pack(rule)))) == rule


def test_packing_a_rule_of_every_key() -> None:
    mapping = {
        "id": "a",
        "name": "A",
        "summary": "S.",
        "severity": "note",
        "anchors": [{"literal": "käse"}, {"run": 41}],
        "pattern": "abc",
        "before": 1,
        "after": 2,
        "options": {"min_entropy": 1.5},
    }
    rule = check(mapping, "x", shipped=True).rule
    assert unpack(json.loads(json.dumps(pack(rule)))) == rule


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"format": 0, "rules": []}', f'{{"format": {FORMAT}, "rules": [{{}}]}}'],
)
def test_a_damaged_installation(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "compiled.json"
    path.write_text(content)
    monkeypatch.setattr(compiled, "data_path", lambda _: str(path))
    with pytest.raises(RuleError, match="install the program again"):
        shipped_rules.__wrapped__()


def test_a_missing_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "data_path", lambda _: str(tmp_path / "none"))
    with pytest.raises(RuleError, match="install the program again"):
        shipped_rules.__wrapped__()
