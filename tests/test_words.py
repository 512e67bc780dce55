"""Words that stop a reader do not come back into messages, rules and documentation.

Each entry was found in a review with engineers who read the tool for the first time. The list is
short on purpose: a word is on it only where another one is always better.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
HABITS: Final = {
    r"\banew\b": "again",
    r"\bwhoever\b": "anyone who, or the person who",
    r"\bbrought in by\b": "added by",
    r"\bnobody of yours\b": "your team did not",
    r"\bSTS took it\b": "STS accepted it",
    r"\b[Tt]ake (?:it|them) as live\b": "treat it as live",
    r"\bdirectory of git\b": "the .git directory",
    r"\bhas not got\b": "does not have, lacks",
    r"\b(?:are|is) told by\b": "read from",
    r"\bis of use with\b": "needs",
    r"\bby whose account\b": "by account",
    r"\bgives? no access now\b": "no longer gives access",
    r"\bProved offline\b": "Verified offline",
    r"\bmust not be asked about\b": "must not be checked",
    r"\bhas to stand\b": "put it, must be",
    r"\bend(?:s)? by themselves\b": "are temporary",
}
"""Regular expressions, each with what to write instead."""


def strings_of(path: Path) -> Iterator[str]:
    """Yield the strings of a module that are not docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text of a parsed YAML file."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)
    elif isinstance(value, str):
        yield value


def read(path: Path) -> str:
    """Return what a reader of `path` sees, with line breaks as spaces."""
    if path.suffix == ".py":
        text = "\n".join(strings_of(path))
    elif path.suffix in (".yaml", ".yml"):
        text = "\n".join(texts_of(yaml.safe_load(path.read_text(encoding="utf-8"))))
    else:
        text = path.read_text(encoding="utf-8")
    return " ".join(text.split())


def shown() -> list[Path]:
    found = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "action.yml")]
    for folder, pattern in (("scanner", "*.py"), ("rules", "*.yaml"), ("docs", "*.md")):
        found += sorted((ROOT / folder).rglob(pattern))
    return [*found, ROOT / "rules" / "README.md"]


def test_no_word_that_stops_a_reader() -> None:
    texts = {path.relative_to(ROOT): read(path) for path in shown()}
    found = {
        f"{path}: {match[0]!r}: write {better!r}"
        for path, text in texts.items()
        for habit, better in HABITS.items()
        for match in re.finditer(habit, text)
    }
    assert len(texts) > 500
    assert not found


@pytest.mark.parametrize(
    "sentence",
    [
        "make the report anew with `--show-secrets`",
        "Whoever reads it, or whoever asks",
        "It works: STS took it.",
        "The commits are told by the environment of the CI system",
    ],
)
def test_the_list_finds_the_habits(sentence: str) -> None:
    assert any(re.search(habit, sentence) for habit in HABITS)


def test_only_what_a_user_sees_is_read(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""Whoever, anew."""\n\nX = f"seen {1}"\n\n\ndef f():\n    """Anew."""\n')
    assert read(module) == "seen"
