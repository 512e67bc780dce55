"""`keycatch rules`."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.commands import main, rules
from scanner.errors import RuleError, UsageError
from scanner.rulebook.compiled import shipped_rules

ROOT = Path(__file__).resolve().parents[2]
RULE = """\
id: acme-token
name: ACME token
summary: A token of ACME.
severity: high
confidence: high
anchors:
  - literal: acme_
pattern: '(?<![a-z])(?P<value>acme_[0-9a-f]{{32}})(?![0-9a-f])'
examples:
  match:
    - '{match}'
  no_match:
    - '{no_match}'
"""


def write(
    tmp_path: Path, match: str = "x=acme_{{hex:32}}", no_match: str = "acme_{{hex:31}}"
) -> str:
    path = tmp_path / "acme.yaml"
    path.write_text(RULE.format(match=match, no_match=no_match))
    return str(path)


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    rules.configure(parser)
    return rules.run(parser.parse_args(arguments))


def test_list_has_a_line_for_each_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["ID", "SEVERITY", "CONFIDENCE", "WHAT"]
    assert [line.split()[0] for line in lines[1:]] == [rule.id for rule in shipped_rules()]
    assert {line.index(line.split()[1]) for line in lines} == {lines[0].index("SEVERITY")}


def test_list_with_a_rule_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--rules", write(tmp_path)) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == [
        "acme-token", "high", "high", "ACME", "token",
    ]  # fmt: skip


@pytest.mark.parametrize("rule", shipped_rules(), ids=lambda rule: rule.id)
def test_show_tells_everything(rule, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", rule.id) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0] == rule.name
    for title in ("What it is", "Why it matters", "How it is recognised", "Reported, for example",
                  "Not reported", "What to do", "References"):  # fmt: skip
        assert title in lines
    for text in (rule.summary, rule.severity.label, *rule.remediation, *rule.references):
        assert text in out
    for line in rule.why.splitlines():
        assert line in out
    assert ("pattern:" in out) == bool(rule.pattern)
    assert ("derived from:" in out) == bool(rule.derived_from)
    assert "None" not in out


def test_show_the_rule_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "aws-session-token", "--yaml") == 0
    expected = (ROOT / "rules" / "aws-session-token.yaml").read_text("utf-8")
    assert capsys.readouterr().out == expected


def test_show_a_rule_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path)
    assert run("show", "acme-token", "--rules", path) == 0
    out = capsys.readouterr().out
    assert f"file:         {path}" in out
    assert "page:" not in out


def test_show_an_unknown_rule() -> None:
    with pytest.raises(UsageError, match="did you mean `aws-session-token`"):
        run("show", "aws-sesion-token")


def test_all_shipped_examples_come_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("test") == 0
    out = capsys.readouterr().out
    assert out.endswith(f"examples of {len(shipped_rules())} rules, 0 failed\n")
    assert out.count("\n") == 1


def test_a_rule_of_ones_own_is_tested(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("test", write(tmp_path)) == 0
    count = len(shipped_rules()) + 1
    assert capsys.readouterr().out.endswith(f"examples of {count} rules, 0 failed\n")


@pytest.mark.parametrize(
    ("match", "no_match", "said"),
    [
        ("acme_{{hex:31}}", "x", "acme-token: example 1 of match: not found"),
        ("acme_{{hex:32}}", "acme_{{hex:32}}", "acme-token: example 1 of no_match: found, but"),
        ("{{access_key_id}}", "x", "not found; found instead: aws-access-key-id"),
    ],
)
def test_examples_that_fail(
    match: str, no_match: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("test", write(tmp_path, match, no_match)) == 1
    out = capsys.readouterr().out
    assert said in out
    assert "1 failed" in out
    assert "AKIA" not in out
    assert "acme_" not in out


def test_a_rule_without_examples_is_not_tested(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(write(tmp_path))
    path.write_text(path.read_text().partition("examples:")[0])
    assert run("test", str(path)) == 1
    assert "acme-token: has no example that matches" in capsys.readouterr().out


def test_a_broken_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("id: [")
    with pytest.raises(RuleError):
        run("test", str(path))


@pytest.mark.parametrize("rule", shipped_rules(), ids=lambda rule: rule.id)
def test_an_example_is_found_by_a_first_try(
    rule, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("example", rule.id) == 0
    printed = capsys.readouterr().out
    assert "{{" not in printed
    (tmp_path / "tried").write_text(printed)
    main(["scan", str(tmp_path / "tried"), "--no-config", "--format", "json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    assert rule.id in {finding["rule_id"] for finding in found}


def test_an_example_through_a_pipe(tmp_path: Path) -> None:
    """The line of the documentation, as a shell runs it."""
    python = f"{shlex.quote(sys.executable)} -m scanner"
    done = subprocess.run(
        ["sh", "-c", f"{python} rules example aws-access-key-pair | {python} scan -"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "aws-access-key-pair" in done.stdout


def test_an_example_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("example", "acme-token", "--rules", write(tmp_path)) == 0
    assert re.fullmatch(r"x=acme_[0-9a-f]{32}\n", capsys.readouterr().out)


def test_no_example_of_an_unknown_rule_or_one_without(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean `aws-session-token`"):
        run("example", "aws-sesion-token")
    path = Path(write(tmp_path))
    path.write_text(path.read_text().partition("examples:")[0])
    with pytest.raises(UsageError, match=r"has no example: add one under examples\.match"):
        run("example", "acme-token", "--rules", str(path))


@pytest.mark.parametrize("rule", shipped_rules(), ids=lambda rule: rule.id)
def test_no_template_reaches_a_user(rule, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", rule.id) == 0
    assert "{{" not in capsys.readouterr().out
    page = (ROOT / "docs" / "rules" / f"{rule.id}.md").read_text("utf-8")
    assert "{{" not in page
