"""docs/callers.md: every CI system has its row, with the variable that it is known by."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner.ci import PROVIDERS
from scanner.commands import COMMANDS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "callers.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| \[[^\]]+\]\(ci/(\w+)\.md\) \| (.*) \|$", PAGE, re.MULTILINE))


def test_every_system_has_a_row():
    assert ROWS.keys() == {provider.page for provider in PROVIDERS}


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.page)
def test_a_row_names_what_the_system_is_known_by(provider):
    assert ROWS[provider.page].split(" | ")[0] == f"`{provider.marker}`"


def test_every_command_exists():
    named = set(re.findall(r"`keycatch ([a-z-]+)", PAGE))
    assert {"staged", "push", "ci"} <= named
    assert named <= COMMANDS.keys()


@pytest.mark.parametrize(
    "caller",
    ["pre-commit", "prek", "lefthook", "husky", "simple-git-hooks", "overcommit", "lint-staged",
     "Git LFS", "VS Code", "GitHub Desktop"],
)  # fmt: skip
def test_every_caller_is_there(caller):
    assert caller in PAGE
