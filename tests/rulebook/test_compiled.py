"""The shipped rules as scans load them: complete, and without a YAML parser."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.rulebook.checking import check
from scanner.rulebook.compiled import pack, shipped_rules, unpack

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
            "json",
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
    assert unpack(ast.literal_eval(repr(pack(rule)))) == rule


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
    assert unpack(ast.literal_eval(repr(pack(rule)))) == rule
