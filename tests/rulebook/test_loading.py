"""Rule files as YAML: what cannot be read is said in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.errors import RuleError
from scanner.rulebook.loading import MAX_BYTES, load_file, load_yaml

if TYPE_CHECKING:
    from pathlib import Path

RULE = """\
id: acme-token
name: ACME token
summary: A token of ACME.
severity: high
anchors:
  - literal: acme_
pattern: 'acme_(?P<value>[0-9a-f]{32})'
examples:
  match: ['acme_{{hex:32}}']
"""


def write(tmp_path: Path, content: str | bytes) -> str:
    path = tmp_path / "rule.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def error(path: str) -> str:
    with pytest.raises(RuleError) as caught:
        load_yaml(path)
    text = str(caught.value)
    assert text.startswith(path)
    assert "\n" not in text
    return text


def test_a_rule_is_loaded(tmp_path: Path) -> None:
    path = write(tmp_path, RULE)
    rule = load_yaml(path)
    assert (rule.id, rule.origin, rule.kind) == ("acme-token", path, "pattern")
    assert load_file(path).examples.match == ("acme_{{hex:32}}",)


def test_a_byte_order_mark_and_carriage_returns_do_no_harm(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + RULE.replace("\n", "\r\n").encode()
    assert load_yaml(write(tmp_path, content)).id == "acme-token"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id: [", "is not YAML: "),
        (RULE + "id: other\n", "the key `id` is given twice in line 10, column 1"),
        (RULE + "options:\n  evidence: a\n  evidence: b\n", "the key `evidence` is given twice"),
        ("? [a, b]\n: c\n", "a key has to be text in line 1"),
        ("? !!set {a}\n: c\n", "a key has to be text in line 1"),
        ("a: &x {b: *x}\n", "there is no such key"),
        ("id: !!python/object/apply:os.getcwd []\n", "could not determine a constructor"),
        (b"id: \xff\xfe\n", "is not YAML: "),
        (b"id: a\x00b\n", "is not YAML: "),
        ("", "a rule file has to be a mapping"),
        ("a: 1\n---\nb: 2\n", "expected a single document"),
        ("[" * 5000, "is nested too deeply"),
        ("a: &x [1]\nb: *y\n", "found undefined alias 'y' in line 2"),
        ("x" * (MAX_BYTES + 1), "is larger than 1 MiB"),
        ("date: 2026-99-99\n", "is not YAML: "),
    ],
)
def test_what_is_no_rule(tmp_path: Path, content: str | bytes, said: str) -> None:
    assert said in error(write(tmp_path, content))


def test_a_missing_file(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in error(str(tmp_path / "none.yaml"))


def test_a_directory(tmp_path: Path) -> None:
    assert "cannot be read: " in error(str(tmp_path))
