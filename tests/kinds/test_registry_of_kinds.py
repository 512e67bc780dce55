"""What every kind of credential needs: code that its rule names, a test, documentation, a golden.

A rule names its kind, so the rules are the registry. Adding a kind is a rule, a module in
`scanner/kinds/` where `pattern` is not enough, and the test of that module. Everything else that
this test asks for is written by `tools/compile_rules.py`, and by this file if it is run with
KEYCATCH_UPDATE_GOLDEN=1 in the environment; read the difference before committing it.
"""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.kinds import load
from scanner.kinds.examples import expand
from scanner.kinds.interface import Kind
from scanner.response import playbook
from scanner.response.plan import respond
from scanner.rulebook.loading import shipped_files
from scanner.saved.report import read

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 2, 14, 10, tzinfo=UTC)
"""Half an hour after the made-up requests and tokens were signed."""
MODULES = {path.stem for path in (ROOT / "scanner" / "kinds").glob("*.py")}
SHARED = {
    "__init__",
    "der",
    "encoded_places",
    "examples",
    "interface",
    "json_web_token",
    "key_forms",
    "signed_query",
    "surroundings",
    "wrapped_lines",
}
"""Modules that are not a kind: what several kinds use."""
FILES = {Path(path).stem: content for path, content in shipped_files()}
KINDS = sorted({content.rule.kind for content in FILES.values() if content.rule.kind})


def test_every_module_is_a_kind_of_some_rule() -> None:
    assert {name.partition(".")[0] for name in KINDS} == MODULES - SHARED


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_can_be_loaded_once(name: str) -> None:
    assert isinstance(load(name), Kind)
    assert load(name) is load(name)


def test_every_kind_of_a_module_has_a_rule() -> None:
    for name in sorted(MODULES - SHARED):
        text = (ROOT / "scanner" / "kinds" / f"{name}.py").read_text("utf-8")
        for member in re.findall(r"(?m)^([A-Z_0-9]+): Final = Kind\(", text):
            assert (name if member == "KIND" else f"{name}.{member.lower()}") in KINDS


@pytest.mark.parametrize("name", ["no_such_module", "pattern.no_such_member"])
def test_an_unknown_kind_is_an_error(name: str) -> None:
    with pytest.raises((ImportError, AttributeError)):
        load(name)


@pytest.mark.parametrize("name", sorted(MODULES - {"__init__", "interface"}))
def test_every_module_has_a_test_of_its_own(name: str) -> None:
    text = (ROOT / "tests" / "kinds" / f"test_{name}.py").read_text("utf-8")
    assert "def test_" in text
    assert name in text


@pytest.mark.parametrize("rule_id", FILES)
def test_the_options_of_a_rule_are_those_of_its_kind(rule_id: str) -> None:
    rule = FILES[rule_id].rule
    known = load(rule.kind).options if rule.kind else frozenset()
    assert rule.options.keys() <= known


@pytest.mark.parametrize("rule_id", FILES)
def test_every_rule_says_what_reports_and_pages_need(rule_id: str) -> None:
    raw = yaml.safe_load((ROOT / "rules" / f"{rule_id}.yaml").read_bytes())
    assert {"noun", "group", "response"} <= raw.keys()
    assert not FILES[rule_id].rule.noun.endswith(".")


@pytest.mark.parametrize("rule_id", FILES)
def test_every_rule_has_a_playbook(rule_id: str) -> None:
    name = playbook.name_for(rule_id)
    assert name in playbook.names()
    assert name != playbook.OTHER


@pytest.mark.parametrize("page", ["README.md", "docs/README.md"])
def test_every_rule_has_a_row_in_the_tables(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    pages = "docs/rules" if page == "README.md" else "rules"
    for rule_id, content in FILES.items():
        assert f"[{content.rule.name}]({pages}/{rule_id}.md)" in text


def observed(keycatch: Any, folder: Path, rule_id: str) -> str:
    """Return what a scan of the first example of a rule reports, and the steps of the response."""
    example = expand(FILES[rule_id].examples.match[0], f"{rule_id}/match/1")
    (folder / "example.txt").write_text(f"{example}\n", encoding="utf-8")
    report = keycatch("scan", "--no-config", "--format", "json", cwd=folder).stdout
    steps = respond(read(report.encode()), NOW).entries[0].steps
    observation = {
        "findings": json.loads(report)["findings"],
        "response": [step._asdict() for step in steps],
    }
    return json.dumps(observation, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("rule_id", FILES)
def test_golden_output_is_current(keycatch: Any, tmp_path: Path, rule_id: str) -> None:
    path = GOLDEN / f"{rule_id}.json"
    now = observed(keycatch, tmp_path, rule_id)
    if os.environ.get("KEYCATCH_UPDATE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(now, encoding="utf-8", newline="\n")
    assert path.exists(), "run this file with KEYCATCH_UPDATE_GOLDEN=1 in the environment"
    assert now == path.read_text("utf-8")
    assert rule_id in {found["rule_id"] for found in json.loads(now)["findings"]}


def test_no_golden_output_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == FILES.keys()
