"""OpenAI Codex: code 2 counts only with a reason; patches arrive as a command."""

from __future__ import annotations

import os

import pytest

from scanner.agents import codex
from scanner.agents.interface import CALL, OUTPUT, Event, Verdict


def patch(body, name="a.txt", kind="Update"):
    return f"*** Begin Patch\n*** {kind} File: {name}\n@@\n{body}*** End Patch\n"


def test_a_patch_that_adds_one_is_stopped(payload, hook, plant):
    body = "".join(f"+{line}\n" for line in plant.pair().splitlines())
    done = hook(payload("codex", "patch", "", patch=patch(body)), 2)
    assert "a.txt, line 1" in done.stderr


def test_a_patch_that_takes_one_out_goes_on(payload, hook, plant):
    body = "".join(f"-{line}\n" for line in plant.pair().splitlines())
    hook(payload("codex", "patch", "", patch=patch(f"{body}+nothing\n")), 0)


def test_a_patch_next_to_one_goes_on(payload, hook, plant):
    body = "".join(f" {line}\n" for line in plant.pair().splitlines())
    hook(payload("codex", "patch", "", patch=patch(f"{body}+nothing\n")), 0)


def test_a_patch_that_changes_half_of_a_pair_is_stopped(payload, hook, plant, tmp_path):
    (tmp_path / "a.txt").write_text(plant.pair())
    old = plant.pair().splitlines()[1]
    new = f"aws_secret_access_key = {plant.secret()}"
    hook(payload("codex", "patch", "", patch=patch(f"-{old}\n+{new}\n")), 2)


@pytest.mark.parametrize("rest", ["", "echo done\n"])
def test_a_patch_in_a_command(payload, hook, plant, rest):
    body = "".join(f"+{line}\n" for line in plant.pair().splitlines())
    text = f"apply_patch <<'EOF'\n{patch(body)}EOF\n{rest}"
    done = hook(payload("codex", "command", text), 2)
    assert "a.txt, line 1" in done.stderr


def test_there_is_always_a_reason():
    for kind in (CALL, OUTPUT):
        answer = codex.answer(Event(kind, "x", "it"), Verdict("why", output={"a": "b"}))
        assert (answer.code, answer.stdout, answer.stderr) == (2, "", "why")


def test_where_its_hooks_are():
    assert codex.file("/p", {}) == os.path.join("/p", ".codex", "hooks.json")
    assert codex.file("", {"CODEX_HOME": "/c"}) == os.path.join("/c", "hooks.json")
