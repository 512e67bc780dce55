"""Every reason that the program counts by has words."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from scanner.reports.wording import REASONS, reason_name

PACKAGE = Path(__file__).parents[2] / "scanner"
COUNTED = {"skip": 0, "Notice": 0, "Unread": 0, "Missing": 0, "aside": 0, "leave": 0}
"""Functions that take a reason, and as which argument."""
REASON = re.compile(r"[a-z]+(-[a-z]+)*")


@cache
def trees() -> list[ast.Module]:
    """Return the syntax trees of all modules; made where they are needed, not by all tests."""
    return [ast.parse(path.read_bytes()) for path in sorted(PACKAGE.rglob("*.py"))]


@cache
def constants() -> dict[str, str]:
    """Return the texts that modules of the package give a name in capitals."""
    return {
        target.id: node.value.value
        for tree in trees()
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id.isupper()
    }


def reasons_in(tree: ast.AST, named: dict[str, str]) -> set[str]:
    """Return the reasons that are given to functions which count by them, or are returned.

    A pair of a reason and a detail is `(reason, text)`; a reason that a function returns alone is
    the value of a constant.
    """
    found = set()

    def add(node: ast.expr) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.Name) and node.id in named:
            found.add(named[node.id])

    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            at = COUNTED.get(name)
            if at is not None and len(node.args) > at:
                add(node.args[at])
            for argument in node.args:
                if name == "append" and isinstance(argument, ast.Tuple) and argument.elts:
                    add(argument.elts[0])
    return {reason for reason in found if REASON.fullmatch(reason)}


@cache
def used() -> set[str]:
    """Return all reasons that the package gives for what is not read or not reported."""
    return set().union(*(reasons_in(tree, constants()) for tree in trees()))


def test_the_search_finds_reasons_in_every_form() -> None:
    """A literal, a constant, and one that waits in a list for being counted."""
    assert {"git-directory", "changed-while-read", "internal-error", "decoder-limit"} <= used()
    program = ast.parse(
        'LIMIT = "a-limit"\ntally.skip("b")\nraise Unread("c-d", "x")\n'
        'tally.notice(Notice(LIMIT, path))\nproblems.append(("e-f", text))\n'
    )
    assert reasons_in(program, {"LIMIT": "a-limit"}) == {"a-limit", "b", "c-d", "e-f"}


def test_every_reason_has_words() -> None:
    assert used() - REASONS.keys() == set()


@pytest.mark.parametrize("reason", ["PLACEHOLDER", "DOCUMENTATION", "ALLOWED", "DAMAGED"])
def test_every_reason_that_is_passed_on_has_words(reason: str) -> None:
    """These reach the counts through functions that return them."""
    assert constants()[reason] in REASONS


def test_words_are_for_people() -> None:
    assert all(REASON.fullmatch(reason) for reason in REASONS)
    assert [words for words in REASONS.values() if "-" in words or not words] == []
    assert reason_name("unheard-of") == "unheard of"
